//! The shipped data sets: their names and shapes, and the manifest beside their files.

use crate::model::choice;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

choice! {
    /// A shipped data set.
    Data {
        /// 28×28 grey images of ten kinds of clothing (Zalando 2017, MIT licence).
        FashionMnist = "fashion-mnist",
        /// 8×8 grey images of handwritten digits (UCI, CC BY 4.0).
        Digits = "digits",
    }
}

impl Data {
    /// `[channels, height = width]` of its images.
    pub fn image(self) -> [usize; 2] {
        match self {
            Self::FashionMnist => [1, 28],
            Self::Digits => [1, 8],
        }
    }

    /// Number of classes.
    pub fn classes(self) -> usize {
        10
    }

    /// The name as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::FashionMnist => "Fashion-MNIST 28×28",
            Self::Digits => "digits 8×8",
        }
    }
}

/// `manifest.json` beside a data set's files; made by `assets/python/make_data.py`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The data set's name, as in [`Data`].
    pub name: String,
    /// Channels of an image.
    pub channels: usize,
    /// Height of an image, pixels.
    pub height: usize,
    /// Width of an image, pixels.
    pub width: usize,
    /// Number of classes.
    pub classes: usize,
    /// A word for each class, by label.
    pub class_names: Vec<String>,
    /// Mean of the shipped training pixels, in [0, 1].
    pub mean: f32,
    /// Standard deviation of the shipped training pixels, in [0, 1].
    pub std: f32,
    /// Training files, in the order in which the first epoch visits them.
    pub train: Vec<Shard>,
    /// Held-out files.
    pub test: Vec<Shard>,
}

impl Manifest {
    /// The name of its file.
    pub const FILE: &str = "manifest.json";
}

/// One file of images and labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// File name, relative to the manifest.
    pub file: String,
    /// Number of images in it.
    pub count: usize,
    /// Size of the file, bytes.
    pub bytes: u64,
}

/// Some held-out images, to be shown with the network's answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Samples {
    /// A word for each class, by label.
    pub class_names: Vec<String>,
    /// `[channels, height, width]` of each image.
    pub shape: [usize; 3],
    /// The images.
    pub images: Vec<Sample>,
}

/// One held-out image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// Its index among the held-out ones.
    pub image: usize,
    /// Its class.
    pub label: usize,
    /// A byte a pixel, channel by channel, row by row.
    pub pixels: Vec<u8>,
}
