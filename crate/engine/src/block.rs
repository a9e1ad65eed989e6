//! A residual block: y = ReLU(a·h(x) + F(x)), with the gradient's two ways back kept apart.

use crate::EngineError;
use crate::layer::{Chain, ChainTape, Gradients, Running};
use crate::parameters::Parameters;
use candle_core::Tensor;
use protocol::Shortcut;

/// A post-activation residual block (He et al. 2015, equation 1, with the shortcut's strength a added).
pub struct Block {
    pub(crate) branch: Chain,
    pub(crate) shortcut: Shortcut,
}

/// What a block's backward pass and its measurements need.
pub struct BlockTape {
    branch_tape: ChainTape,
    x_dims: (usize, usize, usize, usize),
    /// F(x), before the sum.
    pub branch: Tensor,
    /// h(x), without its strength; `None` at strength 0.
    pub shortcut: Option<Tensor>,
    /// The block's output, after the ReLU.
    pub y: Tensor,
}

/// The gradient at a block's input, whole and by the way it came.
pub struct BlockGradient {
    /// ∂E/∂x = shortcut part + branch part.
    pub whole: Tensor,
    /// The part that comes back over the shortcut, a·hᵀDg; `None` at strength 0.
    pub shortcut: Option<Tensor>,
    /// The part that comes back through the branch, JᵀDg.
    pub branch: Tensor,
}

impl Block {
    /// x `[N, C, H, W]` at strength a → the output and the tape, with batch statistics.
    pub(crate) fn forward(&self, parameters: &Parameters, x: &Tensor, a: f64) -> Result<BlockTape, EngineError> {
        let (branch, branch_tape) = self.branch.forward(parameters, x)?;
        let shortcut = self.open_shortcut(x, &branch, a)?;
        let y = join(&branch, shortcut.as_ref(), a)?;
        Ok(BlockTape { branch_tape, x_dims: x.dims4()?, branch, shortcut, y })
    }

    /// The output with running statistics.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: &[Running],
        x: &Tensor,
        a: f64,
    ) -> Result<Tensor, EngineError> {
        let branch = self.branch.evaluate(parameters, running, x)?;
        let shortcut = self.open_shortcut(x, &branch, a)?;
        join(&branch, shortcut.as_ref(), a)
    }

    /// From the gradient g at the output to the gradients at the input; parameter gradients go into `gradients`.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &BlockTape,
        g: &Tensor,
        a: f64,
        gradients: &mut Gradients,
    ) -> Result<BlockGradient, EngineError> {
        let masked = kernel::relu_backward(&tape.y, g)?;
        let branch = match self.branch.backward(parameters, &tape.branch_tape, &masked, gradients, true)? {
            Some(branch) => branch,
            None => Tensor::zeros(tape.x_dims, g.dtype(), g.device())?,
        };
        if a == 0.0 {
            return Ok(BlockGradient { whole: branch.clone(), shortcut: None, branch });
        }
        let returned = match self.shortcut {
            Shortcut::Identity => masked,
            Shortcut::OptionA => kernel::option_a_backward(&masked, tape.x_dims)?,
        };
        let shortcut = if a == 1.0 { returned } else { (returned * a)? };
        Ok(BlockGradient { whole: kernel::add_scaled(&branch, &shortcut, 1.0)?, shortcut: Some(shortcut), branch })
    }

    /// Moves the branch's running statistics towards those of the batch.
    pub(crate) fn track(&self, tape: &BlockTape, running: &mut [Running]) -> Result<(), EngineError> {
        self.branch.track(&tape.branch_tape, running)
    }

    /// h(x), or nothing at strength 0, so that a closed shortcut costs and carries nothing.
    fn open_shortcut(&self, x: &Tensor, branch: &Tensor, a: f64) -> Result<Option<Tensor>, EngineError> {
        Ok(match self.shortcut {
            _ if a == 0.0 => None,
            Shortcut::Identity => Some(x.clone()),
            Shortcut::OptionA => Some(kernel::option_a(x, branch.dim(1)?)?),
        })
    }
}

fn join(branch: &Tensor, shortcut: Option<&Tensor>, a: f64) -> Result<Tensor, EngineError> {
    Ok(match shortcut {
        Some(shortcut) => kernel::relu(&kernel::add_scaled(branch, shortcut, a)?)?,
        None => kernel::relu(branch)?,
    })
}
