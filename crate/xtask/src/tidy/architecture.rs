//! `ARCHITECTURE.md`: short enough to be read, and true of the folders. (Its paths are checked with all other mentions.)

use super::repository::{Finding, Repository};
use std::collections::BTreeSet;

/// The document.
const FILE: &str = "ARCHITECTURE.md";
/// Lines it may have.
const MOST_LINES: usize = 250;

/// Too many lines, or a package that it does not name.
pub(super) fn check(repository: &Repository) -> Vec<Finding> {
    let text = repository.text(FILE);
    let mut findings = Vec::new();
    let lines = text.lines().count();
    if lines > MOST_LINES {
        findings.push(Finding::at(FILE, 0, format!("has {lines} lines; {MOST_LINES} are allowed")));
    }
    let packages: BTreeSet<_> = repository.files.keys().filter_map(|path| path.strip_suffix("/Cargo.toml")).collect();
    for package in packages.into_iter().filter(|package| !text.contains(package)) {
        findings.push(Finding::at(FILE, 0, format!("does not name the package {package}")));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_package_that_is_not_named_and_a_line_too_many_are_found() {
        let long = "crate/a\n".repeat(MOST_LINES + 1);
        let found = check(&planted(&[(FILE, &long), ("crate/a/Cargo.toml", ""), ("crate/b/Cargo.toml", "")]));
        let sentences: Vec<_> = found.iter().map(|found| found.sentence.as_str()).collect();
        assert_eq!(sentences, ["has 251 lines; 250 are allowed", "does not name the package crate/b"]);
    }
}
