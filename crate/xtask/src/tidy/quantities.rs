//! Every quantity stands in the table of `docs/quantities.md`, and nothing else does.

use super::repository::{Finding, Repository};
use super::tables::compare;

/// Quantities that the page lacks, and rows that are no quantity.
pub(super) fn documented(repository: &Repository) -> Vec<Finding> {
    let quantities = repository.quantities.iter().map(String::as_str).collect();
    compare(repository, "docs/quantities.md", "# Quantities", &quantities)
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn an_undocumented_quantity_and_a_row_of_none_are_found() {
        let page = "# Quantities\n\n| name | unit |\n|---|---|\n| `old` | |\n";
        let mut repository = planted(&[("docs/quantities.md", page)]);
        repository.quantities = vec!["planted".into()];
        let found: Vec<_> = documented(&repository).iter().map(Finding::to_string).collect();
        let expected =
            ["docs/quantities.md: \"# Quantities\" does not list planted", "docs/quantities.md:5: there is no old"];
        assert_eq!(found, expected);
    }
}
