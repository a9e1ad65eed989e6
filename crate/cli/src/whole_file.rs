//! A file that is there whole or not at all: it is written beside its place, and takes it when all of it is there.

use crate::failure::{Failure, say};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

/// A file that is being written.
pub struct WholeFile {
    /// The name that was asked for.
    path: PathBuf,
    /// The place that it takes: where the name leads.
    place: PathBuf,
    /// Where it is written.
    beside: PathBuf,
    /// `None` once it is in its place.
    out: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Begins what `--out` names. What stands in its place stays until [`Self::finish`]; Ctrl-C leaves that alone too, and
    /// nothing beside it.
    ///
    /// # Errors
    /// If it cannot be made there, if what stands there is no file, or if it is one of the files that are `read` for it.
    pub fn new(path: &Path, read: &[PathBuf]) -> Result<Self, Failure> {
        let begun = Self::begin("--out", path, read)?;
        let (remains, file) = (begun.beside.clone(), path.to_owned());
        // The only handler of this command; without it Ctrl-C leaves the part.
        let _no_handler = ctrlc::set_handler(move || {
            let _in_its_place_already = fs::remove_file(&remains);
            say(&format!("{} was not written: interrupted", file.display()));
            process::exit(1);
        });
        Ok(begun)
    }

    /// Begins what a `flag` names, for a command that hears Ctrl-C itself.
    ///
    /// # Errors
    /// What [`Self::new`] fails with.
    pub fn begin(flag: &str, path: &Path, read: &[PathBuf]) -> Result<Self, Failure> {
        let refused = |why: &str| Failure::Input(format!("{flag} {}: {why}", path.display()));
        let place = fs::canonicalize(path).unwrap_or_else(|_not_there_yet| path.to_owned());
        if fs::metadata(&place).is_ok_and(|found| !found.is_file()) {
            return Err(refused("there is something else than a file"));
        }
        if read.iter().any(|read| fs::canonicalize(read).is_ok_and(|read| read == place)) {
            return Err(refused("it would replace the recording itself"));
        }
        let name = place.file_name().ok_or_else(|| refused("that is no name of a file"))?;
        let mut hidden = OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}.part", process::id()));
        let beside = place.with_file_name(hidden);
        let made = File::create(&beside).map_err(|error| refused(&format!("the file could not be made: {error}")))?;
        Ok(Self { path: path.to_owned(), place, beside, out: Some(BufWriter::new(made)) })
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// If it cannot be written to its end; then nothing is left of it.
    pub fn finish(mut self) -> Result<(), Failure> {
        let synced = self.flush().and_then(|()| self.out.as_ref().map_or(Ok(()), |out| out.get_ref().sync_all()));
        let written = synced.and_then(|()| fs::rename(&self.beside, &self.place));
        if written.is_ok() {
            self.out = None;
        }
        written.map_err(|error| self.failed(&error))
    }

    /// Why it could not be written.
    pub fn failed(&self, error: &io::Error) -> Failure {
        Failure::Run(format!("{} could not be written: {error}", self.path.display()))
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.as_mut().map_or(Ok(bytes.len()), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for WholeFile {
    /// What did not come to its end goes.
    fn drop(&mut self) {
        if self.out.is_some() {
            let _gone_already = fs::remove_file(&self.beside);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test alone.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("headwater-{}-{name}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn nothing_is_there_before_all_of_it_is() {
        let folder = folder("whole");
        let path = folder.join("a.csv");
        fs::write(&path, "old").unwrap();
        let mut file = WholeFile::new(&path, &[]).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mut file = WholeFile::new(&path, &[]).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "nothing is left beside it");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn what_is_no_file_or_is_read_is_not_replaced() {
        let folder = folder("refused");
        let recording = folder.join("recording");
        fs::write(&recording, "").unwrap();
        let read = [recording.clone()];
        for (path, why) in [
            (Path::new("/dev/null"), "something else than a file"),
            (&folder, "something else than a file"),
            (&recording, "the recording itself"),
            (&folder.join("nowhere").join("a.csv"), "could not be made"),
        ] {
            let refused = WholeFile::new(path, &read).err().unwrap().to_string();
            assert!(refused.contains(why), "{}: {refused}", path.display());
        }
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(folder).unwrap();
    }
}
