//! The register code that functions are lowered to: its instructions and how they lie in memory.

pub(crate) mod layout;
pub(crate) mod op;
