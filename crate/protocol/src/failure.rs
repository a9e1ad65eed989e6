//! What goes wrong with a run or with its source, as data. `scene` puts it into a sentence.

use crate::Complaint;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why a run cannot begin or go on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Failure {
    /// A setting that cannot be used.
    Settings(Complaint),
    /// The network needs more memory to train than there is.
    Memory {
        /// The network's name.
        model: String,
        /// Its width.
        width: usize,
        /// Images a step.
        batch: usize,
        /// Height and width of its images, pixels.
        image: [usize; 2],
        /// What it needs, bytes.
        needed: u64,
        /// What there is, bytes.
        available: u64,
    },
    /// A file of the data set.
    Data {
        /// Its name.
        file: String,
        /// What is wrong with it.
        problem: DataProblem,
    },
    /// Our own mistake: no setting and no file of the visitor's is to blame. What is known of it.
    Internal(String),
}

/// What is wrong with a data file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DataProblem {
    /// The server answered with this HTTP status.
    Status(u16),
    /// It could not be fetched; what the browser says.
    Unreachable(String),
    /// The page is one file, and it is not in it.
    NotInTheFile,
    /// It was fetched and cannot be used.
    Damaged(Damage),
}

/// What is wrong with the contents of a data file. Its text here is for logs.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{self:?}")]
pub enum Damage {
    /// The manifest cannot be read from this place on, both counted from 1.
    Manifest {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// The manifest names no training or no held-out images.
    NoImages,
    /// It cannot be decompressed.
    Compression,
    /// It does not begin as a data file does.
    Foreign,
    /// Its header has other sizes than the manifest: images, channels, height, width, classes.
    Sizes {
        /// Those of the file.
        found: [usize; 5],
        /// Those of the manifest.
        expected: [usize; 5],
    },
    /// It holds another number of bytes than its header says.
    Length,
    /// It has a label that is no class.
    Label(u8),
}

/// How a source was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loss {
    /// It could not be made.
    Unavailable,
    /// The program that served the page was ended or begun anew.
    Stranger,
    /// It ended or cannot be understood: the text of a panic, an error's words, or nothing where nothing is known.
    Died(String),
}
