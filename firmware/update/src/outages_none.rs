//! Without outages on command.

use board::modules::SimulatedFlash;

/// Does nothing.
pub struct Outages;

/// Does nothing.
#[cfg_attr(not(feature = "files"), allow(dead_code))]
pub fn copying(_: &mut SimulatedFlash) {}

impl Outages {
    /// Nothing.
    pub fn new() -> Outages {
        Outages
    }

    /// Does nothing.
    pub fn poll(&mut self, _: &mut SimulatedFlash) {}
}
