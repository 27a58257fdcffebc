//! The root of a library of machine code: kernels and programs by name, for a build with all that this machine's CPU has.
//! What cargo builds is for every CPU of the architecture.

#[path = "programs/life.rs"]
mod life;
#[path = "programs/matmul.rs"]
mod matmul;
#[path = "programs/modpow.rs"]
mod modpow;
#[path = "programs/nbody.rs"]
mod nbody;
#[path = "programs/sha256.rs"]
mod sha256;
#[path = "programs/text.rs"]
mod text;

#[path = "../kernels/src/f32.rs"]
mod f32;
#[path = "../kernels/src/fib.rs"]
mod fib;
#[path = "../kernels/src/hash64.rs"]
mod hash64;
#[path = "../kernels/src/mandel.rs"]
mod mandel;
#[path = "../kernels/src/sort.rs"]
mod sort;
#[path = "../kernels/src/vm.rs"]
mod vm;

macro_rules! export {
    (kernels: $($kernel:ident)*; programs: $($program:ident)*) => {
        $(#[unsafe(no_mangle)]
        extern "C" fn $kernel(n: u32) -> u32 {
            // SAFETY: one workload runs at a time.
            unsafe { $kernel::run(n) }
        })*
        $(#[unsafe(no_mangle)]
        extern "C" fn $program(n: u32) -> u32 {
            $program::run(n)
        })*
    };
}
export!(kernels: sort fib mandel f32 vm hash64; programs: sha256 matmul nbody text modpow life);
