//! Changes while a run goes on: checked at once, in force from the next step, each with a mark.

use super::{Session, State};
use crate::{Bug, EngineError};
use protocol::{BlockPlan, Change, Complaint, EndReason, Event, Mark, Reason, RunSetting, Skip};

impl Session {
    /// Asks for a change; it takes effect with the next step, weights kept.
    ///
    /// # Errors
    /// [`EngineError::Spec`] names a value that is out of range, [`EngineError::Internal`] a block that there is not: blocks
    /// are numbered by the program. Nothing is changed then.
    pub fn change(&mut self, change: Change) -> Result<(), EngineError> {
        match change {
            Change::Skip { block, strength } => {
                if !Skip::RANGE.contains(&strength) {
                    return Err(Complaint::new(RunSetting::Skip, &strength, Reason::Strengths).into());
                }
                let blocks = self.strengths.len();
                if let Some(block) = block.filter(|block| *block >= blocks) {
                    return Err(Bug::NoBlock { block, blocks }.into());
                }
            }
            Change::Set { setting, value } if setting.is_live() => {
                setting.setting().set_number(&mut self.spec.clone(), value)?;
            }
            Change::Set { setting, value } => return Err(Complaint::new(setting, &value, Reason::NeedsNewRun).into()),
        }
        self.pending.push(change);
        if self.is_between_steps() {
            self.apply_pending();
        }
        Ok(())
    }

    /// The changes that the run's settings ask for at this step.
    pub(super) fn apply_timed(&mut self) {
        // A step whose images have not all arrived begins a second time.
        if self.timed_until <= self.step {
            self.timed_until = self.step + 1;
            // They were checked when the run was made.
            let changes = self.spec.events.at(self.step, &self.network.plan).unwrap_or_default();
            self.apply(changes);
        }
    }

    pub(super) fn apply_pending(&mut self) {
        let changes = std::mem::take(&mut self.pending);
        self.apply(changes);
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Skip { block, strength } => {
                    for index in 0..self.strengths.len() {
                        if block.is_none_or(|block| block == index) {
                            let from = std::mem::replace(&mut self.strengths[index], strength);
                            self.mark(RunSetting::Skip, Some(index), from, strength);
                        }
                    }
                    self.spec.skip = Skip::from_strengths(&self.network.plan, &self.strengths);
                }
                Change::Set { setting, value } => self.set(setting, value),
            }
        }
    }

    /// Gives a live setting a value that it accepts.
    fn set(&mut self, setting: RunSetting, to: f64) {
        let Some(from) = setting.setting().number(&self.spec) else { return };
        if setting.setting().set_number(&mut self.spec, to).is_err() {
            return;
        }
        if setting != RunSetting::Steps {
            self.mark(setting, None, from, to);
        } else if matches!(self.state, State::Ended(EndReason::Done)) && self.step < self.spec.steps {
            self.state = State::Between;
        }
    }

    fn mark(&mut self, what: RunSetting, block: Option<usize>, from: f64, to: f64) {
        if from != to {
            let name = |block: &BlockPlan| block.name.clone();
            let block = block.and_then(|index| self.network.plan.blocks.get(index)).map(name);
            self.events.push(Event::Mark(Mark { step: self.step, what, block, from, to }));
        }
    }
}
