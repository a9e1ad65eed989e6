//! idx files: both spellings, packed or not; what is wrong with a set is named.

use crate::{folder, found, gzip, labels, refused};
use dataset::Split;
use protocol::DataKind;
use std::fs;
use std::path::Path;

/// An idx file of bytes.
pub fn idx(dims: &[usize], values: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dims.len() as u8];
    file.extend(dims.iter().flat_map(|size| (*size as u32).to_be_bytes()));
    file.extend(values);
    file
}

/// Images of 2×2 pixels, four a label, the pixels 10·image + place.
fn images(count: usize) -> Vec<u8> {
    let pixels: Vec<_> = (0..count).flat_map(|image| (0..4).map(move |place| (10 * image + place) as u8)).collect();
    idx(&[count, 2, 2], &pixels)
}

/// A sound set: six training images and three held-out ones of three classes.
fn write(folder: &Path, before: &str) {
    for (word, all) in [("train", &[0u8, 1, 2, 0, 1, 2][..]), ("t10k", &[2, 1, 0])] {
        fs::write(folder.join(format!("{before}{word}-images-idx3-ubyte")), images(all.len())).unwrap();
        fs::write(folder.join(format!("{before}{word}-labels-idx1-ubyte")), idx(&[all.len()], all)).unwrap();
    }
}

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte";

/// A sound set in which one file is another.
fn with(name: &str, file: &str, bytes: &[u8]) -> std::path::PathBuf {
    let folder = folder(name);
    write(&folder, "");
    fs::write(folder.join(file), bytes).unwrap();
    folder
}

#[test]
fn a_set_is_read_with_its_labels_and_normalised_by_its_own_statistics() {
    let folder = folder("idx-sound");
    write(&folder, "");
    let found = found(&folder);
    assert_eq!((found.kind, found.data().to_string().as_str()), (DataKind::Idx, "idx:1x2x2:3"));
    assert!(found.notes.is_empty());
    let set = &*found.source;
    assert_eq!((labels(set, Split::Train), labels(set, Split::Test)), (vec![0, 1, 2, 0, 1, 2], vec![2, 1, 0]));
    assert_eq!(&*set.bytes(Split::Train, 5).unwrap().unwrap(), [50, 51, 52, 53]);
    let all = dataset::Wanted::plain(Split::Train, (0..6).collect());
    let pixels = set.pixels(&all).unwrap().unwrap();
    let mean = pixels.iter().sum::<f32>() / 24.0;
    let square = pixels.iter().map(|pixel| pixel * pixel).sum::<f32>() / 24.0;
    assert!(mean.abs() < 1e-6 && (square - 1.0).abs() < 1e-5, "{mean} {square}");
    // By hand: the mean of 10·image + place over six images and four places is 26.5.
    assert!((set.describe().mean[0] - 26.5 / 255.0).abs() < 1e-7);
}

#[test]
fn both_spellings_packed_or_not_under_any_name_are_the_same_set() {
    let plain = folder("idx-plain");
    write(&plain, "");
    let wanted = found(&plain);
    for (name, dotted, packed, gz) in [
        ("dot", true, false, ""),
        ("gz", false, true, ".gz"),
        ("dot-gz", true, true, ".gz"),
        ("hidden-gz", false, true, ""),
    ] {
        let folder = folder(&format!("idx-spelled-{name}"));
        for entry in fs::read_dir(&plain).unwrap() {
            let path = entry.unwrap().path();
            let mut name = path.file_name().unwrap().to_str().unwrap().to_owned() + gz;
            if dotted {
                name = name.replace("-idx", ".idx");
            }
            let bytes = fs::read(&path).unwrap();
            fs::write(folder.join(name), if packed { gzip(&bytes) } else { bytes }).unwrap();
        }
        let found = found(&folder);
        assert_eq!(found.source.describe(), wanted.source.describe(), "{name}");
        for split in [Split::Train, Split::Test] {
            for image in 0..found.source.describe().count(split) {
                assert_eq!(found.source.bytes(split, image), wanted.source.bytes(split, image), "{name}");
            }
        }
    }
}

