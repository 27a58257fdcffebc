//! The six kernels that the benches run, each as machine code and as WebAssembly.
//!
//! One source per kernel: this crate compiles it for the machine at hand, and the build script compiles the same file to
//! WebAssembly. A kernel takes a size and returns a checksum, so that both forms can be compared. What they stand for:
//! memory and branches (`sort`), calls (`fib`), integer arithmetic (`mandel`), floats (`f32`), table look-ups and a
//! many-way branch (`vm`), 64-bit arithmetic (`hash64`).

#![no_std]

pub mod f32;
pub mod fib;
pub mod hash64;
pub mod mandel;
pub mod sort;
pub mod vm;

/// The module that exports all six kernels by name, each `(param i32) (result i32)`.
pub const WASM: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/kernels.wasm"));

/// A kernel in its native form, and the size at which the benches run it.
pub struct Kernel {
    /// Name of the export in [`WASM`], and of the source file.
    pub name: &'static str,
    /// The argument that the boards use; hosts may take a larger one, within the kernel's own limit.
    pub n: u32,
    /// The result for [`Kernel::n`], on every machine.
    pub checksum: u32,
    /// # Safety
    /// Kernels work in static memory: one at a time, and not from an interrupt.
    pub native: unsafe extern "C" fn(u32) -> u32,
}

/// All six, in the order of the tables in the documents.
pub const KERNELS: [Kernel; 6] = [
    Kernel { name: "sort", n: 2_000, checksum: 2_625_119_014, native: sort::run },
    Kernel { name: "fib", n: 20, checksum: 6_765, native: fib::run },
    Kernel { name: "mandel", n: 24, checksum: 2_399_275_646, native: mandel::run },
    Kernel { name: "f32", n: 10_000, checksum: 1_173_453_649, native: f32::run },
    Kernel { name: "vm", n: 20, checksum: 761_674_460, native: vm::run },
    Kernel { name: "hash64", n: 16, checksum: 2_106_811_908, native: hash64::run },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// One test for all: the kernels share static memory, and tests run in parallel.
    #[test]
    fn the_machine_gives_the_checksums() {
        for kernel in &KERNELS {
            // SAFETY: this is the only test, hence the only caller.
            let result = unsafe { (kernel.native)(kernel.n) };
            assert_eq!(result, kernel.checksum, "{}", kernel.name);
        }
    }

    #[test]
    fn the_module_is_one_page_of_webassembly() {
        assert_eq!(WASM.get(..8), Some(&b"\0asm\x01\0\0\0"[..]));
    }
}
