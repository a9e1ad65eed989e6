//! Shards: what they hold, how damage is named, and the order of visits.
#![allow(clippy::unwrap_used)]

use crate::support::{DIGITS, batch, data, images};
use dataset::{DataError, Shards, Source, Split, Wanted};
use engine::EngineError;
use engine::data::VisitOrder;
use flate2::read::GzDecoder;
use protocol::{Damage, DataProblem, Failure, Manifest};
use std::io::Read;

#[test]
fn batches_are_normalised_images_with_their_labels() {
    let set = images(DIGITS);
    let numbers: Vec<_> = (0..set.count(Split::Train)).collect();
    let batch = batch(&set, Split::Train, &numbers);
    assert_eq!(batch.images.dims(), [1437, 1, 8, 8]);
    let pixels = batch.images.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let mean = pixels.iter().map(|v| f64::from(*v)).sum::<f64>() / pixels.len() as f64;
    let variance = pixels.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / pixels.len() as f64;
    assert!(mean.abs() < 1e-3 && (variance - 1.0).abs() < 1e-3, "{mean} {variance}");
    let mut counts = [0; 10];
    batch.labels.to_vec1::<u32>().unwrap().iter().for_each(|label| counts[*label as usize] += 1);
    assert!(counts.iter().all(|count| (130..=160).contains(count)), "{counts:?}");
}

#[test]
fn a_damaged_file_is_named() {
    let manifest = data(DIGITS).manifest().clone();
    let file = DIGITS.1[0].1;
    let mut flipped = file.to_vec();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x40;
    let mut whole = Vec::new();
    GzDecoder::new(file).read_to_end(&mut whole).unwrap();
    let mut no_class = whole.clone();
    no_class[28] = 10;
    let cases: [(&[u8], Damage); 7] = [
        (&file[..file.len() - 100], Damage::Compression),
        (&file[..2], Damage::Compression),
        (&flipped, Damage::Compression),
        (b"<html>not found</html>", Damage::Foreign),
        (b"", Damage::Foreign),
        (&whole[..whole.len() - 1], Damage::Length),
        (&no_class, Damage::Label(10)),
    ];
    let damaged = |error: DataError, name: &str, damage: Damage| {
        let problem = DataProblem::Damaged(damage);
        assert_eq!(Failure::from(EngineError::from(error)), Failure::Data { file: name.to_owned(), problem });
    };
    for (bytes, damage) in cases {
        let mut set = Shards::new(manifest.clone()).unwrap();
        damaged(set.insert(Split::Train, 0, bytes).unwrap_err(), manifest.train[0].file.as_str(), damage);
        assert!(set.pixels(&Wanted::plain(Split::Train, vec![0])).unwrap().is_none());
    }
    let mut other = manifest.clone();
    other.height = 9;
    let count = manifest.train[0].count;
    let sizes = Damage::Sizes { found: [count, 1, 8, 8, 10], expected: [count, 1, 9, 8, 10] };
    damaged(
        Shards::new(other).unwrap().insert(Split::Train, 0, file).unwrap_err(),
        manifest.train[0].file.as_str(),
        sizes,
    );
    let none = Shards::new(Manifest { test: Vec::new(), ..manifest }).err().unwrap();
    damaged(none, Manifest::FILE, Damage::NoImages);
}

#[test]
fn the_first_epoch_goes_shard_by_shard_and_each_epoch_visits_every_image_once() {
    let set = data(DIGITS);
    let count = set.describe().train;
    let first_shard = set.manifest().train[0].count;
    let mut order = VisitOrder::new(&set, 1);
    let mut epochs = Vec::new();
    for _ in 0..2 {
        let mut visits: Vec<_> = (0..count / 3).flat_map(|_| order.next(3)).collect();
        epochs.push(visits.clone());
        visits.sort_unstable();
        assert_eq!(visits, (0..count).collect::<Vec<_>>());
    }
    assert!(epochs[0][..first_shard].iter().all(|number| *number < first_shard));
    assert!(epochs[1][..first_shard].iter().any(|number| *number >= first_shard));
    assert_ne!(VisitOrder::new(&set, 2).next(count), VisitOrder::new(&set, 1).next(count));
}
