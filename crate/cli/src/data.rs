//! The images of a run: the shipped data sets, which are inside the program (the files that the page loads), or those of a
//! folder.

use crate::arguments::Request;
use crate::failure::{Failure, say};
use dataset::{Shards, Source, Split, files};
use engine::EngineError;
use protocol::{Data, Manifest, ModelSpec, RunSetting, RunSpec};
use std::path::Path;

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

/// The images of a run and how its settings name them: those in `--data-dir` if that is given, else the shipped ones of
/// `--data`.
///
/// # Errors
/// If there are none, or `--data` names other ones than there are.
pub fn open(request: &Request) -> Result<(Data, Box<dyn Source>), Failure> {
    let folder = &request.options.data_dir;
    if folder.is_empty() {
        return Ok((request.run.data, load(request.run.data)?.into()));
    }
    let found = files::open(Path::new(folder), picture_size(&request.run))?;
    let data = found.data();
    if request.gives(RunSetting::Data) && request.run.data != data {
        let given = request.run.data;
        return Err(Failure::Input(format!("--data {given} is not what --data-dir {folder} holds, which is {data}")));
    }
    found.notes.iter().for_each(|note| say(&format!("{folder}: {note}")));
    Ok((data, found.source))
}

/// Height and width that pictures of many sizes become for a run, pixels: what it asks for, else the usual of its network.
pub fn picture_size(run: &RunSpec) -> usize {
    if run.image_size == 0 { ModelSpec::standard(run.model).image_size } else { run.image_size }
}

/// A file of a shipped data set, as the page loads it: `digits/manifest.json`.
pub fn shipped_file(path: &str) -> Option<&'static [u8]> {
    let (folder, name) = path.split_once('/')?;
    let Files { manifest, files } = shipped(folder.parse().ok()?)?;
    if name == Manifest::FILE {
        return Some(manifest.as_bytes());
    }
    files.iter().find(|(own, _)| *own == name).map(|(_, bytes)| *bytes)
}

/// The bytes of a shipped data set.
pub fn shipped_bytes(data: Data) -> u64 {
    shipped(data).map_or(0, |set| set.files.iter().map(|(_, bytes)| bytes.len() as u64).sum())
}

fn shipped(data: Data) -> Option<Files<'static>> {
    match data {
        Data::FashionMnist => Some(FASHION_MNIST),
        Data::Digits => Some(DIGITS),
        Data::Own(_) => None,
    }
}

/// A whole shipped data set.
///
/// # Errors
/// If there is none of that name, or a file does not fit its manifest: a mistake in the program.
pub fn load(data: Data) -> Result<Shards, Failure> {
    data.check_shipped()?;
    read(&shipped(data).unwrap_or(DIGITS))
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
