//! What native code calls in the runtime, by its place in the context.
//!
//! The first are the runtime's own. They take the context's address first, then what stands in their row, in
//! the C convention. Those that can fail return a code: 0, or a trap's number, or [`FAILED`]; native code then passes it
//! to [`Helper::Trap`], which does not return. So no function of the runtime is ever left by a trap.
//!
//! Behind them stand the functions that compilers assume, a list per architecture: what a processor may lack. They have
//! the names, arguments and convention of the platform's ABI, and know nothing of the context.

/// A code besides the numbers of traps: the runtime knows why.
pub const FAILED: u32 = 0xFF;

macro_rules! helpers {
    ($($(#[doc = $doc:literal])* $variant:ident $name:literal;)*) => {
        /// A function that native code may call.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum Helper {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Helper {
            /// The names in order.
            pub const NAMES: &[&str] = &[$($name),*];
            /// How many there are.
            pub const COUNT: usize = Self::NAMES.len();
            /// All of them, in order.
            pub const ALL: &[Helper] = &[$(Helper::$variant),*];

            /// Its name.
            pub const fn name(self) -> &'static str {
                Self::NAMES[self as usize]
            }
        }
    };
}

helpers! {
    /// `(code u32) -> !`: ends the guest.
    Trap "trap";
    /// `(func, slots) -> code`: calls a function that is not this instance's native code. The words at `slots` are the
    /// arguments, and are replaced by the results.
    Call "call";
    /// `(delta u32) -> u32`: the old size in pages, or all ones.
    MemoryGrow "memory.grow";
    /// `(at u32, value u32, len u32) -> code`
    MemoryFill "memory.fill";
    /// `(to u32, from u32, len u32) -> code`
    MemoryCopy "memory.copy";
    /// `(data u32, to u32, from u32, len u32) -> code`
    MemoryInit "memory.init";
    /// `(data u32)`
    DataDrop "data.drop";
    /// `(table u32, value word, delta u32) -> u32`: the old size, or all ones.
    TableGrow "table.grow";
    /// `(table u32, at u32, value word, len u32) -> code`
    TableFill "table.fill";
    /// `(to_table u32, from_table u32, to u32, from u32, len u32) -> code`
    TableCopy "table.copy";
    /// `(elem u32, table u32, to u32, from u32, len u32) -> code`
    TableInit "table.init";
    /// `(elem u32)`
    ElemDrop "elem.drop";
}

/// What compilers call on Arm where the processor has no instruction (the names of the run-time ABI): for integers, then for
/// floats, then the roundings. A runtime may have the first of them only.
pub const ARM: &[&str] = &[
    "__aeabi_idiv",
    "__aeabi_uidiv",
    "__aeabi_idivmod",
    "__aeabi_uidivmod",
    "__aeabi_ldivmod",
    "__aeabi_uldivmod",
    "__aeabi_lmul",
    "__aeabi_llsl",
    "__aeabi_llsr",
    "__aeabi_lasr",
    "__clzsi2",
    "__clzdi2",
    "__aeabi_fadd",
    "__aeabi_fsub",
    "__aeabi_fmul",
    "__aeabi_fdiv",
    "__aeabi_fcmpeq",
    "__aeabi_fcmplt",
    "__aeabi_fcmple",
    "__aeabi_fcmpge",
    "__aeabi_fcmpgt",
    "__aeabi_fcmpun",
    "__aeabi_dadd",
    "__aeabi_dsub",
    "__aeabi_dmul",
    "__aeabi_ddiv",
    "__aeabi_dcmpeq",
    "__aeabi_dcmplt",
    "__aeabi_dcmple",
    "__aeabi_dcmpge",
    "__aeabi_dcmpgt",
    "__aeabi_dcmpun",
    "__aeabi_f2iz",
    "__aeabi_f2uiz",
    "__aeabi_f2lz",
    "__aeabi_f2ulz",
    "__aeabi_d2iz",
    "__aeabi_d2uiz",
    "__aeabi_d2lz",
    "__aeabi_d2ulz",
    "__aeabi_i2f",
    "__aeabi_ui2f",
    "__aeabi_l2f",
    "__aeabi_ul2f",
    "__aeabi_i2d",
    "__aeabi_ui2d",
    "__aeabi_l2d",
    "__aeabi_ul2d",
    "__aeabi_d2f",
    "__aeabi_f2d",
    "ceilf",
    "ceil",
    "floorf",
    "floor",
    "truncf",
    "trunc",
    "roundevenf",
    "roundeven",
    "sqrtf",
    "sqrt",
];

/// What compilers call on RISC-V: for integers, then for floats, then the roundings. A runtime may have the first of them
/// only.
pub const RISCV: &[&str] = &[
    "__divdi3",
    "__udivdi3",
    "__moddi3",
    "__umoddi3",
    "__muldi3",
    "__clzsi2",
    "__clzdi2",
    "__addsf3",
    "__subsf3",
    "__mulsf3",
    "__divsf3",
    "__adddf3",
    "__subdf3",
    "__muldf3",
    "__divdf3",
    "__eqsf2",
    "__nesf2",
    "__ltsf2",
    "__lesf2",
    "__gtsf2",
    "__gesf2",
    "__unordsf2",
    "__eqdf2",
    "__nedf2",
    "__ltdf2",
    "__ledf2",
    "__gtdf2",
    "__gedf2",
    "__unorddf2",
    "__fixsfsi",
    "__fixunssfsi",
    "__fixsfdi",
    "__fixunssfdi",
    "__fixdfsi",
    "__fixunsdfsi",
    "__fixdfdi",
    "__fixunsdfdi",
    "__floatsisf",
    "__floatunsisf",
    "__floatdisf",
    "__floatundisf",
    "__floatsidf",
    "__floatunsidf",
    "__floatdidf",
    "__floatundidf",
    "__truncdfsf2",
    "__extendsfdf2",
    "ceilf",
    "ceil",
    "floorf",
    "floor",
    "truncf",
    "trunc",
    "roundevenf",
    "roundeven",
    "sqrtf",
    "sqrt",
];

/// What compilers call on AArch64 and x86-64: nothing, as both have the instructions (x86-64 from SSE 4.1 on).
pub const NONE: &[&str] = &[];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        for names in [Helper::NAMES, ARM, RISCV] {
            for (index, name) in names.iter().enumerate() {
                assert!(!names[..index].contains(name), "{name}");
            }
        }
    }
}
