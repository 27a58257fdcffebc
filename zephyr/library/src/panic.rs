//! The end of panics. Nothing that a guest does leads here: if the library itself is wrong, the kernel says where, and stops the
//! thread.

use core::panic::PanicInfo;

unsafe extern "C" {
    fn moteur_panic(file: *const u8, length: usize, line: u32) -> !;
}

#[panic_handler]
fn panic(info: &PanicInfo<'_>) -> ! {
    let (file, line) = info.location().map_or(("", 0), |place| (place.file(), place.line()));
    // SAFETY: so many bytes are there.
    unsafe { moteur_panic(file.as_ptr(), file.len(), line) }
}
