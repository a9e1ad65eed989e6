//! A residual block: y = f(a·h(x) + b·F(x)), with the gradient's two ways back kept apart.

use super::block_floating_point::BlockFloat;
use super::chain::{Chain, ChainTape, Identity};
use super::layer::{Dims, Gradients, Layer, Running, activate, activation_backward};
use super::parameters::Parameters;
use super::ways::{Join, Ways};
use crate::EngineError;
use candle_core::Tensor;
use protocol::{Activation, Merge};

/// A block (He et al. 2015, equation 1, with the weights of the two terms added). Without a shortcut, as in VGG, a is 0.
///
/// # Shapes
/// x `[N, C, H, W]` → y `[N, D, H', W']`. With [`Merge::Add`] branch and shortcut both give y's shape; with
/// [`Merge::Concat`] the shortcut keeps the C channels of x and the branch adds the D − C others. The gradient at the
/// input and both its parts have x's shape.
pub(crate) struct Block {
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
    OptionA { channels: usize, before: usize },
    Projection(Chain),
}

/// What a block's backward pass and its measurements need. Its tensors hold the true values times 2^exponent.
pub(crate) struct BlockTape {
    /// Of the branch of the block that made it, also where the branch is left out.
    of: Identity,
    /// Of the projection and of the branch; `None` for a shortcut without layers, and for a way of weight 0.
    chains: Ways<Option<ChainTape>>,
    x_dims: Dims,
    join: Join,
    /// h(x) and F(x), before the sum and without their weights; `None` where the weight is 0.
    pub(crate) ways: Ways<Option<Tensor>>,
    /// The block's output, after f.
    pub(crate) y: Tensor,
    pub(crate) exponent: i32,
}

/// The gradient at a block's input, whole and by the way it came. Its tensors hold the true values times 2^exponent.
pub(crate) struct BlockGradient {
    /// ∂E/∂x, the sum of its parts.
    pub(crate) whole: Tensor,
    /// What comes back over the shortcut, a·hᵀDg (`None` at strength 0), and through the branch, b·JᵀDg (`None` if the
    /// branch is left out).
    pub(crate) parts: Ways<Option<Tensor>>,
    /// Dg, the gradient behind f.
    pub(crate) masked: Tensor,
    pub(crate) exponent: i32,
}

impl BlockTape {
    /// The block's output, as the next block takes it.
    pub(crate) fn output(&self) -> BlockFloat {
        BlockFloat { tensor: self.y.clone(), exponent: self.exponent }
    }

    /// A gradient of 0 at the block's input.
    pub(crate) fn zero_input(&self, like: &Tensor) -> Result<Tensor, EngineError> {
        Ok(Tensor::zeros(self.x_dims, like.dtype(), like.device())?)
    }
}

impl Block {
    /// x `[N, C, H, W]` → the output and the tape, with batch statistics.
    pub(crate) fn forward(
        &self,
        parameters: &Parameters,
        x: &BlockFloat,
        join: Join,
    ) -> Result<BlockTape, EngineError> {
        let BlockFloat { tensor: x, exponent } = &self.in_range(x)?;
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
        let ways = Ways { shortcut, branch };
        let y = self.join(x, &ways, join)?;
        let chains = Ways { shortcut: projection_tape, branch: branch_tape };
        let of = self.branch.identity();
        Ok(BlockTape { of, chains, x_dims: x.dims4()?, join, ways, y, exponent: *exponent })
    }

    /// The output with these running statistics, or those of the batch if there are none.
    pub(crate) fn evaluate(
        &self,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &BlockFloat,
        join: Join,
    ) -> Result<BlockFloat, EngineError> {
        let BlockFloat { tensor, exponent } = self.in_range(x)?;
        Ok(BlockFloat { tensor: self.output(parameters, running, &tensor, join)?, exponent })
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
        self.join(x, &Ways { shortcut, branch }, join)
    }

