//! Every message to and from an embedding page stands in the README's table, and nothing else does.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};
use super::tables::compare;
use std::collections::BTreeSet;

/// What a message's type starts with.
const PREFIX: &str = "headwater:";

/// Messages that the table lacks, and rows that are no message.
pub(super) fn documented(repository: &Repository) -> Vec<Finding> {
    let messages = messages(repository);
    compare(repository, "README.md", "### Messages", &messages.iter().map(String::as_str).collect())
}

/// Every type of message in the page's source, as a string of its own or as the first argument of `tell`.
fn messages(repository: &Repository) -> BTreeSet<String> {
    let mut messages = BTreeSet::new();
    for (_, text) in repository.of("web/app/src/", ".rs") {
        let mut before = "";
        for piece in pieces(without_tests(text)) {
            let words = piece.source.trim_matches('"');
            if piece.kind == Kind::Text && words.chars().all(|c| c.is_ascii_lowercase() || c == ':' || c == '-') {
                let is_whole = words.starts_with(PREFIX) && words.len() > PREFIX.len();
                if is_whole {
                    messages.insert(words.to_owned());
                } else if before.trim_end().ends_with("tell(") {
                    messages.insert(format!("{PREFIX}{words}"));
                }
            }
            before = piece.source;
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn an_undocumented_message_is_found() {
        let repository = planted(&[
            ("README.md", "### Messages\n| message | |\n|---|---|\n| `headwater:play` | |\n| `headwater:old` | |\n"),
            ("web/app/src/embed.rs", "match x { \"headwater:play\" => tell(\"planted\", &[]) }\n"),
        ]);
        let found: Vec<_> = documented(&repository).iter().map(Finding::to_string).collect();
        let expected =
            ["README.md: \"### Messages\" does not list headwater:planted", "README.md:5: there is no headwater:old"];
        assert_eq!(found, expected);
    }
}
