//! The memory protection unit: which addresses may be read, written and executed. What is in no layer is not accessible at
//! all, but for the processor's own registers, which every generation of the unit leaves to privileged code.
//!
//! | file | has |
//! |---|---|
//! | `layers` | what a machine's memory is, one layer over the other: nothing is both written and executed |
//! | `v7` | the registers of Armv7-M, whose regions are powers of two in eighths, and may overlap |
//! | `v8` | those of Armv8-M, whose regions are of 32 bytes each and may not |
//! | `unit` | the unit itself |
//!
//! Sources: Armv7-M Architecture Reference Manual (DDI 0403E), B3.5; Armv8-M Architecture Reference Manual (DDI 0553B),
//! B9 and D1.2, "MPU_RBAR", "MPU_RLAR", "MPU_MAIR0".

mod layers;
mod unit;
mod v7;
mod v8;

pub use layers::{Access, Layer, LayerIndex, Layers, Memory};
pub use unit::{Mpu, Pmsa};
pub use v7::V7;
pub use v8::V8;
