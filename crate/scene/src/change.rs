//! What was changed at one step of a run, as a person would tell it: all shortcuts that go to one strength are one change.

use crate::Snapshot;
use protocol::{Mark, RunSetting};

/// A change while a run goes on, and the value after it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// All shortcuts.
    Skips(f64),
    /// The shortcut of the block of this index.
    Skip(usize, f64),
    /// The shortcuts were folded into the weights.
    Fold,
    /// The shortcuts begin to fade out, until this step.
    Fade(u64),
    /// A live setting.
    Setting(RunSetting, f64),
}

/// What these marks of one step changed.
pub fn changes(marks: &[Mark], run: &Snapshot) -> Vec<Change> {
    let fold = marks.iter().any(|mark| mark.folded).then_some(Change::Fold);
    let marks = &marks[marks.iter().rposition(|mark| mark.folded).map_or(0, |last| last + 1)..];
    let skips = marks.iter().filter(|mark| mark.what == RunSetting::Skip).count();
    let after = marks.first().map(|mark| strengths_after(mark.step, run)).unwrap_or_default();
    let together = after.first().filter(|first| skips > 1 && after.iter().all(|strength| strength == *first));
    let own = |mark: &Mark| {
        let block = mark.block.as_deref().and_then(|name| run.diagram.block_index(name));
        match (mark.what, block) {
            (RunSetting::Skip, _) if together.is_some() => None,
            (RunSetting::Skip, Some(block)) => Some(Change::Skip(block, mark.to)),
            (RunSetting::Skip, None) => Some(Change::Skips(mark.to)),
            (RunSetting::Fade, _) => mark.fade().map(|fade| Change::Fade(fade.to)),
            (what, _) => Some(Change::Setting(what, mark.to)),
        }
    };
    fold.into_iter()
        .chain(marks.iter().filter_map(own))
        .chain(together.map(|strength| Change::Skips(*strength)))
        .collect()
}

/// The newest changes of a run up to that step, and their step; those before the first step are none.
pub fn last_changes(run: &Snapshot, until: u64) -> Option<(u64, Vec<Change>)> {
    let past = &run.marks()[..run.marks().partition_point(|mark| mark.step <= until)];
    let step = past.last().map(|mark| mark.step).filter(|step| *step > 0)?;
    let first = past.partition_point(|mark| mark.step < step);
    Some((step, changes(&past[first..], run)))
}

/// The strengths that were set up to a step.
fn strengths_after(step: u64, run: &Snapshot) -> Vec<f64> {
    let mut strengths = run.diagram.strengths();
    for mark in run.marks().iter().filter(|mark| mark.what == RunSetting::Skip && mark.step <= step) {
        if let Some(index) = mark.block.as_deref().and_then(|name| run.diagram.block_index(name)) {
            strengths[index] = mark.to;
        }
    }
    strengths
}
