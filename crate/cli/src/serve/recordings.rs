//! The recordings of the command line: looked through first, then served under their names and listed before those of the page.

use crate::failure::Failure;
use crate::recording_file::{self, Unreadable, said_of, warn};
use crate::report::{at_most_open, unique_names};
use protocol::recording::Item;
use scene::MOST_OPEN_RUNS;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::PathBuf;

/// Where they are served.
const FOLDER: &str = "recordings/";

/// What the page says of one in its list.
const ABOUT: &str = "A file that headwater serve was started with.";

/// The recordings.
#[derive(Debug, Default)]
pub struct Recordings(Vec<Recording>);

#[derive(Debug)]
struct Recording {
    file: PathBuf,
    name: String,
    bytes: u64,
}

impl Recordings {
    /// Those in these files.
    ///
    /// # Errors
    /// Names the first that cannot be read to its end, and why; or says how many the page shows, if these are more.
    pub fn of(files: &[PathBuf]) -> Result<Self, Failure> {
        let mut runs = 0;
        let each = |(file, name): (&PathBuf, String)| {
            let refused = |unreadable: Unreadable| unreadable.of(file);
            let found = fs::metadata(file).map_err(|error| refused(error.into()))?;
            if !found.is_file() {
                return Err(Failure::Input(said_of(file, "it is no file")));
            }
            let opened = recording_file::open(file).map_err(refused)?;
            let looked = |item| {
                match item {
                    Item::Header(_) => runs += 1,
                    Item::Warning(fault) => warn(file, &fault),
                    Item::Event(..) => {}
                }
                Ok(())
            };
            recording_file::read(opened, looked).map_err(refused)?;
            if runs > MOST_OPEN_RUNS {
                let sentence = format!("{}, and with those of this recording there are {runs}", at_most_open());
                return Err(Failure::Input(said_of(file, &sentence)));
            }
            Ok(Recording { file: file.clone(), name, bytes: found.len() })
        };
        files.iter().zip(unique_names(files)).map(each).collect::<Result<_, _>>().map(Self)
    }

    /// The file at this path, if it is one of them.
    pub fn read(&self, path: &str) -> Option<io::Result<Vec<u8>>> {
        let name = path.strip_prefix(FOLDER)?;
        self.0.iter().find(|own| own.name == name).map(|own| fs::read(&own.file))
    }

    /// The query by which the page opens all of them; empty if there are none.
    pub fn query(&self) -> String {
        let runs: Vec<_> = self.0.iter().map(|own| format!("run={FOLDER}{}", percent_encoded(&own.name))).collect();
        if runs.is_empty() { String::new() } else { format!("?{}", runs.join("&")) }
    }

    /// The page's list of recordings with these before it.
    pub fn listed_before(&self, list: &[u8]) -> Vec<u8> {
        let own = self.0.iter().map(|own| {
            // The page looks for them beside its own.
            let file = format!("../../{FOLDER}{}", percent_encoded(&own.name));
            json!({ "file": file, "title": own.name, "about": ABOUT, "bytes": own.bytes })
        });
        let others: Vec<Value> = serde_json::from_slice(list).unwrap_or_default();
        Value::Array(own.chain(others).collect()).to_string().into_bytes()
    }
}

/// A name as it stands in an address.
fn percent_encoded(name: &str) -> String {
    let encoded = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(encoded).collect()
}

/// A path as it was before it stood in an address; `None` if it cannot be one.
pub fn percent_decoded(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(decoded).ok()
}
