//! One batch forward and its gradient back, one block a call, so that a driver can stop between any two.

use crate::EngineError;
use crate::block::BlockTape;
use crate::head::HeadTape;
use crate::layer::{ChainTape, Gradients};
use crate::measured::{Columns, joint_l2, l2};
use crate::network::Network;
use candle_core::Tensor;
use protocol::{Column, Ends, Quantity};

/// Images `[N, C, H, W]` with labels u32 `[N]`.
pub struct Batch {
    /// Normalised pixels.
    pub images: Tensor,
    /// Class numbers.
    pub labels: Tensor,
}

/// Where a sweep stands: what its next call does.
enum Phase {
    Stem,
    Forward(usize),
    Head,
    Backward(usize),
    StemBackward,
    Finished,
}

/// A forward and backward pass under way.
pub struct Sweep {
    batch: Batch,
    strengths: Vec<f64>,
    phase: Phase,
    stem_tape: Option<ChainTape>,
    tapes: Vec<BlockTape>,
    head_tape: Option<HeadTape>,
    /// The activation on the way forward, the gradient on the way back.
    flowing: Tensor,
    flowing_l2: f64,
    gradients: Gradients,
    columns: Columns,
    ends: Ends,
}

/// What a finished sweep found.
pub struct Swept {
    /// Mean cross-entropy over the batch, nats.
    pub loss: f64,
    /// Share of the batch classified correctly.
    pub accuracy: f64,
    /// The quantities, in the order of [`Quantity::ALL`].
    pub columns: Vec<Column>,
    /// The same for what is not a block.
    pub ends: Ends,
    /// The gradient of each parameter, by its index in name order.
    pub gradients: Vec<Option<Tensor>>,
}

impl Sweep {
    /// A sweep of this batch, one strength a block, measuring these quantities.
    pub fn new(network: &Network, batch: Batch, strengths: Vec<f64>, quantities: &[Quantity]) -> Self {
        Self {
            flowing: batch.images.clone(),
            batch,
            strengths,
            phase: Phase::Stem,
            stem_tape: None,
            tapes: Vec::with_capacity(network.blocks.len()),
            head_tape: None,
            flowing_l2: 0.0,
            gradients: vec![None; network.parameters.plan().len()],
            columns: Columns::new(quantities, network.blocks.len()),
            ends: Ends::default(),
        }
    }

    /// Runs one phase of one block; `false` when there is nothing left to do.
    ///
    /// # Errors
    /// Candle's.
    pub fn advance(&mut self, network: &Network) -> Result<bool, EngineError> {
        let parameters = &network.parameters;
        self.phase = match self.phase {
            Phase::Stem => {
                let (y, tape) = network.stem.forward(parameters, &self.batch.images)?;
                (self.flowing, self.stem_tape) = (y, Some(tape));
                Phase::Forward(0)
            }
            Phase::Forward(index) if index == network.blocks.len() => Phase::Head,
            Phase::Forward(index) => {
                let a = self.strengths[index];
                let tape = network.blocks[index].forward(parameters, &self.flowing, a)?;
                self.columns.forward(index, &tape, a)?;
                self.flowing = tape.y.clone();
                self.tapes.push(tape);
                Phase::Forward(index + 1)
            }
            Phase::Head => {
                let tape = network.head.forward(parameters, &self.flowing, &self.batch.labels)?;
                self.flowing = network.head.backward(parameters, &tape, &mut self.gradients)?;
                self.head_tape = Some(tape);
                if !self.columns.is_empty() {
                    self.flowing_l2 = l2(&self.flowing)?;
                    self.ends.head_grad_in_l2 = self.flowing_l2;
                    self.ends.head_weight_grad_l2 =
                        joint_l2(&self.gradients, &[network.head.weight, network.head.bias])?;
                }
                Phase::Backward(network.blocks.len())
            }
            Phase::Backward(0) => Phase::StemBackward,
            Phase::Backward(after) => {
                self.backward(network, after - 1)?;
                Phase::Backward(after - 1)
            }
            Phase::StemBackward => {
                if let Some(tape) = &self.stem_tape {
                    network.stem.backward(parameters, tape, &self.flowing, &mut self.gradients, false)?;
                }
                if !self.columns.is_empty() {
                    self.ends.stem_grad_out_l2 = self.flowing_l2;
                    self.ends.stem_weight_grad_l2 = joint_l2(&self.gradients, &network.stem.parameter_indices())?;
                }
                Phase::Finished
            }
            Phase::Finished => return Ok(false),
        };
        Ok(!matches!(self.phase, Phase::Finished))
    }

    fn backward(&mut self, network: &Network, index: usize) -> Result<(), EngineError> {
        let block = &network.blocks[index];
        let a = self.strengths[index];
        let gradient =
            block.backward(&network.parameters, &self.tapes[index], &self.flowing, a, &mut self.gradients)?;
        if !self.columns.is_empty() {
            let weights_l2 = joint_l2(&self.gradients, &block.branch.parameter_indices())?;
            self.flowing_l2 = self.columns.backward(index, &gradient, weights_l2, self.flowing_l2)?;
        }
        self.flowing = gradient.whole;
        Ok(())
    }

    /// Moves the network's running statistics towards those of this batch.
    ///
    /// # Errors
    /// Candle's.
    pub fn track(&self, network: &mut Network) -> Result<(), EngineError> {
        if let Some(tape) = &self.stem_tape {
            network.stem.track(tape, &mut network.running)?;
        }
        for (block, tape) in network.blocks.iter().zip(&self.tapes) {
            block.track(tape, &mut network.running)?;
        }
        Ok(())
    }

    /// The loss, once the forward pass is done.
    pub fn loss(&self) -> Option<f64> {
        self.head_tape.as_ref().map(|tape| tape.loss)
    }

    /// The first block, from the input, whose output holds a number that is not finite.
    ///
    /// # Errors
    /// Candle's.
    pub fn first_non_finite(&self) -> Result<Option<usize>, EngineError> {
        for (index, tape) in self.tapes.iter().enumerate() {
            if !l2(&tape.y)?.is_finite() {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }

    /// Runs the rest and hands over what was found.
    ///
    /// # Errors
    /// Candle's.
    pub fn finish(mut self, network: &Network) -> Result<Swept, EngineError> {
        while self.advance(network)? {}
        let (loss, correct) = self.head_tape.map_or((f64::NAN, 0), |tape| (tape.loss, tape.correct));
        let accuracy = correct as f64 / self.batch.labels.elem_count() as f64;
        Ok(Swept { loss, accuracy, columns: self.columns.finish(), ends: self.ends, gradients: self.gradients })
    }
}
