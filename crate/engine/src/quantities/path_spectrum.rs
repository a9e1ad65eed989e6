//! The path-length spectrum, exact: the gradient at the first block is Σ_k G_k, G_k the sum over all paths
//! through exactly k branches. With t counting branches, g_l(t) = (a·hᵀ + tJᵀ)·D·g_{l+1}(t); the coefficients are carried
//! back block by block: n(n+1)/2 passes through a branch. Effective depth: Σk‖G_k‖²/Σ‖G_k‖².
//!
//! Veit et al. 2016 (arXiv 1605.06431) asked which path lengths carry the gradient and answered with an upper bound
//! (`path_bound.rs`); this is the vector sum itself, with what cancels cancelled.

use super::paths::{Analysis, Backward, through_block};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::{BlockFloat, Ways};
use candle_core::Tensor;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::PathEnergy, Quantity::EffectiveDepth],
    measure: Measure::Paths(|backward| Box::new(PathSpectrum::new(backward))),
    #[cfg(test)]
    twin: Twin::Own("the_recorded_spectrum_and_depths_are_those_of_the_parts"),
};

struct PathSpectrum {
    /// G_k at the present block's output, from k = 0; `None` where no path has that length.
    by_length: Vec<Option<BlockFloat>>,
    /// Blocks still to take.
    left: usize,
}

impl PathSpectrum {
    fn new(backward: &Backward) -> Self {
        Self { by_length: vec![Some(backward.at_end().clone())], left: backward.tapes.len() }
    }
}

impl Analysis for PathSpectrum {
    fn advance(&mut self, backward: &Backward, found: &mut Measurements) -> Result<bool, EngineError> {
        if self.left > 0 {
            self.left -= 1;
            self.by_length = back_through(backward, self.left, &self.by_length)?;
            return Ok(true);
        }
        let mut energies = Vec::with_capacity(self.by_length.len());
        for part in &self.by_length {
            energies.push(part.as_ref().map(BlockFloat::l2).transpose()?.unwrap_or(0.0).powi(2));
        }
        found.set_scalar(Quantity::EffectiveDepth, measure::mean_index(&energies));
        found.set_vector(Quantity::PathEnergy, energies);
        Ok(false)
    }
}

/// The coefficients at a block's input from those at its output.
pub(super) fn back_through(
    backward: &Backward,
    block: usize,
    at_output: &[Option<BlockFloat>],
) -> Result<Vec<Option<BlockFloat>>, EngineError> {
    let mut at_input = vec![None; at_output.len() + 1];
    for (length, part) in at_output.iter().enumerate() {
        let Some(part) = part else { continue };
        let Ways { shortcut, branch } =
            through_block(backward, block, part, Ways { shortcut: 1.0, branch: 1.0 })?.parts;
        at_input[length] = plus(at_input[length].take(), shortcut)?;
        at_input[length + 1] = plus(at_input[length + 1].take(), branch)?;
    }
    Ok(at_input)
}

fn plus(a: Option<BlockFloat>, b: Option<BlockFloat>) -> Result<Option<BlockFloat>, EngineError> {
    Ok(match (a, b) {
        (Some(a), Some(b)) => Some(a.plus(&b)?),
        (one, other) => one.or(other),
    })
}

/// G_k at the first block's input for k = 0, …, n, for tests; `None` where no path has that length.
///
/// # Errors
/// [`EngineError::Candle`] if the device has no memory left.
pub fn path_parts(backward: &Backward) -> Result<Vec<Option<Tensor>>, EngineError> {
    let mut by_length = vec![Some(backward.at_end().clone())];
    for block in (0..backward.tapes.len()).rev() {
        by_length = back_through(backward, block, &by_length)?;
    }
    by_length.iter().map(|part| part.as_ref().map(BlockFloat::lowered).transpose()).collect()
}
