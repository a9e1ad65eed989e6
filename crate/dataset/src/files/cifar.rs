//! Which files of a folder are those of CIFAR-10 or CIFAR-100.

use super::{Entry, Found, lines, load, named, names_or_numbers};
use crate::Memory;
use crate::cifar::{Cifar, SHAPE, read};
use crate::memory::Images;
use crate::sniff::sniff;
use crate::unusable::{Problem, Unusable};
use protocol::DataKind;
use std::path::Path;

/// The files of the training images and the one of the held-out images, without what their names end in.
fn files(cifar: Cifar) -> (Vec<String>, String) {
    match cifar {
        Cifar::Ten => ((1..=5).map(|number| format!("data_batch_{number}")).collect(), "test_batch".to_owned()),
        Cifar::Hundred => (vec!["train".to_owned()], "test".to_owned()),
    }
}

/// The spellings of a file's name. Pickles have none of the endings: they are found, and said to be pickles.
fn spelled(name: &str) -> Vec<String> {
    [".bin", ".bin.gz", ".mat", ""].map(|end| format!("{name}{end}")).to_vec()
}

fn which(entries: &[Entry]) -> Option<Cifar> {
    [Cifar::Ten, Cifar::Hundred].into_iter().find(|cifar| {
        let (train, test) = files(*cifar);
        train.iter().chain([&test]).any(|name| named(entries, &spelled(name)).is_some())
    })
}

/// Whether a folder has such a file.
pub(super) fn is_one(entries: &[Entry]) -> bool {
    which(entries).is_some()
}

/// The set in a folder, if it has such files.
pub(super) fn open(folder: &Path, entries: &[Entry]) -> Result<Option<Found>, Unusable> {
    let Some(cifar) = which(entries) else { return Ok(None) };
    let (train_files, test_file) = files(cifar);
    let mut odd = Vec::new();
    let mut find = |name: &String, usual: usize, images: &mut Images| {
        let before = images.labels.len();
        let wrong = |problem| Unusable::new(&folder.join(format!("{name}.bin")).display(), problem);
        let missing = || wrong(Problem::Missing { needed: format!("CIFAR-{}", cifar.classes()) });
        let entry = named(entries, &spelled(name)).ok_or_else(missing)?;
        let named = |problem| Unusable::new(&entry.path.display(), problem);
        let bytes = load(&entry.path)?;
        if let Some(found) = sniff(&bytes).filter(|_| !entry.name.contains(".bin")) {
            return Err(named(Problem::Foreign { found, wanted: "CIFAR file in the binary version" }));
        }
        read(&bytes, cifar, images).map_err(named)?;
        let count = images.labels.len() - before;
        if count != usual {
            odd.push(format!("{} holds {count} images (usual: {usual})", entry.name));
        }
        Ok(())
    };
    let (mut train, mut test) = (Images::default(), Images::default());
    let [of_train, of_test] = cifar.usual();
    train_files.iter().try_for_each(|name| find(name, of_train, &mut train))?;
    find(&test_file, of_test, &mut test)?;
    let (kind, names) = match cifar {
        Cifar::Ten => (DataKind::Cifar10, "batches.meta.txt"),
        Cifar::Hundred => (DataKind::Cifar100, "fine_label_names.txt"),
    };
    let names = names_or_numbers(lines(entries, names), cifar.classes());
    let mut notes = Vec::new();
    if !odd.is_empty() {
        notes.push(format!("{}: part of the set, or cut at the end of an image", odd.join(", ")));
    }
    if cifar == Cifar::Hundred {
        notes.push("the fine labels are the classes".to_owned());
    }
    Ok(Some(Found { kind, notes, source: Memory::new(kind.name(), SHAPE, names, train, test).into() }))
}
