//! From one step to the next: a batch, a pass over it, the update, the record; then the evaluation, if one is due.

use super::evaluation::Evaluating;
use super::rate::rate;
use super::stochastic_depth::{testing_joins, training_joins};
use super::{Session, State};
use crate::EngineError;
use crate::pass::{Measuring, Pass, PassResult};
use crate::quantities::{Found, Update};
use dataset::Wanted;
use protocol::{
    EndReason, Ends, Event, Lost, Measured, OnNonfinite, Phase, Place, Quantity, Schedule, StepPhase, StepRecord,
};

/// What a call of [`Session::advance`] did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    /// One phase; the step goes on.
    Working,
    /// The last phase of a step or of an evaluation.
    Completed,
    /// Nothing: a data file has not arrived yet.
    NeedsData,
    /// Nothing: the run has ended.
    Ended,
}

impl Session {
    /// Runs one phase of one block, or a chunk of an evaluation.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left. The run cannot go on then.
    pub fn advance(&mut self) -> Result<Advance, EngineError> {
        match std::mem::replace(&mut self.state, State::Between) {
            State::Between => self.begin(),
            State::Passing(mut pass) => {
                let before = pass.done();
                let more = pass.advance(&self.network)?;
                if pass.done() != before
                    && let Some((lost, place)) = pass.lost(&self.network)?
                {
                    return Ok(match self.spec.on_nonfinite {
                        OnNonfinite::Stop => self.end_non_finite(lost, place),
                        OnNonfinite::Continue => self.without_update(&pass),
                    });
                }
                let is_told = self.walks && pass.done() != before;
                if is_told {
                    self.tell(&mut pass)?;
                }
                // Where it was told, the update is a part of its own.
                if !more && !is_told {
                    return self.complete(*pass);
                }
                self.state = State::Passing(pass);
                Ok(Advance::Working)
            }
            State::Evaluating(evaluating) => self.evaluate(evaluating),
            State::Ended(reason) => {
                self.state = State::Ended(reason);
                Ok(Advance::Ended)
            }
        }
    }

    /// Advances to the end of the step or evaluation under way (or of the next one).
    ///
    /// # Errors
    /// What [`Session::advance`] fails with, at the first phase that does.
    pub fn complete_step(&mut self) -> Result<Advance, EngineError> {
        loop {
            match self.advance()? {
                Advance::Working => {}
                other => return Ok(other),
            }
        }
    }

