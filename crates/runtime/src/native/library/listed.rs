//! Makes the table of an architecture from the names in its list: most are functions of Rust's own library, some are the
//! meanings of our operators.

macro_rules! library {
    ($list:path; $($name:ident)* ; $($abi:literal $number:ident($($argument:ident: $ty:ty),*) -> $result:ty = $meaning:path;)*) => {
        /// How many functions there are.
        pub const COUNT: usize = $list.len();

        unsafe extern "C" {
            $(fn $name();)*
        }

        $(extern $abi fn $number($($argument: $ty),*) -> $result {
            $meaning($($argument),*)
        })*

        /// Their addresses, in the order of the list.
        pub fn table() -> [usize; COUNT] {
            const NAMES: [&str; COUNT] = [$(stringify!($name),)* $(stringify!($number)),*];
            // The order is that of the list.
            const { $crate::native::library::listed::assert_order(&NAMES, $list) };
            [$($name as *const () as usize,)* $($number as *const () as usize),*]
        }
    };
}

/// Fails to compile where a name is not the one that the list has in its place.
pub const fn assert_order(names: &[&str], list: &[&str]) {
    let mut at = 0;
    while at < names.len() {
        let (ours, listed) = (names[at].as_bytes(), list[at].as_bytes());
        assert!(ours.len() == listed.len());
        let mut byte = 0;
        while byte < ours.len() {
            assert!(ours[byte] == listed[byte]);
            byte += 1;
        }
        at += 1;
    }
}
