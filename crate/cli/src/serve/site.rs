//! The built page from inside the program: its files, each as a server sends it, and the recordings of the command line.

use super::recordings::Recordings;
use crate::data::shipped_file;
use axum::body::Bytes;
use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::io::{self, Read};

/// A file of the page, packed by the build script.
struct File {
    path: &'static str,
    /// Whether it was compressed for this program.
    is_packed: bool,
    bytes: &'static [u8],
}

/// The files; none if the program was built without the page.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/site.rs"));

/// Where the data sets lie, which the program has for itself.
const DATA: &str = "assets/data/";

/// The list of the recordings that come with the page.
const LIST: &str = "assets/recordings/list.json";

/// Tells the page that this program serves it.
const SERVED: &str = "<meta name=\"headwater-serve\">";

/// What is at a path.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
    /// Whether these are compressed on their way, and are to be unpacked by whoever gets them.
    pub is_packed: bool,
}

/// Whether the program was built with the page.
pub fn is_there() -> bool {
    !FILES.is_empty()
}

/// What is at this path, without its first slash. Only who `unpacks` is given what is compressed on its way.
///
/// # Errors
/// If a file cannot be read any more.
pub fn find(path: &str, unpacks: bool, recordings: &Recordings) -> io::Result<Option<Found>> {
    let path = if path.is_empty() { "index.html" } else { path };
    if let Some(bytes) = recordings.read(path) {
        return Ok(Some(Found { kind: kind(path), bytes: bytes?.into(), is_packed: false }));
    }
    if path == LIST {
        let listed = FILES.iter().find(|file| file.path == LIST).map(File::unpacked).transpose()?.unwrap_or_default();
        return Ok(Some(Found { kind: kind(path), bytes: recordings.listed_before(&listed).into(), is_packed: false }));
    }
    if let Some(bytes) = path.strip_prefix(DATA).and_then(shipped_file) {
        return Ok(Some(Found { kind: kind(path), bytes: Bytes::from_static(bytes), is_packed: false }));
    }
    let Some(file) = FILES.iter().find(|file| file.path == path) else { return Ok(None) };
    if path == "index.html" {
        let page = String::from_utf8_lossy(&file.unpacked()?).replacen("</head>", &format!("{SERVED}</head>"), 1);
        return Ok(Some(Found { kind: kind(path), bytes: page.into(), is_packed: false }));
    }
    let is_packed = file.is_packed && unpacks;
    let bytes = if is_packed { Bytes::from_static(file.bytes) } else { file.unpacked()?.into_owned().into() };
    Ok(Some(Found { kind: kind(path), bytes, is_packed }))
}

impl File {
    fn unpacked(&self) -> io::Result<Cow<'static, [u8]>> {
        if !self.is_packed {
            return Ok(self.bytes.into());
        }
        let mut bytes = Vec::new();
        GzDecoder::new(self.bytes).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// What a file is, by its name.
fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "gz" => "application/gzip",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
