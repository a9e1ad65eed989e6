//! Every setting stands in the README's table of URL keys, and nothing else does.

use super::repository::{Finding, Repository};
use super::tables::compare;

/// Settings that the table lacks, and rows that are no setting.
pub(super) fn documented(repository: &Repository) -> Vec<Finding> {
    let settings = repository.settings.iter().map(String::as_str).collect();
    compare(repository, "README.md", "### URL keys", &settings)
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn an_undocumented_setting_is_found() {
        let mut repository = planted(&[("README.md", "### URL keys\n| key | means |\n|---|---|\n| `model` | |\n")]);
        repository.settings = vec!["model".into(), "planted".into()];
        let found: Vec<_> = documented(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["README.md: \"### URL keys\" does not list planted"]);
    }
}
