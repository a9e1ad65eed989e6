//! The images: reading a shard, and the seeded order in which a run visits them.

use crate::pass::Batch;
use crate::random::Stream;
use crate::{DataError, EngineError};
use candle_core::{Device, Tensor};
use flate2::read::GzDecoder;
use protocol::{Damage, Manifest, Sample, Samples, Shard};
use std::io::Read;
use std::ops::Range;

/// First bytes of a decompressed shard.
const MAGIC: &[u8; 8] = b"HWSHARD1";
/// Magic and five u32: count, channels, height, width, classes.
const HEADER: usize = 28;

/// Number of held-out images that are shown.
pub const SHOWN: usize = 8;

/// The images of one shard.
struct Images {
    labels: Vec<u8>,
    /// One byte a pixel, row-major.
    pixels: Vec<u8>,
}

/// A data set whose files may still be arriving.
pub struct DataSet {
    manifest: Manifest,
    train: Vec<Option<Images>>,
    test: Vec<Option<Images>>,
    /// The seed of random training labels.
    random_labels: Option<u64>,
}

/// Training images or held-out ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// Training.
    Train,
    /// Held out.
    Test,
}

impl DataSet {
    /// A data set of which nothing has arrived yet.
    ///
    /// # Errors
    /// [`DataError::NoImages`] if the manifest names no training or no held-out images.
    pub fn new(manifest: Manifest) -> Result<Self, EngineError> {
        let empty = |shards: &[Shard]| shards.iter().map(|_| None).collect::<Vec<_>>();
        let (train, test) = (empty(&manifest.train), empty(&manifest.test));
        let set = Self { manifest, train, test, random_labels: None };
        if set.count(Split::Train) == 0 || set.count(Split::Test) == 0 {
            return Err(DataError::NoImages { set: set.manifest.name }.into());
        }
        Ok(set)
    }

    /// What the data set consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Number of images of a split, arrived or not.
    pub fn count(&self, split: Split) -> usize {
        self.shards(split).iter().map(|shard| shard.count).sum()
    }

    fn shards(&self, split: Split) -> &[Shard] {
        match split {
            Split::Train => &self.manifest.train,
            Split::Test => &self.manifest.test,
        }
    }

    /// Takes the file of one shard, gzipped or already decompressed (some servers do that on the way).
    ///
    /// # Errors
    /// [`DataError::NoShard`] if the manifest names no such file; [`DataError::File`] names the file and its [`Damage`].
    pub fn insert(&mut self, split: Split, index: usize, file: &[u8]) -> Result<(), EngineError> {
        let Some(shard) = self.shards(split).get(index).cloned() else {
            return Err(DataError::NoShard { set: self.manifest.name.clone(), index }.into());
        };
        let images = self.decode(&shard, file).map_err(|damage| DataError::File { file: shard.file, damage })?;
        match split {
            Split::Train => self.train[index] = Some(images),
            Split::Test => self.test[index] = Some(images),
        }
        Ok(())
    }

    fn decode(&self, shard: &Shard, file: &[u8]) -> Result<Images, Damage> {
        let mut bytes = Vec::new();
        if file.starts_with(&[0x1F, 0x8B]) {
            GzDecoder::new(file).read_to_end(&mut bytes).map_err(|_| Damage::Compression)?;
        } else {
            bytes.extend_from_slice(file);
        }
        if !bytes.starts_with(MAGIC) || bytes.len() < HEADER {
            return Err(Damage::Foreign);
        }
        let field = |index: usize| {
            let at = MAGIC.len() + 4 * index;
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
        };
        let Manifest { channels, height, width, classes, .. } = self.manifest;
        let expected = [shard.count, channels, height, width, classes];
        let found = [0, 1, 2, 3, 4].map(field);
        if found != expected {
            return Err(Damage::Sizes { found, expected });
        }
        if bytes.len() != HEADER + shard.count * (1 + self.image_size()) {
            return Err(Damage::Length);
        }
        let (labels, pixels) = bytes[HEADER..].split_at(shard.count);
        if let Some(label) = labels.iter().find(|label| usize::from(**label) >= classes) {
            return Err(Damage::Label(*label));
        }
        Ok(Images { labels: labels.to_vec(), pixels: pixels.to_vec() })
    }

