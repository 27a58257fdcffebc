//! What a module may import besides the one function of this firmware: an interface by feature, so that the difference
//! of two images is what it takes. `cargo xtask size` builds each.

#[cfg(any(feature = "libc", feature = "streams", feature = "wasi"))]
mod machine;

#[cfg(feature = "devices")]
mod devices;
#[cfg(feature = "libc")]
mod libc;
#[cfg(not(any(feature = "devices", feature = "libc", feature = "streams", feature = "wasi")))]
mod none;
#[cfg(feature = "streams")]
mod streams;
#[cfg(feature = "wasi")]
mod wasi;

#[cfg(feature = "devices")]
pub use devices::{World, link, world};
#[cfg(feature = "libc")]
pub use libc::{World, link, world};
#[cfg(not(any(feature = "devices", feature = "libc", feature = "streams", feature = "wasi")))]
pub use none::{World, link, world};
#[cfg(feature = "streams")]
pub use streams::{World, link, world};
#[cfg(feature = "wasi")]
pub use wasi::{World, link, world};
