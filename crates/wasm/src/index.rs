//! Index spaces: one type each, so that the index of a function is never taken for that of a table.

macro_rules! indices {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as an index of slices.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )* };
}

indices! {
    /// The index of a type.
    TypeIdx
    /// The index of a function; imported functions come first.
    FuncIdx
    /// The index of a table; imported tables come first.
    TableIdx
    /// The index of a memory; imported memories come first.
    MemIdx
    /// The index of a global; imported globals come first.
    GlobalIdx
    /// The index of an element segment.
    ElemIdx
    /// The index of a data segment.
    DataIdx
    /// The index of a local of a function; parameters come first.
    LocalIdx
    /// The depth of a label, counted from the innermost block.
    LabelIdx
}
