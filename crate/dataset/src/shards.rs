//! The sets that come with the program and the page: a manifest and files, which may arrive one after the other.

use crate::{DataError, Description, Source, Split};
use flate2::read::GzDecoder;
use protocol::{Damage, Manifest, Shard};
use std::borrow::Cow;
use std::io::Read;
use std::ops::Range;

/// First bytes of a decompressed shard.
const MAGIC: &[u8; 8] = b"HWSHARD1";
/// Magic and five u32: count, channels, height, width, classes.
const HEADER: usize = 28;

/// The images of one shard.
struct Images {
    labels: Vec<u8>,
    /// One byte a pixel, row-major.
    pixels: Vec<u8>,
}

/// A data set whose files may still be arriving.
pub struct Shards {
    manifest: Manifest,
    description: Description,
    train: Vec<Option<Images>>,
    test: Vec<Option<Images>>,
}

impl Shards {
    /// A data set of which nothing has arrived yet.
    ///
    /// # Errors
    /// [`DataError::NoImages`] if the manifest names no training or no held-out images.
    pub fn new(manifest: Manifest) -> Result<Self, DataError> {
        let count = |shards: &[Shard]| shards.iter().map(|shard| shard.count).sum();
        let description = Description {
            name: manifest.name.clone(),
            channels: manifest.channels,
            height: manifest.height,
            width: manifest.width,
            class_names: manifest.class_names.clone(),
            train: count(&manifest.train),
            test: count(&manifest.test),
            mean: vec![manifest.mean; manifest.channels],
            std: vec![manifest.std; manifest.channels],
            mark: 0,
        };
        if description.train == 0 || description.test == 0 {
            return Err(DataError::NoImages { set: manifest.name });
        }
        let empty = |shards: &[Shard]| shards.iter().map(|_| None).collect::<Vec<_>>();
        let (train, test) = (empty(&manifest.train), empty(&manifest.test));
        Ok(Self { manifest, description, train, test })
    }

    /// What the data set consists of.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn shards(&self, split: Split) -> &[Shard] {
        match split {
            Split::Train => &self.manifest.train,
            Split::Test => &self.manifest.test,
        }
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
        if bytes.len() != HEADER + shard.count * (1 + self.description.image_size()) {
            return Err(Damage::Length);
        }
        let (labels, pixels) = bytes[HEADER..].split_at(shard.count);
        if let Some(label) = labels.iter().find(|label| usize::from(**label) >= classes) {
            return Err(Damage::Label(*label));
        }
        Ok(Images { labels: labels.to_vec(), pixels: pixels.to_vec() })
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

impl Source for Shards {
    fn describe(&self) -> &Description {
        &self.description
    }

    fn label(&self, split: Split, image: usize) -> Option<usize> {
        self.find(split, image).map(|(images, within)| usize::from(images.labels[within]))
    }

    fn bytes(&self, split: Split, image: usize) -> Result<Option<Cow<'_, [u8]>>, DataError> {
        let size = self.description.image_size();
        let found = self.find(split, image);
        Ok(found.map(|(images, within)| Cow::Borrowed(&images.pixels[within * size..(within + 1) * size])))
    }

    fn parts(&self) -> Vec<Range<usize>> {
        let mut first = 0;
        let range = |shard: &Shard| {
            first += shard.count;
            first - shard.count..first
        };
        self.manifest.train.iter().map(range).collect()
    }

    /// Takes the file of one shard, gzipped or already decompressed (some servers do that on the way).
    fn insert(&mut self, split: Split, part: usize, file: &[u8]) -> Result<(), DataError> {
        let Some(shard) = self.shards(split).get(part).cloned() else {
            return Err(DataError::NoShard { set: self.manifest.name.clone(), index: part });
        };
        let images = self.decode(&shard, file).map_err(|damage| DataError::File { file: shard.file, damage })?;
        match split {
            Split::Train => self.train[part] = Some(images),
            Split::Test => self.test[part] = Some(images),
        }
        Ok(())
    }
}

impl From<Shards> for Box<dyn Source> {
    fn from(shards: Shards) -> Self {
        Box::new(shards)
    }
}
