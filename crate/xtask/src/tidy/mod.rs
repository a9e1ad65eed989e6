//! `cargo xtask tidy`: what no compiler sees. Each check is a function of the repository's texts, in a file of its own,
//! with a test that plants a fault and finds it.

mod architecture;
mod classes;
mod docs;
mod items;
mod messages;
mod quantities;
mod recordings;
mod references;
mod repository;
mod results;
mod rust;
mod schema;
mod settings;
mod tables;
mod words;

use std::process::ExitCode;

use anyhow::Result;

use crate::workspace::Workspace;
use repository::{Finding, Repository};

/// A check: all that is wrong with the repository in one respect.
type Check = fn(&Repository) -> Vec<Finding>;

/// Every check, by what it finds.
const CHECKS: [(&str, Check); 14] = [
    ("mentions of files that are not there", references::missing_files),
    ("mentions of documents that are not in the repository", references::outside_documents),
    ("ARCHITECTURE.md", architecture::check),
    ("docs that say nothing on their own", docs::dull),
    ("unused words", words::unused),
    ("unused public items", items::unused),
    ("settings and the README", settings::documented),
    ("messages and the README", messages::documented),
    ("quantities and their page", quantities::documented),
    ("the recording's schema", schema::written),
    ("recordings against the schema", recordings::valid),
    ("classes without a rule", classes::without_rule),
    ("rules without a class", classes::without_use),
    ("errors as texts", results::of_text),
];

/// Runs every check as a task of its own.
///
/// # Errors
/// If a file cannot be read.
pub fn tidy(workspace: &Workspace) -> Result<ExitCode> {
    Ok(if print_findings(workspace)? == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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
