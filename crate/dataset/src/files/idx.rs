//! Which files of a folder are the four of an idx set: both usual spellings of their names, packed or not.

use super::{Entry, Found, lines, list, load, named, names_or_numbers};
use crate::Memory;
use crate::idx::{Files, count_from_0, split};
use crate::unusable::{Problem, Unusable};
use protocol::DataKind;
use std::collections::BTreeSet;
use std::path::Path;

/// The files of EMNIST hold each image with rows and columns exchanged.
const TRANSPOSED: &str = "emnist-";

/// The sets of which the folder has a file: what stands in the names before `train` or `t10k`, without the last hyphen.
pub(super) fn sets(entries: &[Entry]) -> BTreeSet<String> {
    entries.iter().filter(|entry| !entry.is_dir).filter_map(|entry| set(&entry.name)).collect()
}

fn set(name: &str) -> Option<String> {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    let ends = ["images-idx3-ubyte", "images.idx3-ubyte", "labels-idx1-ubyte", "labels.idx1-ubyte"];
    let split = ends.iter().find_map(|end| name.strip_suffix(end))?.strip_suffix('-')?;
    let before = ["train", "t10k", "test"].iter().find_map(|word| split.strip_suffix(word))?;
    Some(before.strip_suffix('-').unwrap_or(before).to_owned())
}

/// The set of that name in a folder.
pub(super) fn open(folder: &Path, set: &str) -> Result<Found, Unusable> {
    let entries = list(folder)?;
    let before = if set.is_empty() { String::new() } else { format!("{set}-") };
    let find = |words: &[&str], what: &str, number: u8| {
        let spelled =
            |word: &&str| ['-', '.'].map(|mark| format!("{before}{word}-{what}{mark}idx{number}-ubyte")).to_vec();
        let plain: Vec<_> = words.iter().flat_map(spelled).collect();
        let packed = plain.iter().map(|name| format!("{name}.gz"));
        let names: Vec<_> = plain.iter().cloned().chain(packed).collect();
        let missing = Problem::Missing { needed: "the set".to_owned() };
        let entry = named(&entries, &names).ok_or_else(|| Unusable::new(&folder.join(&plain[0]).display(), missing))?;
        Ok((entry.path.display().to_string(), load(&entry.path)?))
    };
    let transposed = set.starts_with(TRANSPOSED);
    let read = |words: &[&str]| {
        let (images, labels) = (find(words, "images", 3)?, find(words, "labels", 1)?);
        let files = Files { images: (&images.0, &images.1), labels: (&labels.0, &labels.1) };
        split(&files, transposed).map(|(found, sizes)| (found, sizes, [images.0, labels.0]))
    };
    let (mut train, size, train_files) = read(&["train"])?;
    let (mut test, test_size, test_files) = read(&["t10k", "test"])?;
    let [height, width] = size;
    if height != width {
        return Err(Unusable::new(&train_files[0], Problem::NotSquare(size)));
    }
    if size != test_size {
        return Err(Unusable::new(&test_files[0], Problem::Shape { found: test_size, wanted: size }));
    }
    let label_files = [train_files[1].as_str(), &test_files[1]];
    let (classes, moved) = count_from_0(label_files, &mut train.labels, &mut test.labels)?;
    let mut notes = Vec::new();
    let unused: Vec<_> =
        (0..classes).filter(|class| !train.labels.iter().any(|own| usize::from(*own) == *class)).collect();
    if let [first, ..] = unused[..] {
        notes.push(format!(
            "{} of the {classes} classes have no training image, the first of them label {}",
            unused.len(),
            first + usize::from(moved)
        ));
    }
    if moved {
        notes.push(format!("labels 1 to {classes} are counted from 0"));
    }
    if transposed {
        notes.push("each image is transposed, since files of EMNIST hold them so".to_owned());
    }
    let names = names_or_numbers(mapped(&lines(&entries, &format!("{before}mapping.txt"))), classes);
    let source = Memory::new(set, [1, height, width], names, train, test).into();
    Ok(Found { kind: DataKind::Idx, notes, source })
}

/// The letters that lines of a label and character codes, such as `1 65 97`, give the labels in their order.
fn mapped(lines: &[String]) -> Vec<String> {
    let letter = |line: &String| {
        let code = line.split_whitespace().nth(1)?.parse().ok()?;
        char::from_u32(code).map(String::from)
    };
    lines.iter().map(letter).collect::<Option<_>>().unwrap_or_default()
}
