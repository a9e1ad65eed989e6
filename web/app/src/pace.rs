//! How fast the run goes, over the last two seconds.

use std::collections::VecDeque;

/// Updates against time.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    seen: VecDeque<(f64, u64)>,
}

impl Pace {
    /// So far back it looks, milliseconds.
    const WINDOW: f64 = 2000.0;
    /// Fewer milliseconds say nothing yet.
    const LEAST: f64 = 250.0;

    /// Forgets everything: the run was paused or begun anew.
    pub fn clear(&mut self) {
        self.seen.clear();
    }

    /// At this time (milliseconds) so many updates are done.
    pub fn note(&mut self, now: f64, updates: u64) {
        if self.seen.back().is_some_and(|(_, last)| *last > updates) {
            self.seen.clear();
        }
        self.seen.push_back((now, updates));
        // At least one that is older than the window stays, so that slow runs have a pace too.
        while self.seen.get(1).is_some_and(|(time, _)| now - time > Self::WINDOW) {
            self.seen.pop_front();
        }
    }

    /// Updates a second; `None` before there is something to say.
    pub fn steps_per_second(&self) -> Option<f64> {
        let ((from, first), (to, last)) = (self.seen.front()?, self.seen.back()?);
        (to - from >= Self::LEAST && last > first).then(|| (last - first) as f64 * 1000.0 / (to - from))
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn the_pace_is_that_of_the_last_seconds() {
        let mut pace = Pace::default();
        assert_eq!(pace.steps_per_second(), None);
        for step in 0..100 {
            pace.note(100.0 * step as f64, step);
        }
        assert_eq!(pace.steps_per_second(), Some(10.0));
        for step in 0..30 {
            pace.note(9_900.0 + 1000.0 * step as f64, 99 + step);
        }
        assert_eq!(pace.steps_per_second(), Some(1.0));
        pace.note(50_000.0, 0);
        assert_eq!(pace.steps_per_second(), None);
    }
}
