//! `wasm_export.h`: the functions that programs written for WAMR call.
//!
//! | module | functions |
//! |---|---|
//! | `runtime` | what all modules share, and how often it was asked for |
//! | `life` | initialising and destroying |

mod life;
mod runtime;
