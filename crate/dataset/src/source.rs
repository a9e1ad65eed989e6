//! What a data set is to whoever trains on it: what it holds, and pixels of the images that are wanted.

use crate::random::Stream;
use crate::{DataError, augment};
use protocol::{Augment, RunSpec, Sample, Samples};
use std::borrow::Cow;
use std::ops::Range;

/// Number of held-out images that are shown.
pub const SHOWN: usize = 8;

/// Training images or held-out ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Training.
    Train,
    /// Held out.
    Test,
}

/// What a data set holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Description {
    /// Its name.
    pub name: String,
    /// Channels of an image.
    pub channels: usize,
    /// Height of an image, pixels.
    pub height: usize,
    /// Width of an image, pixels.
    pub width: usize,
    /// A word for each class, by label.
    pub class_names: Vec<String>,
    /// Number of training images.
    pub train: usize,
    /// Number of held-out images.
    pub test: usize,
    /// What is subtracted from the pixels of each channel, in [0, 1].
    pub mean: Vec<f32>,
    /// What they are then divided by.
    pub std: Vec<f32>,
    /// What other images of the same number and sizes have otherwise; 0 where mean and deviation, which were measured, tell
    /// them apart.
    pub mark: u64,
}

impl Description {
    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.class_names.len()
    }

    /// Number of images of a split.
    pub fn count(&self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Test => self.test,
        }
    }

    /// Bytes of an image: one a pixel and channel.
    pub fn image_size(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Appends an image of one byte a pixel, channel by channel, with each channel normalised to its mean and deviation.
    pub(crate) fn normalise(&self, image: &[u8], pixels: &mut Vec<f32>) {
        let area = self.height * self.width;
        for ((channel, mean), std) in image.chunks_exact(area.max(1)).zip(&self.mean).zip(&self.std) {
            let (scale, shift) = (1.0 / (255.0 * std), mean / std);
            pixels.extend(channel.iter().map(|pixel| f32::from(*pixel) * scale - shift));
        }
    }
}

/// Which images are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Of which split.
    pub split: Split,
    /// Their indices.
    pub images: Vec<usize>,
    /// How they are changed at random.
    pub augment: Augment,
    /// The seed of these changes.
    pub seed: u64,
    /// The step for which they are drawn.
    pub step: u64,
}

impl Wanted {
    /// These images as they are.
    pub fn plain(split: Split, images: Vec<usize>) -> Self {
        Self { split, images, augment: Augment::None, seed: 0, step: 0 }
    }

    /// These training images as this step of a run has them.
    pub fn training(run: &RunSpec, step: u64, images: Vec<usize>) -> Self {
        Self { augment: run.augment, seed: run.seed, step, ..Self::plain(Split::Train, images) }
    }

    /// What is drawn for an image: a stream of its own, whoever draws before or beside it.
    pub(crate) fn stream(&self, image: usize) -> Stream {
        Stream::new(self.seed, &format!("augment:{image}"), self.step)
    }
}

/// A data set, all there or still arriving.
pub trait Source {
    /// What it holds, arrived or not.
    fn describe(&self) -> &Description;

    /// The label of an image, from 0; `None` if it has not arrived.
    fn label(&self, split: Split, image: usize) -> Option<usize>;

    /// The image as it is shown: a byte a pixel, channel by channel, row by row; `None` if it has not arrived.
    ///
    /// # Errors
    /// [`DataError`] names a file that cannot be read.
    fn bytes(&self, split: Split, image: usize) -> Result<Option<Cow<'_, [u8]>>, DataError>;

    /// The images that are wanted, one after the other, changed as is wanted and each channel normalised; `None` if one of
    /// them has not arrived.
    ///
    /// # Errors
    /// [`DataError`] names a file that cannot be read.
    fn pixels(&self, wanted: &Wanted) -> Result<Option<Vec<f32>>, DataError> {
        let description = self.describe();
        let mut pixels = Vec::with_capacity(wanted.images.len() * description.image_size());
        for image in &wanted.images {
            let Some(bytes) = self.bytes(wanted.split, *image)? else { return Ok(None) };
            description.normalise(&augment::small(bytes, description, wanted, *image), &mut pixels);
        }
        Ok(Some(pixels))
    }

    /// Hears what will be wanted next, so that it can be made ready meanwhile.
    fn expect(&self, _next: &Wanted) {}

    /// The parts in which the training images arrive; the first epoch visits one after the other.
    fn parts(&self) -> Vec<Range<usize>> {
        std::iter::once(0..self.describe().train).collect()
    }

    /// Takes the file of one part.
    ///
    /// # Errors
    /// [`DataError::NoShard`] if nothing is awaited; [`DataError::File`] names the file and its damage.
    fn insert(&mut self, _split: Split, part: usize, _file: &[u8]) -> Result<(), DataError> {
        Err(DataError::NoShard { set: self.describe().name.clone(), index: part })
    }

    /// The held-out images whose answers are shown: the first one of each of the first [`SHOWN`] classes, as far as they
    /// have arrived; in the order of the images.
    fn shown(&self) -> Vec<usize> {
        let classes = SHOWN.min(self.describe().classes());
        let mut seen = vec![false; classes];
        let mut shown = Vec::with_capacity(classes);
        for index in 0..self.describe().test {
            let Some(label) = self.label(Split::Test, index) else { break };
            if label < classes && !std::mem::replace(&mut seen[label], true) {
                shown.push(index);
                if shown.len() == classes {
                    break;
                }
            }
        }
        shown
    }

    /// The images that [`Self::shown`] names, in the order of their classes.
    fn samples(&self) -> Samples {
        let Description { channels, height, width, class_names, .. } = self.describe();
        let sample = |image: usize| {
            let pixels = self.bytes(Split::Test, image).ok()??.into_owned();
            Some(Sample { image, label: self.label(Split::Test, image)?, pixels })
        };
        let mut images: Vec<_> = self.shown().into_iter().filter_map(sample).collect();
        images.sort_by_key(|sample| sample.label);
        Samples { class_names: class_names.clone(), shape: [*channels, *height, *width], images }
    }
}
