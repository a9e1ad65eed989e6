//! A run put down between two steps, and taken up again so that what comes after is equal to the last bit.

use super::{Session, State};
use crate::network::{Sgd, Tensors};
use crate::{EngineError, read_tensors};
use candle_core::Device;
use dataset::Source;
use protocol::{EndReason, RunSpec, Skip, Standing};

/// A run between two steps, whole: with its settings at step 0 and its data it determines what comes after.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Parameters and running statistics: a safetensors file with torchvision's names.
    pub network: Vec<u8>,
    /// The optimiser's velocities by the names of their parameters: a safetensors file.
    pub optimiser: Vec<u8>,
    /// Everything else.
    pub standing: Standing,
}

impl Session {
    /// The run as it stands, for [`Session::restore`]; `None` within a step, once its loss was not finite, or where one of its
    /// values is not.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device.
    pub fn save(&self) -> Result<Option<Saved>, EngineError> {
        let evaluates = match &self.state {
            State::Between | State::Ended(EndReason::Done | EndReason::Interrupted) => false,
            State::Evaluating(_) => true,
            State::Passing(_) | State::Ended(EndReason::NonFinite { .. }) => return Ok(None),
        };
        if !self.network.is_finite()? || !self.optimiser.is_finite()? {
            return Ok(None);
        }
        let (epoch, position) = self.order.place();
        let standing = Standing {
            step: self.step,
            evaluates,
            epoch,
            position,
            drawn: self.drawn.clone(),
            strengths: self.strengths.clone(),
            fade_marked: self.fade_marked,
            lr: self.spec.lr,
            momentum: self.spec.momentum,
            batch: self.spec.batch,
            quantities: self.spec.quantities.clone(),
            asked: self.asked.clone(),
            pending: self.pending.clone(),
            timed_until: self.timed_until,
            skipped: self.skipped,
        };
        let network = self.network.to_safetensors()?;
        let optimiser = self.optimiser.to_safetensors(&self.network.parameters)?;
        Ok(Some(Saved { network, optimiser, standing }))
    }

    /// The run that was saved; `spec` holds its settings at step 0, of which the budget may be another one.
    ///
    /// # Errors
    /// What [`Session::from_weights`] fails with, also for what is wrong with the files or the velocities.
    pub fn restore(
        saved: Saved,
        spec: RunSpec,
        data: impl Into<Box<dyn Source>>,
        device: Device,
    ) -> Result<Self, EngineError> {
        let Saved { network, optimiser, standing } = saved;
        let velocities: Tensors = read_tensors(&optimiser)?;
        let mut session = Self::from_weights(read_tensors(&network)?, spec, data, device)?;
        // What it started from is not known any more; a restart draws it from the seed.
        session.weights = None;
        session.optimiser = Sgd::from_tensors(velocities, &session.network.parameters, &session.device)?;
        session.order.go_to(standing.epoch, standing.position);
        session.step = standing.step;
        session.drawn = standing.drawn;
        session.strengths = standing.strengths;
        session.fade_marked = standing.fade_marked;
        session.spec.lr = standing.lr;
        session.spec.momentum = standing.momentum;
        session.spec.batch = standing.batch;
        session.spec.quantities = standing.quantities;
        session.spec.skip = Skip::from_strengths(&session.network.plan, session.strengths.set());
        session.spec.fade = session.strengths.fade();
        session.asked = standing.asked;
        session.pending = standing.pending;
        session.timed_until = standing.timed_until;
        session.skipped = standing.skipped;
        if standing.evaluates {
            session.state = State::Evaluating(Box::new(session.start_evaluation()));
        }
        Ok(session)
    }
}
