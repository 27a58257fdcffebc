//! The root of the WebAssembly form: one module that exports all programs by name.

mod life;
mod matmul;
mod modpow;
mod nbody;
mod sha256;
mod text;

macro_rules! export {
    ($($name:ident)*) => {$(
        #[unsafe(export_name = stringify!($name))]
        extern "C" fn $name(n: u32) -> u32 {
            $name::run(n)
        }
    )*};
}
export!(sha256 matmul nbody text modpow life);
