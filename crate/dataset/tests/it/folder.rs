//! Folders of pictures: which classes and labels they have, whatever else lies in them.

use crate::pictures::{plain_jpeg, rgb_png};
use crate::{folder, found, labels, refused};
use dataset::files::open;
use dataset::{Split, Wanted};
use protocol::{Augment, RunSpec};
use std::fs;
use std::path::{Path, PathBuf};

fn put(folder: &Path, file: &str, bytes: &[u8]) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Red cats and green dogs: two of each to train on, one of each held out.
fn animals(name: &str) -> PathBuf {
    let folder = folder(name);
    for (class, colour) in [("cat", [250, 0, 0]), ("dog", [0, 250, 0])] {
        put(&folder, &format!("train/{class}/1.jpg"), &plain_jpeg(20, 12, colour));
        put(&folder, &format!("train/{class}/2.PNG"), &rgb_png(&colour.repeat(9 * 30), 9, 30));
        put(&folder, &format!("val/{class}/3.JPEG"), &plain_jpeg(12, 12, colour));
    }
    folder
}

#[test]
fn folders_are_classes_in_the_order_of_their_names() {
    let folder = animals("folder-sound");
    let found = open(&folder, 8).unwrap();
    assert_eq!(found.data().to_string(), "folder:3x8x8:2");
    let set = &*found.source;
    assert_eq!((labels(set, Split::Train), labels(set, Split::Test)), (vec![0, 0, 1, 1], vec![0, 1]));
    assert_eq!(set.describe().class_names, ["cat", "dog"]);
    let image = set.bytes(Split::Train, 3).unwrap().unwrap();
    assert_eq!((&image[..64], &image[64..128], &image[128..]), (&[0; 64][..], &[250; 64][..], &[0; 64][..]));
    // ImageNet's mean and deviation.
    let pixels = set.pixels(&Wanted::plain(Split::Train, vec![3])).unwrap().unwrap();
    assert!((pixels[0] - -0.485 / 0.229).abs() < 1e-6 && (pixels[64] - (250.0 / 255.0 - 0.456) / 0.224).abs() < 1e-6);
    assert_eq!(found.notes, ["pictures are 12 to 30 pixels high and 9 to 20 wide"]);
}

#[test]
fn what_systems_leave_and_what_is_no_picture_never_becomes_a_class_or_moves_a_label() {
    let folder = animals("folder-litter");
    let plain = labels(&*found(&folder).source, Split::Train);
    for file in [
        ".DS_Store",
        "Thumbs.db",
        "train/.DS_Store",
        "train/cat/Thumbs.db",
        "train/cat/._1.jpg",
        "train/dog/desktop.ini",
        "train/.ipynb_checkpoints/1-checkpoint.jpg",
        "train/__MACOSX/cat/1.jpg",
        "val/@eaDir/3.jpg",
        "val/.hidden/3.jpg",
    ] {
        put(&folder, file, b"litter");
    }
    put(&folder, "train/cat/notes.txt", b"these are cats");
    put(&folder, "train/README.md", b"cats and dogs");
    let found = found(&folder);
    assert_eq!(labels(&*found.source, Split::Train), plain);
    assert_eq!(found.source.describe().class_names, ["cat", "dog"]);
    assert!(found.notes.iter().any(|note| note.starts_with("2 files")), "{:?}", found.notes);
}

#[test]
fn classes_in_any_script_keep_their_names_and_order() {
    let folder = folder("folder-scripts");
    for class in ["Zebra", "apfel", "äpfel", "кошка", "猫", "with space"] {
        for split in ["train", "test"] {
            put(&folder, &format!("{split}/{class}/1.png"), &rgb_png(&[1, 2, 3], 1, 1));
        }
    }
    // As Python sorts: by code points.
    assert_eq!(found(&folder).source.describe().class_names, ["Zebra", "apfel", "with space", "äpfel", "кошка", "猫"]);
}