    /// Tells the part of the step that was done just now.
    fn tell(&mut self, pass: &mut Pass) -> Result<(), EngineError> {
        if let Some(at) = pass.done() {
            let known = pass.so_far(rate(&self.spec, self.step))?;
            self.events.push(Event::Phase(Phase::of(at, &known).into()));
            self.is_told = true;
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<Advance, EngineError> {
        self.apply_timed()?;
        self.apply_pending()?;
        self.mark_fade();
        if self.step >= self.spec.steps {
            return Ok(self.end(EndReason::Done));
        }
        let indices = match self.drawn.take() {
            Some(indices) => indices,
            None => self.order.next(self.spec.batch),
        };
        let since = self.waiting.start();
        let batch = self.data.batch(&Wanted::training(&self.spec, self.step, indices.clone()), &self.device)?;
        self.waiting.stop(since);
        let Some(batch) = batch else {
            self.drawn = Some(indices);
            return Ok(Advance::NeedsData);
        };
        if self.step + 1 < self.spec.steps {
            let next = Wanted::training(&self.spec, self.step + 1, self.order.peek(self.spec.batch));
            self.data.source.expect(&next);
        }
        let batch = batch.fit(self.network.plan.input)?;
        let measuring = Measuring {
            quantities: self.due(|quantity| {
                self.spec.measures(quantity, self.step)
                    || self.asked.contains(&quantity)
                    || self.walks && Phase::shows(quantity)
            }),
            seed: self.spec.seed,
            step: self.step,
            stopwatch: self.stopwatch,
        };
        let pass = Pass::new(
            &self.network,
            batch,
            training_joins(&self.spec, &self.strengths.at(self.step), self.step),
            measuring,
        );
        self.asked.retain(|quantity| quantity.schedule() == Schedule::Evaluation);
        self.state = State::Passing(Box::new(pass));
        Ok(Advance::Working)
    }

    fn due(&self, is_due: impl Fn(Quantity) -> bool) -> Vec<Quantity> {
        self.spec.quantities.iter().copied().filter(|quantity| is_due(*quantity)).collect()
    }

    /// Updates the parameters and says what was measured before the update.
    fn complete(&mut self, pass: Pass) -> Result<Advance, EngineError> {
        pass.track(&mut self.network)?;
        let mut found = pass.finish(&self.network)?;
        let before = self.network.parameters.clone();
        let lr = rate(&self.spec, self.step);
        self.optimiser.step(&self.spec, lr, &mut self.network.parameters, &found.gradients)?;
        let update = Update { network: &self.network, before: &before };
        found.found.after_update(&update, &mut found.stopwatch)?;
        let since = found.stopwatch.start();
        let Found { measured, ends } = found.found.finish()?;
        found.stopwatch.stop(since);
        self.stopwatch = found.stopwatch;
        let PassResult { loss, accuracy: train_accuracy, .. } = found;
        self.end_step(StepRecord { step: self.step, loss, train_accuracy, lr, measured, ends });
        Ok(Advance::Completed)
    }

    /// The parameters stay those before the step: its loss or a gradient is not finite.
    fn without_update(&mut self, pass: &Pass) -> Advance {
        let (loss, train_accuracy) = pass.answers();
        let (measured, ends) = (Measured::default(), Ends::default());
        let lr = rate(&self.spec, self.step);
        self.skipped += 1;
        self.end_step(StepRecord { step: self.step, loss, train_accuracy, lr, measured, ends });
        Advance::Completed
    }

    /// Says what a step was; then the next one is due, or an evaluation.
    fn end_step(&mut self, record: StepRecord) {
        if self.walks {
            self.events.push(Event::Phase(Phase::of(StepPhase::Update, &record).into()));
        }
        self.events.push(Event::Step(record));
        self.is_told = false;
        self.step += 1;
        let due = self.step == self.spec.steps || self.step.is_multiple_of(self.spec.eval_every.max(1));
        if self.spec.eval_every > 0 && due || !self.asked.is_empty() {
            self.asked.clear();
            self.state = State::Evaluating(Box::new(self.start_evaluation()));
        }
    }

    pub(super) fn start_evaluation(&self) -> Evaluating {
        let due = self.due(|quantity| quantity.schedule() == Schedule::Evaluation);
        Evaluating::new(&due, &self.network, &self.data, &testing_joins(&self.spec, &self.strengths.at(self.step)))
    }

    fn evaluate(&mut self, mut evaluating: Box<Evaluating>) -> Result<Advance, EngineError> {
        let advanced = evaluating.advance(&self.network, &self.data, &self.device)?;
        if advanced == Advance::Completed {
            self.events.push(Event::Eval(evaluating.finish(self.step)?));
        } else {
            self.state = State::Evaluating(evaluating);
        }
        Ok(advanced)
    }

    /// Ends without an update: the parameters stay those before the step.
    fn end_non_finite(&mut self, lost: Lost, place: Place) -> Advance {
        let block = match place {
            Place::Stem => Some(Place::STEM.to_owned()),
            Place::Block(index) => Some(self.network.plan.blocks[index].name.clone()),
            Place::Head => None,
        };
        self.end(EndReason::NonFinite { step: self.step, lost, block })
    }

    fn end(&mut self, reason: EndReason) -> Advance {
        self.events.push(Event::End(reason.clone()));
        self.state = State::Ended(reason);
        Advance::Ended
    }
}
