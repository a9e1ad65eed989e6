//! What can be wrong with a file or folder that somebody has, each in one sentence.

use crate::sniff::Foreign;
use thiserror::Error;

/// A file or folder that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file} {problem}")]
pub struct Unusable {
    /// Its name.
    pub file: String,
    /// What is the matter.
    pub problem: Problem,
}

impl Unusable {
    /// What is wrong with this file.
    pub fn new(file: &(impl ToString + ?Sized), problem: Problem) -> Self {
        Self { file: file.to_string(), problem }
    }
}

/// What is the matter with a file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// The system cannot read it.
    #[error("could not be read: {0}")]
    Unreadable(String),
    /// It is no such file.
    #[error("is not there, but {needed} needs it")]
    Missing {
        /// What needs it.
        needed: String,
    },
    /// There is no such file or folder.
    #[error("is not there")]
    NoPlace,
    /// It is a file.
    #[error("is a file: the folder that holds it is needed")]
    NoFolder,
    /// It holds nothing.
    #[error("is empty")]
    Empty,
    /// It says that it holds no images.
    #[error("holds 0 images, by its own header: at least 1 is needed")]
    NoImages,
    /// It is something else.
    #[error("is {found} and no {wanted}: {}", found.remedy())]
    Foreign {
        /// What it is.
        found: Foreign,
        /// What it should be.
        wanted: &'static str,
    },
    /// It does not begin as such a file does.
    #[error("does not begin as {0} does")]
    Unknown(&'static str),
    /// Its gzip stream ends early or is damaged.
    #[error("is a gzip file that is cut or damaged")]
    Gzip,
    /// It is too short or too long.
    #[error("holds {found} bytes, but {needed} are needed for its {of}: it is cut, or not what it seems")]
    Length {
        /// Bytes there are.
        found: usize,
        /// Bytes that its header or its records need.
        needed: u64,
        /// What the bytes are for.
        of: String,
    },
    /// It is an idx file of other numbers than bytes.
    #[error("holds idx numbers of type {0:#04x}, but only bytes (0x08) are read")]
    NumberType(u8),
    /// It has labels where images should be, or the other way round.
    #[error("holds {found}, but by its name it should hold {wanted}")]
    OtherThing {
        /// What it holds.
        found: &'static str,
        /// What it should hold.
        wanted: &'static str,
    },
    /// Images and labels are not of one set.
    #[error("holds {images} images, but {labels_file} has {labels} labels: they are not of one set")]
    Counts {
        /// Images there are.
        images: usize,
        /// Labels there are.
        labels: usize,
        /// The file of the labels.
        labels_file: String,
    },
    /// Training images and held-out ones have other sizes.
    #[error("holds images of {} pixels, but the training images have {}", shape(*.found), shape(*.wanted))]
    Shape {
        /// Height and width there are.
        found: [usize; 2],
        /// Height and width of the training images.
        wanted: [usize; 2],
    },
    /// The images are not square.
    #[error("holds images of {} pixels: only square ones are read", shape(*.0))]
    NotSquare([usize; 2]),
    /// Sizes that no network takes.
    #[error("holds images of {} pixels: from 1 to 1024 are accepted", shape(*.0))]
    Size([usize; 2]),
    /// A label that is no class.
    #[error("has the label {label}, but the labels of this set go from {least} to {most}")]
    Label {
        /// The label.
        label: u8,
        /// The least one of the set.
        least: u8,
        /// The greatest one of the set.
        most: u8,
    },
    /// It is a JPEG without its end.
    #[error("is a JPEG that is cut: its end is missing")]
    CutPicture,
    /// It is a picture that cannot be decoded.
    #[error("cannot be decoded: {0}")]
    Picture(String),
    /// It claims to be larger than any picture is.
    #[error("claims to have {} pixels, more than are read", shape32(*.0))]
    LargePicture([u32; 2]),
    /// It is a link that leads nowhere.
    #[error("is a link that leads nowhere")]
    DeadLink,
    /// Folders within folders without end.
    #[error("is deeper than {0} folders within a class: a link may lead back")]
    Deep(usize),
    /// A class without images.
    #[error("is the folder of a class and holds no JPEG or PNG: remove it, or put images there")]
    EmptyClass,
    /// A class that only the held-out images have.
    #[error("is a class that the training images do not have: theirs are {0}")]
    OtherClass(String),
    /// Pictures that no folder gives a class.
    #[error("holds pictures beside each other and no folders: sort them into a folder a class")]
    Flat,
    /// Every image has the same label.
    #[error("has one class only, but at least 2 are needed")]
    OneClass,
    /// CIFAR files of another set under this one's names.
    #[error("has records of {found} bytes, as CIFAR-{of} has them, but by its name it should have {wanted}")]
    OtherCifar {
        /// Bytes a record.
        found: usize,
        /// Classes of the set that has such records.
        of: usize,
        /// Bytes a record by its name.
        wanted: usize,
    },
    /// A folder that holds several sets.
    #[error("holds several sets: name one of them, as {0}")]
    Several(String),
    /// A folder in which nothing is found.
    #[error(
        "holds no images that are known: idx files (train-images-idx3-ubyte, …), CIFAR's binary files (data_batch_1.bin, \
         … or train.bin) or folders of JPEG or PNG images, one a class{0}"
    )]
    NoData(String),
}

/// Some of these names, with how many there are more.
#[cfg(feature = "files")]
pub(crate) fn few(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(5) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn shape32([height, width]: [u32; 2]) -> String {
    format!("{height}x{width}")
}

fn shape([height, width]: [usize; 2]) -> String {
    format!("{height}x{width}")
}
