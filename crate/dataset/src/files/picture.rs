//! One picture file: whether it is whole, and its pixels in red, green and blue.

use crate::random::fnv1a64;
use crate::sniff::sniff;
use crate::unusable::{Problem, Unusable};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes at the beginning of a file that are looked at: a tar archive is known by its 257th.
const HEAD: usize = 512;
/// Bytes at the end in which the end of a JPEG is looked for.
const TAIL: u64 = 64;
/// How the formats are called.
const WANTED: &str = "JPEG or PNG";

const JPEG: &[u8] = b"\xFF\xD8\xFF";
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// What is known of a file before it is decoded.
pub(super) struct Seen {
    /// Height and width.
    pub size: [u32; 2],
    /// A hash of its length, its beginning and its end.
    pub mark: u64,
}

/// Whether a file is a JPEG or PNG and ends as one does, told from its first and last bytes. One that does not end so is
/// decoded: some programs write more after the end.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn check(path: &Path) -> Result<Seen, Unusable> {
    let wrong = |problem| Unusable::new(&path.display(), problem);
    let unreadable = |error: std::io::Error| wrong(Problem::Unreadable(error.to_string()));
    let mut file = File::open(path).map_err(unreadable)?;
    let mut head = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(unreadable)?;
    let format = format(&head).map_err(wrong)?;
    let length = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL))).map_err(unreadable)?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).map_err(unreadable)?;
    let size = match format {
        ImageFormat::Png => png_size(&head).filter(|_| tail.ends_with(b"IEND\xAE\x42\x60\x82")),
        _ if tail.windows(2).any(|pair| pair == b"\xFF\xD9") => jpeg_size(&mut file).unwrap_or(None),
        _ => None,
    };
    let mark = fnv1a64(head.into_iter().chain(tail).chain(length.to_le_bytes()));
    match size {
        Some(size) => Ok(Seen { size, mark }),
        None => load(path).map(|whole| Seen { size: [whole.height(), whole.width()], mark }),
    }
}

/// Height and width of a PNG, by its first chunk.
fn png_size(head: &[u8]) -> Option<[u32; 2]> {
    let field =
        |at: usize| head.get(at..at + 4).map(|field| u32::from_be_bytes([field[0], field[1], field[2], field[3]]));
    Some([field(20)?, field(16)?])
}

/// Height and width of a JPEG, by the header of its frame; the end of a small picture within its header must not pass for
/// the end of its own.
fn jpeg_size(file: &mut File) -> std::io::Result<Option<[u32; 2]>> {
    let mut at = 2;
    loop {
        let mut marker = [0; 9];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut marker)?;
        match marker {
            // Fill bytes.
            [0xFF, 0xFF, ..] => at += 1,
            [0xFF, 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF, _, _, _, h, height, w, width] => {
                let size = [[h, height], [w, width]].map(|side| u32::from(u16::from_be_bytes(side)));
                return Ok(Some(size));
            }
            [0xFF, _, high, low, ..] => at += 2 + u64::from(u16::from_be_bytes([high, low])),
            _ => return Ok(None),
        }
    }
}

/// The format, by the first bytes.
fn format(head: &[u8]) -> Result<ImageFormat, Problem> {
    match head {
        [] => Err(Problem::Empty),
        _ if head.starts_with(JPEG) => Ok(ImageFormat::Jpeg),
        _ if head.starts_with(PNG) => Ok(ImageFormat::Png),
        _ => {
            Err(sniff(head)
                .map_or(Problem::Unknown("a JPEG or PNG"), |found| Problem::Foreign { found, wanted: WANTED }))
        }
    }
}

/// The pixels of a file.
///
/// # Errors
/// What is wrong with the file.
pub(super) fn load(path: &Path) -> Result<RgbImage, Unusable> {
    let wrong = |problem| Unusable::new(&path.display(), problem);
    let bytes = std::fs::read(path).map_err(|error| wrong(Problem::Unreadable(error.to_string())))?;
    decode(&bytes).map_err(wrong)
}

/// The pixels of a JPEG or PNG in red, green and blue: grey is repeated, what is transparent keeps its colour, of 16 bits
/// the upper 8 stay, and nothing is turned, whatever EXIF says.
///
/// # Errors
/// What is wrong with it.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, Problem> {
    let format = format(bytes)?;
    let damaged =
        |error: image::ImageError| Problem::Picture(error.to_string().lines().next().unwrap_or("").to_owned());
    if format == ImageFormat::Jpeg && !ends_as_jpeg(bytes) {
        return Err(Problem::CutPicture);
    }
    let decoder = ImageReader::with_format(Cursor::new(bytes), format).into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(Problem::LargePicture([height, width]));
    }
    Ok(DynamicImage::from_decoder(decoder).map_err(damaged)?.into_rgb8())
}

/// More pixels than any camera takes: a header that claims more is damaged, or meant to take all memory.
const MOST_PIXELS: u64 = 400_000_000;

/// Whether the end of a JPEG comes after its pixels begin; decoders make up what a cut one has not.
fn ends_as_jpeg(bytes: &[u8]) -> bool {
    let scan = bytes.windows(2).position(|pair| pair == b"\xFF\xDA").unwrap_or(bytes.len());
    bytes[scan..].windows(2).rev().any(|pair| pair == b"\xFF\xD9")
}
