//! The context: everything that native code reaches outside of itself. Its address is in a register that is reserved for
//! it, or the first argument where the machine has none to spare.
//!
//! ```text
//! context ──▶ memory base, length │ limits │ globals ──▶ [address of a value, ...]
//!                                 │        │ tables  ──▶ [address of a TableHead, ...]
//!                                 │        │ funcs   ──▶ [address of a FuncHead, ...]
//!             helpers: [address, ...], then the architecture's library
//! ```
//!
//! Offsets are those of C: each field at the next multiple of its size.

use crate::helper::Helper;

/// The width of a machine's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Width {
    /// 32 bits.
    W32 = 4,
    /// 64 bits.
    W64 = 8,
}

impl Width {
    /// The width of the machine that this is compiled for.
    pub const NATIVE: Width = if size_of::<usize>() == 4 { Width::W32 } else { Width::W64 };

    /// Bytes of a word.
    pub const fn bytes(self) -> u32 {
        self as u32
    }
}

/// What a field is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An address, or a number as wide as one.
    Word,
    /// 32 bits.
    U32,
    /// 64 bits.
    U64,
}

impl Kind {
    const fn bytes(self, width: Width) -> u32 {
        match self {
            Kind::Word => width.bytes(),
            Kind::U32 => 4,
            Kind::U64 => 8,
        }
    }
}

/// Where the field with this number begins, if the fields before it have these kinds.
const fn offset_in(kinds: &[Kind], field: usize, width: Width) -> u32 {
    let mut offset: u32 = 0;
    let mut at = 0;
    while at <= field && at < kinds.len() {
        let bytes = kinds[at].bytes(width);
        offset = offset.next_multiple_of(bytes);
        if at < field {
            offset += bytes;
        }
        at += 1;
    }
    offset
}

macro_rules! rust_type {
    (Word) => {
        usize
    };
    (U32) => {
        u32
    };
    (U64) => {
        u64
    };
}

