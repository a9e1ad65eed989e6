//! What can be wrong with a data set, each with what it is about.

use crate::Unusable;
use protocol::Damage;
use thiserror::Error;

/// Why a data set cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DataError {
    /// The manifest names no training or no held-out images.
    #[error("the data set {set} has no images")]
    NoImages {
        /// The data set.
        set: String,
    },
    /// The manifest names no file of that index.
    #[error("the data set {set} has no shard {index}")]
    NoShard {
        /// The data set.
        set: String,
        /// The index of the file among those of its split.
        index: usize,
    },
    /// A file is not what the manifest says.
    #[error("the data file {file} is damaged: {damage}")]
    File {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        damage: Damage,
    },
    /// A file that somebody has cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
}
