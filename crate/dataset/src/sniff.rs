//! What a file is by its first bytes, where it is not what it should be.

use std::fmt;

/// Something that is often found in place of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// A web page, mostly one that says why there is no file.
    Html,
    /// What Git leaves of a large file.
    LfsPointer,
    /// A Python pickle.
    Pickle,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// A file that is compressed otherwise than by gzip.
    Compressed(&'static str),
    /// An array of NumPy.
    Numpy,
    /// A file of MATLAB.
    Matlab,
    /// A picture of a kind that is not read.
    Picture(&'static str),
}

/// First bytes, and what begins so.
const BEGINNINGS: &[(&[u8], Foreign)] = &[
    (b"version https://git-lfs", Foreign::LfsPointer),
    (b"PK\x03\x04", Foreign::Zip),
    (b"\xFD7zXZ\x00", Foreign::Compressed("an xz file")),
    (b"BZh", Foreign::Compressed("a bzip2 file")),
    (b"\x28\xB5\x2F\xFD", Foreign::Compressed("a zstd file")),
    (b"\x93NUMPY", Foreign::Numpy),
    (b"MATLAB ", Foreign::Matlab),
    (b"GIF87a", Foreign::Picture("a GIF")),
    (b"GIF89a", Foreign::Picture("a GIF")),
    (b"BM", Foreign::Picture("a BMP")),
    (b"II*\x00", Foreign::Picture("a TIFF")),
    (b"MM\x00*", Foreign::Picture("a TIFF")),
    (b"\x00\x00\x00\x0CjP  ", Foreign::Picture("a JPEG 2000")),
];

/// What a file is that begins so, if it is known.
pub fn sniff(bytes: &[u8]) -> Option<Foreign> {
    if let Some((_, found)) = BEGINNINGS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(*found);
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Foreign::Picture("a WebP"));
    }
    match bytes.get(4..12) {
        Some(b"ftypavif" | b"ftypavis") => return Some(Foreign::Picture("an AVIF")),
        Some(b"ftypheic" | b"ftypheix" | b"ftypmif1") => return Some(Foreign::Picture("a HEIC")),
        _ => {}
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Foreign::Tar);
    }
    // Protocols 2 to 5; older pickles are texts.
    if matches!(bytes, [0x80, 2..=5, ..]) {
        return Some(Foreign::Pickle);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    ([&b"<!doctype"[..], b"<html", b"<head", b"<?xml"].into_iter().any(begins)).then_some(Foreign::Html)
}

impl Foreign {
    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Html => "download the file itself once more",
            Self::LfsPointer => "`git lfs pull` fetches the file that it stands for",
            Self::Pickle => "the binary version of the set is read, no pickle",
            Self::Zip | Self::Tar | Self::Compressed(_) => "unpack it first",
            Self::Numpy | Self::Matlab => "only the formats in docs/data.md are read",
            Self::Picture(_) => "JPEG and PNG are read",
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Html => "a web page",
            Self::LfsPointer => "a Git LFS pointer",
            Self::Pickle => "a Python pickle",
            Self::Zip => "a zip archive",
            Self::Tar => "a tar archive",
            Self::Numpy => "a NumPy array",
            Self::Matlab => "a MATLAB file",
            Self::Compressed(name) | Self::Picture(name) => name,
        })
    }
}
