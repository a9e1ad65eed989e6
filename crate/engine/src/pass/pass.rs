//! One batch forward and its gradient back, one block a call, so that a driver can stop between any two.

use super::batch::Batch;
use super::stopwatch::Stopwatch;
use crate::EngineError;
use crate::network::{
    BlockFloat, BlockFloatGradients, BlockTape, ChainTape, Gradients, HeadTape, Join, Network, lower, unit,
};
use crate::quantities::{Analysis, Backward, BlockBackward, BlockForward, Found, Measurements, Norm};
use candle_core::Tensor;
use protocol::{Quantity, StepPhase, StepRecord};

/// What a pass measures.
#[derive(Clone, Default)]
pub struct Measuring {
    /// These quantities.
    pub quantities: Vec<Quantity>,
    /// Seed of the random streams that some of them need.
    pub seed: u64,
    /// The step, which names the streams too.
    pub step: u64,
    /// Tells the time that measuring takes.
    pub stopwatch: Stopwatch,
}

impl Measuring {
    /// These quantities, at step 0 of seed 0.
    pub fn of(quantities: &[Quantity]) -> Self {
        Self { quantities: quantities.to_vec(), ..Self::default() }
    }
}

/// Where a pass stands: what its next call does.
enum Phase {
    Stem,
    Forward(usize),
    Head,
    Backward(usize),
    StemBackward,
    Analysing,
    Finished,
}

/// A forward and backward pass under way.
pub struct Pass {
    pub(super) batch: Batch,
    pub(super) joins: Vec<Join>,
    phase: Phase,
    stem_tape: Option<ChainTape>,
    pub(super) tapes: Vec<BlockTape>,
    head_tape: Option<HeadTape>,
    /// The activation on the way forward, the gradient on the way back.
    pub(super) flowing: BlockFloat,
    /// Its norm, if it is measured.
    flowing_l2: Option<Norm>,
    /// The gradients that arrived at the blocks' outputs, last block first; kept only if an analysis needs them.
    arrived: Vec<BlockFloat>,
    pub(super) gradients: Gradients,
    pub(crate) found: Measurements,
    analyses: Vec<Box<dyn Analysis>>,
    measuring: Measuring,
    /// Whether it was begun a second time.
    is_second: bool,
}

/// What a finished pass found.
pub struct PassResult {
    /// Mean cross-entropy over the batch, nats.
    pub loss: f64,
    /// Share of the batch classified correctly.
    pub accuracy: f64,
    /// The quantities, and the gradients at stem and head; those of the update are still to come.
    pub(crate) found: Measurements,
    /// The gradient of each parameter, by its index in name order.
    pub gradients: Vec<Option<Tensor>>,
    /// Time that measuring took, with the time so far.
    pub(crate) stopwatch: Stopwatch,
}

impl Pass {
    /// A pass over this batch, one join a block.
    pub fn new(network: &Network, batch: Batch, joins: Vec<Join>, measuring: Measuring) -> Self {
        let blocks = network.blocks.len();
        let found = Measurements::new(&measuring.quantities, blocks, batch.labels.elem_count());
        Self {
            flowing: BlockFloat::plain(batch.images.clone()),
            batch,
            joins,
            phase: Phase::Stem,
            stem_tape: None,
            tapes: Vec::with_capacity(blocks),
            head_tape: None,
            flowing_l2: None,
            arrived: Vec::new(),
            gradients: vec![None; network.parameters.plan().len()],
            found,
            analyses: Vec::new(),
            measuring,
            is_second: false,
        }
    }

    /// This pass from its start, with other joins; what was computed so far is dropped.
    pub fn again(&self, network: &Network, joins: Vec<Join>) -> Self {
        Self { is_second: true, ..Self::new(network, self.batch.clone(), joins, self.measuring.clone()) }
    }

    /// Whether it was begun [again](Self::again).
    pub fn is_second(&self) -> bool {
        self.is_second
    }

