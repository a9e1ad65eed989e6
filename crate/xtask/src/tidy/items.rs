//! Public items that nobody uses. The compiler cannot see them, because another package could.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests, words};
use std::collections::BTreeMap;

/// Words that a public item's name follows.
const ITEMS: [&str; 6] = ["fn", "struct", "enum", "const", "trait", "type"];

/// Public items whose name stands nowhere but at their definition and in re-exports.
pub(super) fn unused(repository: &Repository) -> Vec<Finding> {
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    let mut defined = Vec::new();
    for (file, text) in repository.of("", ".rs") {
        let is_program = file.contains("/src/");
        let end = without_tests(text).lines().count();
        for line in code_lines(text) {
            let is_use = line.1.trim_start().starts_with("pub use ") || line.1.trim_start().starts_with("mod ");
            if is_use {
                continue;
            }
            let name = public_item(&line.1).filter(|_| is_program && line.0 <= end);
            if let Some(name) = name {
                defined.push((file, line.0, name.to_owned()));
            }
        }
        for piece in pieces(text).into_iter().filter(|piece| piece.kind == Kind::Code) {
            let source = piece.source.trim_start();
            if !source.starts_with("pub use ") && !source.starts_with("mod ") {
                words(piece.source).for_each(|word| *uses.entry(word).or_default() += 1);
            }
        }
    }
    let unused = defined.into_iter().filter(|(.., name)| uses.get(name.as_str()).is_none_or(|count| *count < 2));
    unused.map(|(file, line, name)| Finding::at(file, line, format!("nobody uses {name}"))).collect()
}

/// Each line's code, without comments and strings.
fn code_lines(text: &str) -> Vec<(usize, String)> {
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    for piece in pieces(text).into_iter().filter(|piece| piece.kind == Kind::Code) {
        lines.entry(piece.line).or_default().push_str(piece.source);
    }
    lines.into_iter().collect()
}

/// The name of the public item that a line defines.
fn public_item(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("pub")?;
    let rest = if rest.starts_with('(') { rest.split_once(')')?.1 } else { rest };
    let mut words = words(rest);
    let mut word = words.next()?;
    while ["const", "async", "unsafe"].contains(&word) {
        let next = words.next()?;
        if word == "const" && next != "fn" && next != "unsafe" {
            return Some(next);
        }
        word = next;
    }
    ITEMS.contains(&word).then(|| words.next()).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_public_item_that_is_only_passed_on_is_found() {
        let repository = planted(&[
            ("crate/a/src/lib.rs", "pub use b::{gone, kept};\nmod b;\n"),
            (
                "crate/a/src/b.rs",
                "pub fn gone() {} // gone\npub const fn kept() -> &str { \"gone\" }\npub const USED: u8 = 1;\n",
            ),
            ("crate/c/src/lib.rs", "use a::kept;\nfn f() { kept(); a::USED }\n"),
        ]);
        let found: Vec<_> = unused(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crate/a/src/b.rs:1: nobody uses gone"]);
    }
}
