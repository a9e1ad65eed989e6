//! Small images changed at random as He et al. 2015 (arXiv 1512.03385, section 4.2) do it with CIFAR-10: a part as large as
//! the image of the image with four black pixels around it, and left and right exchanged in half of the cases.

use crate::source::{Description, Wanted};
use std::borrow::Cow;

/// Pixels that are added on each side.
const AROUND: usize = 4;

/// The image as it is wanted.
pub(crate) fn small<'a>(image: Cow<'a, [u8]>, of: &Description, wanted: &Wanted, index: usize) -> Cow<'a, [u8]> {
    if !wanted.augment.crops() && !wanted.augment.flips() {
        return image;
    }
    let mut stream = wanted.stream(index);
    let mut offset = || if wanted.augment.crops() { stream.below(2 * AROUND + 1) } else { AROUND };
    let (down, right) = (offset(), offset());
    let flipped = wanted.augment.flips() && stream.below(2) == 1;
    let Description { height, width, .. } = *of;
    let mut changed = vec![0; image.len()];
    for (to, from) in changed.chunks_exact_mut(height * width).zip(image.chunks_exact(height * width)) {
        for (y, row) in to.chunks_exact_mut(width).enumerate() {
            let Some(y) = (y + down).checked_sub(AROUND).filter(|y| *y < height) else { continue };
            for (x, pixel) in row.iter_mut().enumerate() {
                let x = if flipped { width - 1 - x } else { x };
                if let Some(x) = (x + right).checked_sub(AROUND).filter(|x| *x < width) {
                    *pixel = from[y * width + x];
                }
            }
        }
    }
    changed.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Images, Memory, Source, Split};
    use protocol::{Augment, RunSpec};
    use std::collections::BTreeSet;

    fn set() -> Memory {
        let images = Images { labels: vec![0, 1], pixels: (1..=2 * 3 * 25).collect() };
        Memory::new("small", [3, 5, 5], vec!["a".into(), "b".into()], images.clone(), images)
    }

    fn wanted(augment: Augment, step: u64, images: &[usize]) -> Wanted {
        Wanted::training(&RunSpec { augment, ..RunSpec::page_default() }, step, images.to_vec())
    }

    fn changed(augment: Augment, step: u64) -> Vec<u8> {
        let set = set();
        let image = set.bytes(Split::Train, 1).unwrap().unwrap();
        small(image, set.describe(), &wanted(augment, step, &[1]), 1).into_owned()
    }

    #[test]
    fn a_flip_exchanges_left_and_right_in_half_of_the_cases() {
        let whole: Vec<u8> = (76..=150).collect();
        let flipped: Vec<u8> = whole.chunks(5).flat_map(|row| row.iter().rev().copied()).collect();
        let flips = (0..400).filter(|step| {
            let found = changed(Augment::Flip, *step);
            assert!(found == whole || found == flipped, "{found:?}");
            found == flipped
        });
        assert!((160..=240).contains(&flips.count()));
    }

    #[test]
    fn a_crop_moves_all_channels_alike_by_up_to_four_pixels_and_fills_with_black() {
        let whole: Vec<u8> = (76..=150).collect();
        let mut seen = BTreeSet::new();
        for step in 0..2000 {
            let found = changed(Augment::Crop, step);
            let moved = |down: i32, right: i32| -> Vec<u8> {
                let pixel = |place: i32| {
                    let (channel, y, x) = (place / 25, place % 25 / 5 + down, place % 5 + right);
                    let inside = (0..5).contains(&y) && (0..5).contains(&x);
                    if inside { whole[(channel * 25 + y * 5 + x) as usize] } else { 0 }
                };
                (0..75).map(pixel).collect()
            };
            let by = (-4..=4).flat_map(|down| (-4..=4).map(move |right| (down, right)));
            seen.insert(by.into_iter().find(|(down, right)| moved(*down, *right) == found).unwrap());
        }
        assert_eq!(seen.len(), 81, "every shift occurs");
    }

    #[test]
    fn what_is_drawn_depends_on_seed_step_and_image_and_on_nothing_else() {
        let set = set();
        let pixels = |step, images: &[usize]| set.pixels(&wanted(Augment::CropFlip, step, images)).unwrap().unwrap();
        let (first, second) = (pixels(7, &[0]), pixels(7, &[1]));
        assert_eq!(pixels(7, &[1, 0]), [second, first.clone()].concat());
        assert!((8..20).any(|step| pixels(step, &[0]) != first));
        let other = RunSpec { augment: Augment::CropFlip, seed: 2, ..RunSpec::page_default() };
        let other = |step| set.pixels(&Wanted::training(&other, step, vec![0])).unwrap().unwrap();
        assert!((0..20).any(|step| other(step) != pixels(step, &[0])));
    }

    #[test]
    fn held_out_images_stay_as_they_are() {
        let set = set();
        let plain = set.pixels(&Wanted::plain(Split::Test, vec![0, 1])).unwrap().unwrap();
        let untouched = set.pixels(&wanted(Augment::None, 3, &[0, 1])).unwrap().unwrap();
        assert_eq!(plain, untouched);
    }
}
