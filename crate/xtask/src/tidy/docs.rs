//! Docs that say nothing on their own, where a reader sees nothing but them.

use super::repository::{Finding, Repository};
use super::rust::docs;

/// Beginnings that lean on the item before.
const LEANING: [&str; 7] = ["The same", "As ", "As: ", "Likewise", "Same as", "See above", "Ditto"];

/// Docs that lean on another item's, and lists of errors that name no error.
pub(super) fn dull(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.of("", ".rs") {
        for (line, doc) in docs(text) {
            let first = doc.first().copied().unwrap_or_default();
            if let Some(start) = LEANING.iter().find(|start| first.starts_with(**start)) {
                findings.push(Finding::at(file, line, format!("the doc begins \"{}\"", start.trim())));
            }
            let errors = doc.iter().skip_while(|line| **line != "# Errors").skip(1);
            let errors: Vec<_> =
                errors.take_while(|line| !line.starts_with('#')).filter(|line| !line.is_empty()).collect();
            let is_dull = |text: &str| text == "Candle's." || text.starts_with("As [") && text.ends_with("`].");
            if let [only] = errors.as_slice()
                && is_dull(only)
            {
                findings.push(Finding::at(file, line, format!("`# Errors` says only \"{only}\"")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_doc_that_leans_on_another_and_an_error_without_a_cause_are_found() {
        let source = "/// The same for f64.\nfn a() {}\n/// Adds.\n///\n/// # Errors\n/// Candle's.\nfn b() {}\n/// Ok.\nfn c() {}\n";
        let found: Vec<_> = dull(&planted(&[("crate/a/src/lib.rs", source)])).iter().map(Finding::to_string).collect();
        let expected = [
            "crate/a/src/lib.rs:1: the doc begins \"The same\"",
            "crate/a/src/lib.rs:3: `# Errors` says only \"Candle's.\"",
        ];
        assert_eq!(found, expected);
    }
}