#[test]
fn an_empty_class_is_named_and_pictures_in_folders_within_are_the_classs() {
    let folder = animals("folder-empty");
    fs::create_dir(folder.join("train/bird")).unwrap();
    refused(&folder, "train/bird", &["folder of a class", "no JPEG or PNG"]);
    put(&folder, "train/bird/images/deep/1.jpg", &plain_jpeg(8, 8, [0, 0, 250]));
    let found = found(&folder);
    assert_eq!(labels(&*found.source, Split::Train), [0, 1, 1, 2, 2]);
    // Held-out images of some classes only keep their labels.
    assert_eq!(labels(&*found.source, Split::Test), [1, 2]);
    assert!(found.notes.iter().any(|note| note.contains("has no images of bird")), "{:?}", found.notes);
}

#[test]
fn a_class_that_only_the_held_out_images_have_is_named() {
    let folder = animals("folder-classes");
    put(&folder, "val/ant/1.jpg", &plain_jpeg(8, 8, [0; 3]));
    refused(&folder, "val/ant", &["the training images do not have", "cat, dog"]);
}

#[test]
#[cfg(unix)]
fn links_are_followed_and_those_that_lead_nowhere_or_in_circles_are_named() {
    use std::os::unix::fs::symlink;
    let folder = animals("folder-links");
    let elsewhere = crate::folder("folder-links-elsewhere");
    put(&elsewhere, "1.jpg", &plain_jpeg(8, 8, [0, 0, 250]));
    symlink(&elsewhere, folder.join("train/fish")).unwrap();
    symlink(elsewhere.join("1.jpg"), folder.join("train/cat/9.jpg")).unwrap();
    assert_eq!(labels(&*found(&folder).source, Split::Train), [0, 0, 0, 1, 1, 2]);
    symlink(elsewhere.join("2.jpg"), folder.join("train/dog/dead.jpg")).unwrap();
    refused(&folder, "train/dog/dead.jpg", &["a link that leads nowhere"]);
    fs::remove_file(folder.join("train/dog/dead.jpg")).unwrap();
    symlink(folder.join("train/dog"), folder.join("train/dog/again")).unwrap();
    assert!(open(&folder, 8).err().unwrap().to_string().contains("a link may lead back"));
}

#[test]
fn one_folder_of_classes_is_split_by_a_draw_that_depends_on_names_alone() {
    let folder = folder("folder-one");
    for class in ["a", "b", "c"] {
        for number in 0..20 {
            put(&folder, &format!("{class}/{number}.png"), &rgb_png(&[number, 2, 3], 1, 1));
        }
    }
    let first = found(&folder);
    assert_eq!((first.source.describe().train, first.source.describe().test), (54, 6));
    assert_eq!(labels(&*first.source, Split::Test), [0, 0, 1, 1, 2, 2]);
    let held_out = |found: &dataset::files::Found| -> Vec<u8> {
        (0..6).map(|image| found.source.bytes(Split::Test, image).unwrap().unwrap()[0]).collect()
    };
    assert_eq!(held_out(&first), held_out(&found(&folder)));
    assert!(first.notes.iter().any(|note| note.contains("one image in 10 is held out")));
    // Another class changes nothing for those that were there.
    put(&folder, "d/1.png", &rgb_png(&[1, 2, 3], 1, 1));
    put(&folder, "d/2.png", &rgb_png(&[1, 2, 3], 1, 1));
    assert_eq!(held_out(&found(&folder)), held_out(&first));
}

#[test]
fn pictures_without_folders_and_one_class_alone_are_refused() {
    let folder = folder("folder-flat");
    put(&folder, "1.jpg", &plain_jpeg(8, 8, [0; 3]));
    refused(&folder, "", &["no folders", "a folder a class"]);
    put(&folder, "cat/1.jpg", &plain_jpeg(8, 8, [0; 3]));
    put(&folder, "cat/2.jpg", &plain_jpeg(8, 8, [0; 3]));
    refused(&folder, "", &["one class only"]);
}

