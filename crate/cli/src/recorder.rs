//! `--record`: the events of a run as lines of a file, each written as soon as it happens.

use crate::failure::Failure;
use protocol::recording::{Origin, header, interrupted, line};
use protocol::{Event, Lane, Plan, RunSpec};
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The only lane that the program runs.
const LANE: Lane = Lane::A;

/// A recording under way.
pub struct Recorder {
    file: File,
    path: PathBuf,
}

impl Recorder {
    /// Begins a recording with its header; an older file of that name is replaced.
    ///
    /// # Errors
    /// If the file cannot be made, or its name asks for gzip.
    pub fn new(path: &Path, spec: &RunSpec, plan: &Plan) -> Result<Self, Failure> {
        if path.extension().is_some_and(|end| end == "gz") {
            let why = "this version writes plain lines only: leave out .gz, or gzip the file afterwards";
            return Err(Failure::Input(format!("record {:?} is not accepted: {why}", path.display().to_string())));
        }
        let unusable =
            |error| Failure::Input(format!("record {}: the file could not be made: {error}", path.display()));
        let file = File::create(path).map_err(unusable)?;
        let mut recorder = Self { file, path: path.to_owned() };
        let origin = Origin {
            producer: format!("headwater {} ({})", env!("CARGO_PKG_VERSION"), env!("HEADWATER_COMMIT")),
            created: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        };
        recorder.write(&header(LANE, &origin, spec, plan))?;
        Ok(recorder)
    }

    /// Appends an event.
    ///
    /// # Errors
    /// If it cannot be written, as on a full disk; what was written before stays.
    pub fn event(&mut self, event: &Event) -> Result<(), Failure> {
        self.write(&line(LANE, event))
    }

    /// Ends the recording of a run that its user stopped.
    ///
    /// # Errors
    /// If it cannot be written, such as on a full disk; what was written before stays.
    pub fn interrupted(&mut self) -> Result<(), Failure> {
        self.write(&interrupted(LANE))
    }

    fn write(&mut self, value: &Value) -> Result<(), Failure> {
        let failed = |error| Failure::Run(format!("{} could not be written: {error}", self.path.display()));
        self.file.write_all(format!("{value}\n").as_bytes()).map_err(failed)
    }
}
