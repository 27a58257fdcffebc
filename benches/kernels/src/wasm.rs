//! The root of the WebAssembly form: one module that exports the six kernels by name.

#![no_std]

mod f32;
mod fib;
mod hash64;
mod mandel;
mod sort;
mod vm;

macro_rules! export {
    ($($name:ident)*) => {$(
        #[unsafe(export_name = stringify!($name))]
        extern "C" fn $name(n: u32) -> u32 {
            // SAFETY: the module has one thread and no export calls another.
            unsafe { $name::run(n) }
        }
    )*};
}
export!(sort fib mandel f32 vm hash64);

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
