//! An evaluation of the held-out images, a chunk of them a call: the network itself, and its trials.

use super::Advance;
use crate::EngineError;
use crate::data::Images;
use crate::network::{Join, Mode, Network};
use crate::pass::Batch;
use crate::quantities::{Measurements, Trials};
use candle_core::Device;
use dataset::{Split, Wanted};
use protocol::{Evaluation, ImageAnswer, Quantity};

/// Held-out images evaluated in one call, at most.
const CHUNK: usize = 50;
/// Values that the layers may put out in one call, about: large networks take fewer images a call.
const CHUNK_ACTIVATIONS: u64 = 100_000_000;

/// An evaluation under way.
pub(super) struct Evaluating {
    found: Measurements,
    trials: Trials,
    /// The first image that the present trial has not seen.
    next: usize,
    /// Summed over the images that it has seen.
    loss: f64,
    correct: usize,
    /// Of the network itself, to the images that are shown.
    answers: Vec<ImageAnswer>,
}

impl Evaluating {
    /// An evaluation of the network with these joins, for these quantities.
    pub(super) fn new(quantities: &[Quantity], network: &Network, data: &Images, joins: &[Join]) -> Self {
        let found = Measurements::new(quantities, network.blocks.len(), data.count(Split::Test));
        let trials = Trials::new(&found, network, joins);
        Self { found, trials, next: 0, loss: 0.0, correct: 0, answers: Vec::new() }
    }

    /// Images done and images in all, over all trials.
    pub(super) fn progress(&self, data: &Images) -> (usize, usize) {
        let count = data.count(Split::Test);
        let (done, all) = self.trials.progress();
        (done * count + self.next, all * count)
    }

    /// One chunk of one trial.
    pub(super) fn advance(
        &mut self,
        network: &Network,
        data: &Images,
        device: &Device,
    ) -> Result<Advance, EngineError> {
        let Some(joins) = self.trials.next() else { return Ok(Advance::Completed) };
        let count = data.count(Split::Test);
        let most = (CHUNK_ACTIVATIONS / network.plan.activations.max(1)) as usize;
        let end = (self.next + most.clamp(1, CHUNK)).min(count);
        let wanted = Wanted::plain(Split::Test, (self.next..end).collect());
        let Some(batch) = data.batch(&wanted, device)? else { return Ok(Advance::NeedsData) };
        if end < count {
            data.source.expect(&Wanted::plain(Split::Test, (end..(end + most.clamp(1, CHUNK)).min(count)).collect()));
        }
        let Batch { images, labels } = batch.fit(network.plan.input)?;
        let answers = network.answers(&images, &labels, joins, Mode::Eval)?;
        self.loss += answers.loss * wanted.images.len() as f64;
        self.correct += answers.correct;
        if self.trials.progress().0 == 0 {
            for image in data.source.shown().into_iter().filter(|image| (self.next..end).contains(image)) {
                let (class, probability) = answers.top(image - self.next)?;
                self.answers.push(ImageAnswer { image, class, probability });
            }
        }
        self.next = end;
        if end == count {
            self.trials.push(self.loss / count as f64, self.correct as f64 / count as f64);
            (self.next, self.loss, self.correct) = (0, 0.0, 0);
        }
        Ok(if self.trials.next().is_some() { Advance::Working } else { Advance::Completed })
    }

    /// What was found after `step` updates.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if numbers cannot be read from the device.
    pub(super) fn finish(mut self, step: u64) -> Result<Evaluation, EngineError> {
        let (loss, accuracy) = self.trials.record(&mut self.found);
        self.answers.sort_by_key(|answer| answer.image);
        let measured = self.found.finish()?.measured;
        Ok(Evaluation { step, loss, accuracy, measured, answers: self.answers })
    }
}
