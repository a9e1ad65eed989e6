//! Whether a run that is made again is the run that was recorded. Another processor rounds otherwise in the last digits, and
//! training makes such differences grow: that is no disagreement.

use crate::Snapshot;
use protocol::{RunSpec, StepRecord};

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
            let both_lost = !own.is_finite() && !recorded.is_finite();
            both_lost || difference <= LATER_LEAST || difference <= LATER * recorded.abs()
        })
    }
}

/// Compares a run with its recording; `None` before the first step, or once something was changed that was not changed then.
pub fn agreement(run: &Snapshot, recorded: &Snapshot) -> Option<Agreement> {
    let (first, then) = (run.at(0)?, recorded.at(0)?);
    if made_by(run)? != made_by(recorded)? {
        return None;
    }
    let losses = recorded.losses();
    let both = run.losses().iter().rev().find_map(|own| {
        let index = losses.binary_search_by_key(&own.step, |point| point.step).ok()?;
        Some((own.step, f64::from(own.smoothed), f64::from(losses[index].smoothed)))
    });
    Some(Agreement { at_first: difference(first, then), later: both.filter(|(step, ..)| *step > 0) })
}

/// The settings with which a run is made again, but for how long and how often it is looked at.
fn made_by(run: &Snapshot) -> Option<RunSpec> {
    let usual = RunSpec::program_default();
    let RunSpec { steps, eval_every, measure_every, quantities, .. } = usual;
    Some(RunSpec { steps, eval_every, measure_every, quantities, ..run.replay()? })
}

/// The largest difference between two steps: of the loss, and of each quantity relative to its largest value; infinite where
/// only one of two numbers is finite.
fn difference(a: &StepRecord, b: &StepRecord) -> f64 {
    let relative = |pairs: &[(f64, f64)]| {
        let apart = |(a, b): &(f64, f64)| match (a.is_finite(), b.is_finite()) {
            (true, true) => (a - b).abs(),
            (false, false) => 0.0,
            _ => f64::INFINITY,
        };
        let finite = |value: f64| if value.is_finite() { value.abs() } else { 0.0 };
        let largest = pairs.iter().fold(0.0f64, |largest, (a, b)| largest.max(finite(*a)).max(finite(*b)));
        let worst = pairs.iter().map(apart).fold(0.0, f64::max);
        if worst > 0.0 { worst / largest } else { 0.0 }
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
    use protocol::{Event, Mark, RunSetting};

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
        own.apply(Event::Mark(Mark {
            step: 49,
            what: RunSetting::Batch,
            block: None,
            from: 32.0,
            to: 16.0,
            folded: false,
        }));
        assert!(agreement(&own, &recorded).is_none());
    }

    #[test]
    fn changes_are_the_same_however_they_were_made() {
        let flip = |step| {
            let block = |name: &str| Some(name.to_owned());
            let names = crate::testing::plan(20).block_names();
            let mark = move |name: String| Mark {
                step,
                what: RunSetting::Skip,
                block: block(&name),
                from: 1.0,
                to: 0.0,
                folded: false,
            };
            names.into_iter().map(mark).map(Event::Mark).collect::<Vec<_>>()
        };
        // Closed before the first step: made again, it begins so.
        let mut recorded = snapshot(20, 1.0);
        flip(0).into_iter().for_each(|mark| recorded.apply(mark));
        let mut again = snapshot(20, 0.0);
        for at in 0..5 {
            for run in [&mut recorded, &mut again] {
                run.apply(step(at, 2.0, &falling(9, 0.5, 0.9), false));
            }
        }
        assert!(agreement(&again, &recorded).is_some_and(|own| own.begins_alike()));
        let lost = {
            let mut lost = again.clone();
            lost.apply(step(5, f64::NAN, &falling(9, f64::NAN, 0.9), false));
            lost
        };
        assert!(agreement(&lost, &lost.clone()).unwrap().goes_alike());
    }
}
