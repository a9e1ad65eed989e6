//! Changes while a run goes on: checked at once, in force from the next step, each with a mark.

use super::{Session, State};
use protocol::{BlockPlan, Change, EndReason, Event, Mark, MarkKind, Skip, SpecError, key};

impl Session {
    /// Asks for a change; it takes effect with the next step, weights kept.
    ///
    /// # Errors
    /// Names a value that is out of range, or a block that there is not; nothing is changed then.
    pub fn change(&mut self, change: Change) -> Result<(), SpecError> {
        // The one table of settings knows what each of them accepts.
        let accepts = |name: &str, value: String| {
            key(name).map_or(Ok(()), |key| key.set(&mut self.spec.clone(), &value).strict())
        };
        match change {
            Change::Skip { block, strength } => {
                accepts("skip", strength.to_string())?;
                let blocks = self.strengths.len();
                if let Some(block) = block.filter(|block| *block >= blocks) {
                    return Err(SpecError::new("block", block.to_string(), format!("a number below {blocks}")));
                }
            }
            Change::Lr(value) => accepts("lr", value.to_string())?,
            Change::Momentum(value) => accepts("momentum", value.to_string())?,
            Change::Batch(value) => accepts("batch", value.to_string())?,
            Change::Steps(value) => accepts("steps", value.to_string())?,
        }
        self.pending.push(change);
        if self.is_between_steps() {
            self.apply_pending();
        }
        Ok(())
    }

    pub(super) fn apply_pending(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            match change {
                Change::Skip { block, strength } => {
                    for index in 0..self.strengths.len() {
                        if block.is_none_or(|block| block == index) {
                            let from = std::mem::replace(&mut self.strengths[index], strength);
                            self.mark(MarkKind::Skip, Some(index), from, strength);
                        }
                    }
                    self.spec.skip = Skip::from_strengths(&self.network.plan, &self.strengths);
                }
                Change::Lr(to) => {
                    let from = std::mem::replace(&mut self.spec.lr, to);
                    self.optimiser.lr = to;
                    self.mark(MarkKind::Lr, None, from, to);
                }
                Change::Momentum(to) => {
                    let from = std::mem::replace(&mut self.spec.momentum, to);
                    self.optimiser.momentum = to;
                    self.mark(MarkKind::Momentum, None, from, to);
                }
                Change::Batch(to) => {
                    let from = std::mem::replace(&mut self.spec.batch, to);
                    self.mark(MarkKind::Batch, None, from as f64, to as f64);
                }
                Change::Steps(to) => {
                    self.spec.steps = to;
                    if matches!(self.state, State::Ended(EndReason::Done)) && self.step < to {
                        self.state = State::Between;
                    }
                }
            }
        }
    }

    fn mark(&mut self, what: MarkKind, block: Option<usize>, from: f64, to: f64) {
        if from != to {
            let name = |block: &BlockPlan| block.name.clone();
            let block = block.and_then(|index| self.network.plan.blocks.get(index)).map(name);
            self.events.push(Event::Mark(Mark { step: self.step, what, block, from, to }));
        }
    }
}
