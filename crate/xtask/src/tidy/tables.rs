//! Tables of documents, compared with what the program has.

use super::repository::{Finding, Repository};
use std::collections::BTreeSet;

/// The rows of the table below a heading, each with its line.
pub(super) fn rows<'a>(text: &'a str, heading: &str) -> Vec<(usize, &'a str)> {
    let lines = text.lines().enumerate().skip_while(|(_, line)| line.trim() != heading).skip(1);
    let lines = lines.skip_while(|(_, line)| !line.starts_with('|') && !line.starts_with('#'));
    let rows = lines.take_while(|(_, line)| line.starts_with('|')).skip(2);
    rows.map(|(index, line)| (index + 1, line)).collect()
}

/// The names in backticks in the first cell of a row.
fn named_in(row: &str) -> Vec<&str> {
    let cell = row.trim_start_matches('|').split('|').next().unwrap_or_default();
    cell.split('`').skip(1).step_by(2).collect()
}

/// What is missing in the table below a heading, and what stands there too much.
pub(super) fn compare(repository: &Repository, file: &str, heading: &str, names: &BTreeSet<&str>) -> Vec<Finding> {
    let rows = rows(repository.text(file), heading).into_iter().map(|(line, row)| (line, named_in(row)));
    let rows: Vec<_> = rows.collect();
    let listed: BTreeSet<_> = rows.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let missing =
        names.difference(&listed).map(|name| Finding::at(file, 0, format!("\"{heading}\" does not list {name}")));
    let mut findings: Vec<_> = missing.collect();
    for (line, row) in &rows {
        let extra = row.iter().filter(|name| !names.contains(*name));
        findings.extend(extra.map(|name| Finding::at(file, *line, format!("there is no {name}"))));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn what_is_missing_and_what_is_too_much_are_found() {
        let page = "## A\n| `no` | |\n## B\nText.\n\n| key | what |\n|---|---|\n| `a` or `b` | `c` |\n| `d` | |\n\n| `e` | |\n";
        let found = compare(&planted(&[("x.md", page)]), "x.md", "## B", &["a", "b", "f"].into());
        let found: Vec<_> = found.iter().map(Finding::to_string).collect();
        assert_eq!(found, ["x.md: \"## B\" does not list f", "x.md:9: there is no d"]);
    }
}
