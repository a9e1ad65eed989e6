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
    "train-00.bin" "train-01.bin" "train-02.bin" "train-03.bin" "train-04.bin" "train-05.bin"
    "train-06.bin" "train-07.bin" "train-08.bin" "train-09.bin" "train-10.bin" "train-11.bin"
    "test-00.bin" "test-01.bin");

const DIGITS: Files = shipped!("digits": "train-00.bin" "train-01.bin" "train-02.bin" "test-00.bin");

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
