//! What is at the place of a run's recording: a sweep makes what is missing, and says what became of the rest.

use crate::failure::Failure;
use crate::progress::lost_number;
use crate::recording_file::{self, Unreadable};
use protocol::recording::Item;
use protocol::{EndReason, Event, Quantity, RunSetting, RunSpec};
use std::fmt;
use std::path::Path;

/// How far a run was made.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// There is no recording.
    Missing,
    /// It came to its end.
    Done,
    /// A number was not finite, here in words; it would be so again.
    Failed(String),
    /// It was stopped before its end, or killed.
    BrokenOff,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("missing"),
            Self::Done => f.write_str("done"),
            Self::Failed(why) => write!(f, "failed: {why}"),
            Self::BrokenOff => f.write_str("broken off"),
        }
    }
}

/// What was found.
pub struct Made {
    /// How far it was made.
    pub state: State,
    /// The settings that its header says, if it has them.
    spec: Option<RunSpec>,
}

impl Made {
    /// What is there.
    ///
    /// # Errors
    /// If what is there is no recording.
    pub fn at(path: &Path) -> Result<Self, Failure> {
        let Ok(file) = std::fs::File::open(path) else { return Ok(Self { state: State::Missing, spec: None }) };
        let mut made = Self { state: State::BrokenOff, spec: None };
        let read = recording_file::read(file, |item| {
            match item {
                Item::Header(header) => made.spec = header.diagram.spec,
                Item::Event(_, Event::End(EndReason::Done)) => made.state = State::Done,
                Item::Event(_, Event::End(EndReason::NonFinite { step, lost, .. })) => {
                    made.state = State::Failed(format!("{} of step {step} is not a finite number", lost_number(lost)));
                }
                Item::Event(..) | Item::Warning(_) => {}
            }
            Ok::<(), Unreadable>(())
        });
        read.map_err(|unreadable| unreadable.of(path)).map(|()| made)
    }

    /// In which settings it differs from the run that is asked for, such as `steps 30, now 40`; empty if in none.
    pub fn differs_from(&self, wanted: &RunSpec) -> String {
        let Some(spec) = &self.spec else { return String::new() };
        let settings = RunSetting::written().map(|setting| (setting.name(), setting.get(spec), setting.get(wanted)));
        let [old, new] = [spec, wanted].map(|spec| Quantity::write_list(&spec.quantities));
        let all = settings.chain([("quantities", old, new)]);
        let named = |text: String| if text.is_empty() { "none".to_owned() } else { text };
        let differing = all
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| format!("{name} {}, now {}", named(old), named(new)));
        differing.collect::<Vec<_>>().join("; ")
    }
}
