//! The shipped data sets, inside the program: the same files that the page loads.

use crate::failure::Failure;
use engine::data::{DataSet, Split};
use protocol::{Data, Manifest};

/// A manifest's text and the files beside it.
struct Files {
    manifest: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

macro_rules! shipped {
    ($folder:literal: $($file:literal)+) => {
        Files {
            manifest: include_str!(concat!("../../../assets/data/", $folder, "/manifest.json")),
            files: &[$(($file, include_bytes!(concat!("../../../assets/data/", $folder, "/", $file)))),+],
        }
    };
}

const FASHION_MNIST: Files = shipped!("fashion-mnist":
    "train-00.shard" "train-01.shard" "train-02.shard" "train-03.shard" "train-04.shard" "train-05.shard"
    "train-06.shard" "train-07.shard" "train-08.shard" "train-09.shard" "train-10.shard" "train-11.shard"
    "test-00.shard" "test-01.shard");

const DIGITS: Files = shipped!("digits": "train-00.shard" "train-01.shard" "train-02.shard" "test-00.shard");

/// A whole data set.
///
/// # Errors
/// If a file does not fit its manifest.
pub fn load(data: Data) -> Result<DataSet, Failure> {
    let Files { manifest, files } = match data {
        Data::FashionMnist => FASHION_MNIST,
        Data::Digits => DIGITS,
    };
    let manifest: Manifest = serde_json::from_str(manifest)?;
    let mut set = DataSet::new(manifest.clone())?;
    for (split, shards) in [(Split::Train, &manifest.train), (Split::Test, &manifest.test)] {
        for (index, shard) in shards.iter().enumerate() {
            let file = files.iter().find(|(name, _)| *name == shard.file);
            let missing = || Failure::Input(format!("the data file {} is not in this program", shard.file));
            set.insert(split, index, file.ok_or_else(missing)?.1)?;
        }
    }
    Ok(set)
}
