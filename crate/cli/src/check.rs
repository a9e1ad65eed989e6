//! `headwater check`: whether files are recordings, whole and sound, and what is in them.

use crate::arguments::Request;
use crate::failure::{Failure, say};
use crate::recording_file::{self, Unreadable, said_of};
use protocol::recording::{Fault, Item, line};
use protocol::{Event, Lane};
use scene::{thousands, words};
use serde::Serialize;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// Runs the command: every file, whatever is wrong with the one before.
pub fn run(request: &Request) -> Result<(), Failure> {
    let mut is_ok = true;
    for path in &request.files {
        let checked = Checked::of(path);
        is_ok &= checked.ok;
        for wrong in &checked.faults {
            say(&said_of(path, &wrong.sentence));
        }
        let text = if request.options.json { serde_json::to_string(&checked)? } else { checked.in_words() };
        match writeln!(std::io::stdout().lock(), "{text}").map_err(Failure::from) {
            // The exit code is still of all files.
            Ok(()) | Err(Failure::NobodyReads) => {}
            Err(failure) => return Err(failure),
        }
    }
    if is_ok { Ok(()) } else { Err(Failure::Said) }
}

/// What was found in a file, as printed in JSON.
#[derive(Serialize)]
struct Checked {
    file: String,
    /// Whether nothing at all is wrong with it.
    ok: bool,
    lanes: Vec<Counted>,
    faults: Vec<Wrong>,
}

/// How much there is of a run.
#[derive(Serialize)]
struct Counted {
    lane: Lane,
    steps: u64,
    evaluations: u64,
    marks: u64,
    /// Why it ended; null if the recording does not say that it did.
    end: Value,
}

/// One thing that is wrong.
#[derive(Serialize)]
struct Wrong {
    /// The line, from 1; null if the file itself cannot be read.
    line: Option<u64>,
    /// The field; empty if it is the line itself.
    field: String,
    sentence: String,
}

impl Checked {
    fn of(path: &Path) -> Self {
        let mut checked = Self { file: path.display().to_string(), ok: true, lanes: Vec::new(), faults: Vec::new() };
        let read = recording_file::open(path).and_then(|file| {
            recording_file::read(file, |item| {
                checked.take(item);
                Ok(())
            })
        });
        checked.faults.extend(read.err().map(|unreadable| match unreadable {
            Unreadable::Content(fault) => Wrong::with(&fault),
            Unreadable::File(_) | Unreadable::Twice(_) => {
                Wrong { line: None, field: String::new(), sentence: unreadable.to_string() }
            }
        }));
        checked.ok = checked.faults.is_empty();
        checked
    }

    fn take(&mut self, item: Item) {
        match item {
            Item::Header(header) => {
                self.lanes.push(Counted { lane: header.lane, steps: 0, evaluations: 0, marks: 0, end: Value::Null });
            }
            Item::Warning(fault) => self.faults.push(Wrong::with(&fault)),
            Item::Event(lane, event) => {
                let Some(own) = self.lanes.iter_mut().find(|own| own.lane == lane) else { return };
                match event {
                    Event::Step(_) => own.steps += 1,
                    Event::Eval(_) => own.evaluations += 1,
                    Event::Mark(_) => own.marks += 1,
                    Event::Phase(_) => {}
                    // As its line names it.
                    Event::End(_) => own.end = line(lane, &event)["reason"].take(),
                }
            }
        }
    }

    /// `FILE: ok, lane a: 1,000 steps, 20 evaluations, 2 marks`, and how the run ended if not by itself.
    fn in_words(&self) -> String {
        let count = |count: u64, one: &str| format!("{} {one}{}", thousands(count), if count == 1 { "" } else { "s" });
        let lane = |Counted { lane, steps, evaluations, marks, end }: &Counted| {
            let counts = [count(*steps, "step"), count(*evaluations, "evaluation"), count(*marks, "mark")];
            let end = match end.as_str() {
                Some("done") => "",
                Some("interrupted") => ", interrupted",
                Some(_) => ", a number that is not finite at its end",
                // Killed between two lines it is whole as far as it goes.
                None => ", no end",
            };
            format!(", lane {}: {}{end}", lane.name(), counts.join(", "))
        };
        let lanes: String = self.lanes.iter().map(lane).collect();
        format!("{}: {}{lanes}", self.file, if self.ok { "ok" } else { "not ok" })
    }
}

impl Wrong {
    fn with(fault: &Fault) -> Self {
        Self { line: Some(fault.line), field: fault.field.clone(), sentence: words::recording_fault(fault) }
    }
}
