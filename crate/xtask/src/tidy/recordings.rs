//! Every recording in the repository is what its schema says.

use super::repository::{Finding, Repository};
use serde_json::Value;

/// The schema.
const SCHEMA: &str = "assets/schema/recording-1.json";

/// Lines of recordings that the schema does not describe.
pub(super) fn valid(repository: &Repository) -> Vec<Finding> {
    let schema: Value = serde_json::from_str(repository.text(SCHEMA)).unwrap_or_default();
    let mut findings = Vec::new();
    for (file, text) in repository.of("", ".jsonl") {
        for (index, line) in text.lines().enumerate() {
            let wrong = match serde_json::from_str::<Value>(line) {
                Ok(value) => broken(&schema, &schema, &value, "the line"),
                Err(_) => Some("the line is no JSON".to_owned()),
            };
            findings.extend(wrong.map(|sentence| Finding::at(file, index + 1, sentence)));
        }
    }
    findings
}

/// The first rule of a schema that a value breaks, of the few that the recording's schema has.
fn broken(root: &Value, schema: &Value, value: &Value, name: &str) -> Option<String> {
    let list = |key: &str| schema[key].as_array().into_iter().flatten();
    if let Some(reference) = schema["$ref"].as_str() {
        return broken(root, root.pointer(reference.trim_start_matches('#'))?, value, name);
    }
    if let Some(missing) = list("required").filter_map(Value::as_str).find(|field| value.get(field).is_none()) {
        return Some(format!("{name} has no {missing}"));
    }
    if !schema["type"].is_null() && !types(&schema["type"]).iter().any(|wanted| is_of_type(value, wanted)) {
        return Some(format!("{name} is {value}, not {}", schema["type"]));
    }
    if !schema["const"].is_null() && schema["const"] != *value
        || !schema["enum"].is_null() && !list("enum").any(|accepted| accepted == value)
    {
        return Some(format!("{name} must not be {value}"));
    }
    if !schema["anyOf"].is_null() && list("anyOf").all(|one| broken(root, one, value, name).is_some()) {
        return Some(format!("{name} must not be {value}"));
    }
    for rule in list("allOf") {
        if broken(root, &rule["if"], value, name).is_none()
            && let Some(sentence) = broken(root, &rule["then"], value, name)
        {
            return Some(sentence);
        }
    }
    let fields = value.as_object().into_iter().flatten();
    let of_fields = fields.filter_map(|(field, inner)| {
        let own = &schema["properties"][field];
        broken(root, if own.is_null() { &schema["additionalProperties"] } else { own }, inner, field)
    });
    let of_items =
        value.as_array().into_iter().flatten().filter_map(|inner| broken(root, &schema["items"], inner, name));
    of_fields.chain(of_items).next()
}

fn types(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        other => other.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

fn is_of_type(value: &Value, wanted: &str) -> bool {
    match wanted {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    const TEST_SCHEMA: &str = r##"{"type": "object", "required": ["type"],
        "allOf": [{"if": {"properties": {"type": {"const": "eval"}}}, "then": {"$ref": "#/$defs/eval"}}],
        "$defs": {
            "number": {"anyOf": [{"type": "number"}, {"enum": ["NaN"]}]},
            "eval": {"required": ["step"], "properties": {"step": {"type": "integer"}, "loss": {"$ref": "#/$defs/number"},
                "columns": {"additionalProperties": {"type": "array", "items": {"$ref": "#/$defs/number"}}}}}
        }}"##;

    #[test]
    fn each_kind_of_bad_line_is_found_and_good_ones_pass() {
        let lines = [
            r#"{"type": "eval", "step": 1, "loss": "NaN", "columns": {"a": [1, "NaN"]}}"#,
            r#"{"type": "later"}"#,
            r#"{"step": 1}"#,
            r#"{"type": "eval", "loss": 1}"#,
            r#"{"type": "eval", "step": 1.5}"#,
            r#"{"type": "eval", "step": 1, "loss": "odd"}"#,
            r#"{"type": "eval", "step": 1, "columns": {"a": [1, "odd"]}}"#,
            "{",
        ];
        let found = valid(&planted(&[(SCHEMA, TEST_SCHEMA), ("a.jsonl", &lines.join("\n"))]));
        let found: Vec<_> = found.iter().map(Finding::to_string).collect();
        let expected = [
            "a.jsonl:3: the line has no type",
            "a.jsonl:4: the line has no step",
            "a.jsonl:5: step is 1.5, not \"integer\"",
            "a.jsonl:6: loss must not be \"odd\"",
            "a.jsonl:7: a must not be \"odd\"",
            "a.jsonl:8: the line is no JSON",
        ];
        assert_eq!(found, expected);
    }
}
