//! Gives the program the commit that it is built from, for the header of its recordings, and the page that opens recordings, if
//! `HEADWATER_VIEWER` names its file, and the whole page, if `HEADWATER_PAGE` names its folder: `cargo xtask program` builds
//! them and sets that.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use flate2::Compression;
use flate2::read::GzEncoder;

fn main() -> io::Result<()> {
    let answer = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok();
    let commit =
        answer.filter(|answer| answer.status.success()).and_then(|answer| String::from_utf8(answer.stdout).ok());
    println!("cargo::rustc-env=HEADWATER_COMMIT={}", commit.as_deref().map_or("no commit", str::trim));
    println!("cargo::rerun-if-changed=../../.git/HEAD");
    println!("cargo::rerun-if-changed=../../.git/logs/HEAD");
    println!("cargo::rerun-if-env-changed=HEADWATER_VIEWER");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    pack_site(&out)?;
    let mut packed = Vec::new();
    if let Some(page) = env::var_os("HEADWATER_VIEWER") {
        println!("cargo::rerun-if-changed={}", page.display());
        GzEncoder::new(fs::read(page)?.as_slice(), Compression::best()).read_to_end(&mut packed)?;
    }
    // Empty: there is no page.
    fs::write(out.join("viewer.html.gz"), packed)
}

/// Writes the list of the page's files, compressed where that makes them smaller; empty if there is no page.
fn pack_site(out: &Path) -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=HEADWATER_PAGE");
    let mut list = "&[".to_owned();
    if let Some(site) = env::var_os("HEADWATER_PAGE").map(PathBuf::from) {
        println!("cargo::rerun-if-changed={}", site.display());
        for (number, file) in files_below(&site)?.iter().enumerate() {
            let path = file.strip_prefix(&site).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
            // The program has the images for itself.
            if path.starts_with("assets/data/") && (path.ends_with(".bin") || path.ends_with("/manifest.json")) {
                continue;
            }
            let bytes = fs::read(file)?;
            let mut packed = Vec::new();
            GzEncoder::new(bytes.as_slice(), Compression::best()).read_to_end(&mut packed)?;
            let is_packed = packed.len() < bytes.len();
            let copy = out.join(format!("site-{number}"));
            fs::write(&copy, if is_packed { packed } else { bytes })?;
            list += &format!("File {{ path: {path:?}, is_packed: {is_packed}, bytes: include_bytes!({copy:?}) }}, ");
        }
    }
    fs::write(out.join("site.rs"), list + "]")
}

/// All files below a folder, in the order of their names.
fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    let below = |path: PathBuf| if path.is_dir() { files_below(&path) } else { Ok(vec![path]) };
    Ok(paths.into_iter().map(below).collect::<io::Result<Vec<_>>>()?.concat())
}
