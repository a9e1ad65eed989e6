//! How the program fails: exit code 1 if a run failed, 2 for unusable input, each with one line on standard error.

use clap::error::ErrorKind;
use engine::EngineError;
use protocol::Complaint;
use std::process::ExitCode;
use thiserror::Error;

/// What can end the program early.
#[derive(Debug, Error)]
pub enum Failure {
    /// Input that cannot be used: exit code 2.
    #[error("{0}")]
    Input(String),
    /// A run that failed: exit code 1.
    #[error("{0}")]
    Run(String),
}

impl From<Complaint> for Failure {
    fn from(complaint: Complaint) -> Self {
        Self::Input(scene::words::complaint(&complaint))
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Spec(complaint) => complaint.into(),
            EngineError::Candle(error) => Self::Run(first_line(&error.to_string())),
            EngineError::Internal(bug) => Self::Run(EngineError::from(bug).to_string()),
            input => Self::Input(input.to_string()),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Run(format!("could not write the output: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Run(format!("could not write JSON: {error}"))
    }
}

/// The exit code of a finished command; says on standard error what went wrong.
pub fn exit_code(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("headwater: {failure}");
            ExitCode::from(if matches!(failure, Failure::Input(_)) { 2 } else { 1 })
        }
    }
}

/// Help and version go to standard output; a mistake is one line on standard error and exit code 2.
pub fn usage(error: &clap::Error) -> ExitCode {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        eprintln!("headwater: a command is needed: models, probe or train; --help says more");
        return ExitCode::from(2);
    }
    if error.use_stderr() {
        let text = error.to_string();
        let line: Vec<_> = text
            .lines()
            .map(str::trim)
            .take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"))
            .collect();
        eprintln!("headwater: {}", line.join(" ").trim().trim_start_matches("error: ").trim_end());
        return ExitCode::from(2);
    }
    print!("{error}");
    ExitCode::SUCCESS
}

/// The first line of a message; Candle's may carry a backtrace.
pub fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
