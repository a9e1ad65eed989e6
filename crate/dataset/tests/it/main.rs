//! Data as people really have them, each on small files that the tests write: what is right, and what is refused with which
//! words.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, clippy::disallowed_macros)]

mod cifar;
mod folder;
mod fuzz;
mod idx;
mod pictures;

use dataset::Source;
use dataset::files::{Found, open};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// An empty folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("dataset").join(name);
    let _not_there = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// The set in a folder.
fn found(folder: &Path) -> Found {
    open(folder, 224).unwrap_or_else(|unusable| panic!("{unusable}"))
}

/// The one line that refuses a folder; it names the file and holds every one of these words.
fn refused(folder: &Path, file: &str, words: &[&str]) {
    let line = match open(folder, 224) {
        Ok(found) => panic!("{} was taken as {:?}", folder.display(), found.kind),
        Err(unusable) => unusable.to_string(),
    };
    let named = if file.is_empty() { folder.to_owned() } else { folder.join(file) };
    assert!(line.starts_with(&format!("{} ", named.display())), "{line}");
    assert_eq!(line.lines().count(), 1, "{line}");
    for word in words {
        assert!(line.contains(word), "{word:?} in: {line}");
    }
}

/// The labels of a split.
fn labels(source: &dyn Source, split: dataset::Split) -> Vec<usize> {
    (0..source.describe().count(split)).map(|image| source.label(split, image).unwrap()).collect()
}
