//! The mean number of branches on a path, weighted by what each path adds to the gradient: with
//! d = ΣkG_k, κ = ⟨g, d⟩/⟨g, g⟩. d comes from one further cotangent, d_l = (a·hᵀ + Jᵀ)·D·d_{l+1} + Jᵀ·D·g_{l+1}, so κ costs
//! about one backward pass instead of the spectrum's n/2. It can be negative where long paths work against the rest.

use super::paths::{Analysis, Backward, through_block};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::norms::dot;
use crate::network::{BlockFloat, Ways, unit};
use protocol::Quantity;

const SHORTCUT: Ways<f64> = Ways { shortcut: 1.0, branch: 0.0 };
const BRANCH: Ways<f64> = Ways { shortcut: 0.0, branch: 1.0 };

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::EffectiveDepthMean],
    measure: Measure::Paths(|backward| Box::new(MeanDepth::new(backward))),
    #[cfg(test)]
    twin: Twin::Own("the_recorded_spectrum_and_depths_are_those_of_the_parts"),
};

struct MeanDepth {
    /// d at the present block's output; nothing before the first branch.
    d: Option<BlockFloat>,
    left: usize,
}

impl MeanDepth {
    fn new(backward: &Backward) -> Self {
        Self { d: None, left: backward.tapes.len() }
    }
}

impl Analysis for MeanDepth {
    fn advance(&mut self, backward: &Backward, found: &mut Measurements) -> Result<bool, EngineError> {
        if self.left > 0 {
            self.left -= 1;
            let g = backward.at_output(self.left);
            // Jᵀ is linear: one pass through the branch with d + g, one over the shortcut with d.
            let both = match &self.d {
                Some(d) => d.plus(g)?,
                None => g.clone(),
            };
            let through = through_block(backward, self.left, &both, BRANCH)?.whole;
            self.d = Some(match &self.d {
                Some(d) => through.plus(&through_block(backward, self.left, d, SHORTCUT)?.whole)?,
                None => through,
            });
            return Ok(true);
        }
        let BlockFloat { tensor: g, exponent } = backward.at_start;
        let of_d = |d: &BlockFloat| Ok::<_, EngineError>(dot(g, &d.tensor)? * unit(d.exponent - exponent));
        let (product, size) = (self.d.as_ref().map_or(Ok(0.0), of_d)?, dot(g, g)?);
        found.set_scalar(Quantity::EffectiveDepthMean, (size > 0.0).then_some(product / size));
        Ok(false)
    }
}
