//! The data sets in somebody's folders, told by what they hold: [`open`] is the place to start. `idx` and `cifar` know the
//! names of those files. `folder` is a folder of pictures: `tree` says which there are, `picture` reads one, `transform`
//! makes it as large as the network takes it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the one module that knows files, behind a feature that only the program has"
)]

mod cifar;
mod folder;
mod idx;
mod picture;
mod transform;
mod tree;

pub use picture::decode;

use crate::unusable::{Problem, Unusable};
use crate::{Description, Source, Split};
use flate2::read::MultiGzDecoder;
use protocol::{Data, DataKind, OwnData};
use std::io::Read;
use std::path::{Path, PathBuf};

/// A data set that was found.
pub struct Found {
    /// What it is.
    pub kind: DataKind,
    /// The rules that were applied to it, a sentence each.
    pub notes: Vec<String>,
    /// Its images.
    pub source: Box<dyn Source>,
}

impl Found {
    /// How a run on it is written.
    pub fn data(&self) -> Data {
        let description = self.source.describe();
        let Description { channels, height, .. } = *description;
        Data::Own(OwnData { kind: self.kind, channels, size: height, classes: description.classes() })
    }
}

/// The data set at this place: a folder, or a folder and the beginning that the names of one set have in it. Pictures of many
/// sizes are made this high and wide.
///
/// # Errors
/// The file or folder that cannot be used, and why.
pub fn open(place: &Path, size: usize) -> Result<Found, Unusable> {
    if !place.is_dir() {
        let set = place.file_name().and_then(|name| name.to_str()).filter(|_| !place.exists());
        let folder = place.parent().filter(|folder| folder.is_dir());
        return match (folder, set) {
            (Some(folder), Some(set)) if idx::sets(&list(folder)?).contains(set) => idx::open(folder, set),
            _ if place.exists() => Err(Unusable::new(&place.display(), Problem::NoFolder)),
            _ => Err(Unusable::new(&place.display(), Problem::NoPlace)),
        };
    }
    let entries = list(place)?;
    let sets = idx::sets(&entries);
    if let Some(set) = sets.first() {
        if sets.len() > 1 {
            let names: Vec<_> = sets.iter().map(|set| place.join(set).display().to_string()).collect();
            return Err(Unusable::new(&place.display(), Problem::Several(names.join(" or "))));
        }
        return idx::open(place, set);
    }
    if let Some(found) = cifar::open(place, &entries)? {
        return Ok(found);
    }
    let within = hint(&entries);
    if within.is_empty()
        && let Some(found) = folder::open(place, &entries, size)?
    {
        return Ok(found);
    }
    let within = if within.is_empty() { packed(&entries) } else { within };
    Err(Unusable::new(&place.display(), Problem::NoData(within)))
}

/// Where data are, if they are in a folder within.
fn hint(entries: &[Entry]) -> String {
    let holds = |folder: &&Entry| {
        let within = list(&folder.path).unwrap_or_default();
        folder.is_dir && (!idx::sets(&within).is_empty() || cifar::is_one(&within))
    };
    entries.iter().find(holds).map(|folder| format!("; {} does", folder.path.display())).unwrap_or_default()
}

/// The archive in which data may be, if there is one.
fn packed(entries: &[Entry]) -> String {
    let is_one = |entry: &&Entry| {
        let name = entry.name.to_ascii_lowercase();
        !entry.is_dir && [".tar", ".tar.gz", ".tgz", ".zip"].iter().any(|end| name.ends_with(end))
    };
    let found = entries.iter().find(is_one);
    found
        .map(|own| format!("; {} is an archive: unpack it, and name the folder that comes of it", own.name))
        .unwrap_or_default()
}

/// What lies in a folder.
pub(crate) struct Entry {
    name: String,
    path: PathBuf,
    is_dir: bool,
}

/// What lies in a folder, by name; nothing that is hidden or that systems leave there.
fn list(folder: &Path) -> Result<Vec<Entry>, Unusable> {
    let unreadable = |error: std::io::Error| Unusable::new(&folder.display(), Problem::Unreadable(error.to_string()));
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !is_left_by_a_system(&name) {
            entries.push(Entry { is_dir: path.is_dir(), name, path });
        }
    }
    // In the order of code points, as Python sorts.
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// Whether a name is hidden, or one of those that systems leave in folders.
fn is_left_by_a_system(name: &str) -> bool {
    const LEFT: [&str; 7] =
        ["Thumbs.db", "desktop.ini", "__MACOSX", "@eaDir", "lost+found", "System Volume Information", "$RECYCLE.BIN"];
    name.starts_with('.') || LEFT.iter().any(|left| name.eq_ignore_ascii_case(left))
}

/// The bytes of a file, unpacked if they are gzipped, whatever its name.
fn load(path: &Path) -> Result<Vec<u8>, Unusable> {
    let wrong = |problem| Unusable::new(&path.display(), problem);
    let bytes = std::fs::read(path).map_err(|error| wrong(Problem::Unreadable(error.to_string())))?;
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return Ok(bytes);
    }
    let mut unpacked = Vec::new();
    MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).map_err(|_| wrong(Problem::Gzip))?;
    Ok(unpacked)
}

/// The entry with the first of these names that there is.
fn named<'a>(entries: &'a [Entry], names: &[String]) -> Option<&'a Entry> {
    names.iter().find_map(|name| entries.iter().find(|entry| entry.name == *name && !entry.is_dir))
}

/// The words of a file, a line each, if it is there.
fn lines(entries: &[Entry], name: &str) -> Vec<String> {
    let text = named(entries, &[name.to_owned()]).and_then(|entry| std::fs::read_to_string(&entry.path).ok());
    let text = text.unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// These names if there is one a class, else the classes' numbers.
fn names_or_numbers(names: Vec<String>, classes: usize) -> Vec<String> {
    if names.len() == classes { names } else { (0..classes).map(|class| class.to_string()).collect() }
}

/// The number of images of each class.
pub fn counts(source: &dyn Source, split: Split) -> Vec<usize> {
    let mut counts = vec![0; source.describe().classes()];
    for image in 0..source.describe().count(split) {
        if let Some(count) = source.label(split, image).and_then(|label| counts.get_mut(label)) {
            *count += 1;
        }
    }
    counts
}
