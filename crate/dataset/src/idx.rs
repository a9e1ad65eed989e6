//! idx files: the format of MNIST, and of Fashion-MNIST and EMNIST after it (LeCun, Cortes & Burges 1998). A header of two
//! zeros, a number type, the number of dimensions and each of them as big-endian u32; then the values, the last dimension
//! fastest.

use crate::memory::Images;
use crate::sniff::sniff;
use crate::unusable::{Problem, Unusable};

/// The number type of bytes.
const BYTES: u8 = 0x08;
/// How the format is called.
const WANTED: &str = "idx file";

/// An idx file of bytes.
#[derive(Debug, PartialEq)]
pub struct Idx<'a> {
    /// Its dimensions.
    pub dims: Vec<usize>,
    /// Its values.
    pub values: &'a [u8],
}

/// Reads an unpacked idx file of bytes.
///
/// # Errors
/// What is wrong with it.
pub fn read(bytes: &[u8]) -> Result<Idx<'_>, Problem> {
    if bytes.is_empty() {
        return Err(Problem::Empty);
    }
    if let Some(found) = sniff(bytes) {
        return Err(Problem::Foreign { found, wanted: WANTED });
    }
    let &[0, 0, number_type, rank @ 1..=4, ..] = bytes else { return Err(Problem::Unknown("an idx file")) };
    if !matches!(number_type, 0x08 | 0x09 | 0x0B..=0x0E) {
        return Err(Problem::Unknown("an idx file"));
    }
    if number_type != BYTES {
        return Err(Problem::NumberType(number_type));
    }
    let header = 4 + 4 * usize::from(rank);
    let cut = |needed: u64, of: String| Problem::Length { found: bytes.len(), needed, of };
    let Some(sizes) = bytes.get(4..header) else { return Err(cut(header as u64, "header".to_owned())) };
    let dims: Vec<_> =
        sizes.chunks_exact(4).map(|size| u32::from_be_bytes([size[0], size[1], size[2], size[3]])).collect();
    let words: Vec<_> = dims.iter().map(u32::to_string).collect();
    let values = dims.iter().try_fold(1u64, |product, size| product.checked_mul(u64::from(*size)));
    let needed = values.and_then(|values| values.checked_add(header as u64));
    if needed != Some(bytes.len() as u64) {
        return Err(cut(needed.unwrap_or(u64::MAX), format!("header's {} values", words.join("x"))));
    }
    Ok(Idx { dims: dims.into_iter().map(|size| size as usize).collect(), values: &bytes[header..] })
}

/// One split: its images' and its labels' file, unpacked, with their names.
pub struct Files<'a> {
    /// Name and bytes of the images.
    pub images: (&'a str, &'a [u8]),
    /// Name and bytes of the labels.
    pub labels: (&'a str, &'a [u8]),
}

/// The images of one split, with their height and width, and labels as they are in the file. Of `transposed` files rows and
/// columns change places.
///
/// # Errors
/// The file that cannot be used, and why.
pub fn split(files: &Files, transposed: bool) -> Result<(Images, [usize; 2]), Unusable> {
    let (images_file, labels_file) = (files.images.0, files.labels.0);
    let images = read(files.images.1).map_err(|problem| Unusable::new(images_file, problem))?;
    let wrong = |file, problem| Err(Unusable::new(file, problem));
    let [count, height, width] = match images.dims[..] {
        [count, height, width] => [count, height, width],
        [_] => return wrong(images_file, Problem::OtherThing { found: "labels", wanted: "images" }),
        _ => return wrong(images_file, Problem::OtherThing { found: "an array", wanted: "images" }),
    };
    let labels = read(files.labels.1).map_err(|problem| Unusable::new(labels_file, problem))?;
    if labels.dims.len() != 1 {
        return wrong(labels_file, Problem::OtherThing { found: "images", wanted: "labels" });
    }
    if labels.values.len() != count {
        let problem =
            Problem::Counts { images: count, labels: labels.values.len(), labels_file: labels_file.to_owned() };
        return wrong(images_file, problem);
    }
    if !(1..=1024).contains(&height) || !(1..=1024).contains(&width) {
        return wrong(images_file, Problem::Size([height, width]));
    }
    if count == 0 {
        return wrong(images_file, Problem::NoImages);
    }
    let mut pixels = images.values.to_vec();
    if transposed {
        for (image, from) in pixels.chunks_exact_mut(height * width).zip(images.values.chunks_exact(height * width)) {
            for (place, value) in image.iter_mut().enumerate() {
                *value = from[place % height * width + place / height];
            }
        }
    }
    let sizes = if transposed { [width, height] } else { [height, width] };
    Ok((Images { labels: labels.values.to_vec(), pixels }, sizes))
}

/// Counts labels from 0 where a set's go from 1, as those of EMNIST's letters (1 to 26); returns the number of classes and
/// whether they were moved. The files are those of the labels.
///
/// # Errors
/// The file with a label that the training images do not have.
pub fn count_from_0(files: [&str; 2], train: &mut [u8], test: &mut [u8]) -> Result<(usize, bool), Unusable> {
    let (least, most) = (train.iter().min().copied().unwrap_or(0), train.iter().max().copied().unwrap_or(0));
    if let Some(label) = test.iter().find(|label| !(least..=most).contains(label)) {
        return Err(Unusable::new(files[1], Problem::Label { label: *label, least, most }));
    }
    let first = u8::from(least == 1);
    if most == first {
        return Err(Unusable::new(files[0], Problem::OneClass));
    }
    train.iter_mut().chain(test).for_each(|label| *label -= first);
    Ok((usize::from(most - first) + 1, first == 1))
}
