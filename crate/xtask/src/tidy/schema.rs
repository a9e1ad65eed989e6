//! The schema of a recording against the program that writes it: fields and marks, in both directions.

use super::repository::{Finding, Repository};
use super::rust::{Kind, pieces, without_tests};
use serde_json::Value;
use std::collections::BTreeSet;

/// The schema.
const SCHEMA: &str = "assets/schema/recording-1.json";
/// The module or modules that write recordings.
const WRITER: &str = "crate/protocol/src/recording";
/// What the schema promises and no program writes yet. Empty in the end.
const PLANNED: [&str; 1] = ["resume"];

/// Fields and marks of the schema that nobody writes or plans, fields that are written and not in the schema, and plans
/// that have come true.
pub(super) fn written(repository: &Repository) -> Vec<Finding> {
    let Ok(schema) = serde_json::from_str::<Value>(repository.text(SCHEMA)) else {
        return vec![Finding::at(SCHEMA, 0, "is no JSON")];
    };
    let mut promised = BTreeSet::new();
    fields(&schema, &mut promised);
    marks(&schema, &mut promised);
    let written = written_words(repository);
    let kept = |name: &str| written.words.contains(name) || PLANNED.contains(&name);
    let unwritten = promised.iter().filter(|name| !kept(name));
    let mut findings: Vec<_> =
        unwritten.map(|name| Finding::at(SCHEMA, 0, format!("nobody writes or plans \"{name}\""))).collect();
    let unknown = written.keys.iter().filter(|name| !promised.contains(*name));
    findings.extend(unknown.map(|name| Finding::at(SCHEMA, 0, format!("\"{name}\" is written, and not described"))));
    let come = PLANNED.iter().filter(|name| written.words.contains(**name) || !promised.contains(**name));
    findings.extend(come.map(|name| Finding::at(SCHEMA, 0, format!("\"{name}\" is no plan any more"))));
    findings
}

/// The names of all properties.
fn fields(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Object(properties)) = object.get("properties") {
                names.extend(properties.keys().cloned());
            }
            object.values().for_each(|value| fields(value, names));
        }
        Value::Array(list) => list.iter().for_each(|value| fields(value, names)),
        _ => {}
    }
}

/// What a mark may mark.
fn marks(schema: &Value, names: &mut BTreeSet<String>) {
    let what = &schema["$defs"]["mark"]["properties"]["what"]["enum"];
    names.extend(what.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
}

/// Strings of the writer.
#[derive(Default)]
struct Written {
    /// All of them, the kinds of marks, and the settings of a header.
    words: BTreeSet<String>,
    /// Those that name a field.
    keys: BTreeSet<String>,
}

fn written_words(repository: &Repository) -> Written {
    let mut written = Written::default();
    for (_, text) in repository.of(WRITER, ".rs") {
        let pieces = pieces(without_tests(text));
        for (index, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.kind == Kind::Text) {
            let word = piece.source.trim_matches('"').to_owned();
            let source =
                |index: Option<usize>| index.and_then(|index| pieces.get(index)).map_or("", |piece| piece.source);
            let (before, after) = (source(index.checked_sub(1)), source(Some(index + 1)));
            if after.starts_with(':') || before.ends_with("insert(") {
                written.keys.insert(word.clone());
            }
            written.words.insert(word);
        }
    }
    written.words.extend(repository.marks.iter().chain(&repository.header).cloned());
    written
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    const WRITER: &str = "fn f() { json!({\"type\": \"mark\", \"what\": what}); o.insert(\"odd\".into(), 1); }\n";

    #[test]
    fn a_mark_that_nobody_writes_or_plans_and_a_field_that_is_not_described_are_found() {
        let schema = r#"{"properties": {"type": {}, "width": {}}, "$defs": {"mark": {"properties": {"what": {"enum": ["lr", "planted", "resume"]}}}}}"#;
        let mut repository = planted(&[(SCHEMA, schema), ("crate/protocol/src/recording/line.rs", WRITER)]);
        (repository.marks, repository.header) = (vec!["lr".into()], vec!["width".into()]);
        let found: Vec<_> = written(&repository).into_iter().map(|found| found.sentence).collect();
        assert_eq!(found, ["nobody writes or plans \"planted\"", "\"odd\" is written, and not described"]);
    }
}
