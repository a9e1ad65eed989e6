//! Mentions of files, test targets and documents that are not in the repository, in prose, comments and strings.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};

/// Ends of names that are files'.
const FILE_ENDS: [&str; 8] = [".rs", ".md", ".py", ".mjs", ".css", ".toml", ".jsonl", ".html"];
/// Folders whose name starts a path.
const FOLDERS: [&str; 5] = ["crate/", "web/", "assets/", "docs/", "shared/"];
/// Files that are made, in whichever folder, and one of Candle's.
const ELSEWHERE: [&str; 13] = [
    "web/test/node_modules",
    "bench.mjs",
    "index.mjs",
    "headwater.html",
    "headwater-full.html",
    "headwater-viewer.html",
    "report.html",
    "notebook.html",
    "run.headwater.jsonl",
    "run.html",
    "gpt2.html",
    "stripes.py",
    "backprop.rs",
];

/// Links and paths that lead nowhere.
pub(super) fn missing_files(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, line, text) in prose(repository) {
        for path in paths(text) {
            if !is_there(repository, file, path) {
                findings.push(Finding::at(file, line, format!("{path} is not in the repository")));
            }
        }
    }
    findings
}

/// Commands that run a test target which is not there, or in one tests that are not.
pub(super) fn missing_tests(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, line, text) in prose(repository) {
        // `--test` alone is of the package that was named last.
        let mut package = None;
        for (index, command) in text.split('`').enumerate() {
            let words: Vec<_> = command.split_whitespace().collect();
            let own = after(&words, "-p").map(|at| words[at]);
            package = if words.contains(&"cargo") { own } else { own.or(package) };
            let Some(at) = after(&words, "--test").filter(|_| !words.contains(&"node")) else { continue };
            let target = words[at].trim_matches(|c: char| !(c.is_alphanumeric() || "_-".contains(c)));
            let sources = target_sources(repository, package, target);
            if sources.is_empty() {
                findings.push(Finding::at(file, line, format!("there is no test target {target}")));
                continue;
            }
            // Within backticks a command ends where they do.
            let filter = words.get(at + 1).filter(|word| index % 2 == 1 && !word.starts_with('-'));
            let names =
                |filter: &str| sources.iter().any(|(path, text)| path.contains(filter) || text.contains(filter));
            if let Some(filter) = filter.filter(|filter| !names(filter)) {
                findings.push(Finding::at(file, line, format!("no test of {target} is named {filter}")));
            }
        }
    }
    findings
}

/// The files of a test target of this package, or of whichever has one of that name.
fn target_sources<'a>(repository: &'a Repository, package: Option<&str>, target: &str) -> Vec<(&'a str, &'a str)> {
    let is_package = |text: &str| package.is_none_or(|name| text.contains(&format!("name = \"{name}\"\n")));
    let manifests = repository.of("", "/Cargo.toml").filter(|(_, text)| is_package(text));
    let stems = manifests.map(|(file, _)| format!("{}/tests/{target}", file.trim_end_matches("/Cargo.toml")));
    let starts: Vec<_> = stems.flat_map(|stem| [format!("{stem}.rs"), format!("{stem}/")]).collect();
    repository.of("", ".rs").filter(|(path, _)| starts.iter().any(|start| path.starts_with(start))).collect()
}

/// Where among the words stands the value of this flag.
fn after(words: &[&str], flag: &str) -> Option<usize> {
    words.iter().position(|word| *word == flag).map(|at| at + 1).filter(|at| *at < words.len())
}

/// Ways to speak of a document that only its writers had.
const OUTSIDE: [&str; 9] = [
    "the brief",
    "the contract",
    "the issue",
    "issue #",
    "acceptance criteri",
    "the task's",
    "design document",
    "the specification",
    "the spec says",
];

/// Numbers such as M1 or L5 and phrases that point out of the repository.
pub(super) fn outside_documents(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, line, text) in prose(repository) {
        let lower = text.to_lowercase();
        let phrases = OUTSIDE.iter().filter(|phrase| lower.contains(**phrase)).map(|phrase| (*phrase).to_owned());
        let numbers = text.split(|c: char| !c.is_alphanumeric()).filter(|word| is_number_of_a_list(word));
        for mention in phrases.chain(numbers.map(str::to_owned)) {
            findings.push(Finding::at(file, line, format!("\"{mention}\" points to a document that is not here")));
        }
    }
    findings
}

