//! Without outages on command.

use board::modules::SimulatedFlash;

/// Does nothing.
pub struct Outages;

impl Outages {
    /// Nothing.
    pub fn new() -> Outages {
        Outages
    }

    /// Does nothing.
    pub fn poll(&mut self, _: &mut SimulatedFlash) {}
}