#[test]
fn the_letters_of_emnist_are_counted_from_0_named_and_turned() {
    let folder = folder("idx-letters");
    write(&folder, "emnist-letters-");
    for (word, all) in [("train", [1u8, 2, 3, 1, 2, 3]), ("t10k", [3, 2, 1, 1, 1, 1])] {
        fs::write(folder.join(format!("emnist-letters-{word}-labels-idx1-ubyte")), idx(&[6], &all)).unwrap();
        fs::write(folder.join(format!("emnist-letters-{word}-images-idx3-ubyte")), images(6)).unwrap();
    }
    fs::write(folder.join("emnist-letters-mapping.txt"), "1 65 97\n2 66 98\n3 67 99\n").unwrap();
    let found = found(&folder);
    assert_eq!(labels(&*found.source, Split::Train), [0, 1, 2, 0, 1, 2]);
    assert_eq!(labels(&*found.source, Split::Test), [2, 1, 0, 0, 0, 0]);
    assert_eq!(found.source.describe().class_names, ["A", "B", "C"]);
    // Rows and columns change places.
    assert_eq!(&*found.source.bytes(Split::Train, 1).unwrap().unwrap(), [10, 12, 11, 13]);
    let notes = found.notes.join("; ");
    assert!(notes.contains("labels 1 to 3") && notes.contains("transposed"), "{notes}");
    // Several in one folder are told apart by the beginning of their names.
    write(&folder, "emnist-digits-");
    refused(&folder, "", &["several sets", "emnist-digits or ", "emnist-letters"]);
    assert_eq!(crate::found(&folder.join("emnist-digits")).source.describe().train, 6);
    let nowhere = folder.join("emnist-balanced");
    refused(&nowhere, "", &["is not there"]);
}

#[test]
fn a_label_without_a_training_image_is_told() {
    for (name, all, said) in [
        ("0", [0u8, 1, 3, 0, 1, 3], "1 of the 4 classes have no training image, the first of them label 2"),
        ("1", [1, 2, 5, 1, 2, 5], "2 of the 5 classes have no training image, the first of them label 3"),
    ] {
        let folder = with(&format!("idx-missing-{name}"), TRAIN_LABELS, &idx(&[6], &all));
        fs::write(folder.join(TEST_LABELS), idx(&[3], &all[..3])).unwrap();
        let notes = found(&folder).notes;
        assert!(notes.iter().any(|note| note == said), "{notes:?}");
    }
}

#[test]
fn something_else_in_place_of_a_file_is_named_with_what_to_do() {
    let mut tar = vec![0u8; 512];
    tar[257..262].copy_from_slice(b"ustar");
    let cases: [(&str, &[u8], &[&str]); 8] = [
        ("html", b"<!DOCTYPE html><title>403</title>", &["a web page", "download"]),
        ("lfs", b"version https://git-lfs.github.com/spec/v1\n", &["Git LFS pointer", "git lfs pull"]),
        ("zip", b"PK\x03\x04 and so on", &["a zip archive", "unpack"]),
        ("pickle", b"\x80\x03}q\x00.", &["a Python pickle"]),
        ("tar", &tar, &["a tar archive"]),
        ("empty", b"", &["is empty"]),
        ("text", b"hello", &["does not begin as an idx file"]),
        ("floats", &[0, 0, 0x0D, 1, 0, 0, 0, 1, 0, 0, 0, 0], &["type 0x0d", "only bytes"]),
    ];
    for (name, bytes, words) in cases {
        refused(&with(&format!("idx-{name}"), TRAIN_IMAGES, bytes), TRAIN_IMAGES, words);
        // Packed it is no better.
        refused(&with(&format!("idx-{name}-gz"), TRAIN_IMAGES, &gzip(bytes)), TRAIN_IMAGES, words);
    }
}

