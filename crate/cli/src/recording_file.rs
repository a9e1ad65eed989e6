//! A recording as a file on this computer: opened and read piece by piece, whatever its size.

use crate::failure::{Failure, say};
use protocol::recording::{Fault, Item, Reader};
use scene::words;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use thiserror::Error;

/// Bytes read at once.
const PIECE: usize = 64 << 10;

/// Why a recording cannot be read, or not to its end.
#[derive(Debug, Error)]
pub enum Unreadable {
    /// The file itself cannot be read.
    #[error("it could not be read: {0}")]
    File(#[from] io::Error),
    /// It must be read twice, as a pipe cannot be.
    #[error("it cannot be read twice ({0}): write it to a file first")]
    Twice(io::Error),
    /// Something else stands in it than must.
    #[error("{}", words::recording_fault(.0))]
    Content(Fault),
}

impl Unreadable {
    /// The failure of a command that cannot do without this file.
    pub fn of(self, path: &Path) -> Failure {
        Failure::Input(said_of(path, &self.to_string()))
    }
}

/// A sentence about a file.
pub fn said_of(path: &Path, sentence: &str) -> String {
    format!("{}: {sentence}", path.display())
}

/// Says on standard error what hinders less: everything else of the file is read.
pub fn warn(path: &Path, warning: &Fault) {
    say(&said_of(path, &words::recording_fault(warning)));
}

/// Hands out what a recording says, in order; a warning is an [`Item`] too.
///
/// # Errors
/// If it cannot be read to its end: what stands before was handed out. Or the first error of `take`.
pub fn read<E: From<Unreadable>>(mut file: impl Read, mut take: impl FnMut(Item) -> Result<(), E>) -> Result<(), E> {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    let mut piece = vec![0; PIECE];
    loop {
        let length = match file.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(Unreadable::File(error).into()),
        };
        let pushed = reader.push(&piece[..length], &mut items);
        items.drain(..).try_for_each(&mut take)?;
        pushed.map_err(Unreadable::Content)?;
    }
    let finished = reader.finish(&mut items);
    items.drain(..).try_for_each(&mut take)?;
    Ok(finished.map_err(Unreadable::Content)?)
}

/// Opens a recording.
///
/// # Errors
/// If there is no such file, or it must not be read.
pub fn open(path: &Path) -> Result<File, Unreadable> {
    Ok(File::open(path)?)
}
