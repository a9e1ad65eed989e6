//! Whether a run that is made again is the run that was recorded. Another processor rounds otherwise in the last digits, and
//! training makes such differences grow: that is no disagreement.

use crate::Snapshot;
use protocol::{Mark, StepRecord};

/// The most that the first step may differ, relative to the largest value of each quantity: initial parameters are equal
/// everywhere, and 32-bit sums in another order differ by less.
pub const AT_FIRST: f64 = 1e-5;

/// The most that the smoothed loss may differ later, as a part of the recorded one.
pub const LATER: f64 = 0.25;

/// Under this difference, nats, two smoothed losses agree whatever part of them it is: near 0 a part says little.
pub const LATER_LEAST: f64 = 0.1;

/// How a run compares with its recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// The largest difference at the first step, relative to the largest value of its quantity.
    pub at_first: f64,
    /// The latest step that both have, and the smoothed losses there: the run's and the recorded one.
    pub later: Option<(u64, f64, f64)>,
}

impl Agreement {
    /// Whether the first step is the same.
    pub fn begins_alike(&self) -> bool {
        self.at_first <= AT_FIRST
    }

    /// Whether the latest step that both have is within the band.
    pub fn goes_alike(&self) -> bool {
        self.later.is_none_or(|(_, own, recorded)| {
            let difference = (own - recorded).abs();
            difference <= LATER_LEAST || difference <= LATER * recorded.abs()
        })
    }
}

/// Compares a run with its recording; `None` before the first step, or once something was changed that was not changed then.
pub fn agreement(run: &Snapshot, recorded: &Snapshot) -> Option<Agreement> {
    let (first, then) = (run.at(0)?, recorded.at(0)?);
    let last = run.losses().last()?.step.min(recorded.losses().last()?.step);
    let marks = |snapshot: &Snapshot| -> Vec<Mark> {
        snapshot.marks().iter().filter(|mark| mark.step <= last).cloned().collect()
    };
    if marks(run) != marks(recorded) {
        return None;
    }
    let smoothed = |snapshot: &Snapshot| {
        let losses = snapshot.losses();
        let index = losses.binary_search_by_key(&last, |point| point.step).ok()?;
        Some(f64::from(losses[index].smoothed))
    };
    let later = (last > 0).then(|| Some((last, smoothed(run)?, smoothed(recorded)?))).flatten();
    Some(Agreement { at_first: difference(first, then), later })
}

/// The largest difference between two steps: of the loss, and of each quantity relative to its largest value.
fn difference(a: &StepRecord, b: &StepRecord) -> f64 {
    let relative = |pairs: &[(f64, f64)]| {
        let largest = pairs.iter().fold(0.0f64, |largest, (a, b)| largest.max(a.abs()).max(b.abs()));
        let worst = pairs.iter().fold(0.0f64, |worst, (a, b)| if a == b { worst } else { worst.max((a - b).abs()) });
        if largest > 0.0 { worst / largest } else { 0.0 }
    };
    let columns = a.measured.columns.iter().filter_map(|column| {
        let other = b.column(column.quantity)?;
        let pairs: Vec<_> = column.values.iter().zip(other).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
        Some(relative(&pairs))
    });
    columns.fold(relative(&[(a.loss, b.loss)]), f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, snapshot, step};
    use protocol::{Event, RunSetting};

    fn run(factor: f64, loss: impl Fn(u64) -> f64) -> Snapshot {
        let mut run = snapshot(20, 1.0);
        (0..50).for_each(|at| run.apply(step(at, loss(at), &falling(9, 0.5 * factor, 0.9), true)));
        run
    }

    #[test]
    fn last_digits_are_no_difference_and_other_runs_are() {
        let recorded = run(1.0, |_| 2.0);
        let same = agreement(&run(1.0 + 1e-7, |_| 2.0), &recorded).unwrap();
        assert!(same.begins_alike() && same.goes_alike() && same.at_first > 0.0);
        assert_eq!(same.later.map(|(step, ..)| step), Some(49));
        let other = agreement(&run(1.01, |_| 2.0), &recorded).unwrap();
        assert!(!other.begins_alike() && (other.at_first - 0.01).abs() < 1e-3);
        let drifted = agreement(&run(1.0, |at| if at < 5 { 2.0 } else { 0.5 }), &recorded).unwrap();
        assert!(drifted.begins_alike() && !drifted.goes_alike());
        let little = agreement(&run(1.0, |at| if at < 5 { 0.02 } else { 0.06 }), &run(1.0, |_| 0.02)).unwrap();
        assert!(little.goes_alike());
    }

    #[test]
    fn a_run_that_was_changed_otherwise_is_not_compared() {
        let (mut own, recorded) = (run(1.0, |_| 2.0), run(1.0, |_| 2.0));
        assert!(agreement(&snapshot(20, 1.0), &recorded).is_none(), "nothing measured yet");
        own.apply(Event::Mark(Mark { step: 50, what: RunSetting::Lr, block: None, from: 0.05, to: 0.1 }));
        assert!(agreement(&own, &recorded).is_some(), "not yet in force");
        own.apply(Event::Mark(Mark { step: 49, what: RunSetting::Batch, block: None, from: 32.0, to: 16.0 }));
        assert!(agreement(&own, &recorded).is_none());
    }
}
