//! Invented images: no fingerprint depends on a file.

use crate::Failure;
use dataset::{Shards, Source, Split};
use engine::EngineError;
use engine::random::Stream;
use protocol::{Data, Manifest, Shard};

/// Training images, in two files.
const TRAIN: [usize; 2] = [64, 48];
/// Held-out images.
const TEST: usize = 60;

/// A data set of the shape of this one, with random pixels.
pub(super) fn invented(data: Data) -> Result<Shards, Failure> {
    let [channels, size] = data.image();
    let shard = |count: usize| Shard { file: String::new(), count, bytes: 0 };
    let manifest = Manifest {
        name: data.to_string(),
        channels,
        height: size,
        width: size,
        classes: data.classes(),
        class_names: (0..data.classes()).map(|class| class.to_string()).collect(),
        mean: 0.5,
        std: 0.29,
        train: TRAIN.map(shard).to_vec(),
        test: vec![shard(TEST)],
    };
    let mut set = Shards::new(manifest.clone()).map_err(EngineError::from)?;
    for (split, index, count) in [(Split::Train, 0, TRAIN[0]), (Split::Train, 1, TRAIN[1]), (Split::Test, 0, TEST)] {
        let purpose = format!("fingerprint:{split:?}:{index}");
        set.insert(split, index, &file(&manifest, count, &mut Stream::new(1, &purpose, 0)))
            .map_err(EngineError::from)?;
    }
    Ok(set)
}

/// A data file: magic, five sizes, labels, pixels.
fn file(manifest: &Manifest, count: usize, stream: &mut Stream) -> Vec<u8> {
    let Manifest { channels, height, width, classes, .. } = *manifest;
    let sizes = [count, channels, height, width, classes];
    let mut bytes = b"HWSHARD1".to_vec();
    bytes.extend(sizes.iter().flat_map(|size| (*size as u32).to_le_bytes()));
    bytes.extend((0..count).map(|_| stream.below(classes) as u8));
    bytes.extend((0..count * channels * height * width).map(|_| stream.below(256) as u8));
    bytes
}
