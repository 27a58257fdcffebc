//! What a library without an operating system below it brings along: an end for panics. There is no allocator, since
//! everything comes from the heap that the runtime was initialised with.

#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
