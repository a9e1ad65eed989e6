//! Pictures of every kind that lies in real folders: right, or refused by name.

use dataset::files::decode;
use dataset::{Foreign, Problem};
use image::RgbImage;
use jpeg_encoder::{ColorType, Encoder};
use protocol::Contents;

/// A JPEG of these samples, interleaved, of the best quality.
pub fn jpeg(samples: &[u8], width: u16, height: u16, color: ColorType) -> Vec<u8> {
    let mut file = Vec::new();
    Encoder::new(&mut file, 100).encode(samples, width, height, color).unwrap();
    file
}

/// A JPEG of one colour.
pub fn plain_jpeg(width: u16, height: u16, [r, g, b]: [u8; 3]) -> Vec<u8> {
    jpeg(&[r, g, b].repeat(usize::from(width) * usize::from(height)), width, height, ColorType::Rgb)
}

/// A PNG of these samples, as they are.
pub fn png(
    samples: &[u8],
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
    more: impl Fn(&mut png::Encoder<&mut Vec<u8>>),
) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    more(&mut encoder);
    encoder.write_header().unwrap().write_image_data(samples).unwrap();
    file
}

pub fn rgb_png(samples: &[u8], width: u32, height: u32) -> Vec<u8> {
    png(samples, width, height, png::ColorType::Rgb, png::BitDepth::Eight, |_| ())
}

fn near(found: &RgbImage, wanted: [u8; 3], by: u8) {
    for pixel in found.pixels() {
        let close = pixel.0.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= by);
        assert!(close, "{:?} instead of {wanted:?}", pixel.0);
    }
}

#[test]
fn pngs_of_every_kind_have_the_pixels_that_they_show() {
    use png::{BitDepth, ColorType};
    let none = |_: &mut png::Encoder<&mut Vec<u8>>| ();
    let rgb = decode(&rgb_png(&[1, 2, 3, 4, 5, 6], 2, 1)).unwrap();
    assert_eq!(rgb.as_raw(), &[1, 2, 3, 4, 5, 6]);
    let grey = decode(&png(&[7, 200], 2, 1, ColorType::Grayscale, BitDepth::Eight, none)).unwrap();
    assert_eq!(grey.as_raw(), &[7, 7, 7, 200, 200, 200]);
    // What is transparent keeps its colour.
    let transparent = decode(&png(&[9, 8, 7, 0], 1, 1, ColorType::Rgba, BitDepth::Eight, none)).unwrap();
    assert_eq!(transparent.as_raw(), &[9, 8, 7]);
    let grey_alpha = decode(&png(&[9, 0], 1, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, none)).unwrap();
    assert_eq!(grey_alpha.as_raw(), &[9, 9, 9]);
    let palette = png(&[0b0110_0000], 3, 1, ColorType::Indexed, BitDepth::Two, |encoder| {
        encoder.set_palette(vec![1, 2, 3, 40, 50, 60, 70, 80, 90]);
        encoder.set_trns(vec![255, 0, 255]);
    });
    assert_eq!(decode(&palette).unwrap().as_raw(), &[40, 50, 60, 70, 80, 90, 1, 2, 3]);
    // Two bytes a sample: the picture, not a white field.
    let deep = png(&[0x12, 0x34, 0xFF, 0xFF, 0, 0], 1, 1, ColorType::Rgb, BitDepth::Sixteen, none);
    let deep = decode(&deep).unwrap();
    near(&deep, [0x12, 0xFF, 0], 1);
    let deep_grey = decode(&png(&[0x80, 0], 1, 1, ColorType::Grayscale, BitDepth::Sixteen, none)).unwrap();
    near(&deep_grey, [0x80; 3], 1);
    let bits = decode(&png(&[0b1010_0000], 3, 1, ColorType::Grayscale, BitDepth::One, none)).unwrap();
    assert_eq!(bits.as_raw(), &[255, 255, 255, 0, 0, 0, 255, 255, 255]);
}

#[test]
fn jpegs_of_every_colour_space_have_the_colours_that_they_show() {
    let colour = [200, 60, 30];
    near(&decode(&plain_jpeg(16, 16, colour)).unwrap(), colour, 3);
    near(&decode(&jpeg(&[90; 64], 8, 8, ColorType::Luma)).unwrap(), [90; 3], 1);
    let mut progressive = Vec::new();
    let mut encoder = Encoder::new(&mut progressive, 100);
    encoder.set_progressive(true);
    encoder.encode(&colour.repeat(64), 8, 8, ColorType::Rgb).unwrap();
    near(&decode(&progressive).unwrap(), colour, 3);
    // Cyan, magenta, yellow and black, which the encoder writes as Adobe's programs do: inverted.
    let inks = [0, 155, 195, 0].repeat(64);
    for color in [ColorType::Cmyk, ColorType::CmykAsYcck] {
        near(&decode(&jpeg(&inks, 8, 8, color)).unwrap(), [255, 100, 60], 4);
        let half = [55, 155, 195, 127].repeat(64);
        near(&decode(&jpeg(&half, 8, 8, color)).unwrap(), [100, 50, 30], 4);
    }
}

#[test]
fn nothing_is_turned_whatever_exif_says() {
    // Orientation 6, a quarter turn; the picture is 16 wide and 8 high.
    let tiff = [&b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"[..]].concat();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 90);
    encoder.add_app_segment(1, tiff).unwrap();
    encoder.encode(&[9; 3 * 16 * 8], 16, 8, ColorType::Rgb).unwrap();
    let picture = decode(&file).unwrap();
    assert_eq!([picture.width(), picture.height()], [16, 8]);
}

#[test]
fn a_single_pixel_is_a_picture() {
    near(&decode(&plain_jpeg(1, 1, [10, 20, 30])).unwrap(), [10, 20, 30], 3);
    assert_eq!(decode(&rgb_png(&[1, 2, 3], 1, 1)).unwrap().as_raw(), &[1, 2, 3]);
}

#[test]
fn what_is_no_jpeg_or_png_is_named() {
    let cases: [(&[u8], Foreign); 7] = [
        (b"GIF89a\x01\0\x01\0", Foreign::Picture("a GIF")),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Foreign::Picture("a WebP")),
        (b"II*\0\x08\0\0\0", Foreign::Picture("a TIFF")),
        (b"\0\0\0\x18ftypheic", Foreign::Picture("a HEIC")),
        (b"version https://git-lfs.github.com/spec/v1", Foreign::Known(Contents::LfsPointer)),
        (b"\n<!DOCTYPE HTML>", Foreign::Known(Contents::Html)),
        (b"\x1f\x8b\x08\0", Foreign::Known(Contents::Gzip)),
    ];
    for (bytes, found) in cases {
        assert_eq!(decode(bytes).unwrap_err(), Problem::Foreign { found, wanted: "JPEG or PNG" });
    }
    assert_eq!(decode(b"").unwrap_err(), Problem::Empty);
    assert_eq!(decode(b"hello").unwrap_err(), Problem::Unknown("a JPEG or PNG"));
}

#[test]
fn a_picture_that_is_cut_anywhere_is_refused() {
    let noise: Vec<u8> = (0..3 * 40 * 30).map(|place| (place * 7919 % 251) as u8).collect();
    for whole in [jpeg(&noise, 40, 30, ColorType::Rgb), rgb_png(&noise, 40, 30)] {
        assert!(decode(&whole).is_ok());
        // A PNG that lacks its last chunk alone has all of its pixels.
        for length in (0..whole.len() - 13).step_by(7) {
            assert!(decode(&whole[..length]).is_err(), "{length} of {}", whole.len());
        }
    }
}
