//! Words that are never shown. The list of texts is public, so the compiler cannot see it.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};
use std::collections::BTreeSet;

/// Where the words are.
const WORDS: &str = "crate/scene/src/words/";
/// What opens the list of texts.
const LIST: &str = "texts! {";

/// Texts that nothing but their locale names.
pub(super) fn unused(repository: &Repository) -> Vec<Finding> {
    let mut used = BTreeSet::new();
    for (_, text) in repository.sources() {
        for piece in pieces(without_tests(text)).into_iter().filter(|piece| piece.kind == Kind::Code) {
            let uses = piece.source.split("Text::").skip(1).map(|rest| {
                let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
                rest.split_at(end)
            });
            // An arm of the locale gives the words and shows them nowhere.
            used.extend(uses.filter(|(_, after)| !after.trim_start().starts_with("=>")).map(|(name, _)| name));
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
            let name = line.trim().trim_end_matches(',');
            if !name.is_empty() && !name.starts_with('/') {
                texts.push((file, index + 1, name));
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
            ("crate/scene/src/words/mod.rs", "texts! {\n    // Head.\n    Brand,\n    Gone,\n}\n"),
            ("crate/scene/src/words/english.rs", "Text::Brand => \"\",\nText::Gone => \"\""),
            ("web/app/src/view.rs", "Text::Brand.words() // Text::Gone"),
        ]);
        let found: Vec<_> = unused(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crate/scene/src/words/mod.rs:4: Text::Gone is shown nowhere"]);
    }
}
