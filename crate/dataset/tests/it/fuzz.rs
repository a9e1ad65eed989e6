//! Damaged files of every format: an answer, never a panic, and nothing is allocated that the file does not hold.

use dataset::cifar::{self, Cifar};
use dataset::files::decode;
use dataset::random::Stream;
use dataset::{Images, idx};
use jpeg_encoder::ColorType;
use std::fmt::Display;

/// Cases; `HEADWATER_FUZZ` sets another number of thousands.
fn cases() -> u64 {
    let thousands: Option<u64> = std::env::var("HEADWATER_FUZZ").ok().and_then(|text| text.parse().ok());
    1000 * thousands.unwrap_or(100)
}

/// Changes some bytes, cuts or lengthens.
pub fn damage(bytes: &mut Vec<u8>, stream: &mut Stream) {
    for _ in 0..=stream.below(6) {
        if bytes.is_empty() {
            break;
        }
        let at = if stream.below(2) == 0 { stream.below(bytes.len().min(20)) } else { stream.below(bytes.len()) };
        match stream.below(5) {
            0 => bytes[at] = stream.below(256) as u8,
            1 => bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][stream.below(5)],
            2 => bytes[at] ^= 1 << stream.below(8),
            3 => bytes.truncate(at),
            _ => bytes.insert(at, stream.below(256) as u8),
        }
    }
}

/// Every damaged file is taken or refused in one line, and neither is rare.
fn taken_or_refused<E: Display>(kind: &str, read: impl Fn(u64, &mut Stream) -> Result<(), E>) {
    let (mut taken, mut refused) = (0, 0);
    for case in 0..cases() {
        match read(case, &mut Stream::new(1, &format!("fuzz:{kind}"), case)) {
            Ok(()) => taken += 1,
            Err(problem) => {
                assert_eq!(problem.to_string().lines().count(), 1);
                refused += 1;
            }
        }
    }
    println!("{kind}: {taken} taken, {refused} refused");
    assert!(taken > 1000 && refused > 1000, "{taken} {refused}");
}

#[test]
fn damaged_idx_files_are_refused_or_read_and_never_a_panic() {
    let images = crate::idx::idx(&[3, 4, 4], &(0..48).collect::<Vec<_>>());
    let labels = crate::idx::idx(&[3], &[0, 1, 2]);
    taken_or_refused("idx", |case, stream| {
        let (mut images, mut labels) = (images.clone(), labels.clone());
        damage(if case % 2 == 0 { &mut images } else { &mut labels }, stream);
        let files = idx::Files { images: ("images", &images), labels: ("labels", &labels) };
        idx::split(&files, case % 3 == 0).map(|(found, [height, width])| {
            assert_eq!(found.pixels.len(), found.labels.len() * height * width);
        })
    });
}

#[test]
fn damaged_cifar_files_are_refused_or_read_and_never_a_panic() {
    taken_or_refused("cifar", |case, stream| {
        let mut bytes = vec![5; 2 * 3073];
        damage(&mut bytes, stream);
        let cifar = if case % 4 == 0 { Cifar::Hundred } else { Cifar::Ten };
        let mut images = Images::default();
        let found = cifar::read(&bytes, cifar, &mut images);
        assert_eq!(images.pixels.len(), 3072 * images.labels.len());
        found
    });
}

#[test]
fn damaged_pictures_are_refused_or_read_and_never_a_panic() {
    let noise: Vec<u8> = (0..4 * 12 * 9).map(|place| (place * 7919 % 251) as u8).collect();
    let none = |_: &mut png::Encoder<&mut Vec<u8>>| ();
    let wholes = [
        crate::pictures::jpeg(&noise[..324], 12, 9, ColorType::Rgb),
        crate::pictures::jpeg(&noise[..108], 12, 9, ColorType::Luma),
        crate::pictures::jpeg(&noise, 12, 9, ColorType::CmykAsYcck),
        crate::pictures::rgb_png(&noise[..324], 12, 9),
        crate::pictures::png(&noise, 12, 9, png::ColorType::Rgba, png::BitDepth::Eight, none),
        crate::pictures::png(&noise[..216], 12, 9, png::ColorType::Grayscale, png::BitDepth::Sixteen, none),
    ];
    taken_or_refused("pictures", |case, stream| {
        let mut bytes = wholes[(case % wholes.len() as u64) as usize].clone();
        damage(&mut bytes, stream);
        decode(&bytes).map(|picture| {
            assert_eq!(picture.as_raw().len() as u64, 3 * u64::from(picture.width()) * u64::from(picture.height()));
        })
    });
}
