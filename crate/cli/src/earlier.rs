//! The recording of a run that is taken up again, up to the step at which that stands.

use crate::failure::Failure;
use flate2::bufread::MultiGzDecoder;
use protocol::Standing;
use serde::Deserialize;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::path::Path;

/// The first two bytes of a gzip member (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What is looked at of a line.
#[derive(Deserialize)]
struct Glance {
    #[serde(rename = "type")]
    kind: String,
    step: Option<u64>,
    what: Option<String>,
    spec: Option<Value>,
    begins: Option<u64>,
}

/// The recording as text, plain or compressed.
fn open(path: &Path) -> io::Result<Box<dyn BufRead>> {
    let mut file = BufReader::new(File::open(path)?);
    let is_packed = file.fill_buf()?.starts_with(&GZIP);
    Ok(if is_packed { Box::new(BufReader::new(MultiGzDecoder::new(file))) } else { Box::new(file) })
}

/// The step at which a recording begins, with what was changed before, as its header says; 0 if that cannot be read.
pub fn begins(path: &Path) -> u64 {
    let mut header = String::new();
    let read = open(path).and_then(|mut text| text.read_line(&mut header));
    let glance = read.ok().and_then(|_| serde_json::from_str::<Glance>(&header).ok());
    glance.and_then(|header| header.begins).unwrap_or_default()
}

/// Hands out the lines that a run with these settings wrote before it stood there, byte for byte, without the header.
///
/// # Errors
/// If the file cannot be read, is of another run, or does not reach so far. Or the first error of `take`.
pub fn lines(
    path: &Path,
    spec: &Value,
    standing: &Standing,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let refused = |why: &str| {
        Failure::Input(format!(
            "--record {}: {why}; with another file, --record FILE, a recording begins at step {}",
            path.display(),
            standing.step
        ))
    };
    let unreadable = |error| refused(&format!("the recording so far could not be read: {error}"));
    let mut text = open(path).map_err(unreadable)?;
    let (mut line, mut reached) = (Vec::new(), 0);
    loop {
        line.clear();
        match text.read_until(b'\n', &mut line) {
            Ok(_) if line.ends_with(b"\n") => {}
            // What was cut off when the run was killed was written after the checkpoint.
            Ok(_) => break,
            Err(error) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::InvalidInput) => break,
            Err(error) => return Err(unreadable(error)),
        }
        let Ok(glance) = serde_json::from_slice::<Glance>(&line) else {
            // What comes after the checkpoint is written anew.
            if reached == standing.step {
                break;
            }
            return Err(refused("the recording so far holds a line that is none of a recording"));
        };
        let (step, now) = (glance.step.unwrap_or_default(), standing.step);
        let is_earlier = match glance.kind.as_str() {
            "header" if is_same_run(glance.spec.as_ref(), spec) => false,
            "header" => return Err(refused("it is the recording of another run")),
            "step" if step >= now => break,
            "step" => {
                reached = step + 1;
                true
            }
            // A recording may begin where a run went on.
            "mark" if glance.what.as_deref() == Some("resume") => {
                reached = step.max(reached).min(now);
                step < now
            }
            "eval" => step < now || step == now && !standing.evaluates,
            "end" => false,
            // The changes of the budget's own step were made, and are not made again.
            _ => step < now || step == now && standing.timed_until > now,
        };
        if is_earlier {
            take(&line)?;
        }
    }
    if reached == standing.step {
        return Ok(());
    }
    Err(refused(&format!("it ends after {reached} steps, and the checkpoint was made after {}", standing.step)))
}

/// Whether two headers are of one run, whatever its budget.
fn is_same_run(old: Option<&Value>, new: &Value) -> bool {
    let without_budget = |spec: &Value| {
        let mut spec = spec.as_object().cloned().unwrap_or_default();
        spec.remove("steps");
        spec.remove("eval_every");
        spec
    };
    old.is_some_and(|old| without_budget(old) == without_budget(new))
}
