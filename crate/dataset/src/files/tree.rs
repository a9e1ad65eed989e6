//! Which pictures a folder holds, of which classes: a folder a class, in `train` and one of `val` and `test`, or all in one.

use super::{Entry, list};
use crate::random::Stream;
use crate::unusable::{Problem, Unusable};
use std::path::{Path, PathBuf};

/// Folders within the folder of a class, at most.
const DEPTH: usize = 8;
/// What the names of files end in that may be pictures. Others are left alone.
const PICTURES: [&str; 21] = [
    "jpg", "jpeg", "jpe", "jfif", "png", "gif", "webp", "bmp", "tif", "tiff", "ppm", "pgm", "pbm", "heic", "heif",
    "avif", "jp2", "j2k", "tga", "psd", "ico",
];
/// Names of the folder of the held-out images; the first that is there is taken.
const HELD_OUT: [&str; 4] = ["val", "valid", "validation", "test"];
/// Of the images in one folder, one in this many is held out.
const ONE_IN: usize = 10;

/// One picture.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub path: PathBuf,
    pub label: usize,
}

/// The pictures of a folder.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Names of the classes, in the order of code points.
    pub classes: Vec<String>,
    pub train: Vec<Picture>,
    pub test: Vec<Picture>,
    /// What was done that is not plain to see.
    pub notes: Vec<String>,
}

/// Files that are no pictures, by where they are.
#[derive(Default)]
struct Others(usize);

/// The pictures of a folder; `None` if there are no folders in it.
///
/// # Errors
/// The folder or file that cannot be used, and why.
pub(super) fn tree(root: &Path, entries: &[Entry]) -> Result<Option<Tree>, Unusable> {
    let mut others = Others::default();
    let mut tree = match entries.iter().find(|entry| entry.is_dir && entry.name == "train") {
        Some(train) => {
            let held_out = HELD_OUT.iter().find_map(|name| entries.iter().find(|own| own.is_dir && own.name == **name));
            two(train, held_out, &mut others)?
        }
        None if entries.iter().any(|entry| entry.is_dir) => one(root, entries, &mut others)?,
        None => {
            let flat = entries.iter().any(|entry| is_picture(&entry.name));
            return if flat { Err(Unusable::new(&root.display(), Problem::Flat)) } else { Ok(None) };
        }
    };
    if others.0 > 0 {
        tree.notes
            .push(format!("{} files that are no pictures or lie beside the folders of classes are left out", others.0));
    }
    Ok(Some(tree))
}

/// Training and held-out images in folders of their own.
fn two(train: &Entry, held_out: Option<&Entry>, others: &mut Others) -> Result<Tree, Unusable> {
    let entries = list(&train.path)?;
    let Some(held_out) = held_out else {
        let mut tree = one(&train.path, &entries, others)?;
        tree.notes.insert(0, "there is no val, valid, validation or test".to_owned());
        return Ok(tree);
    };
    let (classes, pictures) = classes(&train.path, &entries, others)?;
    let mut tree = Tree { classes, ..Tree::default() };
    tree.train = flatten(pictures);
    let (own_classes, pictures) = self::classes(&held_out.path, &list(&held_out.path)?, others)?;
    let mut missing = tree.classes.clone();
    for (name, pictures) in own_classes.into_iter().zip(pictures) {
        // By name, never by place: a class that is missing here must not move the labels of the others.
        let Ok(label) = tree.classes.binary_search(&name) else {
            let classes = crate::unusable::few(&tree.classes);
            return Err(Unusable::new(&held_out.path.join(name).display(), Problem::OtherClass(classes)));
        };
        missing.retain(|class| *class != name);
        tree.test.extend(pictures.into_iter().map(|path| Picture { path, label }));
    }
    if !missing.is_empty() {
        let classes = crate::unusable::few(&missing);
        tree.notes.push(format!("{} has no images of {classes}", held_out.path.display()));
    }
    Ok(tree)
}

/// All images in one folder: of each class a tenth is held out, at least one of two, by a draw that is the same for each run.
fn one(root: &Path, entries: &[Entry], others: &mut Others) -> Result<Tree, Unusable> {
    let (classes, pictures) = classes(root, entries, others)?;
    let mut tree = Tree { classes, ..Tree::default() };
    for (label, own) in pictures.into_iter().enumerate() {
        let drawn = |path: &Path| {
            let within = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
            Stream::new(0, &format!("held-out:{within}"), 0).below(usize::MAX)
        };
        let mut order: Vec<_> = own.iter().map(|path| drawn(path)).enumerate().map(|(at, drawn)| (drawn, at)).collect();
        order.sort_unstable();
        order.truncate(if own.len() < 2 { 0 } else { own.len().div_ceil(ONE_IN) });
        for (at, path) in own.into_iter().enumerate() {
            let to = if order.iter().any(|(_, held)| *held == at) { &mut tree.test } else { &mut tree.train };
            to.push(Picture { path, label });
        }
    }
    tree.notes.push(format!("of each class one image in {ONE_IN} is held out, drawn by its name"));
    Ok(tree)
}

fn flatten(classes: Vec<Vec<PathBuf>>) -> Vec<Picture> {
    let of = |(label, pictures): (usize, Vec<PathBuf>)| pictures.into_iter().map(move |path| Picture { path, label });
    classes.into_iter().enumerate().flat_map(of).collect()
}

/// The classes in a folder, each with its pictures by name.
fn classes(root: &Path, entries: &[Entry], others: &mut Others) -> Result<(Vec<String>, Vec<Vec<PathBuf>>), Unusable> {
    others.0 += entries.iter().filter(|entry| !entry.is_dir).count();
    let (mut names, mut pictures) = (Vec::new(), Vec::new());
    for entry in entries.iter().filter(|entry| entry.is_dir) {
        let mut own = Vec::new();
        collect(&entry.path, DEPTH, &mut own, others)?;
        if own.is_empty() {
            return Err(Unusable::new(&entry.path.display(), Problem::EmptyClass));
        }
        names.push(entry.name.clone());
        pictures.push(own);
    }
    if names.is_empty() {
        return Err(Unusable::new(&root.display(), Problem::Flat));
    }
    Ok((names, pictures))
}

/// The pictures of a class, those of folders within too.
fn collect(folder: &Path, depth: usize, pictures: &mut Vec<PathBuf>, others: &mut Others) -> Result<(), Unusable> {
    if depth == 0 {
        return Err(Unusable::new(&folder.display(), Problem::Deep(DEPTH)));
    }
    for entry in list(folder)? {
        if entry.is_dir {
            collect(&entry.path, depth - 1, pictures, others)?;
        } else if is_picture(&entry.name) {
            if !entry.path.exists() {
                return Err(Unusable::new(&entry.path.display(), Problem::DeadLink));
            }
            pictures.push(entry.path);
        } else {
            others.0 += 1;
        }
    }
    Ok(())
}

fn is_picture(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| PICTURES.contains(&end.as_str()))
}
