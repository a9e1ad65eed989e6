//! The program, run as its users run it.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub fn headwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headwater")).args(arguments).output().unwrap()
}

/// The program, which hears signals also where whoever began the tests has it ignore them, as shells do in the background.
#[cfg(unix)]
pub fn listening() -> Command {
    let mut command = Command::new("env");
    command.args(["--default-signal=INT,TERM,HUP", env!("CARGO_BIN_EXE_headwater")]);
    command
}

pub fn json(arguments: &[&str]) -> Value {
    let output = headwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Exit code 2 and one line on standard error that holds every one of these words.
pub fn refused(arguments: &[&str], words: &[&str]) {
    let output = headwater(arguments);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    assert_eq!(line.trim_end().lines().count(), 1, "{line}");
    for word in words {
        assert!(line.contains(word), "{arguments:?} should name {word}: {line}");
    }
}

/// A file of this test alone, which is not there yet.
pub fn new_file(name: &str) -> PathBuf {
    let path = file(name);
    let _none_of_before = fs::remove_file(&path);
    path
}

/// A file of this test alone.
pub fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("program");
    fs::create_dir_all(&folder).unwrap();
    folder.join(name)
}
