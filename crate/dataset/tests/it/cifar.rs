//! CIFAR-10 and CIFAR-100 in the binary version, and what else lies under such names.

use crate::{folder, found, gzip, labels, refused};
use dataset::Split;
use std::fs;
use std::path::{Path, PathBuf};

/// Records of these labels, the pixels of each channel 0, 1, 2 plus ten times the number of the record.
fn records(labels: &[&[u8]]) -> Vec<u8> {
    let record = |(index, labels): (usize, &&[u8])| {
        let pixels = (0..3).flat_map(move |channel| [(10 * index + channel) as u8; 1024]);
        labels.iter().copied().chain(pixels).collect::<Vec<_>>()
    };
    labels.iter().enumerate().flat_map(record).collect()
}

/// CIFAR-10 with two images a file.
fn ten(name: &str) -> PathBuf {
    let folder = folder(name);
    for number in 1..=5u8 {
        fs::write(folder.join(format!("data_batch_{number}.bin")), records(&[&[number], &[9]])).unwrap();
    }
    fs::write(folder.join("test_batch.bin"), records(&[&[0], &[1], &[2]])).unwrap();
    folder
}

fn hundred(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("train.bin"), records(&[&[19, 99], &[3, 42]])).unwrap();
    fs::write(folder.join("test.bin"), records(&[&[0, 7]])).unwrap();
    folder
}

fn put(folder: &Path, file: &str, bytes: &[u8]) {
    fs::write(folder.join(file), bytes).unwrap();
}

#[test]
fn cifar_10_is_read_file_after_file_with_the_statistics_of_each_channel() {
    let folder = ten("cifar10");
    put(
        &folder,
        "batches.meta.txt",
        "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n".as_bytes(),
    );
    let found = found(&folder);
    assert_eq!(found.data().to_string(), "cifar10:3x32x32:10");
    let set = &*found.source;
    assert_eq!(labels(set, Split::Train), [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]);
    assert_eq!(labels(set, Split::Test), [0, 1, 2]);
    assert_eq!(set.describe().class_names[9], "truck");
    let image = set.bytes(Split::Test, 2).unwrap().unwrap();
    assert_eq!((image[0], image[1023], image[1024], image[3071]), (20, 20, 21, 22));
    // Half of the training images are the first of their file, half the second: 0 and 10 in the red channel.
    for (channel, mean) in set.describe().mean.iter().enumerate() {
        assert!((mean - (channel as f32 + 5.0) / 255.0).abs() < 1e-7);
        assert!((set.describe().std[channel] - 5.0 / 255.0).abs() < 1e-7);
    }
}

#[test]
fn cifar_100_has_two_labels_a_record_and_the_fine_one_is_the_class() {
    let folder = hundred("cifar100");
    let found = found(&folder);
    assert_eq!(found.data().to_string(), "cifar100:3x32x32:100");
    assert_eq!(labels(&*found.source, Split::Train), [99, 42]);
    assert_eq!(found.source.bytes(Split::Train, 1).unwrap().unwrap()[0], 10);
    assert!(found.notes.iter().any(|note| note.contains("fine labels")));
}

/// A file that ends with a whole record may be one of a subset: it is read, and the numbers are said.
#[test]
fn files_of_another_number_of_images_than_usual_are_told() {
    let folder = ten("cifar10-counts");
    let one: Vec<u8> = std::iter::once(0).chain([0; 3072]).collect();
    for number in 1..=5 {
        put(&folder, &format!("data_batch_{number}.bin"), &one.repeat(10_000));
    }
    put(&folder, "test_batch.bin", &one.repeat(10_000));
    assert_eq!(found(&folder).notes, [""; 0]);
    put(&folder, "data_batch_3.bin", &one.repeat(9_999));
    let notes = found(&folder).notes;
    assert!(
        notes.len() == 1 && notes[0].starts_with("data_batch_3.bin holds 9999 images (usual: 10000): "),
        "{notes:?}"
    );
}

#[test]
fn a_packed_file_is_read() {
    let folder = ten("cifar10-gz");
    let whole = fs::read(folder.join("test_batch.bin")).unwrap();
    fs::remove_file(folder.join("test_batch.bin")).unwrap();
    put(&folder, "test_batch.bin.gz", &gzip(&whole));
    assert_eq!(found(&folder).source.describe().test, 3);
}

#[test]
fn what_is_not_the_binary_version_is_named() {
    let folder = folder("cifar-pickles");
    for number in 1..=5 {
        put(&folder, &format!("data_batch_{number}"), b"\x80\x02}q\x01(U\x0bbatch_label");
    }
    put(&folder, "test_batch", b"\x80\x02}q\x01");
    refused(&folder, "data_batch_1", &["a Python pickle", "binary version"]);
    let folder = ten("cifar-html");
    put(&folder, "data_batch_2.bin", b"<html>Moved</html>");
    refused(&folder, "data_batch_2.bin", &["a web page"]);
    let folder = crate::folder("cifar-matlab");
    put(&folder, "data_batch_1.mat", b"MATLAB 5.0 MAT-file");
    refused(&folder, "data_batch_1.mat", &["a MATLAB file"]);
    let folder = crate::folder("cifar100-pickles");
    put(&folder, "train", b"\x80\x02}q\x01(U\tfilenames");
    put(&folder, "test", b"\x80\x02}q\x01(U\tfilenames");
    refused(&folder, "train", &["a Python pickle"]);
}

#[test]
fn a_file_that_is_cut_missing_or_of_the_other_set_is_named() {
    let folder = ten("cifar-cut");
    let whole = fs::read(folder.join("data_batch_3.bin")).unwrap();
    put(&folder, "data_batch_3.bin", &whole[..whole.len() - 1]);
    refused(&folder, "data_batch_3.bin", &["6145 bytes", "6146 are needed", "3073"]);
    put(&folder, "data_batch_3.bin", b"");
    refused(&folder, "data_batch_3.bin", &["is empty"]);
    put(&folder, "data_batch_3.bin", &records(&[&[1, 2], &[1, 3]]));
    refused(&folder, "data_batch_3.bin", &["records of 3074 bytes", "CIFAR-100", "3073"]);
    put(&folder, "data_batch_3.bin", &records(&[&[10]]));
    refused(&folder, "data_batch_3.bin", &["label 10", "from 0 to 9"]);
    fs::remove_file(folder.join("data_batch_3.bin")).unwrap();
    refused(&folder, "data_batch_3.bin", &["is not there", "CIFAR-10"]);
    let folder = hundred("cifar100-cut");
    put(&folder, "test.bin", &records(&[&[0]]));
    refused(&folder, "test.bin", &["records of 3073 bytes", "as CIFAR-10 has them"]);
    put(&folder, "test.bin", &records(&[&[0, 100]]));
    refused(&folder, "test.bin", &["label 100", "from 0 to 99"]);
}
