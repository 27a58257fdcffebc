//! What one guest has of the world: arguments, environment, open descriptors, and the devices behind them.

use core::fmt;

use moteur::Heap;
use moteur_platform::Platform;

use super::descriptors::Descriptors;
use super::strings::{StringError, Strings};

/// The world of one guest, as WASI shows it. It belongs into the store's data, where
/// [`add_to_linker`](super::add_to_linker)'s accessor finds it.
pub struct Wasi {
    pub(super) arguments: Strings,
    pub(super) environment: Strings,
    pub(super) descriptors: Descriptors,
    pub(super) platform: &'static dyn Platform,
    /// The monotonic clock when the guest's life began: its processor time counts from here.
    pub(super) born: u64,
}

impl Wasi {
    /// A guest without arguments and variables, with the three standard streams open. Texts that are added later take
    /// their memory from `heap`.
    pub fn new(heap: Heap, platform: &'static dyn Platform) -> Self {
        Wasi {
            arguments: Strings::new_in(heap),
            environment: Strings::new_in(heap),
            descriptors: Descriptors::standard(),
            platform,
            born: platform.clock().map_or(0, |clock| clock.monotonic_ns()),
        }
    }

    /// Appends an argument. The first is, by custom, the program's name.
    pub fn argument(&mut self, text: &[u8]) -> Result<(), StringError> {
        self.arguments.push(&[text])
    }

    /// Appends a variable to the environment.
    pub fn variable(&mut self, key: &[u8], value: &[u8]) -> Result<(), StringError> {
        self.environment.push(&[key, b"=", value])
    }
}

impl fmt::Debug for Wasi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wasi").field("descriptors", &self.descriptors).finish_non_exhaustive()
    }
}
