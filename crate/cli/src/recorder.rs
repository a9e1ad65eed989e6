//! `--record`: the events of a run as lines of a file, in it soon after they happen, whatever ends the program.

use crate::checkpoint::GoesOn;
use crate::command_line::{command_line, quoted};
use crate::earlier;
use crate::failure::{Failure, say};
use crate::signals::Signals;
use crate::whole_file::WholeFile;
use protocol::recording::{Origin, compressed, header, interrupted, line};
use protocol::{Diagram, Event, Lane, Plan, RunSpec};
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

/// The only lane that the program runs.
pub const LANE: Lane = Lane::A;

/// How long lines wait for others to be compressed with.
const MEMBER_EVERY: Duration = Duration::from_secs(1);

/// So many bytes of lines that are copied become one gzip member.
const MEMBER_OF_OLD: usize = 1 << 20;

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

impl Pending {
    /// What a file of this name needs of it.
    fn of(path: &Path) -> Option<Self> {
        let is_packed = path.extension().is_some_and(|end| end == "gz");
        is_packed.then(|| Self { lines: Vec::new(), since: Instant::now() })
    }
}

/// Program, version and commit.
pub fn producer() -> String {
    format!("headwater {} ({})", env!("CARGO_PKG_VERSION"), env!("HEADWATER_COMMIT"))
}

/// Gives a file that is there, and holds anything, the first free name of `FILE~`, `FILE~2`, `FILE~3`, …
fn keep_older(path: &Path) -> io::Result<Option<PathBuf>> {
    let is_there = path.metadata().is_ok_and(|found| found.is_file() && found.len() > 0);
    if !is_there {
        return Ok(None);
    }
    // Of a link, what it leads to.
    let older = path.canonicalize()?;
    let named = |end: &str| PathBuf::from([older.as_os_str(), end.as_ref()].join("".as_ref()));
    let mut names = std::iter::once(named("~")).chain((2..).map(|number: u64| named(&format!("~{number}"))));
    let Some(kept) = names.find(|name| name.symlink_metadata().is_err()) else { return Ok(None) };
    std::fs::rename(&older, &kept)?;
    Ok(Some(kept))
}

/// The first line of a run's recording that is written now and begins with this step.
fn header_of(spec: &RunSpec, plan: &Plan, begins: u64) -> Value {
    let origin = Origin {
        producer: producer(),
        created: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        command: Some(command_line(spec).iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")),
    };
    header(LANE, &origin, &Diagram { begins, ..Diagram::new(plan, Some(spec.clone())) })
}

impl Recorder {
    /// Begins a recording with its header; an older file of that name is kept under another one. If the name ends in `.gz` it is
    /// compressed.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn new(path: &Path, spec: &RunSpec, plan: &Plan) -> Result<Self, Failure> {
        let unusable =
            |error| Failure::Input(format!("--record {}: the file could not be made: {error}", path.display()));
        let kept = keep_older(path).map_err(|error| {
            Failure::Input(format!("--record {}: it is there already, and could not be kept: {error}", path.display()))
        })?;
        let file = File::create(path).map_err(unusable)?;
        if let Some(kept) = kept {
            say(&format!("{} was there already: the old one is {} now", path.display(), kept.display()));
        }
        let mut recorder = Self { file, path: path.to_owned(), written: 0, pending: Pending::of(path) };
        recorder.write(&header_of(spec, plan, 0))?;
        // So that the file is a recording from its first moment on.
        recorder.flush()?;
        Ok(recorder)
    }

    /// Goes on with the recording of a run that is taken up again: `path` becomes a header, the lines of the `old` recording
    /// up to where the run stands, or what was changed until then if there was none, and a mark that says so.
    ///
    /// # Errors
    /// If the old recording is not of this run or does not reach so far, the file cannot be made, or a signal asks to stop
    /// meanwhile; what was there stays.
    pub fn go_on(
        path: &Path,
        old: Option<&Path>,
        spec: &RunSpec,
        plan: &Plan,
        from: &GoesOn,
        signals: &Signals,
    ) -> Result<Self, Failure> {
        let standing = &from.standing;
        let mut whole = WholeFile::begin("--record", path, &[])?;
        // One that does not tell what was changed before is of a run that cannot be made again: it does not say so.
        let told = from.marks.as_ref().map_or(0, |_| standing.step);
        let header = header_of(spec, plan, old.map_or(told, earlier::begins));
        let mut lines = format!("{header}\n").into_bytes();
        let pending = Pending::of(path);
        let put = |lines: &mut Vec<u8>, whole: &mut WholeFile, least: usize| {
            if lines.len() < least {
                return Ok(());
            }
            let text = std::mem::take(lines);
            let text = if pending.is_some() { compressed(&text) } else { text };
            whole.write_all(&text).map_err(|error| whole.failed(&error))
        };
        match old {
            Some(old) => earlier::lines(old, &header["spec"], standing, |line| {
                if signals.ask_to_stop() {
                    return Err(Failure::Run(format!("{} was not gone on with: interrupted", path.display())));
                }
                lines.extend_from_slice(line);
                put(&mut lines, &mut whole, MEMBER_OF_OLD)
            })?,
            None => {
                let marks = from.marks.iter().flatten();
                lines.extend(marks.flat_map(|mark| format!("{mark}\n").into_bytes()));
            }
        }
        let mark = json!({"type": "mark", "step": standing.step, "what": "resume", "lane": LANE.name()});
        lines.extend_from_slice(format!("{mark}\n").as_bytes());
        put(&mut lines, &mut whole, 0)?;
        whole.finish()?;
        let unusable = |error| Failure::Run(format!("{} could not be opened: {error}", path.display()));
        let file = OpenOptions::new().append(true).open(path).map_err(unusable)?;
        let written = file.metadata().map_err(unusable)?.len();
        Ok(Self { file, path: path.to_owned(), written, pending })
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

    /// Writes what still waits, and waits until all of it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written; what was written before stays.
    pub fn settle(&mut self) -> Result<(), Failure> {
        self.flush()?;
        self.file.sync_data().map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::Run(format!("{} could not be written: {error}", self.path.display()))
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
            return Err(self.failed(&error));
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