    /// From the gradient g at the output to the gradients at the input; parameter gradients go into `gradients`, times two
    /// to the tape's and the gradient's exponents together.
    pub(crate) fn backward(
        &self,
        parameters: &Parameters,
        tape: &BlockTape,
        g: &BlockFloat,
        gradients: &mut Gradients,
    ) -> Result<BlockGradient, EngineError> {
        let BlockFloat { tensor: g, exponent } = self.gradient_in_range(g)?;
        let masked = self.mask(tape, &g)?;
        let branch = self.through_branch(parameters, tape, &masked, Some(gradients))?;
        let shortcut = self.over_shortcut(parameters, tape, &masked, Some(gradients))?;
        let parts = Ways { shortcut, branch };
        let both = |ways: Ways<Tensor>| kernel::add_scaled(&ways.branch, &ways.shortcut, 1.0);
        let whole = match parts.clone().sum(both)? {
            Some(whole) => whole,
            None => tape.zero_input(&g)?,
        };
        Ok(BlockGradient { whole, parts, masked, exponent })
    }

    /// Dg: the gradient behind f, from that at the output.
    pub(crate) fn mask(&self, tape: &BlockTape, g: &Tensor) -> Result<Tensor, EngineError> {
        self.branch.check(&tape.of)?;
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
        self.branch.check(&tape.of)?;
        let Some(chain_tape) = &tape.chains.branch else { return Ok(None) };
        let at_branch = scaled(self.split(masked)?.branch, tape.join.branch)?;
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
        self.branch.check(&tape.of)?;
        if tape.ways.shortcut.is_none() {
            return Ok(None);
        }
        let at_shortcut = scaled(self.split(masked)?.shortcut, tape.join.shortcut)?;
        match (&self.shortcut, &tape.chains.shortcut) {
            (Shortcut::Projection(chain), Some(chain_tape)) => {
                chain.backward(parameters, chain_tape, &at_shortcut, gradients, true)
            }
            (Shortcut::OptionA { before, .. }, _) => {
                Ok(Some(kernel::option_a_backward(tape.x_dims, &at_shortcut, *before)?))
            }
            _ => Ok(Some(at_shortcut)),
        }
    }

    /// Moves the running statistics towards those of the batch.
    pub(crate) fn track(&self, tape: &BlockTape, running: &mut [Running]) -> Result<(), EngineError> {
        self.branch.check(&tape.of)?;
        if let Some(chain_tape) = &tape.chains.branch {
            self.branch.track(chain_tape, running)?;
        }
        if let (Shortcut::Projection(chain), Some(chain_tape)) = (&self.shortcut, &tape.chains.shortcut) {
            chain.track(chain_tape, running)?;
        }
        Ok(())
    }

    /// The parameters of branch and projection.
    pub(crate) fn parameter_indices(&self) -> Vec<usize> {
        self.chains().flat_map(Chain::parameter_indices).collect()
    }

