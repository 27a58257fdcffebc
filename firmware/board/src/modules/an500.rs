//! Addresses of the MPS2 AN500. Source: "Application Note AN500", table 3-1.

/// UART 1.
pub const SECOND_UART: usize = 0x4000_5000;
