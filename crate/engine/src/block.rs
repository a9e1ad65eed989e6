//! A residual block: y = f(a·h(x) + b·F(x)), with the gradient's two ways back kept apart.

use crate::EngineError;
use crate::chain::{Chain, ChainTape};
use crate::layer::{Dims, Gradients, Layer, Running, activate, activation_backward};
use crate::norms::l2;
use crate::parameters::Parameters;
use crate::scaled::{Scaled, unit};
use candle_core::Tensor;
use protocol::{Activation, Merge};

/// A block (He et al. 2015, equation 1, with the weights of the two terms added). Without a shortcut, as in VGG, a is 0.
pub struct Block {
    pub(crate) branch: Chain,
    pub(crate) shortcut: Shortcut,
    pub(crate) merge: Merge,
    /// f: the activation after the sum, or the identity.
    pub(crate) after: Activation,
    /// Channels of the output that the branch makes.
    pub(crate) branch_channels: usize,
}

/// What the shortcut h does.
pub(crate) enum Shortcut {
    None,
    Identity,
    OptionA { channels: usize },
    Projection(Chain),
}

/// The weights of the two terms at a block's join: a·h(x) + b·F(x). A term of weight 0 is left out: it costs and carries
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Join {
    /// a, the shortcut's strength.
    pub shortcut: f64,
    /// b: 1; 0 where the branch is left out (stochastic depth, ablation); its probability when stochastic depth is tested.
    pub branch: f64,
}

impl Join {
    /// The whole branch, and the shortcut at this strength.
    pub fn at(strength: f64) -> Self {
        Self { shortcut: strength, branch: 1.0 }
    }
}

/// What a block's backward pass and its measurements need. Its tensors hold the true numbers times 2^exponent.
pub struct BlockTape {
    branch_tape: Option<ChainTape>,
    projection_tape: Option<ChainTape>,
    x_dims: Dims,
    join: Join,
    /// F(x), before the sum; `None` if it is left out.
    pub branch: Option<Tensor>,
    /// h(x), without its strength; `None` at strength 0.
    pub shortcut: Option<Tensor>,
    /// The block's output, after f.
    pub y: Tensor,
    pub(crate) exponent: i32,
}

/// The gradient at a block's input, whole and by the way it came. Its tensors hold the true numbers times 2^exponent.
pub struct BlockGradient {
    /// ∂E/∂x = shortcut part + branch part.
    pub whole: Tensor,
    /// The part that comes back over the shortcut, a·hᵀDg; `None` at strength 0.
    pub shortcut: Option<Tensor>,
    /// The part that comes back through the branch, b·JᵀDg; `None` if the branch is left out.
    pub branch: Option<Tensor>,
    /// Dg, the gradient behind f.
    pub masked: Tensor,
    pub(crate) exponent: i32,
}

impl BlockGradient {
    /// The norm of one of its tensors, in true numbers.
    pub(crate) fn l2(&self, part: &Tensor) -> Result<f64, EngineError> {
        Ok(l2(part)? * unit(self.exponent))
    }
}

impl BlockTape {
    /// The block's output, as the next block takes it.
    pub(crate) fn output(&self) -> Scaled {
        Scaled { tensor: self.y.clone(), exponent: self.exponent }
    }

    /// The norm of one of its tensors, in true numbers.
    pub(crate) fn l2(&self, tensor: &Tensor) -> Result<f64, EngineError> {
        Ok(l2(tensor)? * unit(self.exponent))
    }

    /// A gradient of 0 at the block's input.
    pub(crate) fn zero_input(&self, like: &Tensor) -> Result<Tensor, EngineError> {
        Ok(Tensor::zeros(self.x_dims, like.dtype(), like.device())?)
    }
}

impl Block {
    /// x `[N, C, H, W]` → the output and the tape, with batch statistics.
    pub(crate) fn forward(&self, parameters: &Parameters, x: &Scaled, join: Join) -> Result<BlockTape, EngineError> {
        let Scaled { tensor: x, exponent } = &self.in_range(x)?;
        let (branch, branch_tape) = if join.branch == 0.0 {
            (None, None)
        } else {
            let (branch, tape) = self.branch.forward(parameters, x)?;
            (Some(branch), Some(tape))
        };
        let (shortcut, projection_tape) = match &self.shortcut {
            Shortcut::Projection(chain) if join.shortcut != 0.0 => {
                let (shortcut, tape) = chain.forward(parameters, x)?;
                (Some(shortcut), Some(tape))
            }
            _ => (self.fixed_shortcut(x, join)?, None),
        };
        let y = self.join(x, branch.as_ref(), shortcut.as_ref(), join)?;
        Ok(BlockTape {
            branch_tape,
            projection_tape,
            x_dims: x.dims4()?,
            join,
            branch,
            shortcut,
            y,
            exponent: *exponent,
        })
    }

