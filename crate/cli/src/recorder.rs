//! `--record`: the events of a run as lines of a file, in it soon after they happen, whatever ends the program.

use crate::command_line::{command_line, quoted};
use crate::failure::Failure;
use protocol::recording::{Origin, compressed, header, interrupted, line};
use protocol::{Diagram, Event, Lane, Plan, RunSpec};
use serde_json::Value;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The only lane that the program runs.
const LANE: Lane = Lane::A;

/// How long lines wait for others to be compressed with.
const MEMBER_EVERY: Duration = Duration::from_secs(1);

/// A recording under way.
pub struct Recorder {
    file: File,
    path: PathBuf,
    /// Bytes of the file that hold whole lines.
    written: u64,
    /// What is compressed, if its name ends in `.gz`.
    pending: Option<Pending>,
}

/// Lines that wait to become one gzip member.
struct Pending {
    lines: Vec<u8>,
    /// When the last member was written.
    since: Instant,
}

impl Recorder {
    /// Begins a recording with its header; an older file of that name is replaced. If the name ends in `.gz` it is compressed.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn new(path: &Path, spec: &RunSpec, plan: &Plan) -> Result<Self, Failure> {
        let unusable =
            |error| Failure::Input(format!("record {}: the file could not be made: {error}", path.display()));
        let file = File::create(path).map_err(unusable)?;
        let is_packed = path.extension().is_some_and(|end| end == "gz");
        let pending = is_packed.then(|| Pending { lines: Vec::new(), since: Instant::now() });
        let mut recorder = Self { file, path: path.to_owned(), written: 0, pending };
        let origin = Origin {
            producer: format!("headwater {} ({})", env!("CARGO_PKG_VERSION"), env!("HEADWATER_COMMIT")),
            created: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            command: Some(command_line(spec).iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
        };
        recorder.write(&header(LANE, &origin, &Diagram::new(plan, Some(spec.clone()))))?;
        // So that the file is a recording from its first moment on.
        recorder.flush()?;
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

    /// Writes what still waits.
    ///
    /// # Errors
    /// If it cannot be written; what was written before stays.
    pub fn flush(&mut self) -> Result<(), Failure> {
        let Some(pending) = &mut self.pending else { return Ok(()) };
        pending.since = Instant::now();
        if pending.lines.is_empty() {
            return Ok(());
        }
        let member = compressed(&std::mem::take(&mut pending.lines));
        self.append(&member)
    }

    fn write(&mut self, value: &Value) -> Result<(), Failure> {
        let line = format!("{value}\n");
        let Some(pending) = &mut self.pending else { return self.append(line.as_bytes()) };
        pending.lines.extend_from_slice(line.as_bytes());
        if pending.since.elapsed() < MEMBER_EVERY { Ok(()) } else { self.flush() }
    }

    /// Writes whole lines or a whole member at once: whoever kills the program finds all of it in the file, or none.
    fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if let Err(error) = self.file.write_all(bytes) {
            // What did fit on a full disk is no line; where it stays all the same, readers leave it out.
            let _shorter = self.file.set_len(self.written);
            return Err(Failure::Run(format!("{} could not be written: {error}", self.path.display())));
        }
        self.written += bytes.len() as u64;
        Ok(())
    }
}

impl Drop for Recorder {
    /// However the run ended, also by a mistake in the program: what was recorded is in the file.
    fn drop(&mut self) {
        let _too_late_to_say = self.flush();
    }
}
