//! A machine that cannot be asked has what this build's target promises, and what its [`CodeMemory`] adds.
//!
//! [`CodeMemory`]: crate::CodeMemory

use moteur_image::feature;

/// What this CPU has at least.
pub fn here() -> u64 {
    const { feature::of_target(env!("MOTEUR_TARGET")) }
}
