//! Batches of a data set on the device, and the seeded order in which a run visits its images.

use crate::EngineError;
use crate::pass::Batch;
use crate::random::Stream;
use candle_core::{Device, Tensor};
use dataset::{Description, Source, Split, Wanted};
use std::ops::Range;

/// The images of a run, as batches.
pub struct Images {
    /// Where they come from.
    pub source: Box<dyn Source>,
    /// The seed of random training labels: one is drawn for each image, for good. The held-out images keep theirs.
    pub random_labels: Option<u64>,
}

impl Images {
    /// Number of images of a split, arrived or not.
    pub fn count(&self, split: Split) -> usize {
        self.source.describe().count(split)
    }

    /// The images that are wanted as a batch; `None` if one of them has not arrived.
    ///
    /// # Errors
    /// [`EngineError::Data`] names a file that cannot be read; [`EngineError::Candle`] if the device has no memory left.
    pub fn batch(&self, wanted: &Wanted, device: &Device) -> Result<Option<Batch>, EngineError> {
        let Some(pixels) = self.source.pixels(wanted)? else { return Ok(None) };
        let Description { channels, height, width, .. } = *self.source.describe();
        let images = Tensor::from_vec(pixels, (wanted.images.len(), channels, height, width), device)?;
        let label = |image: &usize| self.label(wanted.split, *image);
        let Some(labels) = wanted.images.iter().map(label).collect::<Option<Vec<_>>>() else { return Ok(None) };
        Ok(Some(Batch { images, labels: Tensor::new(labels, device)? }))
    }

    fn label(&self, split: Split, image: usize) -> Option<u32> {
        let label = match self.random_labels.filter(|_| split == Split::Train) {
            Some(seed) => Stream::new(seed, "random-label", image as u64).below(self.source.describe().classes()),
            None => self.source.label(split, image)?,
        };
        Some(label as u32)
    }
}

/// The images with their own labels.
impl<S: Into<Box<dyn Source>>> From<S> for Images {
    fn from(source: S) -> Self {
        Self { source: source.into(), random_labels: None }
    }
}

/// The order of the training images: a new seeded permutation each epoch. The first epoch visits part after part (of a
/// shipped set each holds every class alike), so that training can start when the first is there and still be the same run.
#[derive(Clone)]
pub struct VisitOrder {
    seed: u64,
    parts: Vec<Range<usize>>,
    epoch: u64,
    permutation: Vec<usize>,
    position: usize,
}

impl VisitOrder {
    /// The order for a data set and a seed, at its start.
    pub fn new(data: &dyn Source, seed: u64) -> Self {
        let mut order = Self { seed, parts: data.parts(), epoch: 0, permutation: Vec::new(), position: 0 };
        order.shuffle();
        order
    }

    /// The next `count` images, or all if there are fewer; an epoch's last images are left out if they do not fill a batch.
    pub fn next(&mut self, count: usize) -> Vec<usize> {
        let count = count.min(self.permutation.len());
        if self.position + count > self.permutation.len() {
            self.epoch += 1;
            self.position = 0;
            self.shuffle();
        }
        self.position += count;
        self.permutation[self.position - count..self.position].to_vec()
    }

    /// What [`Self::next`] will be.
    pub fn peek(&self, count: usize) -> Vec<usize> {
        match self.permutation.get(self.position..self.position + count) {
            Some(images) => images.to_vec(),
            None => self.clone().next(count),
        }
    }

    /// How often all images were gone through, and how many were taken since.
    pub(crate) fn place(&self) -> (u64, usize) {
        (self.epoch, self.position)
    }

    /// The order from such a place on.
    pub(crate) fn go_to(&mut self, epoch: u64, position: usize) {
        (self.epoch, self.position) = (epoch, position);
        self.shuffle();
    }

    fn shuffle(&mut self) {
        let mut stream = Stream::new(self.seed, "order", self.epoch);
        self.permutation = self.parts.iter().cloned().flatten().collect();
        if self.epoch > 0 {
            return stream.shuffle(&mut self.permutation);
        }
        for part in self.parts.clone() {
            stream.shuffle(&mut self.permutation[part]);
        }
    }
}
