//! What is measured: the six kernels, at sizes for a host, and the larger programs.

use crate::programs;

/// A function that exists as machine code and as an export of a module.
pub struct Workload {
    pub name: &'static str,
    /// The module that exports it under its name.
    pub wasm: &'static [u8],
    pub native: Box<dyn Fn(u32) -> u32>,
    /// The argument of each call.
    pub n: u32,
    /// How many calls make one measurement: as many as take a native program some milliseconds.
    pub calls: u32,
}

/// The size and number of calls of each kernel on a host.
const KERNELS: [(&str, u32, u32); 6] = [
    ("sort", 2_000, 60),
    ("fib", 30, 1),
    ("mandel", 200, 2),
    ("f32", 1_000_000, 1),
    ("vm", 12_000, 1),
    ("hash64", 4_000, 1),
];

/// All workloads, in the order of the table.
pub fn all() -> Vec<Workload> {
    let mut workloads = Vec::new();
    for (name, n, calls) in KERNELS {
        let Some(kernel) = moteur_kernels::KERNELS.into_iter().find(|kernel| kernel.name == name) else { continue };
        // SAFETY: one workload runs at a time.
        let native = Box::new(move |n| unsafe { (kernel.native)(n) });
        workloads.push(Workload { name, wasm: moteur_kernels::WASM, native, n, calls });
    }
    for (name, n, native) in programs::PROGRAMS {
        workloads.push(Workload { name, wasm: programs::WASM, native: Box::new(native), n, calls: 1 });
    }
    workloads
}