#[test]
fn a_file_that_is_no_whole_picture_is_named_before_anything_is_trained() {
    let whole = plain_jpeg(64, 48, [10, 200, 90]);
    let cases: [(&str, Vec<u8>, &[&str]); 7] = [
        ("cut.jpg", whole[..whole.len() - 20].to_vec(), &["JPEG that is cut"]),
        ("half.jpg", whole[..whole.len() / 2].to_vec(), &["JPEG that is cut"]),
        ("cut.png", rgb_png(&[7; 300], 10, 10)[..60].to_vec(), &["cannot be decoded"]),
        ("moving.gif", b"GIF89a\x01\0\x01\0".to_vec(), &["is a GIF", "JPEG and PNG are read"]),
        ("page.jpg", b"<!DOCTYPE html>".to_vec(), &["is a web page"]),
        ("nothing.jpg", Vec::new(), &["is empty"]),
        ("words.png", b"hello".to_vec(), &["does not begin as a JPEG or PNG"]),
    ];
    for (name, bytes, words) in cases {
        let folder = animals("folder-damaged");
        put(&folder, &format!("train/dog/{name}"), &bytes);
        refused(&folder, &format!("train/dog/{name}"), words);
        let folder = animals("folder-damaged");
        put(&folder, &format!("val/cat/{name}"), &bytes);
        refused(&folder, &format!("val/cat/{name}"), words);
    }
    // More after the end is no damage, and a name says nothing of the format.
    let folder = animals("folder-longer");
    put(&folder, "train/dog/longer.jpg", &[whole.clone(), vec![0; 500]].concat());
    put(&folder, "train/dog/jpeg.png", &whole);
    assert_eq!(found(&folder).source.describe().train, 6);
}

#[test]
fn random_parts_are_those_of_seed_step_and_image_whatever_the_threads_and_whether_they_were_expected() {
    let folder = folder("folder-threads");
    for class in ["a", "b"] {
        for number in 0..6u32 {
            let pixels: Vec<u8> = (0..3 * 31 * 17u32).map(|place| ((place * 37 + number * 11) % 251) as u8).collect();
            put(&folder, &format!("train/{class}/{number}.png"), &rgb_png(&pixels, 31, 17));
            put(&folder, &format!("val/{class}/{number}.png"), &rgb_png(&pixels, 31, 17));
        }
    }
    let run = RunSpec { augment: Augment::CropFlip, ..RunSpec::page_default() };
    let wanted = |step| Wanted::training(&run, step, vec![7, 0, 3, 11]);
    let with = |threads: usize, expects: bool| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let set = open(&folder, 8).unwrap().source;
            let batch = |step| {
                if expects {
                    set.expect(&wanted(step));
                }
                set.pixels(&wanted(step)).unwrap().unwrap()
            };
            (0..4).map(batch).collect::<Vec<_>>()
        })
    };
    let first = with(1, false);
    assert_eq!(first, with(3, false));
    assert_eq!(first, with(3, true));
    assert_eq!(first[0].len(), 4 * 3 * 64);
    assert_ne!(first[0], first[1]);
    // What was expected and is not wanted is forgotten.
    let set = open(&folder, 8).unwrap().source;
    set.expect(&wanted(9));
    assert_eq!(set.pixels(&wanted(1)).unwrap().unwrap(), first[1]);
}

#[test]
fn a_picture_that_is_damaged_within_is_named_when_it_is_wanted() {
    let folder = animals("folder-within");
    let mut file = rgb_png(&(0..300).map(|place| (place % 251) as u8).collect::<Vec<_>>(), 10, 10);
    let middle = file.len() / 2;
    file[middle] ^= 0xFF;
    put(&folder, "train/dog/damaged.png", &file);
    let set = open(&folder, 8).unwrap().source;
    let damaged = set.pixels(&Wanted::plain(Split::Train, vec![4])).unwrap_err().to_string();
    assert!(damaged.contains("damaged.png cannot be decoded"), "{damaged}");
}
