//! What one setting is: what it accepts, and how it is read and written in the struct that holds it.

use super::{Id, Subcommand};
use crate::{Complaint, Reason};

/// One setting of the struct `S`.
pub struct Setting<S: 'static> {
    /// Which setting it is.
    pub id: Id,
    /// Whether it may change while a run goes on; the others need a new run.
    pub live: bool,
    /// The commands of the program that take it as a flag.
    pub commands: &'static [Subcommand],
    /// What it accepts, how it is read and written.
    pub kind: Kind<S>,
}

/// What a setting accepts, and how it is read and written.
pub enum Kind<S: 'static> {
    /// A whole number.
    Whole {
        /// The least.
        min: u64,
        /// The greatest.
        max: u64,
        /// Values that a form offers; empty if any may be written.
        offers: &'static [u64],
        /// Reads it.
        get: fn(&S) -> u64,
        /// Writes it; the value is in range.
        set: fn(&mut S, u64),
    },
    /// A number.
    Real {
        /// The least.
        min: f64,
        /// The greatest.
        max: f64,
        /// Reads it.
        get: fn(&S) -> f64,
        /// Writes it; the value is in range.
        set: fn(&mut S, f64),
    },
    /// Yes or no, written `1` and `0`.
    Flag {
        /// Reads it.
        get: fn(&S) -> bool,
        /// Writes it.
        set: fn(&mut S, bool),
    },
    /// One of a closed list of names.
    Choice {
        /// The names.
        names: &'static [&'static str],
        /// Reads it.
        get: fn(&S) -> &'static str,
        /// Writes the name of that index.
        set: fn(&mut S, usize),
    },
    /// One of a list of names, or a text with a grammar of its own.
    Named {
        /// The names.
        names: &'static [&'static str],
        /// What it accepts, as the reason why anything else is not.
        accepts: fn() -> Reason,
        /// Reads it.
        get: fn(&S) -> String,
        /// Writes it.
        set: fn(&mut S, &str) -> Taken,
    },
    /// A text with a grammar of its own.
    Text {
        /// What it accepts, as the reason why anything else is not.
        accepts: fn() -> Reason,
        /// Reads it.
        get: fn(&S) -> String,
        /// Writes it.
        set: fn(&mut S, &str) -> Taken,
    },
    /// Another way to write a setting; links, forms and headers do not have it.
    ShortFor {
        /// The setting that it is short for.
        other: Id,
        /// What it accepts, as the reason why anything else is not.
        accepts: fn() -> Reason,
        /// Reads it.
        get: fn(&S) -> String,
        /// Writes it.
        set: fn(&mut S, &str) -> Taken,
    },
}

/// What became of a text that was set, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// It was taken as it is.
    AsGiven,
    /// The nearest accepted value was taken.
    Nearest(Reason),
    /// Nothing was changed.
    Not(Reason),
}

impl From<Result<(), Reason>> for Taken {
    fn from(result: Result<(), Reason>) -> Self {
        result.map_or_else(Self::Not, |()| Self::AsGiven)
    }
}

/// What became of a value that was set.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// It was taken as it is.
    Taken,
    /// It was out of range and moved to the nearest accepted value.
    Clamped(Complaint),
    /// It could not be read; nothing was changed.
    Refused(Complaint),
}

impl Outcome {
    /// The strict reading: anything not taken as it is, is an error.
    ///
    /// # Errors
    /// The complaint about the value that was clamped or refused.
    pub fn strict(self) -> Result<(), Complaint> {
        self.complaint().map_or(Ok(()), Err)
    }

    /// What is to be said about the value, if it was not taken as it is.
    pub fn complaint(self) -> Option<Complaint> {
        match self {
            Self::Taken => None,
            Self::Clamped(complaint) | Self::Refused(complaint) => Some(complaint),
        }
    }
}

