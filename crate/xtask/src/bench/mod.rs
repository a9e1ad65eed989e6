//! `cargo xtask bench`: every claim about speed as a ratio of two sides, timed in turn in one run. One line of JSON a
//! result: `{bench, case, this, other, ratio, unit}`; what is missing (PyTorch, Chromium) is said and left out.

mod claims;
mod stopwatch;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::workspace::Workspace;

/// One result: `ratio` = this / other.
pub struct Row {
    bench: &'static str,
    case: String,
    this: f64,
    other: f64,
    unit: &'static str,
}

impl Row {
    fn json(&self) -> Value {
        let Self { bench, case, this, other, unit } = self;
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        json!({"bench": bench, "case": case, "this": round(*this), "other": round(*other), "ratio": round(this / other), "unit": unit})
    }
}

/// Runs all benches; `quick` takes one round of each with few steps, `file` gets the lines too.
pub fn bench(workspace: &Workspace, quick: bool, file: Option<PathBuf>) -> Result<ExitCode> {
    let mut lines = String::new();
    claims::time_all(workspace, quick, &mut |row: &Row| {
        let line = row.json().to_string();
        println!("{line}");
        lines += &format!("{line}\n");
    })?;
    if let Some(file) = file {
        fs::write(&file, lines).with_context(|| format!("{} could not be written", file.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
