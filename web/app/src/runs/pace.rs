//! How fast the run goes, and what part of that is measuring, over the last seconds.

use crate::state::readout::Speed;
use protocol::Spent;
use std::collections::VecDeque;

/// A moment: its time, the updates done until then, and what they took.
#[derive(Clone, Copy, Debug)]
struct Moment {
    at: f64,
    updates: u64,
    spent: Spent,
}

/// Updates and their time against the clock.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    seen: VecDeque<Moment>,
    /// What the steps took since the run began.
    spent: Spent,
    /// What was found before the last pause.
    kept: Speed,
}

impl Pace {
    /// So far back it looks, milliseconds.
    const WINDOW: f64 = 2000.0;
    /// If steps did not take this much of the time, milliseconds, the run stood still: nobody looked at the page.
    const IDLE: f64 = 1500.0;
    /// Fewer milliseconds say nothing yet.
    const LEAST: f64 = 250.0;

    /// The run is another one.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The run rests: what a step took is still known, but nothing is done a second.
    pub fn rest(&mut self) {
        self.kept = Speed { steps_per_second: None, ..self.speed() };
        self.seen.clear();
    }

    /// Some more steps, and what they took.
    pub fn spend(&mut self, spent: Spent) {
        self.spent.steps += spent.steps;
        self.spent.working_ms += spent.working_ms;
        self.spent.measuring_ms += spent.measuring_ms;
    }

    /// At `now` (milliseconds) this number of updates is done.
    pub fn note(&mut self, now: f64, updates: u64) {
        if self.seen.back().is_some_and(|last| last.updates > updates) {
            self.seen.clear();
        }
        let worked = |last: &Moment| self.spent.working_ms - last.spent.working_ms;
        if self.seen.back().is_some_and(|last| now - last.at - worked(last) > Self::IDLE) {
            self.rest();
        }
        self.seen.push_back(Moment { at: now, updates, spent: self.spent });
        // At least one that is older than the window stays, so that slow runs have a pace too.
        while self.seen.get(1).is_some_and(|moment| now - moment.at > Self::WINDOW) {
            self.seen.pop_front();
        }
    }

    /// What there is to say; before there is anything new, what was said last.
    pub fn speed(&self) -> Speed {
        let (Some(from), Some(to)) = (self.seen.front(), self.seen.back()) else { return self.kept };
        let (time, updates) = (to.at - from.at, to.updates - from.updates);
        if time < Self::LEAST || updates == 0 {
            return self.kept;
        }
        let steps = (to.spent.steps - from.spent.steps) as f64;
        let working = to.spent.working_ms - from.spent.working_ms;
        let measuring = to.spent.measuring_ms - from.spent.measuring_ms;
        Speed {
            steps_per_second: Some(updates as f64 * 1000.0 / time),
            ms_per_step: Some(working / steps).filter(|time| time.is_finite()).or(self.kept.ms_per_step),
            measuring_share: Some(measuring / working).filter(|share| share.is_finite()).or(self.kept.measuring_share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pace, Speed, Spent};

    #[test]
    fn the_pace_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        let speed = |pace: &Pace| pace.speed().steps_per_second;
        assert_eq!(speed(&pace), None);
        for step in 0..100 {
            pace.note(100.0 * step as f64, step);
        }
        assert_eq!(speed(&pace), Some(10.0));
        for step in 0..30 {
            pace.note(9_900.0 + 1000.0 * step as f64, 99 + step);
        }
        assert_eq!(speed(&pace), Some(1.0));
        pace.note(50_000.0, 0);
        assert_eq!(speed(&pace), None);
    }

    #[test]
    fn a_hidden_minute_is_no_part_of_the_pace_and_a_slow_step_is() {
        let mut pace = Pace::default();
        let step = |pace: &mut Pace, at: f64, step: u64, took: f64| {
            pace.spend(Spent { steps: 1, working_ms: took, measuring_ms: 0.0 });
            pace.note(at, step);
        };
        (0..10).for_each(|index| step(&mut pace, 100.0 * index as f64, index, 90.0));
        assert_eq!(pace.speed().steps_per_second, Some(10.0));
        step(&mut pace, 61_000.0, 10, 90.0);
        assert_eq!((pace.speed().steps_per_second, pace.speed().ms_per_step), (None, Some(90.0)));
        (1..5).for_each(|index| step(&mut pace, 61_000.0 + 100.0 * index as f64, 10 + index, 90.0));
        assert_eq!(pace.speed().steps_per_second, Some(10.0));
        // Ten seconds a step are slow, and not idle.
        (1..3).for_each(|index| step(&mut pace, 61_400.0 + 10_000.0 * index as f64, 14 + index, 9_900.0));
        assert_eq!(pace.speed().steps_per_second, Some(0.1));
    }

    #[test]
    fn the_share_is_of_the_time_of_the_steps_and_outlives_a_pause() {
        let mut pace = Pace::default();
        for step in 0..10 {
            pace.spend(Spent { steps: 1, working_ms: 50.0, measuring_ms: 5.0 });
            pace.note(100.0 * step as f64, step);
        }
        let speed = pace.speed();
        assert_eq!((speed.ms_per_step, speed.measuring_share), (Some(50.0), Some(0.1)));
        pace.rest();
        let speed = pace.speed();
        assert_eq!((speed.steps_per_second, speed.measuring_share), (None, Some(0.1)));
        pace.clear();
        assert_eq!(pace.speed(), Speed::default());
    }
}
