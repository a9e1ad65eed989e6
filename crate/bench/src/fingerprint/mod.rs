//! Fingerprints of runs: hashes over every bit that a run trains, measures and says. Two versions of this program that
//! print equal lines on one machine compute equal numbers there. (Between machines the last digits of trained numbers
//! may differ.)
//!
//! [`runs`] lists the runs, [`reference`] the profiles of the PyTorch reference; each is one line.

mod fold;
mod images;
mod reference;
mod run;
mod runs;

use crate::Failure;

/// Number of fingerprints.
pub fn count() -> usize {
    runs::RUNS.len() + reference::COUNT
}

/// One line: a name and hashes.
///
/// # Errors
/// If a run of the list is not accepted, or the engine fails.
pub fn line(index: usize) -> Result<String, Failure> {
    match runs::RUNS.get(index) {
        Some(run) => run::line(run),
        None => reference::line(index - runs::RUNS.len()),
    }
}
