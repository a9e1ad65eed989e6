//! Skips that fade out while a run goes on, and the strengths that follow: at any step they are a function of what was set.

use crate::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The strengths that are there at step `from` go linearly to 0 at step `to`; written `FROM-TO`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fade {
    /// The first step; the strengths are whole there.
    pub from: u64,
    /// The first step at which they are 0.
    pub to: u64,
}

impl Fade {
    /// What is left of a strength at a step, in [0, 1].
    pub fn left(self, step: u64) -> f64 {
        match step {
            _ if step >= self.to => 0.0,
            _ if step <= self.from => 1.0,
            // Steps are far below 2^53.
            _ => (self.to - step) as f64 / (self.to - self.from) as f64,
        }
    }

    /// What becomes of it if it is set at a step: it begins no earlier.
    #[must_use]
    pub fn not_before(self, step: u64) -> Self {
        Self { from: self.from.max(step), to: self.to.max(step) }
    }

    /// The text that [`Fade::read`] reads: nothing where nothing fades.
    pub fn write(fade: Option<Self>) -> String {
        fade.map(|fade| fade.to_string()).unwrap_or_default()
    }

    /// The fade that a text says; `None` if it is empty.
    ///
    /// # Errors
    /// If it is no `FROM-TO` with FROM up to TO.
    pub fn read(text: &str) -> Result<Option<Self>, Reason> {
        if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some) }
    }
}

impl fmt::Display for Fade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl FromStr for Fade {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let step = |text: &str| text.trim().parse::<u64>().ok().filter(|step| *step <= MOST_STEPS);
        let fade = text.split_once('-').and_then(|(from, to)| Some(Self { from: step(from)?, to: step(to)? }));
        fade.filter(|fade| fade.from <= fade.to).ok_or(Reason::Fade)
    }
}

/// More steps than any run has.
const MOST_STEPS: u64 = 1_000_000_000;

/// The strengths of a run's shortcuts, as they are set and as they fade.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Strengths {
    /// What was set, a block each.
    set: Vec<f64>,
    fade: Option<Fade>,
    /// The blocks that the fade takes along.
    fades: Vec<bool>,
}

impl Strengths {
    /// Strengths at step 0, and how they fade later.
    pub fn new(set: Vec<f64>, fade: Option<Fade>) -> Self {
        Self { fades: vec![true; set.len()], set, fade }
    }

    /// What was set, a block each, whatever faded of it.
    pub fn set(&self) -> &[f64] {
        &self.set
    }

    /// The fade that has not ended or still holds shortcuts closed.
    pub fn fade(&self) -> Option<Fade> {
        self.fade
    }

    /// The strength of each block's shortcut at a step.
    pub fn at(&self, step: u64) -> Vec<f64> {
        let left = self.fade.map_or(1.0, |fade| fade.left(step));
        // Where nothing fades nothing is multiplied.
        let own = |(set, fades): (&f64, &bool)| if *fades && left < 1.0 { set * left } else { *set };
        self.set.iter().zip(&self.fades).map(own).collect()
    }

    /// Sets one strength, or all, at a step. Once the fade has begun the block is out of it, and with its last block the fade
    /// is over.
    pub fn put(&mut self, block: Option<usize>, strength: f64, step: u64) {
        let begun = self.fade.is_some_and(|fade| step > fade.from);
        for index in (0..self.set.len()).filter(|index| block.is_none_or(|block| block == *index)) {
            self.set[index] = strength;
            self.fades[index] &= !begun;
        }
        if begun && !self.fades.contains(&true) {
            self.fade_out(None, step);
        }
    }

    /// At a step another fade is set, of every block, or none any more: what has faded so far stays.
    pub fn fade_out(&mut self, fade: Option<Fade>, step: u64) {
        *self = Self::new(self.at(step), fade.map(|fade| fade.not_before(step)));
    }

    /// The fade that was set begins so.
    pub fn begins(&mut self, fade: Fade) {
        if self.fade.is_some_and(|own| own.to == fade.to) {
            self.fade = Some(fade);
        }
    }

    /// A block was set at a step: whether the fade takes it along follows from that step.
    pub fn confirm(&mut self, block: usize, step: u64) {
        if let (Some(fade), Some(fades)) = (self.fade, self.fades.get_mut(block)) {
            *fades &= step <= fade.from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fade(text: &str) -> Fade {
        text.parse().unwrap()
    }

    #[test]
    fn a_fade_is_read_as_it_is_written() {
        assert_eq!(fade("480-980"), Fade { from: 480, to: 980 });
        assert_eq!(fade(" 5 - 5 ").to_string(), "5-5");
        assert_eq!((Fade::read("").unwrap(), Fade::write(None)), (None, String::new()));
        for bad in ["9-5", "5", "-5", "5-", "a-b", "1.5-3", "0-99999999999"] {
            assert_eq!(Fade::read(bad), Err(Reason::Fade), "{bad}");
        }
    }

    #[test]
    fn strengths_go_linearly_from_what_is_there_to_nothing() {
        let strengths = Strengths::new(vec![1.0, 0.5, 0.0], Some(fade("10-20")));
        assert_eq!(strengths.at(10), [1.0, 0.5, 0.0]);
        assert_eq!(strengths.at(15), [0.5, 0.25, 0.0]);
        assert_eq!([strengths.at(20), strengths.at(99)], [[0.0; 3], [0.0; 3]]);
        assert_eq!(fade("7-7").left(6), 1.0);
        assert_eq!(fade("7-7").left(7), 0.0);
    }

    #[test]
    fn what_is_set_before_it_begins_fades_and_what_is_set_later_stays() {
        let mut strengths = Strengths::new(vec![1.0; 3], Some(fade("10-20")));
        strengths.put(Some(0), 0.5, 10);
        assert_eq!(strengths.at(15), [0.25, 0.5, 0.5]);
        strengths.put(Some(1), 0.8, 15);
        assert_eq!([strengths.at(15), strengths.at(30)], [[0.25, 0.8, 0.5], [0.0, 0.8, 0.0]]);
        // With the last of its blocks the fade is over.
        strengths.put(None, 1.0, 30);
        assert_eq!((strengths.fade(), strengths.at(40)), (None, vec![1.0; 3]));
    }

    #[test]
    fn the_order_of_what_is_set_at_one_step_does_not_matter() {
        let (mut a, mut b) = (Strengths::new(vec![1.0; 2], None), Strengths::new(vec![1.0; 2], None));
        a.put(Some(0), 0.5, 7);
        a.fade_out(Some(fade("7-17")), 7);
        b.fade_out(Some(fade("7-17")), 7);
        b.put(Some(0), 0.5, 7);
        assert_eq!(a, b);
    }

    #[test]
    fn a_fade_that_is_taken_back_leaves_what_it_has_come_to_and_a_late_one_begins_at_once() {
        let mut strengths = Strengths::new(vec![1.0], Some(fade("0-10")));
        strengths.fade_out(None, 4);
        assert_eq!((strengths.fade(), strengths.at(9)), (None, vec![0.6]));
        strengths.fade_out(Some(fade("0-14")), 4);
        assert_eq!((strengths.fade(), strengths.at(9)), (Some(fade("4-14")), vec![0.3]));
    }
}
