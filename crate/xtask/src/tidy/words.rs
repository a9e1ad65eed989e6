//! Words that are never shown. The list of texts is public, so the compiler cannot see it.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};
use std::collections::BTreeSet;

/// Where the words are.
const WORDS: &str = "crate/scene/src/words/";
/// What opens the list of texts.
const LIST: &str = "texts! {";

/// Texts that nothing names.
pub(super) fn unused(repository: &Repository) -> Vec<Finding> {
    let mut used = BTreeSet::new();
    for (_, text) in repository.sources() {
        for piece in pieces(without_tests(text)).into_iter().filter(|piece| piece.kind == Kind::Code) {
            used.extend(piece.source.split("Text::").skip(1).map(|rest| {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                &rest[..end]
            }));
        }
    }
    let unused = texts(repository).into_iter().filter(|(.., name)| !used.contains(name));
    unused.map(|(file, line, name)| Finding::at(file, line, format!("Text::{name} is shown nowhere"))).collect()
}

/// Every text: its file, line and name.
fn texts(repository: &Repository) -> Vec<(&str, usize, &str)> {
    let mut texts = Vec::new();
    for (file, text) in repository.of(WORDS, ".rs") {
        let lines = text.lines().enumerate().skip_while(|(_, line)| *line != LIST).skip(1);
        for (index, line) in lines.take_while(|(_, line)| *line != "}") {
            // A long text goes on in lines of its own.
            if let Some((name, _)) = line.split_once(" =>").filter(|(name, _)| !name.trim_start().starts_with('"')) {
                texts.push((file, index + 1, name.trim()));
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_text_that_is_shown_nowhere_is_found() {
        let repository = planted(&[
            (
                "crate/scene/src/words/english/texts.rs",
                "texts! {\n    // Head.\n    Brand => \"\",\n    Gone =>\n        \"a => b\",\n}\n",
            ),
            ("web/app/src/view.rs", "Text::Brand.words() // Text::Gone"),
        ]);
        let found: Vec<_> = unused(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crate/scene/src/words/english/texts.rs:4: Text::Gone is shown nowhere"]);
    }
}
