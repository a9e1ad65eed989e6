//! Gives the program the commit that it is built from, for the header of its recordings, and the page that opens recordings, if
//! `HEADWATER_VIEWER` names its file: `cargo xtask program` builds it and sets that.

use std::io::{self, Read};
use std::path::PathBuf;
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
    let mut packed = Vec::new();
    if let Some(page) = env::var_os("HEADWATER_VIEWER") {
        println!("cargo::rerun-if-changed={}", page.display());
        GzEncoder::new(fs::read(page)?.as_slice(), Compression::best()).read_to_end(&mut packed)?;
    }
    // Empty: there is no page.
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("viewer.html.gz"), packed)
}
