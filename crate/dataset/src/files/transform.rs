//! A picture at the size that a network takes: the transforms that torchvision's training recipe for ImageNet has, made by
//! the same kind of resizing as Pillow's (bilinear over the pixels that fall into one).

use crate::source::Wanted;
use crate::unusable::Problem;
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;

/// Part of the area that a random part has, least and most (Szegedy et al. 2014, arXiv 1409.4842).
const AREA: [f64; 2] = [0.08, 1.0];
/// Its width over its height, least and most.
const RATIO: [f64; 2] = [3.0 / 4.0, 4.0 / 3.0];
/// What the shorter side is made of first, for a part in the middle of this size.
const WHOLE: usize = 256;
const MIDDLE: usize = 224;

/// The picture for training: a random part and flip where that is wanted, else the middle.
pub(super) fn training(picture: &RgbImage, size: usize, wanted: &Wanted, index: usize) -> Result<Vec<u8>, Problem> {
    if !wanted.augment.crops() && !wanted.augment.flips() {
        return middle(picture, size);
    }
    let mut stream = wanted.stream(index);
    // One draw after the other, whatever is wanted of them.
    let part = random_part([picture.width(), picture.height()].map(f64::from), &mut || stream.uniform());
    let flipped = stream.below(2) == 1 && wanted.augment.flips();
    let mut planes = if wanted.augment.crops() {
        let resized = resize(picture, Some(part), [size, size])?;
        planes(&resized, size, [0, 0], [size, size])
    } else {
        middle(picture, size)?
    };
    if flipped {
        planes.chunks_exact_mut(size).for_each(<[u8]>::reverse);
    }
    Ok(planes)
}

/// The middle of the picture, the shorter side of which was made 256/224 of the size.
pub(super) fn middle(picture: &RgbImage, size: usize) -> Result<Vec<u8>, Problem> {
    let short = (size * WHOLE + MIDDLE / 2) / MIDDLE;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let long = |side: usize, other: usize| (short * side / other.max(1)).max(short);
    let [across, down] = if width <= height { [short, long(height, width)] } else { [long(width, height), short] };
    let resized = resize(picture, None, [across, down])?;
    // As torchvision rounds: half to even.
    let half = |rest: usize| if rest.is_multiple_of(2) { rest / 2 } else { (rest / 2).next_multiple_of(2) };
    Ok(planes(&resized, across, [half(across - size), half(down - size)], [size, size]))
}

/// Left, top, width and height of a random part: ten tries, then the largest part in the middle.
fn random_part([width, height]: [f64; 2], uniform: &mut dyn FnMut() -> f64) -> [f64; 4] {
    let ratios = RATIO.map(libm::log);
    let between = |[least, most]: [f64; 2], at: f64| least + (most - least) * at;
    for _ in 0..10 {
        let area = width * height * between(AREA, uniform());
        let ratio = libm::exp(between(ratios, uniform()));
        let (w, h) = (libm::rint(libm::sqrt(area * ratio)), libm::rint(libm::sqrt(area / ratio)));
        if (1.0..=width).contains(&w) && (1.0..=height).contains(&h) {
            let offset = |rest: f64, at: f64| libm::floor((rest + 1.0) * at).min(rest);
            return [offset(width - w, uniform()), offset(height - h, uniform()), w, h];
        }
    }
    let ratio = width / height;
    let (w, h) = if ratio < RATIO[0] {
        (width, libm::rint(width / RATIO[0]).clamp(1.0, height))
    } else if ratio > RATIO[1] {
        (libm::rint(height * RATIO[1]).clamp(1.0, width), height)
    } else {
        (width, height)
    };
    [libm::floor((width - w) / 2.0), libm::floor((height - h) / 2.0), w, h]
}

/// A part of the picture, or all of it, at this width and height.
fn resize(picture: &RgbImage, part: Option<[f64; 4]>, [width, height]: [usize; 2]) -> Result<Vec<u8>, Problem> {
    let failed = |error: &dyn std::fmt::Display| Problem::Picture(error.to_string());
    let from = TypedImageRef::<U8x3>::from_buffer(picture.width(), picture.height(), picture.as_raw());
    let from = from.map_err(|error| failed(&error))?;
    let mut pixels = vec![0; 3 * width * height];
    let to = TypedImage::<U8x3>::from_buffer(width as u32, height as u32, &mut pixels);
    let mut to = to.map_err(|error| failed(&error))?;
    let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear)).use_alpha(false);
    if let Some([left, top, width, height]) = part {
        options = options.crop(left, top, width, height);
    }
    Resizer::new().resize_typed(&from, &mut to, &options).map_err(|error| failed(&error))?;
    Ok(pixels)
}

/// A part of an interleaved image of this width, channel by channel.
fn planes(image: &[u8], across: usize, [left, top]: [usize; 2], [width, height]: [usize; 2]) -> Vec<u8> {
    let mut planes = Vec::with_capacity(3 * width * height);
    for channel in 0..3 {
        for row in image.chunks_exact(3 * across).skip(top).take(height) {
            planes.extend(row[3 * left..3 * (left + width)].iter().skip(channel).step_by(3));
        }
    }
    planes
}
