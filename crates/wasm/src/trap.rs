//! Why a guest was stopped.

use core::fmt;

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        /// What the guest did, or had done to it. The numbers are stable: compiled code uses them.
        #[repr(u8)]
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Trap { $($(#[$doc])* $name = $number),* }

        impl Trap {
            /// The trap with this number.
            ///
            /// ```
            /// use moteur_wasm::Trap;
            /// assert_eq!(Trap::from_u8(Trap::IntegerOverflow as u8), Some(Trap::IntegerOverflow));
            /// assert_eq!(Trap::from_u8(0), None);
            /// ```
            pub const fn from_u8(number: u8) -> Option<Trap> {
                match number {
                    $($number => Some(Trap::$name),)*
                    _ => None,
                }
            }

            /// What happened, in the words of the specification's tests.
            pub const fn message(self) -> &'static str {
                match self { $(Trap::$name => $text),* }
            }
        }
    };
}

traps! {
    /// It executed `unreachable`.
    Unreachable = 1, "unreachable";
    /// It divided an integer by zero.
    IntegerDivideByZero = 2, "integer divide by zero";
    /// A quotient or a converted number did not fit its type.
    IntegerOverflow = 3, "integer overflow";
    /// It converted a NaN to an integer.
    BadConversionToInteger = 4, "invalid conversion to integer";
    /// It reached outside a memory or a data segment.
    MemoryOutOfBounds = 5, "out of bounds memory access";
    /// It reached outside a table or an element segment.
    TableOutOfBounds = 6, "out of bounds table access";
    /// It called through an index outside the table.
    UndefinedElement = 7, "undefined element";
    /// It called through a null reference.
    UninitializedElement = 8, "uninitialized element";
    /// It called a function of another type than it said.
    IndirectCallTypeMismatch = 9, "indirect call type mismatch";
    /// Its calls took all of its stack.
    StackOverflow = 10, "call stack exhausted";
    /// It used up its fuel.
    OutOfFuel = 11, "all fuel consumed";
    /// Somebody interrupted it.
    Interrupted = 12, "interrupted";
    /// Its native code made the processor take a fault.
    Fault = 13, "processor fault";
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Trap {}
