//! What a file really is, whatever its name says.

use serde::{Deserialize, Serialize};

/// What a file is, by its first bytes, when it is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// Nothing.
    Empty,
    /// The lines that stand for a file in a Git repository until Git LFS fetches it.
    LfsPointer,
    /// A Python pickle.
    Pickle,
    /// A zip archive: what `torch.save` writes, and numpy's `.npz`.
    Zip,
    /// A file that gzip has compressed.
    Gzip,
    /// A web page.
    Html,
    /// Something else.
    Other,
}

impl Contents {
    /// What a file with this content is.
    pub fn of(file: &[u8]) -> Self {
        let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file).trim_ascii_start();
        let begins = |tag: &[u8]| text.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag));
        match file {
            [] => Self::Empty,
            [b'P', b'K', 3, 4, ..] => Self::Zip,
            // Protocols 2 to 5; older pickles are texts.
            [0x80, 2..=5, ..] => Self::Pickle,
            [0x1f, 0x8b, ..] => Self::Gzip,
            _ if text.starts_with(b"version https://git-lfs") => Self::LfsPointer,
            _ if [&b"<!doctype"[..], b"<html", b"<head", b"<?xml"].into_iter().any(begins) => Self::Html,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_first_bytes() {
        let cases: [(&[u8], Contents); 12] = [
            (b"", Contents::Empty),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", Contents::LfsPointer),
            (b"PK\x03\x04 and the rest of an archive", Contents::Zip),
            (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Contents::Pickle),
            (b"\x80\x04\x95", Contents::Pickle),
            (b"\x1f\x8b\x08\x00", Contents::Gzip),
            (b"\n <!doctype html><title>404</title>", Contents::Html),
            (b"\xef\xbb\xbf<HTML>", Contents::Html),
            (b"<?xml version=\"1.0\"?><Error>", Contents::Html),
            // Pixels may begin so.
            (b"\x09<\x05\x07", Contents::Other),
            (b"version 2", Contents::Other),
            (b"\x80\x09", Contents::Other),
        ];
        for (file, expected) in cases {
            assert_eq!(Contents::of(file), expected, "{}", String::from_utf8_lossy(file));
        }
    }
}