    /// The output with these running statistics, or those of the batch if there are none.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &Scaled,
        join: Join,
    ) -> Result<Scaled, EngineError> {
        let Scaled { tensor, exponent } = self.in_range(x)?;
        Ok(Scaled { tensor: self.output(parameters, running, &tensor, join)?, exponent })
    }

    fn output(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &Tensor,
        join: Join,
    ) -> Result<Tensor, EngineError> {
        if join == (Join { shortcut: 0.0, branch: 0.0 }) {
            if matches!(self.shortcut, Shortcut::None) {
                // What remains of a block without a shortcut that is left out is its pooling.
                return self.branch.pools().evaluate(parameters, running, x);
            }
            // Both ways are shut: f(0), in the shape that the shortcut has.
            let open = self.output(parameters, running, x, Join { shortcut: 1.0, branch: 0.0 })?;
            return activate(self.after, &open.zeros_like()?);
        }
        let branch = if join.branch == 0.0 { None } else { Some(self.branch.evaluate(parameters, running, x)?) };
        let shortcut = match &self.shortcut {
            Shortcut::Projection(chain) if join.shortcut != 0.0 => Some(chain.evaluate(parameters, running, x)?),
            _ => self.fixed_shortcut(x, join)?,
        };
        self.join(x, branch.as_ref(), shortcut.as_ref(), join)
    }

    /// From the gradient g at the output to the gradients at the input; parameter gradients go into `gradients`, times two
    /// to the tape's and the gradient's exponents together.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &BlockTape,
        g: &Scaled,
        gradients: &mut Gradients,
    ) -> Result<BlockGradient, EngineError> {
        let Scaled { tensor: g, exponent } = self.gradient_in_range(g)?;
        let masked = self.mask(tape, &g)?;
        let branch = self.through_branch(parameters, tape, &masked, Some(gradients))?;
        let shortcut = self.over_shortcut(parameters, tape, &masked, Some(gradients))?;
        let whole = sum(branch.as_ref(), shortcut.as_ref(), tape, &g)?;
        Ok(BlockGradient { whole, shortcut, branch, masked, exponent })
    }

    /// Dg: the gradient behind f, from that at the output.
    pub(crate) fn mask(&self, tape: &BlockTape, g: &Tensor) -> Result<Tensor, EngineError> {
        activation_backward(self.after, &tape.y, g)
    }

    /// b·JᵀDg, from Dg; `None` if the branch is left out.
    pub(crate) fn through_branch(
        &self,
        parameters: &Parameters,
        tape: &BlockTape,
        masked: &Tensor,
        gradients: Option<&mut Gradients>,
    ) -> Result<Option<Tensor>, EngineError> {
        let Some(chain_tape) = &tape.branch_tape else { return Ok(None) };
        let at_branch = match self.merge {
            Merge::Add => masked.clone(),
            Merge::Concat => kernel::split_channels(masked, masked.dim(1)? - self.branch_channels)?.1,
        };
        let at_branch = scaled(at_branch, tape.join.branch)?;
        self.branch.backward(parameters, chain_tape, &at_branch, gradients, true)
    }

    /// a·hᵀDg, from Dg; `None` at strength 0.
    pub(crate) fn over_shortcut(
        &self,
        parameters: &Parameters,
        tape: &BlockTape,
        masked: &Tensor,
        gradients: Option<&mut Gradients>,
    ) -> Result<Option<Tensor>, EngineError> {
        if tape.shortcut.is_none() {
            return Ok(None);
        }
        let at_shortcut = match self.merge {
            Merge::Add => masked.clone(),
            Merge::Concat => kernel::split_channels(masked, masked.dim(1)? - self.branch_channels)?.0,
        };
        let at_shortcut = scaled(at_shortcut, tape.join.shortcut)?;
        match (&self.shortcut, &tape.projection_tape) {
            (Shortcut::Projection(chain), Some(chain_tape)) => {
                chain.backward(parameters, chain_tape, &at_shortcut, gradients, true)
            }
            (Shortcut::OptionA { .. }, _) => Ok(Some(kernel::option_a_backward(&at_shortcut, tape.x_dims)?)),
            _ => Ok(Some(at_shortcut)),
        }
    }

    /// Moves the running statistics towards those of the batch.
    pub(crate) fn track(&self, tape: &BlockTape, running: &mut [Running]) -> Result<(), EngineError> {
        if let Some(chain_tape) = &tape.branch_tape {
            self.branch.track(chain_tape, running)?;
        }
        if let (Shortcut::Projection(chain), Some(chain_tape)) = (&self.shortcut, &tape.projection_tape) {
            chain.track(chain_tape, running)?;
        }
        Ok(())
    }

    /// The parameters of branch and projection.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        self.chains().flat_map(Chain::parameter_indices).collect()
    }

    /// The outputs of its ReLUs.
    pub(crate) fn relu_outputs<'a>(&'a self, tape: &'a BlockTape) -> Vec<&'a Tensor> {
        let inner = tape.branch_tape.iter().flat_map(|chain_tape| self.branch.relu_outputs(chain_tape));
        inner.chain((self.after == Activation::Relu).then_some(&tape.y)).collect()
    }

    /// The weights of the join that leave this block out: its input goes over the shortcut alone, at strength 1 if it was
    /// closed. `None` if input and output differ in shape and there is no shortcut.
    pub(crate) fn left_out(&self, join: Join, channels: [usize; 2]) -> Option<Join> {
        match &self.shortcut {
            Shortcut::None => (channels[0] == channels[1]).then_some(Join { shortcut: 0.0, branch: 0.0 }),
            _ => Some(Join { shortcut: if join.shortcut == 0.0 { 1.0 } else { join.shortcut }, branch: 0.0 }),
        }
    }

    /// The input as this block computes with it.
    fn in_range(&self, x: &Scaled) -> Result<Scaled, EngineError> {
        if self.is_homogeneous() { x.clone().in_range() } else { Ok(Scaled::plain(x.lowered()?)) }
    }

    /// The gradient at the output as this block computes with it.
    pub(crate) fn gradient_in_range(&self, g: &Scaled) -> Result<Scaled, EngineError> {
        if self.has_norm() { Ok(g.clone()) } else { g.clone().in_range() }
    }

    /// Whether f(c·x) = c·f(x) for every c > 0.
    fn is_homogeneous(&self) -> bool {
        let relu_or_linear = matches!(self.after, Activation::Relu | Activation::Linear);
        relu_or_linear && self.chains().all(|chain| chain.0.iter().all(Layer::is_homogeneous))
    }

    /// Whether a batch norm keeps the sizes of its numbers.
    fn has_norm(&self) -> bool {
        self.chains().any(|chain| chain.0.iter().any(|layer| matches!(layer, Layer::BatchNorm { .. })))
    }

    /// The branch, and the projection if there is one.
    fn chains(&self) -> impl Iterator<Item = &Chain> {
        let projection = if let Shortcut::Projection(chain) = &self.shortcut { Some(chain) } else { None };
        std::iter::once(&self.branch).chain(projection)
    }

    /// h(x) of a shortcut without parameters.
    fn fixed_shortcut(&self, x: &Tensor, join: Join) -> Result<Option<Tensor>, EngineError> {
        Ok(match self.shortcut {
            _ if join.shortcut == 0.0 => None,
            Shortcut::Identity => Some(x.clone()),
            Shortcut::OptionA { channels } => Some(kernel::option_a(x, channels)?),
            Shortcut::None | Shortcut::Projection(_) => None,
        })
    }

    /// f(a·h + b·F), or f of the two side by side.
    fn join(
        &self,
        x: &Tensor,
        branch: Option<&Tensor>,
        shortcut: Option<&Tensor>,
        join: Join,
    ) -> Result<Tensor, EngineError> {
        let weighted = |tensor: &Tensor, weight| scaled(tensor.clone(), weight);
        let joined = match (self.merge, branch, shortcut) {
            (Merge::Add, Some(branch), Some(shortcut)) => {
                kernel::add_scaled(&weighted(branch, join.branch)?, shortcut, join.shortcut)?
            }
            (Merge::Add, Some(branch), None) => weighted(branch, join.branch)?,
            (Merge::Add, None, Some(shortcut)) => weighted(shortcut, join.shortcut)?,
            (Merge::Concat, Some(branch), Some(shortcut)) => {
                kernel::concat_channels(&weighted(shortcut, join.shortcut)?, &weighted(branch, join.branch)?)?
            }
            (Merge::Concat, Some(branch), None) => {
                let (batch, _, height, width) = branch.dims4()?;
                let closed = Tensor::zeros((batch, x.dim(1)?, height, width), x.dtype(), x.device())?;
                kernel::concat_channels(&closed, &weighted(branch, join.branch)?)?
            }
            (Merge::Concat, None, Some(shortcut)) => {
                let (batch, _, height, width) = shortcut.dims4()?;
                let missing = Tensor::zeros((batch, self.branch_channels, height, width), x.dtype(), x.device())?;
                kernel::concat_channels(&weighted(shortcut, join.shortcut)?, &missing)?
            }
            (_, None, None) => x.clone(),
        };
        activate(self.after, &joined)
    }
}

/// weight·tensor, without a copy where the weight is 1.
fn scaled(tensor: Tensor, weight: f64) -> Result<Tensor, EngineError> {
    if weight == 1.0 { Ok(tensor) } else { Ok((tensor * weight)?) }
}

/// The sum of the parts that there are.
fn sum(
    branch: Option<&Tensor>,
    shortcut: Option<&Tensor>,
    tape: &BlockTape,
    g: &Tensor,
) -> Result<Tensor, EngineError> {
    Ok(match (branch, shortcut) {
        (Some(branch), Some(shortcut)) => kernel::add_scaled(branch, shortcut, 1.0)?,
        (Some(only), None) | (None, Some(only)) => only.clone(),
        (None, None) => tape.zero_input(g)?,
    })
}