macro_rules! layout {
    (
        $(#[$doc:meta])* $name:ident, $(#[$field_doc:meta])* $fields:ident;
        $($(#[doc = $row_doc:literal])* $variant:ident $row:ident $kind:ident;)*
    ) => {
        $(#[$doc])*
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name {
            $($(#[doc = $row_doc])* pub $row: rust_type!($kind),)*
        }

        $(#[$field_doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum $fields {
            $($(#[doc = $row_doc])* $variant,)*
        }

        impl $fields {
            /// The fields' kinds, in order.
            pub const KINDS: &[Kind] = &[$(Kind::$kind),*];

            /// Where the field begins, in bytes from the structure's beginning.
            pub const fn offset(self, width: Width) -> u32 {
                offset_in(Self::KINDS, self as usize, width)
            }

            /// What the field is.
            pub const fn kind(self) -> Kind {
                Self::KINDS[self as usize]
            }
        }

        // The structure for this machine has the offsets that the compiler counts on. Where 64 bits are aligned to less (x86
        // with 32 bits), no native code is run.
        const _: () = {
            const IS_COUNTED_ON: bool = align_of::<u64>() == 8;
            $(assert!(
                !IS_COUNTED_ON || core::mem::offset_of!($name, $row) == $fields::$variant.offset(Width::NATIVE) as usize
            );)*
        };
    };
}

layout! {
    /// The first part of the context; the addresses of the helpers follow: see [`helper_offset`].
    Context,
    /// The fields of [`Context`].
    Field;

    /// The address of the memory's first byte.
    MemoryBase memory_base Word;
    /// Bytes of the memory. It never shrinks.
    MemoryBytes memory_bytes Word;
    /// The lowest address that the stack pointer may have.
    StackLimit stack_limit Word;
    /// The address of an `u32` that is not zero when the guest is to stop.
    Interrupt interrupt Word;
    /// The address of a list: for each global of the index space, the address of its value's 64 bits.
    Globals globals Word;
    /// The address of a list: for each table of the index space, the address of its [`TableHead`].
    Tables tables Word;
    /// The address of a list: for each function of the index space, the address of its [`FuncHead`].
    Funcs funcs Word;
    /// The address of a list: for each type of the module, its number in the store as an `u32`.
    Types types Word;
    /// The address of the instance. Functions with another one in their [`FuncHead`] are called through
    /// [`Helper::Call`].
    Instance instance Word;
    /// Where the stack pointer stood when native code was entered; a trap leaves to there.
    EntrySp entry_sp Word;
    /// What belongs to the runtime alone.
    Runtime runtime Word;
    /// The address of words through which functions pass what there are no registers for; the code makes them.
    TailArea tail_area Word;
    /// The address of code that is to be called because a function returned to have it called; zero if there is none. Only
    /// machines without tail calls need it.
    TailEntry tail_entry Word;
    /// Units of fuel that are left, in code that counts them.
    Fuel fuel U64;
}

layout! {
    /// How a table begins.
    TableHead,
    /// The fields of [`TableHead`].
    TableField;

    /// The address of the elements: a word each, zero for null, or the address of a [`FuncHead`].
    Elements elements Word;
    /// How many there are.
    Count count Word;
}

layout! {
    /// How a function begins.
    FuncHead,
    /// The fields of [`FuncHead`].
    FuncField;

    /// The number of its type in the store: equal numbers mean equal types.
    TypeId type_id U32;
    /// The function's index in its module.
    Index index U32;
    /// The address of its instance; zero for a host function.
    Instance instance Word;
    /// The address of its native code, or zero.
    Code code Word;
}

/// Where the address of a helper stands in the context, in bytes from its beginning.
pub const fn helper_offset(helper: Helper, width: Width) -> u32 {
    helpers_begin(width) + helper as u32 * width.bytes()
}

/// Where the address of a function stands that compilers assume, by its index in the architecture's list.
pub const fn library_offset(index: u32, width: Width) -> u32 {
    helpers_begin(width) + (Helper::COUNT as u32 + index) * width.bytes()
}

/// Where the helpers begin.
pub const fn helpers_begin(width: Width) -> u32 {
    Field::Fuel.offset(width) + 8
}

/// A number for the whole layout, with the architecture's `library`: what differs anywhere has, very likely, another
/// number (FNV-1a over kinds and names).
pub const fn hash(width: Width, library: &[&str]) -> u32 {
    let mut hash = 0x811C_9DC5;
    hash = hash_kinds(hash, Field::KINDS, width);
    hash = hash_kinds(hash, TableField::KINDS, width);
    hash = hash_kinds(hash, FuncField::KINDS, width);
    hash = hash_names(hash, Helper::NAMES);
    hash_names(hash, library)
}

const fn hash_names(mut hash: u32, names: &[&str]) -> u32 {
    let mut at = 0;
    while at < names.len() {
        let name = names[at].as_bytes();
        let mut byte = 0;
        while byte < name.len() {
            hash = step(hash, name[byte]);
            byte += 1;
        }
        hash = step(hash, 0);
        at += 1;
    }
    hash
}

const fn hash_kinds(mut hash: u32, kinds: &[Kind], width: Width) -> u32 {
    let mut at = 0;
    while at < kinds.len() {
        hash = step(hash, kinds[at].bytes(width) as u8);
        at += 1;
    }
    step(hash, 0xFF)
}

const fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ byte as u32).wrapping_mul(0x0100_0193)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_those_of_c() {
        assert_eq!(Field::MemoryBytes.offset(Width::W32), 4);
        assert_eq!(Field::MemoryBytes.offset(Width::W64), 8);
        // Thirteen words, and then the next multiple of eight.
        assert_eq!(Field::Fuel.offset(Width::W32), 56);
        assert_eq!(Field::Fuel.offset(Width::W64), 104);
        assert_eq!(helpers_begin(Width::W64), size_of::<Context>() as u32);
        assert_eq!(FuncField::Code.offset(Width::W32), 12);
        assert_eq!(FuncField::Code.offset(Width::W64), 16);
    }

    #[test]
    fn the_hash_tells_widths_apart() {
        assert_ne!(hash(Width::W32, &[]), hash(Width::W64, &[]));
        assert_ne!(hash(Width::W32, &["a", "b"]), hash(Width::W32, &["ab"]));
    }
}
