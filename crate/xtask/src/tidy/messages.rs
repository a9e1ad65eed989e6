//! Every message to and from an embedding page stands in the README's table, and nothing else does.

use super::repository::{Finding, Repository};
use super::tables::compare;

/// Messages that the table lacks, and rows that are no message.
pub(super) fn documented(repository: &Repository) -> Vec<Finding> {
    let messages = repository.messages.iter().map(String::as_str).collect();
    compare(repository, "README.md", "### Messages", &messages)
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn an_undocumented_message_is_found() {
        let readme = "### Messages\n| message | |\n|---|---|\n| `headwater:play` | |\n| `headwater:old` | |\n";
        let mut repository = planted(&[("README.md", readme)]);
        repository.messages = vec!["headwater:play".into(), "headwater:planted".into()];
        let found: Vec<_> = documented(&repository).iter().map(Finding::to_string).collect();
        let expected =
            ["README.md: \"### Messages\" does not list headwater:planted", "README.md:5: there is no headwater:old"];
        assert_eq!(found, expected);
    }
}
