//! A data set that is held in memory, a byte a pixel.

use crate::{DataError, Description, Source, Split, statistics};
use std::borrow::Cow;

/// The images of one split: labels from 0, and a byte a pixel, image by image, channel by channel, row by row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// A label an image.
    pub labels: Vec<u8>,
    /// The pixels.
    pub pixels: Vec<u8>,
}

/// A data set that is held in memory.
#[derive(Clone, Debug)]
pub struct Memory {
    description: Description,
    train: Images,
    test: Images,
}

impl Memory {
    /// A data set of images `[channels, height, width]`; each channel is normalised to the training pixels' own mean and
    /// deviation.
    pub fn new(
        name: &str,
        [channels, height, width]: [usize; 3],
        class_names: Vec<String>,
        train: Images,
        test: Images,
    ) -> Self {
        let (mean, std) = statistics::of_bytes(&train.pixels, channels, height * width);
        let description = Description {
            name: name.to_owned(),
            channels,
            height,
            width,
            class_names,
            train: train.labels.len(),
            test: test.labels.len(),
            mean,
            std,
            mark: 0,
        };
        Self { description, train, test }
    }

    fn images(&self, split: Split) -> &Images {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }
}

impl Source for Memory {
    fn describe(&self) -> &Description {
        &self.description
    }

    fn label(&self, split: Split, image: usize) -> Option<usize> {
        self.images(split).labels.get(image).map(|label| usize::from(*label))
    }

    fn bytes(&self, split: Split, image: usize) -> Result<Option<Cow<'_, [u8]>>, DataError> {
        let size = self.description.image_size();
        Ok(self.images(split).pixels.get(image * size..(image + 1) * size).map(Cow::Borrowed))
    }
}

impl From<Memory> for Box<dyn Source> {
    fn from(memory: Memory) -> Self {
        Box::new(memory)
    }
}
