//! When a quantity is measured.

use crate::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// At which steps a quantity is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Schedule {
    /// At the steps that this number divides; 1 is every step.
    Every(u64),
    /// At steps 0, 1, 2, 5, 10, 20, 50, 100, …
    Log,
    /// At each evaluation of the held-out images.
    Evaluation,
    /// Only when asked for by name.
    OnDemand,
}

/// Each quantity's own schedule.
const OWN: &str = "own";
/// [`Schedule::Log`].
const LOG: &str = "log";

impl Schedule {
    /// What a period may be, in steps.
    pub const PERIODS: RangeInclusive<u64> = 1..=1_000_000;

    /// The schedule that a text names: `own` is each quantity's own.
    ///
    /// # Errors
    /// If it is neither one of [`Self::PERIODS`] nor `log` nor `own`.
    pub fn read(text: &str) -> Result<Option<Self>, Reason> {
        if text == OWN { Ok(None) } else { text.parse().map(Some) }
    }

    /// The text that [`Schedule::read`] reads.
    pub fn write(schedule: Option<Self>) -> String {
        match schedule {
            Some(Self::Every(count)) => count.to_string(),
            Some(Self::Log) => LOG.to_owned(),
            // Nobody can ask for the other two.
            None | Some(Self::Evaluation | Self::OnDemand) => OWN.to_owned(),
        }
    }

    /// Whether a training step measures.
    pub fn is_due(self, step: u64) -> bool {
        match self {
            Self::Every(count) => step.is_multiple_of(count.max(1)),
            Self::Log => {
                let mut decade = 1;
                while decade * 10 <= step {
                    decade *= 10;
                }
                step == 0 || [decade, 2 * decade, 5 * decade].contains(&step)
            }
            Self::Evaluation | Self::OnDemand => false,
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Every(1) => f.write_str("every step"),
            Self::Every(count) => write!(f, "every {count} steps"),
            Self::Log => f.write_str("steps 0, 1, 2, 5, 10, 20, 50, …"),
            Self::Evaluation => f.write_str("each evaluation"),
            Self::OnDemand => f.write_str("on demand"),
        }
    }
}

impl FromStr for Schedule {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        if text == LOG {
            return Ok(Self::Log);
        }
        let count = text.trim().parse().ok().filter(|count| Self::PERIODS.contains(count));
        count.map(Self::Every).ok_or(Reason::Schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithmic_steps_are_1_2_5_and_their_decades() {
        let due: Vec<_> = (0..=2000).filter(|step| Schedule::Log.is_due(*step)).collect();
        assert_eq!(due, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]);
    }

    #[test]
    fn a_number_is_a_period() {
        let ten: Schedule = "10".parse().unwrap();
        assert_eq!((0..35).filter(|step| ten.is_due(*step)).collect::<Vec<_>>(), [0, 10, 20, 30]);
        for bad in ["0", "-1", "often", ""] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad}");
        }
    }
}
