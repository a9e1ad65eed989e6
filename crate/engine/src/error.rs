//! What can go wrong in the engine, each with the values that it is about.

use dataset::{DataError, Unusable};
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
            EngineError::Data(DataError::Unusable(Unusable { file, problem })) => {
                Self::Data { file, problem: DataProblem::Unreachable(problem.to_string()) }
            }
            error => Self::Internal(error.to_string()),
        }
    }
}

/// Why images and labels of a file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InputError {
    /// A tensor is missing.
    #[error("it has no tensor {name}: it must hold images and labels, and holds {}", list(there))]
    Missing {
        /// Its name.
        name: &'static str,
        /// Those that there are.
        there: Vec<String>,
    },
    /// A tensor holds numbers of another type.
    #[error("its tensor {name} holds {found}, and {} are needed", needed(name))]
    Kind {
        /// Its name.
        name: &'static str,
        /// The type of its values.
        found: String,
    },
    /// The channels of the images come last.
    #[error(
        "its tensor images has shape {found:?}, which looks like [N, H, W, C], and [N, C, H, W] is needed: in Python, \
         images.permute(0, 3, 1, 2).contiguous()"
    )]
    ChannelsLast {
        /// Their shape.
        found: Vec<usize>,
    },
    /// They are no square images.
    #[error("its tensor images has shape {found:?}, and [N, C, H, W] is needed, of equal height and width")]
    Shape {
        /// Their shape.
        found: Vec<usize>,
    },
    /// The network takes images of another shape; any number of them would do.
    #[error("its tensor images has shape {found:?}, and [N, {}, {}, {}] is needed", needed[0], needed[1], needed[2])]
    Images {
        /// Their shape.
        found: Vec<usize>,
        /// Channels, height and width that the network takes.
        needed: [usize; 3],
    },
    /// Some values of the images are not finite.
    #[error("of the {of} values of its tensor images, {count} are NaN or infinite in {dtype}")]
    NotFinite {
        /// How many.
        count: usize,
        /// How many there are.
        of: usize,
        /// The type as which they were read.
        dtype: &'static str,
    },
    /// There is not one label an image.
    #[error("its tensor labels has shape {found:?}, and [{images}] is needed, the number of the class of each image")]
    Labels {
        /// Their shape.
        found: Vec<usize>,
        /// Number of images.
        images: usize,
    },
    /// A label is no whole number.
    #[error("its label {label} of image {image} is not accepted: it must be a whole number, that of a class")]
    NotWhole {
        /// The label.
        label: String,
        /// The image, from 0.
        image: usize,
    },
    /// A label is no class.
    #[error("its label {label} of image {image} is not accepted: it must be from 0 to {}", classes - 1)]
    Label {
        /// The label.
        label: i64,
        /// The image, from 0.
        image: usize,
        /// Number of classes.
        classes: usize,
    },
}

/// Names, the first of them if there are many.
fn list(names: &[String]) -> String {
    const MOST: usize = 8;
    match names {
        [] => "none".to_owned(),
        names if names.len() > MOST => format!("{}, …", names[..MOST].join(", ")),
        names => names.join(", "),
    }
}

/// The types that the numbers of an input's tensor may have.
fn needed(tensor: &str) -> &'static str {
    if tensor == "images" {
        "floating-point numbers (f16, bf16, f32, f64), normalised as the network's own images are,"
    } else {
        "whole numbers (i64, i32, i16, u32, u8)"
    }
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
