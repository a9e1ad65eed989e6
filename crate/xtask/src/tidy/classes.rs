//! Classes of the page against its style sheets, in both directions.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};
use std::collections::{BTreeMap, BTreeSet};

/// The style sheets.
const STYLES: &str = "assets/style/";
/// Where classes are given.
const GIVERS: [&str; 3] = ["web/app/src/", "crate/scene/src/", "assets/fallback.js"];
/// Classes that only name an element for tests and scripts.
const HOOKS: [&str; 0] = [];

/// Classes that the page gives and no rule speaks of.
pub(super) fn without_rule(repository: &Repository) -> Vec<Finding> {
    let ruled = ruled(repository);
    let mut findings = Vec::new();
    for (file, line, class) in given(repository) {
        if !ruled.contains_key(class) && !HOOKS.contains(&class) {
            findings.push(Finding::at(file, line, format!("class {class} has no rule")));
        }
    }
    findings
}

/// Classes of rules that nothing in the page can have.
pub(super) fn without_use(repository: &Repository) -> Vec<Finding> {
    let words = words_of_givers(repository);
    // A chart's card has the chart's name in its class (`chart_card.rs`).
    let is_given =
        |class: &str| words.contains(class) || class.strip_suffix("-card").is_some_and(|chart| words.contains(chart));
    let unused = ruled(repository).into_iter().filter(|(class, _)| !is_given(class));
    unused.map(|(class, (file, line))| Finding::at(file, line, format!("nothing has class {class}"))).collect()
}

/// Every class that a rule speaks of, with the place of the first.
fn ruled(repository: &Repository) -> BTreeMap<&str, (&str, usize)> {
    let mut ruled = BTreeMap::new();
    for (file, text) in repository.of(STYLES, ".css") {
        let mut is_comment = false;
        for (index, line) in text.lines().enumerate() {
            let starts_comment = line.trim_start().starts_with("/*");
            is_comment |= starts_comment;
            if !is_comment {
                for class in selectors(line) {
                    ruled.entry(class).or_insert((file, index + 1));
                }
            }
            is_comment &= !line.contains("*/");
        }
    }
    ruled
}

/// The classes in a line of CSS: a dot and a name that starts with a letter.
fn selectors(line: &str) -> impl Iterator<Item = &str> {
    line.split('.').skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).unwrap_or(rest.len());
        rest.starts_with(|c: char| c.is_ascii_lowercase()).then_some(&rest[..end])
    })
}

/// Every class that is given as a string: `class="a b"`, `classes!("a", …)`, and the names of scene's `Class`.
fn given(repository: &Repository) -> Vec<(&str, usize, &str)> {
    let mut given = Vec::new();
    for (file, text) in files_of_givers(repository) {
        let mut code = String::new();
        for piece in pieces(without_tests(text)) {
            match piece.kind {
                Kind::Code => code.push_str(piece.source),
                Kind::Comment => {}
                Kind::Text if gives_class(&code) => {
                    let words = piece.source.trim_matches('"').split_whitespace();
                    given.extend(words.filter(|word| is_class(word)).map(|word| (file, piece.line, word)));
                }
                Kind::Text => {}
            }
        }
    }
    given
}

/// Whether a string that follows this code is a class.
fn gives_class(code: &str) -> bool {
    let code = code.trim_end();
    if code.ends_with("==") {
        return false;
    }
    code.ends_with("class=") || is_open(code, "classes!", ['(', ')']) || is_open(code, "class=", ['{', '}'])
}

/// Whether the last of these words opens a bracket that is not closed.
fn is_open(code: &str, word: &str, [open, close]: [char; 2]) -> bool {
    let Some(inside) = code.rfind(word).map(|at| &code[at + word.len()..]).filter(|rest| rest.starts_with(open)) else {
        return false;
    };
    let mut depth = 0;
    inside.chars().all(|c| {
        depth += i32::from(c == open) - i32::from(c == close);
        depth > 0
    })
}

fn is_class(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Every word of every string where classes are given: what a class may be made of.
fn words_of_givers(repository: &Repository) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    for (file, text) in files_of_givers(repository) {
        let text = if file.ends_with(".rs") { without_tests(text) } else { text };
        for piece in pieces(text).into_iter().filter(|piece| piece.kind == Kind::Text) {
            words.extend(piece.source.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')));
        }
    }
    words
}

fn files_of_givers(repository: &Repository) -> impl Iterator<Item = (&str, &str)> {
    let gives = |file: &str| GIVERS.iter().any(|giver| file.starts_with(giver)) && !file.contains("/words/");
    repository.files.iter().map(|(file, text)| (file.as_str(), text.as_str())).filter(move |(file, _)| gives(file))
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_class_without_rule_and_a_rule_without_class_are_found() {
        let repository = planted(&[
            (
                "assets/style/a.css",
                "/* .no of notes.txt */\n.card, .old:hover { margin: .5em 1.5px; }\n.lane-a .dot { }\n",
            ),
            (
                "web/app/src/a.rs",
                "<p class=\"card planted\" id=\"x\"> <b class={classes!(\"lane-a\", f(y).then_some(\"odd\"))}>",
            ),
            ("crate/scene/src/a.rs", "Class::Dot => \"dot\""),
        ]);
        let found: Vec<_> = without_rule(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(
            found,
            ["web/app/src/a.rs:1: class planted has no rule", "web/app/src/a.rs:1: class odd has no rule"]
        );
        let found: Vec<_> = without_use(&repository).iter().map(Finding::to_string).collect();
        assert_eq!(found, ["assets/style/a.css:2: nothing has class old"]);
    }
}
