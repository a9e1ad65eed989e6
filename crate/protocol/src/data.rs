//! Which images a run learns from: the shipped sets, with the manifest beside their files, and images of one's own.

use crate::model::choice;
use crate::setting::RunSetting;
use crate::{Complaint, Reason};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The images that a run learns from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Data {
    /// 28×28 grey images of ten kinds of clothing (Zalando 2017, MIT licence), shipped.
    FashionMnist,
    /// 8×8 grey images of handwritten digits (UCI, CC BY 4.0), shipped.
    Digits,
    /// Images of one's own, which the program is given with `--data-dir`.
    Own(OwnData),
}

/// Images of one's own, as far as a network must know them. Written `KIND:CHANNELSxHEIGHTxWIDTH:CLASSES`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnData {
    /// What they are.
    pub kind: DataKind,
    /// Channels of an image.
    pub channels: usize,
    /// Height and width of an image, pixels.
    pub size: usize,
    /// Number of classes.
    pub classes: usize,
}

choice! {
    /// In what form somebody has images.
    DataKind {
        /// The files of MNIST and of the sets after it.
        Idx = "idx",
        /// CIFAR-10 in its binary version.
        Cifar10 = "cifar10",
        /// CIFAR-100 in its binary version.
        Cifar100 = "cifar100",
        /// A folder of pictures, a folder a class.
        Folder = "folder",
    }
}

impl Data {
    /// The sets that come with page and program, by name.
    pub const NAMES: &'static [&'static str] = &["fashion-mnist", "digits"];

    /// `[channels, height = width]` of its images.
    pub fn image(self) -> [usize; 2] {
        match self {
            Self::FashionMnist => [1, 28],
            Self::Digits => [1, 8],
            Self::Own(OwnData { channels, size, .. }) => [channels, size],
        }
    }

    /// Number of classes.
    pub fn classes(self) -> usize {
        match self {
            Self::FashionMnist | Self::Digits => 10,
            Self::Own(own) => own.classes,
        }
    }

    /// The name as people write it.
    pub fn title(self) -> String {
        match self {
            Self::FashionMnist => "Fashion-MNIST 28×28".to_owned(),
            Self::Digits => "digits 8×8".to_owned(),
            Self::Own(OwnData { kind, size, classes, .. }) => {
                format!("{} {size}×{size}, {classes} classes", kind.title())
            }
        }
    }

    /// Refuses images of one's own, where there are none.
    ///
    /// # Errors
    /// The complaint about `data`.
    pub fn check_shipped(self) -> Result<(), Complaint> {
        match self {
            Self::Own(_) => Err(Complaint::new(RunSetting::Data, &self, Reason::OwnData)),
            _ => Ok(()),
        }
    }
}

impl DataKind {
    /// Its name for people.
    fn title(self) -> &'static str {
        match self {
            Self::Idx => "idx files",
            Self::Cifar10 => "CIFAR-10",
            Self::Cifar100 => "CIFAR-100",
            Self::Folder => "folder of pictures",
        }
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FashionMnist => f.write_str("fashion-mnist"),
            Self::Digits => f.write_str("digits"),
            Self::Own(OwnData { kind, channels, size, classes }) => {
                write!(f, "{kind}:{channels}x{size}x{size}:{classes}")
            }
        }
    }
}

impl FromStr for Data {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        match text {
            "fashion-mnist" => Ok(Self::FashionMnist),
            "digits" => Ok(Self::Digits),
            _ => OwnData::read(text).map(Self::Own).ok_or(Reason::Data),
        }
    }
}

impl OwnData {
    fn read(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        let (shape, classes) = rest.split_once(':')?;
        let sizes: Vec<usize> = shape.split('x').map(|size| size.parse().ok()).collect::<Option<_>>()?;
        let (kind, classes) = (kind.parse().ok()?, classes.parse().ok()?);
        match sizes[..] {
            [channels, size, width] if size == width => {
                let in_range =
                    (1..=64).contains(&channels) && (1..=1024).contains(&size) && (2..=100_000).contains(&classes);
                in_range.then_some(Self { kind, channels, size, classes })
            }
            _ => None,
        }
    }
}

impl From<Data> for String {
    fn from(data: Data) -> Self {
        data.to_string()
    }
}

impl TryFrom<String> for Data {
    type Error = Complaint;

    fn try_from(name: String) -> Result<Self, Complaint> {
        name.parse().map_err(|reason| Complaint::new(RunSetting::Data, &name, reason))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_are_read_as_they_are_written() {
        let folder = Data::Own(OwnData { kind: DataKind::Folder, channels: 3, size: 224, classes: 1000 });
        assert_eq!(folder.to_string(), "folder:3x224x224:1000");
        for text in ["digits", "fashion-mnist", "folder:3x224x224:1000", "cifar100:3x32x32:100", "idx:1x28x28:47"] {
            assert_eq!(text.parse::<Data>().map(|data| data.to_string()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "mnist",
            "idx",
            "idx:1x28x28",
            "idx:1x28x27:10",
            "idx:28x28:10",
            "idx:1x0x0:10",
            "idx:1x28x28:1",
            "jpeg:3x8x8:10",
            "idx:1x28x28:10:",
            "idx:1x9999x9999:10",
        ] {
            assert_eq!(text.parse::<Data>(), Err(Reason::Data), "{text}");
        }
    }
}