impl<S> Setting<S> {
    /// The name in the URL and in the header; the program's flag is the same with `-` for `_`.
    pub fn name(&self) -> &'static str {
        self.id.name()
    }

    /// Whether links, forms and headers write it; what is short for another setting is only read.
    pub fn is_written(&self) -> bool {
        !matches!(self.kind, Kind::ShortFor { .. })
    }

    /// The value as it is written in a URL.
    pub fn get(&self, holder: &S) -> String {
        match &self.kind {
            Kind::Whole { get, .. } => get(holder).to_string(),
            Kind::Real { get, .. } => get(holder).to_string(),
            Kind::Flag { get, .. } => u8::from(get(holder)).to_string(),
            Kind::Choice { get, .. } => get(holder).to_owned(),
            Kind::Named { get, .. } | Kind::Text { get, .. } | Kind::ShortFor { get, .. } => get(holder),
        }
    }

    /// Sets the value from text; a number out of range becomes the nearest in range.
    pub fn set(&self, holder: &mut S, text: &str) -> Outcome {
        let complaint = |reason| Complaint::new(self.id, text, reason);
        let taken = match &self.kind {
            Kind::Whole { min, max, set, .. } => match text.trim().parse::<i128>() {
                Ok(value) => {
                    let nearest = value.clamp(i128::from(*min), i128::from(*max));
                    set(holder, u64::try_from(nearest).unwrap_or(*min));
                    if nearest == value { Taken::AsGiven } else { Taken::Nearest(self.range()) }
                }
                Err(_) => Taken::Not(self.range()),
            },
            Kind::Real { min, max, set, .. } => match text.trim().parse::<f64>() {
                Ok(value) if !value.is_nan() => {
                    let nearest = value.clamp(*min, *max);
                    set(holder, nearest);
                    if nearest == value { Taken::AsGiven } else { Taken::Nearest(self.range()) }
                }
                _ => Taken::Not(self.range()),
            },
            Kind::Flag { set, .. } => match text {
                "1" | "0" | "" => {
                    set(holder, text == "1");
                    Taken::AsGiven
                }
                _ => Taken::Not(Reason::Flag),
            },
            Kind::Choice { names, set, .. } => match names.iter().position(|name| *name == text) {
                Some(index) => {
                    set(holder, index);
                    Taken::AsGiven
                }
                None => Taken::Not(self.range()),
            },
            Kind::Named { set, .. } | Kind::Text { set, .. } | Kind::ShortFor { set, .. } => set(holder, text),
        };
        match taken {
            Taken::AsGiven => Outcome::Taken,
            Taken::Nearest(reason) => Outcome::Clamped(complaint(reason)),
            Taken::Not(reason) => Outcome::Refused(complaint(reason)),
        }
    }

    /// Sets the value from text that is accepted as it is; any other changes nothing.
    pub fn set_strictly(&self, holder: &mut S, text: &str) -> Outcome
    where
        S: Clone,
    {
        let mut trial = holder.clone();
        match self.set(&mut trial, text).strict() {
            Ok(()) => *holder = trial,
            Err(complaint) => return Outcome::Refused(complaint),
        }
        Outcome::Taken
    }

    /// Sets a setting that is a number; a flag is 1 or 0.
    ///
    /// # Errors
    /// If the number is out of range, or the setting is none; nothing is changed then.
    pub fn set_number(&self, holder: &mut S, value: f64) -> Result<(), Complaint> {
        let refused = || Complaint::new(self.id, &value, self.range());
        match &self.kind {
            // A whole number below 2^53 is exact in f64.
            Kind::Whole { min, max, set, .. } if value.fract() == 0.0 && in_range(value, *min as f64, *max as f64) => {
                set(holder, value as u64);
                Ok(())
            }
            Kind::Real { min, max, set, .. } if in_range(value, *min, *max) => {
                set(holder, value);
                Ok(())
            }
            Kind::Flag { set, .. } if value == 0.0 || value == 1.0 => {
                set(holder, value == 1.0);
                Ok(())
            }
            _ => Err(refused()),
        }
    }

    /// The value of a setting that is a number; a flag is 1 or 0.
    pub fn number(&self, holder: &S) -> Option<f64> {
        match &self.kind {
            Kind::Whole { get, .. } => Some(get(holder) as f64),
            Kind::Real { get, .. } => Some(get(holder)),
            Kind::Flag { get, .. } => Some(f64::from(u8::from(get(holder)))),
            _ => None,
        }
    }

    /// The values that a form offers, as they are written; `None` if any may be written.
    pub fn offers(&self) -> Option<Vec<String>> {
        match &self.kind {
            Kind::Whole { offers, .. } if !offers.is_empty() => Some(offers.iter().map(u64::to_string).collect()),
            Kind::Choice { names, .. } | Kind::Named { names, .. } => Some(crate::complaint::owned(names)),
            _ => None,
        }
    }

    /// What the setting accepts, as the reason why anything else is not.
    pub fn range(&self) -> Reason {
        match &self.kind {
            Kind::Whole { min, max, .. } => Reason::Whole { min: *min, max: *max },
            Kind::Real { min, max, .. } => Reason::Real { min: *min, max: *max },
            Kind::Flag { .. } => Reason::Flag,
            Kind::Choice { names, .. } => Reason::one_of(names),
            Kind::Named { accepts, .. } | Kind::Text { accepts, .. } | Kind::ShortFor { accepts, .. } => accepts(),
        }
    }

    /// Whether this value is in the range of a setting that is a whole number.
    ///
    /// # Errors
    /// The complaint, if it is not.
    pub fn check(&self, value: usize) -> Result<(), Complaint> {
        match &self.kind {
            Kind::Whole { min, max, .. } if (*min..=*max).contains(&(value as u64)) => Ok(()),
            _ => Err(Complaint::new(self.id, &value, self.range())),
        }
    }
}

fn in_range(value: f64, min: f64, max: f64) -> bool {
    (min..=max).contains(&value)
}
