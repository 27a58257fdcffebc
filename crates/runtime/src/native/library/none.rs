//! Machines whose processors have all instructions.

/// How many functions there are.
pub const COUNT: usize = 0;

/// Where they are.
pub const TABLE: [*const (); COUNT] = [];
