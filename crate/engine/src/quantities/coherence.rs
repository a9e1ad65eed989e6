//! How much the paths add up rather than cancel: ρ = ‖g‖²/E‖g_ε‖², g_ε the gradient with each branch's backward
//! pass multiplied by a random sign. The signs make the cross terms between different paths vanish on average, so E‖g_ε‖²
//! is the energy of all 2^n paths without interference. 1: no interference; above: they reinforce each other.

use super::paths::{Analysis, Backward, through_block};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::{BlockFloat, Ways};
use crate::random::Stream;
use protocol::Quantity;

/// Draws of signs; in small networks they leave a standard error of a tenth (`crate/engine/tests/it/paths.rs`).
const DRAWS: usize = 32;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::Coherence],
    measure: Measure::Paths(|backward| Box::new(Coherence::new(backward))),
    #[cfg(test)]
    twin: Twin::Own("coherence_compares_with_the_energy_of_all_paths_without_interference"),
};

struct Coherence {
    signs: Stream,
    g: BlockFloat,
    left: usize,
    draws_left: usize,
    energy: f64,
}

impl Coherence {
    fn new(backward: &Backward) -> Self {
        let (seed, step) = backward.seed_and_step;
        let signs = Stream::new(seed, "coherence", step);
        Self { signs, g: backward.at_end().clone(), left: backward.tapes.len(), draws_left: DRAWS, energy: 0.0 }
    }
}

impl Analysis for Coherence {
    fn advance(&mut self, backward: &Backward, found: &mut Measurements) -> Result<bool, EngineError> {
        if self.left > 0 {
            self.left -= 1;
            let sign = if self.signs.below(2) == 0 { 1.0 } else { -1.0 };
            self.g = through_block(backward, self.left, &self.g, Ways { shortcut: 1.0, branch: sign })?.whole;
            return Ok(true);
        }
        self.energy += self.g.l2()?.powi(2) / DRAWS as f64;
        self.draws_left -= 1;
        if self.draws_left > 0 {
            (self.g, self.left) = (backward.at_end().clone(), backward.tapes.len());
            return Ok(true);
        }
        let whole = backward.at_start.l2()?.powi(2);
        found.set_scalar(Quantity::Coherence, (self.energy > 0.0).then_some(whole / self.energy));
        Ok(false)
    }
}
