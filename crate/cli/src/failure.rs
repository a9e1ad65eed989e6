//! How the program fails: exit code 1 if a run or the program itself failed, 2 for unusable input, each with one line on
//! standard error.

use crate::arguments::Request;
use clap::error::ErrorKind;
use dataset::{DataError, Unusable};
use engine::EngineError;
use protocol::setting::{Id, Subcommand};
use protocol::{Complaint, RunSetting};
use std::io::{self, Write};
use std::process::ExitCode;
use thiserror::Error;

/// What can end the program early.
#[derive(Debug, Error)]
pub enum Failure {
    /// Input that cannot be used: exit code 2.
    #[error("{0}")]
    Input(String),
    /// A value that cannot be used: exit code 2.
    #[error("{}", scene::words::complaint(.0))]
    Value(Complaint),
    /// A run that failed: exit code 1.
    #[error("{0}")]
    Run(String),
    /// The program is wrong, not what it was given: exit code 1.
    #[error("this is a mistake in the program: {0}")]
    Internal(String),
    /// Files that are not what they should be, each of which was named already: exit code 2.
    #[error("what is wrong with the files was said")]
    Said,
    /// Nobody reads the output any further, as behind `head`: that is no failure, exit code 0.
    #[error("nobody reads the output")]
    NobodyReads,
}

impl Failure {
    fn code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Value(_) | Self::Said => 2,
            Self::Run(_) | Self::Internal(_) => 1,
            Self::NobodyReads => 0,
        }
    }
}

impl Failure {
    /// With a setting that was typed named as it was typed.
    #[must_use]
    pub fn named_as_typed(self, request: &Request) -> Self {
        let is_flag = |complaint: &Complaint| match complaint.setting {
            // Of `models` it is a word of its own.
            Id::Run(RunSetting::Model) if request.command == Subcommand::Models => false,
            setting => request.gives(setting),
        };
        match self {
            Self::Value(complaint) if is_flag(&complaint) => Self::Input(scene::words::complaint_of_flag(&complaint)),
            other => other,
        }
    }
}

impl From<Complaint> for Failure {
    fn from(complaint: Complaint) -> Self {
        Self::Value(complaint)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Spec(complaint) => complaint.into(),
            EngineError::Candle(error) => Self::Run(first_line(&error.to_string())),
            EngineError::Internal(bug) => Self::Internal(bug.to_string()),
            EngineError::Data(DataError::Unusable(unusable)) => unusable.into(),
            // The other data sets are part of the program.
            EngineError::Data(error) => Self::Internal(error.to_string()),
            EngineError::Weights(problem) => Self::Input(scene::words::weights_problem(&problem)),
            EngineError::Input(error) => Self::Input(error.to_string()),
        }
    }
}

impl From<Unusable> for Failure {
    fn from(unusable: Unusable) -> Self {
        Self::Input(unusable.to_string())
    }
}

/// What `?` says of standard output: that nobody reads on, or why it cannot be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::NobodyReads,
            _ => Self::Run(format!("could not write the output: {error}")),
        }
    }
}

/// JSON is only written by `?`; where it is read, the failure says what.
impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Run(format!("could not write JSON: {error}"))
    }
}

/// Says a sentence on standard error; where that is closed, nobody wants to hear it.
pub fn say(sentence: &str) {
    let _closed = writeln!(io::stderr(), "headwater: {sentence}");
}

/// The exit code of a finished command; says on standard error what went wrong.
pub fn exit_code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !matches!(failure, Failure::Said | Failure::NobodyReads) {
                say(&failure.to_string());
            }
            ExitCode::from(failure.code())
        }
    }
}

/// Help and version go to standard output; a mistake is one line on standard error and exit code 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        say("a command is needed: models, probe, train, sweep, data, check, export, report or serve; --help says more");
        return ExitCode::from(2);
    }
    if error.use_stderr() {
        say(&usage_line(error));
        return ExitCode::from(2);
    }
    exit_code(write!(io::stdout(), "{error}").map_err(Failure::from))
}

/// What is wrong with a command line, in one line.
pub fn usage_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let is_about_it = |line: &&str| !line.starts_with("Usage:") && !line.starts_with("For more");
    // No value of this program begins as a flag does.
    let misleads = |line: &&str| line.starts_with("tip: to pass");
    let line: Vec<_> = text
        .lines()
        .map(str::trim)
        .take_while(is_about_it)
        .filter(|line| !misleads(line) && !line.is_empty())
        .collect();
    line.join(" ").trim().trim_start_matches("error: ").trim_end().to_owned()
}

/// The first line of a message; Candle's may carry a backtrace.
pub fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{Bug, InputError};
    use protocol::{Damage, WeightsProblem};

    #[test]
    fn only_what_was_given_is_input() {
        let file = DataError::File { file: "train-00.bin".to_owned(), damage: Damage::Length };
        let no_parameter = Bug::NoParameter { name: "fc.weight".to_owned() };
        for ours in [
            EngineError::from(file),
            EngineError::from(DataError::NoImages { set: "digits".to_owned() }),
            no_parameter.into(),
        ] {
            let failure = Failure::from(ours);
            assert_eq!(failure.code(), 1, "{failure}");
            assert!(failure.to_string().starts_with("this is a mistake in the program: "), "{failure}");
        }
        let extra = WeightsProblem::Extra { name: "odd".to_owned() };
        for theirs in [EngineError::from(extra), InputError::Labels { found: vec![3], images: 4 }.into()] {
            let failure = Failure::from(theirs);
            assert_eq!(failure.code(), 2, "{failure}");
        }
    }
}
