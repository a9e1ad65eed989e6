//! What rounding makes of a network's gradients: by how much they change when each weight moves by a few of its last bits,
//! which is what rounding does to the sums that it takes part in. It is measured, since it depends on the network: where a
//! deep network has no shortcuts, batch norm makes every change grow from block to block, and one activation that comes to
//! lie on the other side of 0 switches a path off. A kernel that is wrong is as wrong there as here: it does not widen these
//! bounds.

use super::slope::TOLERANCE;
use crate::EngineError;
use crate::network::Network;
use crate::network::norms::{dot, l2, largest, sum_of_squares};
use crate::random::Stream;
use candle_core::{DType, Tensor};

/// How often the weights are moved.
pub(super) const SHAKES: usize = 3;
/// What a few draws find is so much smaller than the largest that there may be.
const UNSEEN: f64 = 4.0;
/// A rounding error of a sum is about so many times that of one number.
const LAST_BITS: f64 = 4.0;

type Gradients = [Option<Tensor>];

/// What rounding makes of gradients.
#[derive(Default)]
pub(super) struct Rounding {
    /// Of each part along its gradient, relative.
    parts: Vec<f64>,
    /// Of each part along a random direction.
    across: Vec<f64>,
    /// Of each tensor's gradients, one by one.
    tensors: Vec<f64>,
}

impl Rounding {
    /// These gradients were found where the weights were moved. `parts` are the tensors of each part.
    pub(super) fn note(&mut self, parts: &[Vec<usize>], own: &Gradients, moved: &Gradients) -> Result<(), EngineError> {
        self.parts.resize(parts.len(), 0.0);
        self.across.resize(parts.len(), 0.0);
        self.tensors.resize(own.len(), 0.0);
        for ((part, across), indices) in self.parts.iter_mut().zip(&mut self.across).zip(parts) {
            let (mut product, mut apart, mut count) = (0.0, 0.0, 0);
            for index in indices {
                if let (Some(own), Some(moved)) = (&own[*index], &moved[*index]) {
                    let difference = (own - moved)?;
                    product += dot(own, moved)?;
                    apart += l2(&difference)?.powi(2);
                    count += own.elem_count();
                    self.tensors[*index] = self.tensors[*index].max(largest(&difference)?);
                }
            }
            let square = sum_of_squares(indices.iter().filter_map(|index| own[*index].as_ref()))?;
            if square > 0.0 {
                *part = part.max((1.0 - product / square).abs());
                *across = across.max((apart / count as f64).sqrt());
            }
        }
        Ok(())
    }

    /// The relative error that rounding explains along a part's gradient, and what is asked of every other one.
    pub(super) fn bound(&self, part: usize) -> f64 {
        TOLERANCE.max(UNSEEN * self.parts.get(part).copied().unwrap_or(0.0))
    }

    /// The error that rounding explains along a random direction through a part.
    pub(super) fn across(&self, part: usize) -> f64 {
        UNSEEN * self.across.get(part).copied().unwrap_or(0.0)
    }

    /// The error that rounding explains in one weight's gradient.
    pub(super) fn of_weight(&self, tensor: usize) -> f64 {
        UNSEEN * self.tensors.get(tensor).copied().unwrap_or(0.0)
    }
}

/// The network with each weight moved at random, by a few of its last bits at most.
pub(super) fn shaken(network: &Network, stream: &mut Stream) -> Result<Network, EngineError> {
    let unit = if network.dtype() == DType::F64 { f64::EPSILON } else { f64::from(f32::EPSILON) } / 2.0;
    let mut parameters = network.parameters.clone();
    for index in 0..parameters.plan().len() {
        let weight = parameters.tensor(index);
        let mut factors = vec![0.0; weight.elem_count()];
        factors.fill_with(|| 1.0 + LAST_BITS * unit * (2.0 * stream.uniform() - 1.0));
        let factors = Tensor::from_vec(factors, weight.shape(), weight.device())?;
        let moved = (weight.to_dtype(DType::F64)? * factors)?.to_dtype(weight.dtype())?;
        parameters.replace(index, moved);
    }
    Network::new(network.plan.clone(), parameters)
}
