//! Modules that come over the line go straight into the idle slot.

use board::modules::SimulatedFlash;
use moteur::Engine;
use moteur_slots::{Candidate, Session, Slots};

use crate::guest::{self, Refused};

/// A session that waits for modules.
pub fn new(
    engine: &Engine,
    slots: Slots<SimulatedFlash>,
) -> Session<SimulatedFlash, impl FnMut(&Candidate<'_>) -> Result<(), Refused>> {
    Session::new(slots, |candidate| guest::check(engine, candidate))
}

/// There is no other place that modules come from.
pub fn at_start(_: &Engine, _: &mut Slots<SimulatedFlash>) {}
