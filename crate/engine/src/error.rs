//! What can go wrong in the engine, each with the values that it is about.

use dataset::DataError;
use protocol::{Complaint, Damage, DataProblem, Failure, Manifest, WeightsProblem};
use thiserror::Error;

/// What can go wrong in the engine. Whose fault it is tells the variant: the user's settings and files, the program, or
/// the device.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A setting is out of range.
    #[error(transparent)]
    Spec(#[from] Complaint),
    /// The data set cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The given weights do not fit the network.
    #[error(transparent)]
    Weights(#[from] WeightsProblem),
    /// The given images or labels do not fit the network.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The program is wrong, not what it was given.
    #[error("this is a mistake in the program: {0}")]
    Internal(#[from] Bug),
    /// Candle could not do an operation: shapes that do not go together, or no memory on the device.
    #[error("{0}")]
    Candle(#[from] candle_core::Error),
}

/// Whose mistake it is, for the page: that of a setting, of a data file, or our own.
impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Spec(complaint) => Self::Settings(complaint),
            EngineError::Data(DataError::File { file, damage }) => {
                Self::Data { file, problem: DataProblem::Damaged(damage) }
            }
            EngineError::Data(DataError::NoImages { .. }) => {
                Self::Data { file: Manifest::FILE.to_owned(), problem: DataProblem::Damaged(Damage::NoImages) }
            }
            error => Self::Internal(error.to_string()),
        }
    }
}

/// Why images or labels do not fit a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InputError {
    /// A tensor is missing.
    #[error("the input has no tensor {name}")]
    Missing {
        /// Its name.
        name: &'static str,
    },
    /// The images have another shape; any number of them would do.
    #[error("input tensor images has shape {found:?}, but [N, {}, {}, {}] is needed", needed[0], needed[1], needed[2])]
    Images {
        /// Their shape.
        found: Vec<usize>,
        /// Channels, height and width that the network takes.
        needed: [usize; 3],
    },
    /// There is not one label an image.
    #[error("input tensor labels has shape {found:?}, but [{images}] is needed")]
    Labels {
        /// Their shape.
        found: Vec<usize>,
        /// Number of images.
        images: usize,
    },
    /// A label is no class.
    #[error("label {label} is not accepted: it must be from 0 to {}", classes - 1)]
    Label {
        /// The label.
        label: i64,
        /// Number of classes.
        classes: usize,
    },
}

/// A mistake in the program.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Bug {
    /// A layer was given the tape of another layer.
    #[error("{layer} was given the tape of another layer")]
    TapeOfAnotherLayer {
        /// The layer, or the chain of layers, that was to go back.
        layer: String,
    },
    /// A block was named by an index that the network has not.
    #[error("there is no block {block}: the network has {blocks}")]
    NoBlock {
        /// The index, from 0.
        block: usize,
        /// Number of blocks.
        blocks: usize,
    },
    /// A layer has a parameter that the plan has not.
    #[error("the plan has no parameter {name}")]
    NoParameter {
        /// Its name.
        name: String,
    },
}
