//! The page itself with recordings inside: the file that opens recordings (`cargo xtask dist` writes it too), which is part of
//! this program if it was built with it.

use crate::failure::Failure;
use crate::recording_file::{self, Unreadable};
use crate::whole_file::WholeFile;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};
use scene::escaped;
use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// The page, compressed by the build script; empty if the program was built without it.
static PAGE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/viewer.html.gz"));

/// Where recordings go in the page; `cargo xtask` writes it so.
const PLACE: &str = "<!-- Recordings stand here. -->";

/// The first bytes of a compressed recording.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Whether the program was built with the page.
pub fn is_there() -> bool {
    !PAGE.is_empty()
}

/// The page that the program was built with.
///
/// # Errors
/// By a mistake in the program only.
pub fn page() -> Result<String, Failure> {
    let mut page = String::new();
    let unpacked = GzDecoder::new(PAGE).read_to_string(&mut page);
    unpacked.map_err(|error| Failure::Internal(format!("its page cannot be unpacked: {error}")))?;
    Ok(page)
}

/// Refuses what cannot be read twice: a recording is first looked through, and then copied.
///
/// # Errors
/// Names the first such file.
pub fn check(files: &[PathBuf]) -> Result<(), Failure> {
    for path in files {
        let found = fs::metadata(path).map_err(|error| Unreadable::File(error).of(path))?;
        if !found.is_file() {
            let error = io::Error::new(ErrorKind::InvalidInput, "it is no file");
            return Err(Unreadable::Twice(error).of(path));
        }
    }
    Ok(())
}

/// Writes the page with these recordings inside.
///
/// # Errors
/// If a recording cannot be read, or the page not be written.
pub fn write(page: &str, files: &[PathBuf], out: &mut WholeFile) -> Result<(), Failure> {
    let halves = page.split_once(PLACE);
    let (before, after) = halves.ok_or_else(|| Failure::Internal("its page has no place for recordings".to_owned()))?;
    let names = unique_names(files);
    let mut put = |text: &str| out.write_all(text.as_bytes()).map_err(|error| out.failed(&error));
    put(&titled(before, &names.join(", ")))?;
    for (path, name) in files.iter().zip(&names) {
        let packed = packed(path).map_err(|unreadable| unreadable.of(path))?;
        put(&format!("<script type=\"text/plain\" data-recording=\"{}\">", escaped(name)))?;
        put(&BASE64_STANDARD.encode(packed))?;
        put("</script>\n")?;
    }
    put(after.trim_start())
}

/// The page with these words before its title.
fn titled(page: &str, words: &str) -> String {
    page.replacen("<title>", &format!("<title>{} · ", escaped(words)), 1)
}

/// A recording as it is, compressed if it is not yet.
fn packed(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    recording_file::open(path)?.read_to_end(&mut bytes)?;
    if bytes.starts_with(&GZIP) {
        return Ok(bytes);
    }
    let mut packed = Vec::new();
    GzEncoder::new(bytes.as_slice(), Compression::best()).read_to_end(&mut packed)?;
    Ok(packed)
}

/// The names of files without their folders, each once.
pub fn unique_names(files: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in files {
        let own = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let numbered = (2..).map(|number| format!("{own} ({number})"));
        let free = std::iter::once(own.clone()).chain(numbered).find(|name| !names.contains(name));
        names.push(free.unwrap_or(own));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test alone, with a plain recording and a compressed one of the same name.
    fn planted(name: &str) -> (PathBuf, Vec<PathBuf>) {
        let folder = std::env::temp_dir().join(format!("headwater-page-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("b")).unwrap();
        let files = vec![folder.join("a<b>.jsonl"), folder.join("b").join("a<b>.jsonl")];
        fs::write(&files[0], "first\n").unwrap();
        let mut packed = Vec::new();
        GzEncoder::new(&b"second\n"[..], Compression::fast()).read_to_end(&mut packed).unwrap();
        fs::write(&files[1], packed).unwrap();
        (folder, files)
    }

    #[test]
    fn recordings_stand_in_the_page_each_under_its_name() {
        let (folder, files) = planted("whole");
        let path = folder.join("report.html");
        let mut out = WholeFile::new(&path, &files).unwrap();
        write(&format!("<title>Page</title>\n{PLACE}\n<p>after</p>"), &files, &mut out).unwrap();
        out.finish().unwrap();
        let made = fs::read_to_string(&path).unwrap();
        let wrapped = format!("<page>{made}</page>");
        let document = roxmltree::Document::parse(&wrapped).unwrap();
        let scripts: Vec<_> = document.descendants().filter(|node| node.has_tag_name("script")).collect();
        let names: Vec<_> = scripts.iter().filter_map(|script| script.attribute("data-recording")).collect();
        assert_eq!(names, ["a<b>.jsonl", "a<b>.jsonl (2)"]);
        let title = document.descendants().find(|node| node.has_tag_name("title")).and_then(|title| title.text());
        assert_eq!(title, Some("a<b>.jsonl, a<b>.jsonl (2) · Page"));
        for (script, text) in scripts.iter().zip(["first\n", "second\n"]) {
            let packed = BASE64_STANDARD.decode(script.text().unwrap()).unwrap();
            let mut unpacked = String::new();
            GzDecoder::new(packed.as_slice()).read_to_string(&mut unpacked).unwrap();
            assert_eq!(unpacked, text);
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_place_of_recordings_is_the_one_that_is_documented() {
        assert!(include_str!("../../../../README.md").contains(PLACE));
    }

    #[test]
    fn a_page_without_a_place_and_what_is_no_file_are_refused() {
        let (folder, files) = planted("refused");
        let mut out = WholeFile::new(&folder.join("report.html"), &files).unwrap();
        assert!(write("<p>", &files, &mut out).unwrap_err().to_string().contains("no place for recordings"));
        assert!(check(std::slice::from_ref(&folder)).unwrap_err().to_string().contains("cannot be read twice"));
        assert!(check(&[folder.join("gone")]).unwrap_err().to_string().contains("could not be read"));
        drop(out);
        assert!(!folder.join("report.html").exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
