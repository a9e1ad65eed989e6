//! Backward passes that treat the two ways through a block differently, at the operating point of a sweep: masks and
//! batch-norm statistics are those of the real forward pass, so each pass is linear in the gradient. Every branch counts
//! one, every shortcut (identity, option A or projection alike) nothing. What these analyses share.

use super::Measurements;
use crate::EngineError;
use crate::network::{BlockFloat, BlockTape, Network, Ways};
use candle_core::Tensor;

/// A finished backward pass that others can be made from.
pub struct Backward<'a> {
    /// The network.
    pub(crate) network: &'a Network,
    /// The tape of each block.
    pub(crate) tapes: &'a [BlockTape],
    /// ∂E/∂y of each block, what arrived at its output, the last block's first.
    pub(crate) arrived: &'a [BlockFloat],
    /// ∂E/∂x of the first block.
    pub(crate) at_start: &'a BlockFloat,
    /// Seed and step, which name the random streams.
    pub(crate) seed_and_step: (u64, u64),
}

impl Backward<'_> {
    /// ∂E/∂x of the head, that is, at the last block's output.
    pub(super) fn at_end(&self) -> &BlockFloat {
        self.arrived.first().unwrap_or(self.at_start)
    }

    /// ∂E/∂y of a block.
    pub(super) fn at_output(&self, block: usize) -> &BlockFloat {
        &self.arrived[self.arrived.len() - 1 - block]
    }

    /// ∂E/∂x of the first block.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn at_start(&self) -> Result<Tensor, EngineError> {
        self.at_start.lowered()
    }
}

/// An analysis under way.
pub(crate) trait Analysis {
    /// Takes one block; when it has taken the last it records what it found and returns `false`.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    fn advance(&mut self, backward: &Backward, found: &mut Measurements) -> Result<bool, EngineError>;
}

/// The gradient at a block's input, whole and by the way it came.
pub(super) struct Parts {
    pub(super) whole: BlockFloat,
    pub(super) parts: Ways<Option<BlockFloat>>,
}

/// The gradient at a block's input from g at its output, what comes each way multiplied by that way's factor; a factor of
/// 0 costs nothing. No parameter gradients.
pub(super) fn through_block(
    backward: &Backward,
    block: usize,
    g: &BlockFloat,
    factors: Ways<f64>,
) -> Result<Parts, EngineError> {
    let Backward { network, tapes, .. } = backward;
    let (tape, block, parameters) = (&tapes[block], &network.blocks[block], &network.parameters);
    let BlockFloat { tensor: g, exponent } = block.gradient_in_range(g)?;
    let masked = block.mask(tape, &g)?;
    let part = |tensor: Option<Tensor>, factor: f64| {
        tensor.map(|tensor| BlockFloat { tensor, exponent }.times(factor)).transpose()
    };
    let mut parts = Ways { shortcut: None, branch: None };
    if factors.shortcut != 0.0 {
        parts.shortcut = part(block.over_shortcut(parameters, tape, &masked, None)?, factors.shortcut)?;
    }
    if factors.branch != 0.0 {
        parts.branch = part(block.through_branch(parameters, tape, &masked, None)?, factors.branch)?;
    }
    let whole = match parts.clone().sum(|both| both.shortcut.plus(&both.branch))? {
        Some(whole) => whole,
        None => BlockFloat::plain(tape.zero_input(&g)?),
    };
    Ok(Parts { whole, parts })
}

/// The gradient at the first block's input when what comes over each block's shortcut and through its branch is multiplied
/// by these factors: `{ shortcut: 1, branch: c }` scales the branches' backward pass, zeros and ones choose paths, which
/// is how tests look at single ones.
///
/// # Errors
/// [`EngineError::Candle`] if the device has no memory left.
pub fn gradient_over(backward: &Backward, factors: impl Fn(usize) -> Ways<f64>) -> Result<Tensor, EngineError> {
    let mut g = backward.at_end().clone();
    for block in (0..backward.tapes.len()).rev() {
        g = through_block(backward, block, &g, factors(block))?.whole;
    }
    g.lowered()
}
