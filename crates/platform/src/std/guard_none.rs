//! No memory that lets guests survive faults: what takes the place of `guard` on systems where none is caught.

use crate::GuardedMemory;

/// Memory of this process that guards itself, if this system has such memory: it has none.
pub const GUARDED: Option<&'static dyn GuardedMemory> = None;