#[test]
fn a_cut_file_says_how_much_it_should_hold() {
    let whole = images(6);
    refused(&with("idx-cut", TRAIN_IMAGES, &whole[..30]), TRAIN_IMAGES, &["30 bytes", "40 are needed", "6x2x2"]);
    let longer = [whole.clone(), vec![0]].concat();
    refused(&with("idx-long", TRAIN_IMAGES, &longer), TRAIN_IMAGES, &["41 bytes", "40 are needed"]);
    refused(&with("idx-cut-header", TRAIN_IMAGES, &whole[..10]), TRAIN_IMAGES, &["10 bytes", "16 are needed"]);
    let packed = gzip(&whole);
    refused(&with("idx-cut-gz", TRAIN_IMAGES, &packed[..packed.len() - 6]), TRAIN_IMAGES, &["gzip file that is cut"]);
    let huge = idx(&[u32::MAX as usize; 4], &[]);
    refused(&with("idx-huge", TRAIN_IMAGES, &huge), TRAIN_IMAGES, &["20 bytes"]);
}

#[test]
fn files_that_do_not_belong_together_are_named() {
    let labels = idx(&[6], &[0, 1, 2, 0, 1, 2]);
    refused(&with("idx-swapped", TRAIN_IMAGES, &labels), TRAIN_IMAGES, &["holds labels", "images"]);
    refused(&with("idx-images", TRAIN_LABELS, &images(6)), TRAIN_LABELS, &["holds images", "labels"]);
    let others = idx(&[3], &[2, 1, 0]);
    refused(&with("idx-other", TRAIN_LABELS, &others), TRAIN_IMAGES, &["6 images", "3 labels", "not of one set"]);
    let odd = idx(&[3], &[2, 1, 7]);
    refused(&with("idx-label", TEST_LABELS, &odd), TEST_LABELS, &["label 7", "from 0 to 2"]);
    refused(&with("idx-one", TRAIN_LABELS, &idx(&[6], &[0; 6])), TEST_LABELS, &["label 2", "from 0 to 0"]);
    let folder = with("idx-one-class", TRAIN_LABELS, &idx(&[6], &[0; 6]));
    fs::write(folder.join(TEST_LABELS), idx(&[3], &[0; 3])).unwrap();
    refused(&folder, TRAIN_LABELS, &["one class only"]);
    let folder = with("idx-shape", "t10k-images-idx3-ubyte", &idx(&[3, 1, 1], &[0; 3]));
    refused(&folder, "t10k-images-idx3-ubyte", &["1x1", "2x2"]);
    refused(&with("idx-wide", TRAIN_IMAGES, &idx(&[6, 2, 3], &[0; 36])), TRAIN_IMAGES, &["2x3", "square"]);
    let folder = with("idx-none", "t10k-images-idx3-ubyte", &idx(&[0, 2, 2], &[]));
    fs::write(folder.join(TEST_LABELS), idx(&[0], &[])).unwrap();
    refused(&folder, "t10k-images-idx3-ubyte", &["holds 0 images"]);
    let folder = crate::folder("idx-missing");
    write(&folder, "");
    fs::remove_file(folder.join(TEST_LABELS)).unwrap();
    refused(&folder, TEST_LABELS, &["is not there"]);
}

#[test]
fn a_folder_that_holds_none_says_where_one_is() {
    let folder = folder("idx-within");
    refused(&folder, "", &["holds no images"]);
    fs::write(folder.join("cifar-10-binary.tar.gz"), "").unwrap();
    refused(&folder, "", &["holds no images", "cifar-10-binary.tar.gz is an archive: unpack it"]);
    fs::create_dir(folder.join("raw")).unwrap();
    write(&folder.join("raw"), "");
    refused(&folder, "", &["holds no images", "raw does"]);
    refused(&folder.join("raw").join(TRAIN_IMAGES), "", &["is a file"]);
}
