//! The gates, one for each function of the runtime that native code calls.

/// Makes a function of each row with `gate!`, which leads through the machine's gate to the function behind the name.
macro_rules! gates {
    ($($name:ident)*) => {
        $(
            /// The helper of this name, marked as on the way while it is.
            ///
            /// # Safety
            /// Native code calls it, as it would the helper.
            #[unsafe(naked)]
            pub unsafe extern "C" fn $name() {
                gate!(crate::native::helpers::$name)
            }
        )*
    };
}

/// All of them.
macro_rules! all_gates {
    () => {
        gates! {
            call memory_grow memory_fill memory_copy memory_init data_drop table_grow table_fill table_copy table_init elem_drop
        }
    };
}
