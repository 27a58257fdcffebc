//! `wasm.h`: the standard C interface of WebAssembly runtimes, and what `moteur.h` adds to it.
//!
//! | module | has |
//! |---|---|
//! | `heap` | where objects come from, and how they find back |
//! | `vec` | vectors |
//! | `types`, `ports` | types of values, functions and so on; types of imports and exports |
//! | `engine`, `store` | configurations and engines; what all handles of a store share |
//! | `refs` | handles: copies, identity, casts |
//! | `host_info`, `pins` | what the program attached to objects; its objects that guests hold |
//! | `val` | values, to and from the guest |
//! | `trap`, `interrupt` | traps and frames; stopping a guest |
//! | `module`, `instance`, `func`, `global`, `table`, `memory`, `externs`, `foreign` | one kind of objects each |
//!
//! A handle is a share of its store, so everything may be deleted in any order. What the store owns (functions, memories,
//! instances, ...) lives as long as the store; modules, traps and foreign objects as long as somebody has them.

mod engine;
mod externs;
mod foreign;
mod func;
mod global;
mod heap;
mod host_info;
mod instance;
mod interrupt;
mod memory;
mod module;
mod pins;
mod ports;
mod refs;
mod store;
mod table;
#[cfg(test)]
mod tests;
mod trap;
mod types;
mod val;
mod vec;
