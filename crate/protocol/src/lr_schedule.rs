//! How the learning rate goes on from the one that is set, once it has warmed up.

use crate::Reason;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What becomes of the learning rate that is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum LrSchedule {
    /// It stays.
    #[default]
    Constant,
    /// It goes to 0 over the run along half a cosine (Loshchilov & Hutter 2017, arXiv 1608.03983, equation 5, no restarts).
    Cosine,
    /// At each of these steps it is multiplied by a factor.
    Step {
        /// The steps, in order.
        at: Vec<u64>,
        /// The factor.
        factor: f64,
    },
}

/// More steps than any run has.
const MOST_STEPS: u64 = 1_000_000_000;

impl fmt::Display for LrSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant => f.write_str("constant"),
            Self::Cosine => f.write_str("cosine"),
            Self::Step { at, factor } => {
                let steps: Vec<_> = at.iter().map(u64::to_string).collect();
                write!(f, "step:{}*{factor}", steps.join(","))
            }
        }
    }
}

impl FromStr for LrSchedule {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let step = |text: &str| text.trim().parse::<u64>().ok().filter(|step| *step <= MOST_STEPS);
        let steps = || {
            let (at, factor) = text.strip_prefix("step:")?.split_once('*')?;
            let at: Vec<_> = at.split(',').map(step).collect::<Option<_>>()?;
            let factor = factor.trim().parse().ok().filter(|factor: &f64| factor.is_finite() && *factor > 0.0)?;
            at.is_sorted_by(|a, b| a < b).then_some(Self::Step { at, factor })
        };
        match text.trim() {
            "constant" => Ok(Self::Constant),
            "cosine" => Ok(Self::Cosine),
            _ => steps().ok_or(Reason::LrSchedule),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_read_as_it_is_written() {
        for text in ["constant", "cosine", "step:30*0.1", "step:32000,48000*0.1", "step:0,5*2"] {
            assert_eq!(text.parse::<LrSchedule>().unwrap().to_string(), text);
        }
        for bad in
            ["", "linear", "step:", "step:5", "step:*0.1", "step:5,3*0.1", "step:5,5*0.1", "step:5*0", "step:5*x"]
        {
            assert_eq!(bad.parse::<LrSchedule>(), Err(Reason::LrSchedule), "{bad}");
        }
    }
}
