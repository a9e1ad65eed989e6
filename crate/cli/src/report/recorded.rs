//! The runs of recordings, from one file or two.

use crate::failure::Failure;
use crate::recording_file::{self, Unreadable, said_of};
use protocol::Lane;
use protocol::recording::{Item, Origin};
use scene::{MOST_OPEN_RUNS, Plot, Snapshot, value};
use std::path::{Path, PathBuf};

/// A recorded run.
pub struct Recorded {
    /// Which of the two it is drawn as.
    pub lane: Lane,
    /// The name of its file, without its folder, and which run in it if there are two.
    pub name: String,
    /// Which of the runs in its file it is.
    lane_in_file: Lane,
    /// Who wrote it, and when.
    pub origin: Origin,
    /// All of it.
    pub snapshot: Snapshot,
}

/// The most runs that a picture shows.
const MOST_DRAWN: usize = Lane::ALL.len();

/// The runs of a picture: the first of them is drawn as the first, whatever its lane in its file.
///
/// # Errors
/// If one cannot be read to its end, if there are more than two runs, or if nothing was measured in any.
pub fn of_picture(files: &[PathBuf]) -> Result<Vec<Recorded>, Failure> {
    read(files, MOST_DRAWN, "two runs at most are drawn")
}

/// The runs of a page, which shows further ones as thin lines.
///
/// # Errors
/// If one cannot be read to its end, if there are more than the page shows, or if nothing was measured in any.
pub fn of_page(files: &[PathBuf]) -> Result<Vec<Recorded>, Failure> {
    read(files, MOST_OPEN_RUNS, &at_most_open())
}

/// How many runs a page shows.
pub fn at_most_open() -> String {
    format!("a page shows {MOST_OPEN_RUNS} runs at most")
}

fn read(files: &[PathBuf], most: usize, at_most: &str) -> Result<Vec<Recorded>, Failure> {
    let mut runs = Vec::new();
    for path in files {
        let own = read_file(path)?;
        if runs.len() + own.len() > most {
            let sentence = format!("{at_most}, and with those of this recording there are {}", runs.len() + own.len());
            return Err(Failure::Input(said_of(path, &sentence)));
        }
        runs.extend(own);
    }
    for (run, lane) in runs.iter_mut().zip(Lane::ALL) {
        run.lane = lane;
    }
    match (files, runs.iter().all(|run| run.snapshot.latest().is_none())) {
        ([first, ..], true) => Err(Failure::Input(said_of(first, "there is no step in it, and so nothing to draw"))),
        _ => Ok(runs),
    }
}

/// The runs of one file, in the order of their lanes.
fn read_file(path: &Path) -> Result<Vec<Recorded>, Failure> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let mut runs: Vec<Recorded> = Vec::new();
    let take = |item: Item| {
        match item {
            Item::Header(header) => {
                let (lane, name, snapshot) = (header.lane, name.clone(), Snapshot::new(header.diagram));
                runs.push(Recorded { lane, name, lane_in_file: lane, origin: header.origin, snapshot });
            }
            Item::Event(lane, event) => {
                if let Some(run) = runs.iter_mut().find(|run| run.lane_in_file == lane) {
                    run.snapshot.apply(event);
                }
            }
            Item::Warning(warning) => recording_file::warn(path, &warning),
        }
        Ok(())
    };
    let read = recording_file::open(path).and_then(|file| recording_file::read(file, take));
    read.map_err(|unreadable: Unreadable| unreadable.of(path))?;
    runs.sort_by_key(|run| run.lane_in_file);
    if runs.len() > 1 {
        runs.iter_mut().for_each(|run| run.name += &format!(", lane {}", run.lane_in_file.name()));
    }
    Ok(runs)
}

impl Recorded {
    /// The latest step at which what is plotted was measured in any block.
    pub fn measured_at(&self, plot: Plot) -> Option<u64> {
        let blocks = self.snapshot.diagram.blocks.len();
        let is_measured = |record: &&protocol::StepRecord| {
            (0..blocks).any(|index| value(record, plot.quantity, protocol::Place::Block(index)).is_some())
        };
        self.snapshot.records().rev().find(is_measured).map(|record| record.step)
    }
}