    fn image_size(&self) -> usize {
        self.manifest.channels * self.manifest.height * self.manifest.width
    }

    /// The images of these indices as a batch, pixels normalised to the manifest's mean and deviation; `None` if one
    /// of their files has not arrived.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn batch(&self, split: Split, indices: &[usize], device: &Device) -> Result<Option<Batch>, EngineError> {
        let size = self.image_size();
        let (mut pixels, mut labels) = (Vec::with_capacity(indices.len() * size), Vec::with_capacity(indices.len()));
        let (scale, shift) = (1.0 / (255.0 * self.manifest.std), self.manifest.mean / self.manifest.std);
        for index in indices {
            let Some((images, within)) = self.find(split, *index) else { return Ok(None) };
            let image = &images.pixels[within * size..(within + 1) * size];
            pixels.extend(image.iter().map(|pixel| f32::from(*pixel) * scale - shift));
            let random = self.random_labels.filter(|_| split == Split::Train);
            labels.push(random.map_or(u32::from(images.labels[within]), |seed| self.random_label(seed, *index)));
        }
        let Manifest { channels, height, width, .. } = self.manifest;
        let images = Tensor::from_vec(pixels, (indices.len(), channels, height, width), device)?;
        Ok(Some(Batch { images, labels: Tensor::new(labels, device)? }))
    }

    /// The held-out images whose answers are shown: the first one of each of the first [`SHOWN`] classes, as far as their files
    /// have arrived; in the order of the images.
    pub fn shown(&self) -> Vec<usize> {
        let classes = SHOWN.min(self.manifest.classes);
        let mut seen = vec![false; classes];
        let mut shown = Vec::with_capacity(classes);
        for index in 0..self.count(Split::Test) {
            let Some((images, within)) = self.find(Split::Test, index) else { break };
            let label = usize::from(images.labels[within]);
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
    pub fn samples(&self) -> Samples {
        let Manifest { channels, height, width, class_names, .. } = &self.manifest;
        let size = self.image_size();
        let sample = |image: usize| {
            let (images, within) = self.find(Split::Test, image)?;
            let pixels = images.pixels[within * size..(within + 1) * size].to_vec();
            Some(Sample { image, label: usize::from(images.labels[within]), pixels })
        };
        let mut images: Vec<_> = self.shown().into_iter().filter_map(sample).collect();
        images.sort_by_key(|sample| sample.label);
        Samples { class_names: class_names.clone(), shape: [*channels, *height, *width], images }
    }

    /// Trains on labels drawn at random under this seed, each image's for good; on the true ones if `None`. The held-out
    /// images keep theirs.
    pub fn set_random_labels(&mut self, seed: Option<u64>) {
        self.random_labels = seed;
    }

    fn random_label(&self, seed: u64, index: usize) -> u32 {
        Stream::new(seed, "random-label", index as u64).below(self.manifest.classes) as u32
    }

    fn find(&self, split: Split, index: usize) -> Option<(&Images, usize)> {
        let arrived = if split == Split::Train { &self.train } else { &self.test };
        let mut first = 0;
        for (shard, images) in self.shards(split).iter().zip(arrived) {
            if index < first + shard.count {
                return images.as_ref().map(|images| (images, index - first));
            }
            first += shard.count;
        }
        None
    }
}

/// The order of the training images: a new seeded permutation each epoch. The first epoch visits shard after shard (each
/// holds every class alike), so that training can start when the first file is there and still be the same run.
#[derive(Clone)]
pub struct VisitOrder {
    seed: u64,
    shards: Vec<Range<usize>>,
    epoch: u64,
    permutation: Vec<usize>,
    position: usize,
}

impl VisitOrder {
    /// The order for a data set and a seed, at its start.
    pub fn new(data: &DataSet, seed: u64) -> Self {
        let mut first = 0;
        let range = |shard: &Shard| {
            first += shard.count;
            first - shard.count..first
        };
        let shards = data.manifest.train.iter().map(range).collect();
        let mut order = Self { seed, shards, epoch: 0, permutation: Vec::new(), position: 0 };
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
        self.permutation = self.shards.iter().cloned().flatten().collect();
        if self.epoch > 0 {
            return stream.shuffle(&mut self.permutation);
        }
        for shard in self.shards.clone() {
            stream.shuffle(&mut self.permutation[shard]);
        }
    }
}
