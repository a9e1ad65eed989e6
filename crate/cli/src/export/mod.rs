//! `headwater export`: a recording for programs that know none. [`long_form`] makes a table of it, [`array`] one JSON value.

mod array;
mod long_form;

use crate::arguments::Request;
use crate::failure::Failure;
use crate::recording_file::{self, Unreadable};
use crate::whole_file::WholeFile;
use protocol::recording::{FaultReason, Item};
use protocol::setting::ExportFormat;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::Path;
use thiserror::Error;

/// Runs the command: reads the recording twice, so that nothing is written of one that turns out to be none.
pub fn run(request: &Request) -> Result<(), Failure> {
    let options = &request.options;
    for path in &request.files {
        let mut file = recording_file::open(path).map_err(|unreadable| unreadable.of(path))?;
        let sound = Sound::of(path, &mut file)?;
        file.rewind().map_err(|error| Unreadable::Twice(error).of(path))?;
        let recording = file.take(sound.bytes);
        if options.out.is_empty() {
            let mut out = BufWriter::new(io::stdout().lock());
            let written = write(recording, &sound, options.to, &mut out).and_then(|()| Ok(out.flush()?));
            written.map_err(|stopped| stopped.told(path, Failure::from))?;
        } else {
            let mut out = WholeFile::new(Path::new(&options.out), &request.files)?;
            let written = write(recording, &sound, options.to, &mut out);
            written.map_err(|stopped| stopped.told(path, |error| out.failed(&error)))?;
            out.finish()?;
        }
    }
    Ok(())
}

/// What ends an export early.
#[derive(Debug, Error)]
enum Stopped {
    /// The recording cannot be read.
    #[error(transparent)]
    Reading(#[from] Unreadable),
    /// What it becomes cannot be written.
    #[error(transparent)]
    Writing(#[from] io::Error),
}

impl Stopped {
    /// The program's failure, where `writing` says what becomes of one of the output.
    fn told(self, path: &Path, writing: impl FnOnce(io::Error) -> Failure) -> Failure {
        match self {
            Self::Reading(unreadable) => unreadable.of(path),
            Self::Writing(error) => writing(error),
        }
    }
}

/// How far a recording was found sound.
struct Sound {
    /// The bytes that were read: a run that is still recorded goes on.
    bytes: u64,
    /// The first line that is left out, from 1, because the file ends within it.
    cut_at: Option<u64>,
}

impl Sound {
    /// Reads it to its end; says what hinders less.
    fn of(path: &Path, file: &mut File) -> Result<Self, Failure> {
        let mut cut_at = None;
        let take = |item: Item| {
            if let Item::Warning(warning) = &item {
                recording_file::warn(path, warning);
                cut_at = (warning.reason == FaultReason::Incomplete).then_some(warning.line).or(cut_at);
            }
            Ok(())
        };
        recording_file::read(&mut *file, take).map_err(|unreadable: Unreadable| unreadable.of(path))?;
        let bytes = file.stream_position().map_err(|error| Unreadable::Twice(error).of(path))?;
        Ok(Self { bytes, cut_at })
    }
}

fn write(recording: impl Read, sound: &Sound, format: ExportFormat, out: &mut impl Write) -> Result<(), Stopped> {
    match format {
        ExportFormat::Csv => long_form::write(recording, out),
        ExportFormat::Json => array::write(recording, sound.cut_at, out),
    }
}
