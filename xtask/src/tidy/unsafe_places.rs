//! Where `unsafe` may stand. The list is short so that a reader knows what to audit.

use super::{File, Tree};
use crate::lex::TokenKind;

/// Files and directories (with a slash at the end) that may hold `unsafe`, each with what it is for.
#[rustfmt::skip]
const PLACES: &[(&str, &str)] = &[
    // The heap.
    ("crates/pool/src/", "a heap is raw memory"),
    ("crates/pool/tests/", "its tests use it as raw memory"),
    // The runtime: who owns what in a store is drawn in `store/mod.rs`.
    ("crates/runtime/src/interp/", "handlers trust what the validator and lowering proved"),
    ("crates/runtime/src/store/", "entities point to each other; linear memory"),
    ("crates/runtime/src/func/", "calls lay values into guest frames"),
    ("crates/runtime/src/backtrace.rs", "reads the frames of a guest that stopped"),
    ("crates/runtime/src/context.rs", "turns handles into entities"),
    ("crates/runtime/src/externs.rs", "handles of the embedder"),
    ("crates/runtime/src/global.rs", "handles of the embedder"),
    ("crates/runtime/src/instance.rs", "handles of the embedder"),
    ("crates/runtime/src/linker.rs", "handles of the embedder"),
    ("crates/runtime/src/interp_none.rs", "has the same functions"),
    ("crates/runtime/src/lower/mod.rs", "writes code that handlers trust"),
    ("crates/runtime/src/lower_none.rs", "has the same functions"),
    ("crates/runtime/src/memory.rs", "handles of the embedder"),
    ("crates/runtime/src/slot.rs", "slots hold values of any type"),
    ("crates/runtime/src/table.rs", "handles of the embedder"),
    // Native code.
    ("crates/runtime/src/native/", "runs code that nobody can check"),
    ("crates/runtime/src/native_none.rs", "has the same functions"),
    ("crates/runtime/src/module.rs", "knows that a module's bytes outlive what refers to them"),
    ("crates/compiler/src/", "LLVM is in C++"),
    ("crates/cli/src/native.rs", "whoever types --native trusts the file"),
    ("tests/spec/src/native.rs", "trusts what it just compiled"),
    ("tests/spec/tests/addresses.rs", "trusts what it just compiled"),
    ("tests/spec/tests/interrupts.rs", "trusts what it just compiled"),
    ("tests/spec/tests/backtraces.rs", "trusts what it just compiled"),
    ("tests/spec/tests/crossing.rs", "trusts what it just compiled"),
    ("fuzz/src/native.rs", "trusts what it just compiled"),
    ("tests/spec/tests/wrong_images.rs", "shows that trust alone runs nothing"),
    ("tests/spec/tests/guard_pages.rs", "trusts what it just compiled, and does what no program should"),
    ("tests/spec/tests/native_only.rs", "trusts what it just compiled"),
    ("tests/spec/tests/native_fuel.rs", "trusts what it just compiled"),
    ("crates/runtime/tests/api/words.rs", "raw handles of its own store"),
    // The C API: what C hands over is a promise.
    ("crates/capi/src/", "C hands over pointers"),
    // Modules in flash.
    ("crates/slots/src/candidate.rs", "flash is memory that a driver writes"),
    ("crates/slots/src/slots.rs", "hands out modules in flash for ever"),
    ("crates/slots/tests/", "flash in RAM"),
    ("crates/guest/tests/files_little_update.rs", "shares that flash"),
    ("crates/cli/tests/send.rs", "a device with such flash"),
    // Machines.
    ("crates/platform/src/", "ports talk to the machine"),
    ("crates/platform/tests/devices.rs", "tests give the ports memory for devices"),
    ("firmware/", "boards start without a runtime below them"),
    ("zephyr/library/src/", "what C gets and gives are pointers"),
    ("guests/", "imports of the host take pointers, and guests export plain symbols"),
    ("tests/guests/rust/src/", "programs for WASI import its functions with bad arguments too"),
    ("benches/kernels/src/", "kernels export plain symbols and keep their data in statics, as guests do"),
    ("benches/src/programs/wasm.rs", "programs export plain symbols, as guests do"),
    ("benches/src/workloads.rs", "calls the kernels"),
    ("benches/src/native_root.rs", "a library exports plain symbols"),
    ("benches/src/engines/this_cpu.rs", "calls what it loads"),
    ("benches/src/engines/native.rs", "trusts what it just compiled"),
    ("benches/src/engines/wasm3.rs", "wasm3 is in C"),
];

/// Listed places without `unsafe`: a list that outlives its reasons makes readers audit in vain.
pub fn stale(tree: &Tree) -> Vec<String> {
    let holds = |place: &str| tree.files.iter().any(|file| is_at(&file.path, place) && first_unsafe(file).is_some());
    let places = PLACES.iter().filter(|(place, _)| !holds(place));
    places.map(|(place, _)| format!("{place} holds none")).collect()
}

/// Files that hold `unsafe` and are not listed.
pub fn check(tree: &Tree) -> Vec<String> {
    let is_listed = |file: &File| PLACES.iter().any(|(place, _)| is_at(&file.path, place));
    let unlisted = tree.files.iter().filter(|file| !is_listed(file));
    unlisted.filter_map(|file| Some(format!("{}:{}", file.path, first_unsafe(file)?))).collect()
}

fn is_at(path: &str, place: &str) -> bool {
    path == place || (place.ends_with('/') && path.starts_with(place))
}

/// The line of the first `unsafe`.
fn first_unsafe(file: &File) -> Option<usize> {
    let tokens = file.tokens();
    tokens.iter().find(|token| token.kind == TokenKind::Word("unsafe")).map(|token| token.line)
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree_of;
    use super::*;

    #[test]
    fn unsafe_elsewhere_is_found() {
        let text = "//! Reads.\nfn f() {\n    unsafe { g() }\n}";
        assert_eq!(check(&tree_of("crates/wasm/src/reader.rs", text)), ["crates/wasm/src/reader.rs:3"]);
        assert_eq!(check(&tree_of("crates/pool/src/heap.rs", text)).len(), 0);
    }

    #[test]
    fn a_listed_place_without_unsafe_is_found() {
        let elsewhere = PLACES.len() - 1;
        assert_eq!(stale(&tree_of("crates/pool/src/heap.rs", "unsafe fn f() {}")).len(), elsewhere);
        assert_eq!(stale(&tree_of("crates/pool/src/heap.rs", "fn f() {}")).len(), PLACES.len());
    }

    #[test]
    fn attributes_count_and_comments_do_not() {
        assert_eq!(check(&tree_of("a.rs", "#[unsafe(no_mangle)]\nfn f() {}")).len(), 1);
        assert_eq!(check(&tree_of("a.rs", "#![deny(unsafe_op_in_unsafe_fn)] // unsafe")).len(), 0);
    }
}
