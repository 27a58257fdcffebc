//! A constant-time heap inside a buffer that the caller gives, with [`Vec`], [`Box`] and [`Arc`] that say so when
//! memory runs out.
#![doc = "\n"]
#![doc = include_str!("../README.md")]
#![no_std]

#[cfg(feature = "std")]
extern crate std;

mod arc;
mod blocks;
mod boxed;
#[cfg(feature = "std")]
mod counted;
#[cfg(any(feature = "std", feature = "external"))]
mod external;
mod heap;
mod pool;
mod unsize;
mod vec;

// Parts that exist in two kinds, of which a build has one.
#[cfg_attr(target_has_atomic = "ptr", path = "count_atomic.rs")]
#[cfg_attr(not(target_has_atomic = "ptr"), path = "count_cell.rs")]
mod count;
#[cfg_attr(feature = "fault", path = "fuse.rs")]
#[cfg_attr(not(feature = "fault"), path = "fuse_none.rs")]
mod fuse;
#[cfg_attr(target_has_atomic = "8", path = "lock_spin.rs")]
#[cfg_attr(not(target_has_atomic = "8"), path = "lock_flag.rs")]
mod lock;
#[cfg_attr(any(feature = "std", feature = "external"), path = "source_several.rs")]
#[cfg_attr(not(any(feature = "std", feature = "external")), path = "source_blocks.rs")]
mod source;
#[cfg_attr(feature = "std", path = "system.rs")]
#[cfg_attr(not(feature = "std"), path = "system_none.rs")]
mod system;

pub use arc::Arc;
#[doc(hidden)]
pub use arc::ArcInner;
pub use blocks::{GRANULARITY, HEADER_BYTES, MAX_BLOCK_BYTES};
pub use boxed::{Box, Zeroable};
#[cfg(feature = "std")]
pub use counted::Counted;
#[cfg(any(feature = "std", feature = "external"))]
pub use external::External;
pub use heap::{Heap, OutOfMemory};
#[doc(hidden)]
pub use lock::{Held, Lock};
pub use pool::{CONTROL_BYTES, Stats};
pub use vec::Vec;

// One word per handle and per shared value; a vector is four.
const _: () = assert!(size_of::<Heap>() == size_of::<usize>());
const _: () = assert!(size_of::<Arc<u8>>() == size_of::<usize>());
const _: () = assert!(size_of::<Box<u8>>() == 2 * size_of::<usize>());
const _: () = assert!(size_of::<Vec<u8>>() == 4 * size_of::<usize>());
const _: () = assert!(size_of::<usize>() != 4 || CONTROL_BYTES <= 704);
