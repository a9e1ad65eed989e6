//! Errors that are texts: nobody can tell them apart but people, so they belong to the outermost edges.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};

/// Files where a sentence is all that is left to say: programs' arguments, and what is handed to JavaScript.
const EDGES: [&str; 3] = ["crate/xtask/src/arguments.rs", "crate/bench/src/main.rs", "crate/bench/src/wasm.rs"];

/// `Result<…, String>` anywhere else.
pub(super) fn of_text(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.sources().filter(|(file, _)| !EDGES.iter().any(|edge| file.starts_with(edge))) {
        let code = pieces(without_tests(text)).into_iter().filter(|piece| piece.kind == Kind::Code);
        for piece in code.filter(|piece| piece.source.split("Result<").skip(1).any(is_of_text_after)) {
            findings.push(Finding::at(file, piece.line, "the error is a text"));
        }
    }
    findings
}

/// Whether what follows `Result<` names `String` as the error.
fn is_of_text_after(rest: &str) -> bool {
    let mut depth = 0;
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' | '[' => depth += 1,
            '>' | ')' | ']' if depth == 0 => return false,
            '>' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => return rest[at + 1..].trim_start().starts_with("String>"),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn an_error_that_is_a_text_is_found_but_not_at_the_edges() {
        let source = "fn f() -> Result<u8, String> {}\n// Result<u8, String>\nfn g(m: &mut Map<String, String>) -> Result<String, E> {}\n";
        let repository = planted(&[("crate/engine/src/a.rs", source), ("crate/bench/src/main.rs", source)]);
        let found: Vec<_> = of_text(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["crate/engine/src/a.rs:1: the error is a text"]);
    }
}