    /// The outputs of its ReLUs.
    pub(crate) fn relu_outputs<'a>(&self, tape: &'a BlockTape) -> Result<Vec<&'a Tensor>, EngineError> {
        self.branch.check(&tape.of)?;
        let inner = tape.chains.branch.as_ref().map(|chain_tape| self.branch.relu_outputs(chain_tape)).transpose()?;
        Ok(inner.into_iter().flatten().chain((self.after == Activation::Relu).then_some(&tape.y)).collect())
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
    fn in_range(&self, x: &BlockFloat) -> Result<BlockFloat, EngineError> {
        if self.is_homogeneous() { x.clone().in_range() } else { Ok(BlockFloat::plain(x.lowered()?)) }
    }

    /// The gradient at the output as this block computes with it.
    pub(crate) fn gradient_in_range(&self, g: &BlockFloat) -> Result<BlockFloat, EngineError> {
        if self.has_norm() { Ok(g.clone()) } else { g.clone().in_range() }
    }

    /// Whether f(c·x) = c·f(x) for every c > 0.
    fn is_homogeneous(&self) -> bool {
        let relu_or_linear = matches!(self.after, Activation::Relu | Activation::Linear);
        relu_or_linear && self.chains().all(|chain| chain.layers().iter().all(Layer::is_homogeneous))
    }

    /// Whether a batch norm keeps the sizes of what flows through it.
    fn has_norm(&self) -> bool {
        self.chains().any(|chain| chain.layers().iter().any(|layer| matches!(layer, Layer::BatchNorm { .. })))
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
            Shortcut::OptionA { channels, before } => Some(kernel::option_a(x, channels, before)?),
            Shortcut::None | Shortcut::Projection(_) => None,
        })
    }

    /// f(a·h + b·F), or f of the two side by side; f(x) if there is neither.
    fn join(&self, x: &Tensor, ways: &Ways<Option<Tensor>>, join: Join) -> Result<Tensor, EngineError> {
        let ways = ways.as_ref().map(Option::as_ref);
        let Some(like) = ways.branch.or(ways.shortcut) else { return activate(self.after, x) };
        let joined = match (self.merge, ways) {
            (Merge::Add, Ways { shortcut: Some(shortcut), branch: Some(branch) }) => {
                kernel::add_scaled(&scaled(branch.clone(), join.branch)?, shortcut, join.shortcut)?
            }
            (Merge::Add, _) => scaled(like.clone(), if ways.branch.is_some() { join.branch } else { join.shortcut })?,
            (Merge::Concat, _) => {
                let (batch, _, height, width) = like.dims4()?;
                let channels = Ways { shortcut: x.dim(1)?, branch: self.branch_channels };
                let side = |((way, weight), channels): ((Option<&Tensor>, f64), usize)| match way {
                    Some(tensor) => scaled(tensor.clone(), weight),
                    None => Ok(Tensor::zeros((batch, channels, height, width), x.dtype(), x.device())?),
                };
                let sides = ways.zip(join).zip(channels).map(side).transpose()?;
                kernel::concat_channels(&sides.shortcut, &sides.branch)?
            }
        };
        activate(self.after, &joined)
    }

    /// Dg where each way ends: all of it at a sum; of two side by side each has its own channels.
    fn split(&self, masked: &Tensor) -> Result<Ways<Tensor>, EngineError> {
        Ok(match self.merge {
            Merge::Add => Ways { shortcut: masked.clone(), branch: masked.clone() },
            Merge::Concat => {
                let kept = masked.dim(1)? - self.branch_channels;
                let (shortcut, branch) = kernel::split_channels(masked, kept)?;
                Ways { shortcut, branch }
            }
        })
    }
}

/// weight·tensor, without a copy where the weight is 1.
fn scaled(tensor: Tensor, weight: f64) -> Result<Tensor, EngineError> {
    if weight == 1.0 { Ok(tensor) } else { Ok((tensor * weight)?) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{device, formula_network, resnet8};
    use candle_core::DType;
    use protocol::ModelSpec;

    /// Blocks of one shape, in one network and in two of one plan, that get the tape of another.
    #[test]
    fn a_tape_of_another_block_is_an_internal_error() {
        let spec = ModelSpec { model: "resnet20".parse().unwrap(), ..resnet8(2) };
        let (network, twin) = (formula_network(spec, 1, DType::F32), formula_network(spec, 1, DType::F32));
        let parameters = &network.parameters;
        let own = &network.blocks[0];
        let x = BlockFloat::plain(Tensor::ones((1, 2, 8, 8), DType::F32, device()).unwrap());
        for join in [Join::at(1.0), Join::at(0.0), Join { shortcut: 1.0, branch: 0.0 }] {
            let tape = own.forward(parameters, &x, join).unwrap();
            let g = tape.output();
            for other in [&network.blocks[1], &twin.blocks[0]] {
                let mut gradients = vec![None; parameters.plan().len()];
                let errors = [
                    other.backward(parameters, &tape, &g, &mut gradients).err(),
                    other.mask(&tape, &g.tensor).err(),
                    other.through_branch(parameters, &tape, &g.tensor, None).err(),
                    other.over_shortcut(parameters, &tape, &g.tensor, None).err(),
                    other.track(&tape, &mut []).err(),
                    other.relu_outputs(&tape).err(),
                ];
                for error in errors {
                    assert!(matches!(error, Some(EngineError::Internal(_))), "{join:?}: {error:?}");
                }
                assert!(gradients.iter().all(Option::is_none));
            }
            let mut gradients = vec![None; parameters.plan().len()];
            assert!(own.backward(parameters, &tape, &g, &mut gradients).is_ok());
        }
    }
}
