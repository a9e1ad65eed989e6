//! `cargo xtask bench`: every claim about speed as a ratio of two sides, timed in turn in one run. One line of JSON a
//! result: `{bench, case, this, other, ratio, unit}`; what is missing (PyTorch, Chromium) is said and left out.

mod claims;
mod stopwatch;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};
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

/// How to run the benches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether one short round of each is enough.
    pub quick: bool,
    /// Where the results go too.
    pub json: Option<PathBuf>,
    /// Whether the tables of `docs/performance.md` are written anew.
    pub docs: bool,
    /// Whether runs are hashed in place of being timed.
    pub fingerprints: bool,
}

/// Runs all benches.
pub fn bench(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    if options.fingerprints {
        claims::fingerprints(workspace)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut rows = Vec::new();
    claims::time_all(workspace, options.quick, &mut |row: Row| {
        println!("{}", row.json());
        rows.push(row);
    })?;
    let write = |file: &Path, text: String| {
        fs::write(file, text).with_context(|| format!("{} could not be written", file.display()))
    };
    if let Some(file) = &options.json {
        write(file, rows.iter().map(|row| format!("{}\n", row.json())).collect())?;
    }
    if options.docs {
        let page = workspace.root.join("docs/performance.md");
        let text = fs::read_to_string(&page).with_context(|| format!("{} could not be read", page.display()))?;
        write(&page, tables::refresh(&text, &rows))?;
    }
    Ok(ExitCode::SUCCESS)
}
