//! When a quantity is measured.

use crate::SpecError;
use serde::{Deserialize, Serialize};
use std::fmt;
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

impl Schedule {
    /// What `--measure-every` accepts, in words.
    pub const ACCEPTED: &'static str = "a whole number from 1 to 1000000, or log (steps 0, 1, 2, 5, 10, 20, 50, …)";

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
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        if text == "log" {
            return Ok(Self::Log);
        }
        let count = text.trim().parse().ok().filter(|count| (1..=1_000_000).contains(count));
        count.map(Self::Every).ok_or_else(|| SpecError::new("measure-every", text, Self::ACCEPTED))
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
