//! `cargo xtask tidy`: what no compiler sees. Each check is a function of the repository's texts, in a file of its own,
//! with a test that plants a fault and finds it.

mod architecture;
mod classes;
mod docs;
mod items;
mod messages;
mod policy;
mod recordings;
mod references;
mod repository;
mod results;
mod rust;
mod schema;
mod settings;
mod tables;
mod words;

use std::fs;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::workspace::Workspace;
use repository::{Finding, Repository};

/// A check: all that is wrong with the repository in one respect.
type Check = fn(&Repository) -> Vec<Finding>;

/// Every check, by what it finds.
const CHECKS: [(&str, Check); 15] = [
    ("mentions of files that are not there", references::missing_files),
    ("commands for tests that are not there", references::missing_tests),
    ("mentions of documents that are not in the repository", references::outside_documents),
    ("ARCHITECTURE.md", architecture::check),
    ("docs that say nothing on their own", docs::dull),
    ("unused words", words::unused),
    ("unused public items", items::unused),
    ("settings and the README", settings::documented),
    ("messages and the README", messages::documented),
    ("the recording's schema", schema::written),
    ("recordings against the schema", recordings::valid),
    ("classes without a rule", classes::without_rule),
    ("rules without a class", classes::without_use),
    ("what the content security policy refuses", policy::refused),
    ("errors as texts", results::of_text),
];

/// Runs every check as a task of its own; `fix` first writes the tables that are made from the program's own.
///
/// # Errors
/// If a file cannot be read or written.
pub fn tidy(workspace: &Workspace, fix: bool) -> Result<ExitCode> {
    if fix {
        let readme = workspace.root.join(settings::README);
        let text = fs::read_to_string(&readme).context("the README could not be read")?;
        fs::write(&readme, settings::with_tables(&text, &settings::tables()))
            .context("the README could not be written")?;
    }
    Ok(if print_findings(workspace)? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Runs every check as a step of the tests.
///
/// # Errors
/// If a file cannot be read, or something is found.
pub fn check(workspace: &Workspace) -> Result<()> {
    match print_findings(workspace)? {
        0 => Ok(()),
        count => bail!("{count} findings"),
    }
}

/// Prints what the checks find and tells how much that is.
fn print_findings(workspace: &Workspace) -> Result<usize> {
    let repository = Repository::read(&workspace.root)?;
    let mut count = 0;
    for (what, check) in CHECKS {
        for finding in check(&repository) {
            println!("{finding} ({what})");
            count += 1;
        }
    }
    println!("{count} findings of {} checks", CHECKS.len());
    Ok(count)
}
