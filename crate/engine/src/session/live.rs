//! Changes while a run goes on: checked at once, in force from the next step or the one under way, each with a mark.

use super::stochastic_depth::training_joins;
use super::{Session, State};
use crate::{Bug, EngineError};
use protocol::{Change, Complaint, EndReason, Event, Mark, Quantity, Reason, RunSetting, Skip};

impl Session {
    /// Asks for a change; it takes effect with the next step, weights kept. That of a shortcut does with the step under way,
    /// which begins again on the same images: a step of a large network takes seconds. Once a step, so that one who drags a
    /// slider does not keep a run from going on, and not if parts of it were told, or something else was changed with it.
    ///
    /// # Errors
    /// [`EngineError::Spec`] names a value that is out of range or why skips cannot be folded, [`EngineError::Internal`] a
    /// block that there is not: blocks are numbered by the program. Nothing is changed then. [`EngineError::Candle`] if the
    /// device has no memory left for a fold.
    pub fn change(&mut self, change: Change) -> Result<(), EngineError> {
        match change {
            Change::Skip { block, strength } => {
                if !Skip::RANGE.contains(&strength) {
                    return Err(Complaint::new(RunSetting::Skip, &strength, Reason::Strengths).into());
                }
                let blocks = self.network.plan.blocks.len();
                if let Some(block) = block.filter(|block| *block >= blocks) {
                    return Err(Bug::NoBlock { block, blocks }.into());
                }
            }
            Change::Fade(_) | Change::Measure { .. } => {}
            Change::Fold => self.spec.check_fold(&self.network.plan)?,
            Change::Set { setting, value } if setting.is_live() => {
                let mut spec = self.spec.clone();
                setting.setting().set_number(&mut spec, value)?;
                spec.check_batch(&self.network.plan)?;
            }
            Change::Set { setting, value } => return Err(Complaint::new(setting, &value, Reason::NeedsNewRun).into()),
        }
        self.pending.push(change);
        if self.is_between_steps() {
            self.apply_pending()?;
        } else if self.may_begin_again() {
            self.apply_pending()?;
            self.begin_again();
        }
        Ok(())
    }

    /// Whether nobody would miss what the step under way has computed, and only shortcuts are to change.
    fn may_begin_again(&self) -> bool {
        let State::Passing(pass) = &self.state else { return false };
        let is_skip = |change: &Change| matches!(change, Change::Skip { .. });
        // Its other marks would be taken for made at the same moment.
        let is_first = self.marked != Some(self.step) && self.strengths.fade().is_none();
        is_first && !pass.is_second() && !self.is_told && self.pending.iter().all(is_skip)
    }

    fn begin_again(&mut self) {
        let joins = training_joins(&self.spec, &self.strengths.at(self.step), self.step);
        if let State::Passing(pass) = &mut self.state {
            **pass = pass.again(&self.network, joins);
        }
    }

    /// The changes that the run's settings ask for at this step.
    pub(super) fn apply_timed(&mut self) -> Result<(), EngineError> {
        // A step whose images have not all arrived begins a second time.
        if self.timed_until <= self.step {
            self.timed_until = self.step + 1;
            // They were checked when the run was made.
            let changes = self.spec.events.at(self.step, &self.network.plan).unwrap_or_default();
            self.apply(changes)?;
        }
        Ok(())
    }

    pub(super) fn apply_pending(&mut self) -> Result<(), EngineError> {
        let changes = std::mem::take(&mut self.pending);
        self.apply(changes)
    }

    fn apply(&mut self, changes: Vec<Change>) -> Result<(), EngineError> {
        for change in changes {
            match change {
                Change::Skip { block, strength } => self.set_skip(block, strength, false),
                Change::Fold => self.fold()?,
                Change::Fade(fade) => {
                    let before = self.strengths.clone();
                    self.strengths.fade_out(fade, self.step);
                    self.fade_marked = false;
                    if fade.is_none_or(|fade| fade.from > self.step) {
                        // What has faded so far is what is set from now on; a fade that begins at once says so itself.
                        for (index, (from, to)) in before.set().iter().zip(before.at(self.step)).enumerate() {
                            self.mark(Mark { from: *from, to, ..self.of_block(index) });
                        }
                    }
                    self.take_over();
                }
                Change::Measure { quantity, on } => self.measure(quantity, on),
                Change::Set { setting, value } => self.set(setting, value),
            }
        }
        Ok(())
    }

    /// Sets the strength of one shortcut, or of all, with a mark for each that changes; or says that they were folded.
    pub(super) fn set_skip(&mut self, block: Option<usize>, strength: f64, folded: bool) {
        let before = self.strengths.at(self.step);
        self.strengths.put(block, strength, self.step);
        for (index, from) in before.into_iter().enumerate() {
            if block.is_none_or(|block| block == index) {
                self.mark(Mark { from, to: strength, folded, ..self.of_block(index) });
            }
        }
        self.take_over();
    }

    /// Measures a quantity from now on, or no longer. That changes nothing of the run, so that no mark tells of it.
    fn measure(&mut self, quantity: Quantity, on: bool) {
        self.asked.retain(|own| *own != quantity);
        self.spec.quantities.retain(|own| *own != quantity);
        if on {
            self.asked.push(quantity);
            self.spec.quantities.push(quantity);
            self.spec.quantities.sort_unstable();
        }
    }

    /// The settings in force are what is set of the strengths.
    fn take_over(&mut self) {
        self.spec.skip = Skip::from_strengths(&self.network.plan, self.strengths.set());
        self.spec.fade = self.strengths.fade();
    }

    /// Says it where a fade begins.
    pub(super) fn mark_fade(&mut self) {
        let fade = self.strengths.fade().filter(|fade| !self.fade_marked && fade.from <= self.step);
        if let Some(fade) = fade {
            self.fade_marked = true;
            self.events.push(Event::Mark(Mark::of_fade(fade)));
        }
    }

    /// Gives a live setting a value that it accepts.
    fn set(&mut self, setting: RunSetting, to: f64) {
        let Some(from) = setting.setting().number(&self.spec) else { return };
        if setting.setting().set_number(&mut self.spec, to).is_err() {
            return;
        }
        if setting != RunSetting::Steps {
            self.mark(Mark { step: self.step, what: setting, block: None, from, to, folded: false });
        } else if matches!(self.state, State::Ended(EndReason::Done)) && self.step < self.spec.steps {
            self.state = State::Between;
        }
    }

    /// The mark of a block's shortcut, in which nothing has changed yet.
    fn of_block(&self, index: usize) -> Mark {
        let block = self.network.plan.blocks.get(index).map(|block| block.name.clone());
        Mark { step: self.step, what: RunSetting::Skip, block, from: 0.0, to: 0.0, folded: false }
    }

    fn mark(&mut self, mark: Mark) {
        if mark.from != mark.to {
            self.marked = Some(mark.step);
            self.events.push(Event::Mark(mark));
        }
    }
}
