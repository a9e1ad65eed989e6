//! The strengths of the shortcuts, as written in a URL or on the command line.

use crate::complaint::Because;
use crate::setting::RunSetting;
use crate::{Complaint, Plan, Reason};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Strength a of each block's shortcut in y = f(a·h(x) + F(x)); 1 is an open shortcut, 0 a closed one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Skip {
    /// One strength for every block.
    All(f64),
    /// Strengths by block name; blocks that are not named have strength 1.
    List(Vec<(String, f64)>),
}

impl Skip {
    /// What a strength may be: 0 closes the shortcut, 1 opens it.
    pub const RANGE: RangeInclusive<f64> = 0.0..=2.0;

    /// The strength of each block of the plan, in order; 0 for all in a network without shortcuts.
    ///
    /// # Errors
    /// Names a listed block that the plan does not have; refuses a strength for a network without shortcuts.
    pub fn strengths(&self, plan: &Plan) -> Result<Vec<f64>, Complaint> {
        let refused = |reason| Complaint::new(RunSetting::Skip, self, reason);
        if !plan.has_shortcuts() {
            let usual = matches!(self, Self::All(1.0));
            let because = Because::NoShortcuts;
            let reason = Reason::NotWith { other: RunSetting::Model, value: plan.spec.model.to_string(), because };
            return if usual { Ok(vec![0.0; plan.blocks.len()]) } else { Err(refused(reason)) };
        }
        match self {
            Self::All(strength) => Ok(vec![*strength; plan.blocks.len()]),
            Self::List(list) => {
                let mut strengths = vec![1.0; plan.blocks.len()];
                for (name, strength) in list {
                    let unknown = || Reason::UnknownBlock { block: name.clone(), blocks: plan.block_names() };
                    strengths[plan.block_index(name).ok_or_else(|| refused(unknown()))?] = *strength;
                }
                Ok(strengths)
            }
        }
    }

    /// The shortest way to write these strengths for this plan.
    pub fn from_strengths(plan: &Plan, strengths: &[f64]) -> Self {
        if !plan.has_shortcuts() {
            return Self::All(1.0);
        }
        match strengths.first() {
            Some(first) if strengths.iter().all(|strength| strength == first) => Self::All(*first),
            _ => {
                let listed = plan.blocks.iter().zip(strengths).filter(|(_, strength)| **strength != 1.0);
                Self::List(listed.map(|(block, strength)| (block.name.clone(), *strength)).collect())
            }
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(1.0) => f.write_str("on"),
            Self::All(0.0) => f.write_str("off"),
            Self::All(strength) => write!(f, "{strength}"),
            Self::List(list) => {
                let words: Vec<_> = list.iter().map(|(name, strength)| format!("{name}={strength}")).collect();
                f.write_str(&words.join(","))
            }
        }
    }
}

impl FromStr for Skip {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let refuse = || Reason::Strengths;
        let strength = |word: &str| match word.trim() {
            "on" => Ok(1.0),
            "off" => Ok(0.0),
            number => number.parse().ok().filter(|a| Self::RANGE.contains(a)).ok_or_else(refuse),
        };
        if !text.contains('=') {
            return strength(text).map(Self::All);
        }
        let entry = |word: &str| {
            let (name, value) = word.split_once('=').ok_or_else(refuse)?;
            Ok((name.trim().to_owned(), strength(value)?))
        };
        let list = text.split(',').map(entry).collect::<Result<Vec<_>, _>>()?;
        let twice = (1..list.len()).any(|index| list[..index].iter().any(|(name, _)| *name == list[index].0));
        if twice { Err(refuse()) } else { Ok(Self::List(list)) }
    }
}
