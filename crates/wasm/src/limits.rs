//! Every limit of the decoder, and where it comes from.
//!
//! "Web" is the section "Implementation-defined Limits" of the WebAssembly JavaScript Interface: what browsers agreed
//! on, and hence what modules in the wild keep to. Where memory runs out earlier, that is an error of its own.

/// Bytes of a module; Web.
pub const MODULE_BYTES: usize = 1 << 30;
/// Types; Web.
pub const TYPES: u32 = 1_000_000;
/// Functions, imported ones included; Web.
pub const FUNCS: u32 = 1_000_000;
/// Imports; Web.
pub const IMPORTS: u32 = 1_000_000;
/// Exports; Web.
pub const EXPORTS: u32 = 1_000_000;
/// Globals, imported ones included; Web.
pub const GLOBALS: u32 = 1_000_000;
/// Tables, imported ones included; Web.
pub const TABLES: u32 = 100_000;
/// Memories, imported ones included: the standard, version 2.0.
pub const MEMORIES: u32 = 1;
/// Element segments; Web.
pub const ELEMS: u32 = 10_000_000;
/// Items of an element segment; Web, where it is the size of a table.
pub const ELEM_ITEMS: u32 = 10_000_000;
/// Data segments; Web.
pub const DATA: u32 = 100_000;
/// Parameters of a function or block; Web.
pub const PARAMS: u32 = 1_000;
/// Results of a function or block; Web.
pub const RESULTS: u32 = 1_000;
/// Locals of a function, parameters included; Web.
pub const LOCALS: u32 = 50_000;
/// Bytes of a function body, locals included; Web.
pub const BODY_BYTES: u32 = 7_654_321;
/// Targets of a `br_table`, the default one not counted; V8.
pub const BR_TABLE: u32 = 65_520;
/// Bytes of a name: `wasmparser`.
pub const NAME_BYTES: u32 = 100_000;
/// Pages of 64 KiB of a memory: 4 GiB, the standard.
pub const MEMORY_PAGES: u64 = 65_536;
/// Values on the operand stack of a function. Ours: a frame's slots are numbered in 16 bits, and the input can push a
/// thousand values with two bytes.
pub const OPERANDS: usize = 65_535;
/// Blocks within each other. Ours: a tenth of what fits into the largest body is far beyond what compilers emit.
pub const NESTING: usize = 100_000;
/// Values on the stack of a constant expression. Ours: it is evaluated in an array of this size.
pub const CONST_OPERANDS: usize = 16;
/// Locals whose types the validator finds without a search. Ours: most functions have fewer.
#[cfg_attr(not(feature = "bodies"), allow(dead_code))]
pub(crate) const DIRECT_LOCALS: usize = 64;
