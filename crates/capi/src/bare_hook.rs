//! What a library without an operating system below it brings along, where the program says what becomes of a panic.

#[cfg(target_os = "none")]
unsafe extern "C" {
    /// Where the panic was: so many bytes of text, and a line.
    fn moteur_panic(file: *const u8, length: usize, line: u32) -> !;
}

#[cfg(target_os = "none")]
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    // SAFETY: the header: it is such a function, and so many bytes are there.
    unsafe { moteur_panic(file.as_ptr(), file.len(), line) }
}
