//! Public items that no program uses. The compiler cannot see them, because another package could.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests, words};
use std::collections::BTreeMap;

/// Words that a public item's name follows.
const ITEMS: [&str; 6] = ["fn", "struct", "enum", "const", "trait", "type"];

/// Public items whose name stands nowhere but at their definition, in re-exports and in tests. An item is there for tests
/// if its doc says so, and for JavaScript if its attribute does.
pub(super) fn unused(repository: &Repository) -> Vec<Finding> {
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    let mut defined = Vec::new();
    for (file, text) in repository.sources() {
        let text = without_tests(text);
        for (line, code) in code_lines(text) {
            if code.trim_start().starts_with("pub use ") || code.trim_start().starts_with("mod ") {
                continue;
            }
            if let Some(name) = public_item(&code).filter(|_| !is_for_others(text, line)) {
                defined.push((file, line, name.to_owned()));
            }
            words(&code).for_each(|word| *uses.entry(word.to_owned()).or_default() += 1);
        }
    }
    let unused = defined.into_iter().filter(|(.., name)| uses.get(name).is_none_or(|count| *count < 2));
    unused.map(|(file, line, name)| Finding::at(file, line, format!("no program uses {name}"))).collect()
}

/// Whether doc or attributes above a line say that tests or JavaScript use the item.
fn is_for_others(text: &str, line: usize) -> bool {
    let above: Vec<_> = text.lines().take(line - 1).collect();
    let own = above
        .iter()
        .rev()
        .map(|line| line.trim_start())
        .take_while(|line| line.starts_with("///") || line.starts_with("#["));
    own.into_iter().any(|line| line.contains("test") || line.starts_with("#[wasm_bindgen"))
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
    fn a_public_item_that_no_program_uses_is_found() {
        let source = "pub fn gone() {} // gone\npub const fn kept() -> &str { \"gone\" }\npub const USED: u8 = 1;\n\
            /// Slow, for tests.\npub fn twin() {}\n#[wasm_bindgen]\npub fn js() {}\n#[cfg(test)]\nmod tests { gone() }\n";
        let repository = planted(&[
            ("crate/a/src/lib.rs", "pub use b::{gone, kept};\nmod b;\n"),
            ("crate/a/src/b.rs", source),
            ("crate/c/src/lib.rs", "use a::kept;\nfn f() { kept(); a::USED }\n"),
            ("crate/c/tests/it.rs", "use a::gone;\nfn f() { gone() }\n"),
        ]);
        let found: Vec<_> = unused(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crate/a/src/b.rs:1: no program uses gone"]);
    }
}
