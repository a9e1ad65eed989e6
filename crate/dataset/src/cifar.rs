//! CIFAR-10 and CIFAR-100 in their binary version (Krizhevsky 2009): records of one label, or of a coarse and a fine one,
//! and 32×32 pixels, first all red ones, then green, then blue.

use crate::memory::Images;
use crate::sniff::sniff;
use crate::unusable::Problem;

/// Channels, height and width.
pub const SHAPE: [usize; 3] = [3, 32, 32];
/// Bytes of an image.
const IMAGE: usize = 3 * 32 * 32;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cifar {
    /// Ten classes, one label a record.
    Ten,
    /// A hundred classes, a coarse and a fine label a record.
    Hundred,
}

impl Cifar {
    /// Number of classes.
    pub fn classes(self) -> usize {
        match self {
            Self::Ten => 10,
            Self::Hundred => 100,
        }
    }

    /// Images of a file, of the training images and of the held-out ones, as the sets are handed out.
    pub fn usual(self) -> [usize; 2] {
        match self {
            Self::Ten => [10_000; 2],
            Self::Hundred => [50_000, 10_000],
        }
    }

    /// Labels of a record; the last is the class.
    fn labels(self) -> usize {
        match self {
            Self::Ten => 1,
            Self::Hundred => 2,
        }
    }
}

/// Appends the images of one file.
///
/// # Errors
/// What is wrong with the file.
pub fn read(bytes: &[u8], cifar: Cifar, images: &mut Images) -> Result<(), Problem> {
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    let record = cifar.labels() + IMAGE;
    if !bytes.len().is_multiple_of(record) {
        // Data may begin as anything else does: only of what does not fit is it asked.
        if let Some(found) = sniff(bytes) {
            return Err(Problem::Foreign { found, wanted: "CIFAR file in the binary version" });
        }
        let other = if cifar == Cifar::Ten { Cifar::Hundred } else { Cifar::Ten };
        let found = other.labels() + IMAGE;
        if bytes.len().is_multiple_of(found) {
            return Err(Problem::OtherCifar { found, of: other.classes(), wanted: record });
        }
        let whole = bytes.len() / record + 1;
        let of = format!("{whole} records of {record} bytes");
        return Err(Problem::Length { found: bytes.len(), needed: (whole * record) as u64, of });
    }
    for record in bytes.chunks_exact(record) {
        let (labels, pixels) = record.split_at(cifar.labels());
        let label = labels[cifar.labels() - 1];
        if usize::from(label) >= cifar.classes() {
            return Err(Problem::Label { label, least: 0, most: (cifar.classes() - 1) as u8 });
        }
        images.labels.push(label);
        images.pixels.extend_from_slice(pixels);
    }
    Ok(())
}
