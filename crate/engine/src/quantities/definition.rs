//! How a quantity is measured: at which moment, and from what.

use super::{Analysis, Backward, Measurements, Numbers, Reading};
use crate::EngineError;
use crate::network::{Block, BlockFloatGradients, BlockGradient, BlockTape, Join, Network, Parameters, unit};
use crate::pass::Stopwatch;
use candle_core::Tensor;
use protocol::Quantity;

/// Quantities that are measured together.
pub(crate) struct Definition {
    /// Their names.
    pub(crate) yields: &'static [Quantity],
    /// When, and how: the function records each of them that is asked for.
    pub(crate) measure: Measure,
    /// What the tests compare it with.
    #[cfg(test)]
    pub(crate) twin: super::twins::Twin,
}

/// The moment of measuring, with the function that measures then.
pub(crate) enum Measure {
    /// Once a block has gone forward.
    AfterForward(fn(&mut Measurements, &BlockForward) -> Result<(), EngineError>),
    /// Once the gradient has gone back through a block.
    AfterBackward(fn(&mut Measurements, &BlockBackward) -> Result<(), EngineError>),
    /// Once the backward pass is through: from what is measured already.
    Closing(fn(&mut Measurements, &[Join])),
    /// Once the parameters are updated. A probe makes no update.
    AfterUpdate(fn(&mut Measurements, &Update) -> Result<(), EngineError>),
    /// By further backward passes after the first.
    Paths(fn(&Backward) -> Box<dyn Analysis>),
    /// By evaluating the network with other joins.
    Trials {
        /// Those that there are to evaluate, given the joins of the network itself.
        joins: fn(&Network, &[Join]) -> Vec<Trial>,
        /// Takes loss and accuracy of the network itself and of each trial.
        record: fn(&mut Measurements, Score, &[Option<Score>]),
    },
}

/// The joins of a trial; `None` where there is nothing to evaluate.
pub(crate) type Trial = Option<Vec<Join>>;

/// Mean loss, nats, and share classified correctly.
pub(crate) type Score = (f64, f64);

/// A block that has gone forward.
pub(crate) struct BlockForward<'a> {
    /// Its index, from the input.
    pub(crate) index: usize,
    pub(crate) block: &'a Block,
    pub(crate) tape: &'a BlockTape,
    pub(crate) join: Join,
}

/// A block through which the gradient has gone back.
pub(crate) struct BlockBackward<'a> {
    /// Its index, from the input.
    pub(crate) index: usize,
    pub(crate) block: &'a Block,
    pub(crate) parameters: &'a Parameters,
    pub(crate) gradient: &'a BlockGradient,
    /// Those of the parameters.
    pub(crate) gradients: BlockFloatGradients<'a>,
    /// ‖∂E/∂y‖ and ‖∂E/∂x‖, if [`Quantity::GradInL2`] is measured or another is made from it.
    pub(crate) arrived: Option<Norm>,
    pub(crate) left: Option<Norm>,
}

/// The norm of a tensor in block floating point.
#[derive(Clone, Copy)]
pub(crate) struct Norm {
    reading: Reading,
    unit: f64,
}

impl Norm {
    /// In true values.
    pub(crate) fn l2(self, read: &Numbers) -> f64 {
        read[self.reading] * self.unit
    }
}

/// Parameters that were updated.
pub(crate) struct Update<'a> {
    pub(crate) network: &'a Network,
    pub(crate) before: &'a Parameters,
}

impl Measurements {
    /// Measures what a block's forward pass shows.
    pub(crate) fn after_forward(&mut self, forward: &BlockForward) -> Result<(), EngineError> {
        for definition in self.due.clone() {
            if let Measure::AfterForward(measure) = definition.measure {
                measure(self, forward)?;
            }
        }
        Ok(())
    }

    /// Measures what a block's backward pass shows.
    pub(crate) fn after_backward(&mut self, backward: &BlockBackward) -> Result<(), EngineError> {
        for definition in self.due.clone() {
            if let Measure::AfterBackward(measure) = definition.measure {
                measure(self, backward)?;
            }
        }
        Ok(())
    }

    /// Finds what follows from what is measured.
    pub(super) fn close(&mut self, joins: &[Join]) {
        for definition in self.due.clone() {
            if let Measure::Closing(measure) = definition.measure {
                measure(self, joins);
            }
        }
    }

    /// The norm of a tensor that holds the true values times 2^exponent.
    pub(crate) fn norm(&mut self, tensor: &Tensor, exponent: i32) -> Result<Norm, EngineError> {
        Ok(Norm { reading: self.l2(tensor)?, unit: unit(exponent) })
    }

    /// Compares the parameters with those before the update, and takes the time.
    pub(crate) fn after_update(&mut self, update: &Update, stopwatch: &mut Stopwatch) -> Result<(), EngineError> {
        let since = stopwatch.start();
        for definition in self.due.clone() {
            if let Measure::AfterUpdate(measure) = definition.measure {
                measure(self, update)?;
            }
        }
        stopwatch.stop(since);
        Ok(())
    }

    /// Whether an analysis of paths is to follow.
    pub(crate) fn needs_paths(&self) -> bool {
        self.due.iter().any(|definition| matches!(definition.measure, Measure::Paths(_)))
    }

    /// The analyses of paths that are to follow.
    pub(crate) fn analyses(&self, backward: &Backward) -> Vec<Box<dyn Analysis>> {
        let start = |definition: &Definition| match definition.measure {
            Measure::Paths(start) => Some(start(backward)),
            _ => None,
        };
        self.due.iter().copied().filter_map(start).collect()
    }
}