/// M1 to M99 and L3 to L99; L1 and L2 are norms.
fn is_number_of_a_list(word: &str) -> bool {
    let digits = word.strip_prefix('M').or_else(|| word.strip_prefix('L').filter(|rest| !["1", "2"].contains(rest)));
    digits.is_some_and(|digits| (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What people read, line by line: documents wholly, of code its comments and strings. The folder of these checks, which
/// must name what it looks for, is left out, and tests in Python, which make files.
fn prose(repository: &Repository) -> Vec<(&str, usize, &str)> {
    let mut prose = Vec::new();
    for (file, text) in &repository.files {
        if file.starts_with("crate/xtask/src/tidy/") || file.starts_with("assets/python/tests/") {
            continue;
        }
        if file.ends_with(".rs") {
            let is_test = file.contains("/tests/");
            let tests = without_tests(text).lines().count();
            let read = pieces(text).into_iter().filter(|piece| match piece.kind {
                Kind::Code => false,
                Kind::Comment => true,
                Kind::Text => !is_test && piece.line <= tests,
            });
            prose.extend(read.map(|piece| (file.as_str(), piece.line, piece.source)));
        } else if [".md", ".py", ".mjs", ".css", ".html", ".toml"].iter().any(|end| file.ends_with(end)) {
            prose.extend(text.lines().enumerate().map(|(index, line)| (file.as_str(), index + 1, line)));
        }
    }
    prose
}

/// What looks like a path of the repository.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| !(c.is_alphanumeric() || "_-./:*{}$~".contains(c));
    text.split(between).map(|word| word.trim_end_matches(['.', ':', '/'])).filter(|word| {
        let plain = word.chars().all(|c| c.is_alphanumeric() || "_-./".contains(c));
        let file = FILE_ENDS.iter().any(|end| word.len() > end.len() && word.ends_with(end));
        let folder = FOLDERS.iter().any(|folder| word.starts_with(folder));
        plain && !word.starts_with(['/', '-', '.']) && !word.contains("..") && (file || folder)
    })
}

/// Whether a path leads somewhere: from the root, from the file that names it, or as the end of a path.
fn is_there(repository: &Repository, file: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./");
    if ELSEWHERE.contains(&path) || path.rsplit('/').next().is_some_and(|name| ELSEWHERE.contains(&name)) {
        return true;
    }
    let beside = file.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let (inner, folder) = (format!("/{path}"), format!("/{path}/"));
    repository.files.keys().any(|known| {
        let known = format!("/{known}");
        known.ends_with(&inner) || known.contains(&folder) || known == format!("/{beside}{path}")
    })
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_mention_of_a_file_that_is_not_there_is_found() {
        let repository = planted(&[
            ("README.md", "See [it](docs/gone.md), `engine/src/lib.rs` and crate/engine."),
            (
                "crate/engine/src/lib.rs",
                "//! As UX.md says.\nlet a = \"b.rs\"; // lib.rs\n#[cfg(test)]\nmod tests { \"c.rs\" }",
            ),
        ]);
        let found: Vec<_> = missing_files(&repository).into_iter().map(|found| found.to_string()).collect();
        let expected = [
            "README.md:1: docs/gone.md is not in the repository",
            "crate/engine/src/lib.rs:1: UX.md is not in the repository",
            "crate/engine/src/lib.rs:2: b.rs is not in the repository",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_command_for_tests_that_are_not_there_is_found() {
        let readme = "`cargo test -p engine --test it reference`, `--test gone`, `cargo test -p engine --test it lost`,\n\
                      `cargo test -p engine --test plan`, `cargo test --test plan`, `node --test gone.mjs`.";
        let repository = planted(&[
            ("README.md", readme),
            ("crate/engine/Cargo.toml", "[package]\nname = \"engine\"\n"),
            ("crate/engine/tests/it/main.rs", "mod reference;"),
            ("crate/engine/tests/it/reference.rs", "#[test]\nfn profiles() {}"),
            ("crate/protocol/Cargo.toml", "[package]\nname = \"protocol\"\n"),
            ("crate/protocol/tests/plan.rs", "// BLESS=1 cargo test -p protocol --test sizes writes it"),
        ]);
        let found: Vec<_> = missing_tests(&repository).into_iter().map(|found| found.to_string()).collect();
        let expected = [
            "README.md:1: there is no test target gone",
            "README.md:1: no test of it is named lost",
            "README.md:2: there is no test target plan",
            "crate/protocol/tests/plan.rs:1: there is no test target sizes",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_mention_of_an_outside_document_is_found() {
        let repository = planted(&[("crate/a/src/lib.rs", "// Law L5, of the brief's M12; L2 norm.\nlet m1 = M1;\n")]);
        let found = outside_documents(&repository);
        let expected = ["the brief", "L5", "M12"];
        assert!(found.iter().zip(expected).all(|(found, mention)| found.sentence.contains(mention)), "{found:?}");
        assert_eq!(found.len(), expected.len());
    }
}