    /// Runs one phase of one block; `false` when there is nothing left to do.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no
    /// memory left.
    pub fn advance(&mut self, network: &Network) -> Result<bool, EngineError> {
        let _constants = kernel::ConstantsKept::on(network.device());
        let parameters = &network.parameters;
        self.phase = match self.phase {
            Phase::Stem => {
                let (y, tape) = network.stem.forward(parameters, &self.batch.images)?;
                (self.flowing, self.stem_tape) = (BlockFloat::plain(y), Some(tape));
                Phase::Forward(0)
            }
            Phase::Forward(index) if index == network.blocks.len() => Phase::Head,
            Phase::Forward(index) => {
                self.forward(network, index)?;
                Phase::Forward(index + 1)
            }
            Phase::Head => {
                let tape = network.head.forward(parameters, &self.flowing, &self.batch.labels)?;
                self.flowing = BlockFloat::plain(network.head.backward(parameters, &tape, &mut self.gradients)?);
                self.head_tape = Some(tape);
                self.measure_head(network)?;
                Phase::Backward(network.blocks.len())
            }
            Phase::Backward(0) => Phase::StemBackward,
            Phase::Backward(after) => {
                self.backward(network, after - 1)?;
                Phase::Backward(after - 1)
            }
            Phase::StemBackward => {
                if let Some(tape) = &self.stem_tape {
                    network.stem.backward(parameters, tape, &self.flowing.tensor, Some(&mut self.gradients), false)?;
                }
                self.measure_stem(network)?;
                lower(&mut self.gradients, &network.stem.parameter_indices(), self.flowing.exponent)?;
                if self.found.needs_paths() {
                    self.analyses = self.found.analyses(&self.finished_backward(network));
                    Phase::Analysing
                } else {
                    Phase::Finished
                }
            }
            Phase::Analysing => match self.analyse(network)? {
                true => Phase::Analysing,
                false => Phase::Finished,
            },
            Phase::Finished => return Ok(false),
        };
        Ok(!matches!(self.phase, Phase::Finished))
    }

    fn forward(&mut self, network: &Network, index: usize) -> Result<(), EngineError> {
        let (block, join) = (&network.blocks[index], self.joins[index]);
        let tape = block.forward(&network.parameters, &self.flowing, join)?;
        let since = self.measuring.stopwatch.start();
        self.found.after_forward(&BlockForward { index, block, tape: &tape, join })?;
        self.measuring.stopwatch.stop(since);
        self.flowing = tape.output();
        self.tapes.push(tape);
        Ok(())
    }

    fn backward(&mut self, network: &Network, index: usize) -> Result<(), EngineError> {
        let block = &network.blocks[index];
        let gradient = block.backward(&network.parameters, &self.tapes[index], &self.flowing, &mut self.gradients)?;
        let since = self.measuring.stopwatch.start();
        let exponent = self.tapes[index].exponent + gradient.exponent;
        let gradients = BlockFloatGradients { gradients: &self.gradients, exponent };
        // What leaves this block arrives at the one before.
        let arrived = self.flowing_l2.take();
        if self.found.needs(&[Quantity::GradInL2]) {
            self.flowing_l2 = Some(self.found.norm(&gradient.whole, gradient.exponent)?);
        }
        let (parameters, left) = (&network.parameters, self.flowing_l2);
        let backward = BlockBackward { index, block, parameters, gradient: &gradient, gradients, arrived, left };
        self.found.after_backward(&backward)?;
        self.measuring.stopwatch.stop(since);
        lower(&mut self.gradients, &block.parameter_indices(), exponent)?;
        let (tensor, exponent) = (gradient.whole, gradient.exponent);
        let arrived = std::mem::replace(&mut self.flowing, BlockFloat { tensor, exponent });
        if self.found.needs_paths() {
            self.arrived.push(arrived);
        }
        Ok(())
    }

    fn measure_head(&mut self, network: &Network) -> Result<(), EngineError> {
        if !self.found.is_empty() {
            let since = self.measuring.stopwatch.start();
            let gradients = BlockFloatGradients { gradients: &self.gradients, exponent: 0 };
            let arrived = self.found.norm(&self.flowing.tensor, self.flowing.exponent)?;
            let weights = self.found.sum_of_squares(gradients.of(&network.head.parameter_indices()))?;
            self.found.later(move |found, read| {
                found.ends.head_grad_in_l2 = Some(arrived.l2(read));
                found.ends.head_weight_grad_l2 = Some(read[weights].sqrt());
            });
            self.flowing_l2 = Some(arrived);
            self.measuring.stopwatch.stop(since);
        }
        Ok(())
    }

    fn measure_stem(&mut self, network: &Network) -> Result<(), EngineError> {
        if !self.found.is_empty() {
            let since = self.measuring.stopwatch.start();
            let arrived = self.found.norm(&self.flowing.tensor, self.flowing.exponent)?;
            let (indices, exponent) = (network.stem.parameter_indices(), self.flowing.exponent);
            let gradients = BlockFloatGradients { gradients: &self.gradients, exponent };
            let weights = self.found.sum_of_squares(gradients.of(&indices))?;
            let has_weights = !indices.is_empty();
            self.found.later(move |found, read| {
                found.ends.stem_grad_out_l2 = Some(arrived.l2(read));
                found.ends.stem_weight_grad_l2 = has_weights.then_some(read[weights].sqrt() * unit(exponent));
            });
            self.found.backward_is_through(&self.joins);
            self.measuring.stopwatch.stop(since);
        }
        Ok(())
    }

