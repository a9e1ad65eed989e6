//! What a file is by its first bytes, where it is not what it should be.

use protocol::Contents;
use std::fmt;

/// Something that is often found in place of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// What is found in place of any file.
    Known(Contents),
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
    match Contents::of(bytes) {
        Contents::Empty | Contents::Other => {}
        known => return Some(Foreign::Known(known)),
    }
    if let Some((_, found)) = BEGINNINGS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return Some(*found);
    }
    match bytes.get(4..12) {
        _ if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") => Some(Foreign::Picture("a WebP")),
        Some(b"ftypavif" | b"ftypavis") => Some(Foreign::Picture("an AVIF")),
        Some(b"ftypheic" | b"ftypheix" | b"ftypmif1") => Some(Foreign::Picture("a HEIC")),
        _ => (bytes.get(257..262) == Some(b"ustar")).then_some(Foreign::Tar),
    }
}

impl Foreign {
    /// What to do about it.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Known(Contents::LfsPointer) => "`git lfs pull` fetches the file that it stands for",
            Self::Known(Contents::Pickle) => "the binary version of the set is read, no pickle",
            Self::Known(Contents::Zip | Contents::Gzip) | Self::Tar | Self::Compressed(_) => "unpack it first",
            Self::Known(Contents::Html | Contents::Empty | Contents::Other) => "download the file itself once more",
            Self::Numpy | Self::Matlab => "only the formats in docs/data.md are read",
            Self::Picture(_) => "JPEG and PNG are read",
        }
    }
}

impl fmt::Display for Foreign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(Contents::Html) => "a web page",
            Self::Known(Contents::LfsPointer) => "a Git LFS pointer",
            Self::Known(Contents::Pickle) => "a Python pickle",
            Self::Known(Contents::Zip) => "a zip archive",
            Self::Known(Contents::Gzip) => "a gzip file",
            Self::Known(Contents::Empty | Contents::Other) => "something else",
            Self::Tar => "a tar archive",
            Self::Numpy => "a NumPy array",
            Self::Matlab => "a MATLAB file",
            Self::Compressed(name) | Self::Picture(name) => name,
        })
    }
}
