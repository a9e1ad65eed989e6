//! The shipped data sets, inside the program: the same files that the page loads.

use crate::failure::Failure;
use dataset::{Shards, Source, Split};
use engine::EngineError;
use protocol::{Data, Manifest};

/// A manifest's text and the files beside it.
struct Files<'a> {
    manifest: &'a str,
    files: &'a [(&'a str, &'a [u8])],
}

macro_rules! shipped {
    ($folder:literal: $($file:literal)+) => {
        Files {
            manifest: include_str!(concat!("../../../assets/data/", $folder, "/manifest.json")),
            files: &[$(($file, include_bytes!(concat!("../../../assets/data/", $folder, "/", $file)))),+],
        }
    };
}

const FASHION_MNIST: Files<'static> = shipped!("fashion-mnist":
    "train-00.bin" "train-01.bin" "train-02.bin" "train-03.bin" "train-04.bin" "train-05.bin"
    "train-06.bin" "train-07.bin" "train-08.bin" "train-09.bin" "train-10.bin" "train-11.bin"
    "test-00.bin" "test-01.bin");

const DIGITS: Files<'static> = shipped!("digits": "train-00.bin" "train-01.bin" "train-02.bin" "test-00.bin");

/// A whole data set.
///
/// # Errors
/// If a file does not fit its manifest: a mistake in the program.
pub fn load(data: Data) -> Result<Shards, Failure> {
    read(&match data {
        Data::FashionMnist => FASHION_MNIST,
        Data::Digits => DIGITS,
    })
}

fn read(Files { manifest, files }: &Files) -> Result<Shards, Failure> {
    let unreadable = |error| Failure::Internal(format!("the manifest of a data set cannot be read: {error}"));
    let manifest: Manifest = serde_json::from_str(manifest).map_err(unreadable)?;
    let mut set = Shards::new(manifest.clone()).map_err(EngineError::from)?;
    for (split, shards) in [(Split::Train, &manifest.train), (Split::Test, &manifest.test)] {
        for (index, shard) in shards.iter().enumerate() {
            let file = files.iter().find(|(name, _)| *name == shard.file);
            let missing = || Failure::Internal(format!("the data file {} is not in it", shard.file));
            set.insert(split, index, file.ok_or_else(missing)?.1).map_err(EngineError::from)?;
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn damaged_data_in_the_program_are_its_own_mistake() {
        let Files { manifest, files } = DIGITS;
        assert!(read(&Files { manifest, files }).is_ok());
        let (name, whole) = files[0];
        let damaged = |first: &[u8]| read(&Files { manifest, files: &[&[(name, first)], &files[1..]].concat() });
        let found = [
            read(&Files { manifest: "{", files }),
            read(&Files { manifest, files: &files[1..] }),
            damaged(&whole[..whole.len() / 2]),
            damaged(b"something else"),
        ];
        for found in found {
            assert!(matches!(found, Err(Failure::Internal(_))));
        }
    }
}