    /// The backward pass as the analyses see it. It is complete: `arrived` holds the gradient at each block's output.
    fn finished_backward<'a>(&'a self, network: &'a Network) -> Backward<'a> {
        Backward {
            network,
            tapes: &self.tapes,
            arrived: &self.arrived,
            at_start: &self.flowing,
            seed_and_step: (self.measuring.seed, self.measuring.step),
        }
    }

    /// One block of one analysis; `false` when none is left.
    fn analyse(&mut self, network: &Network) -> Result<bool, EngineError> {
        let since = self.measuring.stopwatch.start();
        let mut analyses = std::mem::take(&mut self.analyses);
        let mut found = std::mem::take(&mut self.found);
        if let Some(analysis) = analyses.last_mut()
            && !analysis.advance(&self.finished_backward(network), &mut found)?
        {
            analyses.pop();
        }
        (self.analyses, self.found) = (analyses, found);
        self.measuring.stopwatch.stop(since);
        Ok(!self.analyses.is_empty())
    }

    /// Runs the rest and calls `read` with the finished backward pass, for tests of single paths; the pass must keep its gradients, that is, measure
    /// a quantity of paths.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no
    /// memory left; what `read` fails with.
    pub fn finish_and_read<R>(
        mut self,
        network: &Network,
        read: impl FnOnce(&Backward) -> Result<R, EngineError>,
    ) -> Result<R, EngineError> {
        while self.advance(network)? {}
        read(&self.finished_backward(network))
    }

    /// Moves the network's running statistics towards those of this batch.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn track(&self, network: &mut Network) -> Result<(), EngineError> {
        if let Some(tape) = &self.stem_tape {
            network.stem.track(tape, &mut network.running)?;
        }
        for (block, tape) in network.blocks.iter().zip(&self.tapes) {
            block.track(tape, &mut network.running)?;
        }
        if let Some(tape) = &self.head_tape {
            network.head.track(tape, &mut network.running)?;
        }
        Ok(())
    }

    /// Phases done and phases in all of the forward and backward pass; analyses that follow count as one.
    pub fn progress(&self) -> (usize, usize) {
        let blocks = self.joins.len();
        let done = match self.phase {
            Phase::Stem => 0,
            Phase::Forward(block) => 1 + block,
            Phase::Head => 1 + blocks,
            Phase::Backward(after) => 2 + 2 * blocks - after,
            Phase::StemBackward => 2 + 2 * blocks,
            Phase::Analysing => 3 + 2 * blocks,
            Phase::Finished => 4 + 2 * blocks,
        };
        (done, 4 + 2 * blocks)
    }

    /// The last part of the step that is done.
    pub fn done(&self) -> Option<StepPhase> {
        let blocks = self.joins.len();
        Some(match self.phase {
            Phase::Stem => return None,
            Phase::Forward(0) => StepPhase::Stem,
            Phase::Forward(next) => StepPhase::Forward(next - 1),
            Phase::Head => blocks.checked_sub(1).map_or(StepPhase::Stem, StepPhase::Forward),
            Phase::Backward(after) if after == blocks => StepPhase::Loss,
            Phase::Backward(index) => StepPhase::Backward(index),
            Phase::StemBackward => StepPhase::Backward(0),
            Phase::Analysing | Phase::Finished => StepPhase::StemBack,
        })
    }

    /// What is known of the step so far, whose learning rate is `lr`. Nothing of the pass changes by it.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if numbers cannot be read from the device.
    pub(crate) fn so_far(&mut self, lr: f64) -> Result<StepRecord, EngineError> {
        let Found { measured, ends } = self.found.so_far()?;
        let (loss, train_accuracy) = self.answers();
        Ok(StepRecord { step: self.measuring.step, loss, train_accuracy, lr, measured, ends })
    }

    /// Loss and accuracy; NaN before the forward pass is done.
    pub(crate) fn answers(&self) -> (f64, f64) {
        let images = self.batch.labels.elem_count() as f64;
        let answers = self.head_tape.as_ref().map(HeadTape::answers);
        answers.map_or((f64::NAN, f64::NAN), |found| (found.loss, found.correct as f64 / images))
    }

    /// The loss, once the forward pass is done.
    pub fn loss(&self) -> Option<f64> {
        self.head_tape.as_ref().map(|tape| tape.answers().loss)
    }

    /// Runs the rest and hands over what was found.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no
    /// memory left.
    pub fn finish(mut self, network: &Network) -> Result<PassResult, EngineError> {
        while self.advance(network)? {}
        let (loss, accuracy) = self.answers();
        let Self { found, gradients, measuring, .. } = self;
        Ok(PassResult { loss, accuracy, found, gradients, stopwatch: measuring.stopwatch })
    }
}
