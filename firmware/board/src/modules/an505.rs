//! Addresses of the MPS2+ AN505. Source: "Application Note AN505", table 4-1.

/// UART 1, secure alias.
pub const SECOND_UART: usize = 0x5020_1000;
