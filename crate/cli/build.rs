//! Gives the program the commit that it is built from, for the header of its recordings.

use std::process::Command;

fn main() {
    let answer = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok();
    let commit =
        answer.filter(|answer| answer.status.success()).and_then(|answer| String::from_utf8(answer.stdout).ok());
    println!("cargo::rustc-env=HEADWATER_COMMIT={}", commit.as_deref().map_or("no commit", str::trim));
    println!("cargo::rerun-if-changed=../../.git/HEAD");
    println!("cargo::rerun-if-changed=../../.git/logs/HEAD");
}
