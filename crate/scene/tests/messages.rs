//! The schema of the messages and their TypeScript types are written from the catalogue in `protocol` and from the words.
#![allow(clippy::unwrap_used)]

use protocol::embed::{Field, FieldKind, MESSAGES, MessageType, Presence};
use scene::words::{message, message_field};
use serde_json::{Map, Value, json};
use std::fmt::Write;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/schema/");
const NUMBER_NAMES: [&str; 3] = ["NaN", "Infinity", "-Infinity"];

fn number() -> Value {
    json!({"anyOf": [{"type": "number"}, {"enum": NUMBER_NAMES}]})
}

fn schema_of(kind: FieldKind) -> Value {
    match kind {
        FieldKind::Text => json!({"type": "string"}),
        FieldKind::OneOf(names) => json!({"enum": names}),
        FieldKind::Whole => json!({"type": "integer", "minimum": 0}),
        FieldKind::Number => number(),
        FieldKind::Flag => json!({"type": "boolean"}),
        FieldKind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        FieldKind::Numbers => json!({"type": "array", "items": {"anyOf": [{"type": "null"}, number()]}}),
        FieldKind::Lane => json!({"enum": ["a", "b"]}),
        FieldKind::Settings => json!({"type": "object", "additionalProperties": {"type": ["string", "number"]}}),
        FieldKind::Anything => json!({}),
        FieldKind::Object(fields) => object(fields),
        FieldKind::Lanes(fields) => {
            json!({"type": "object", "properties": {"a": object(fields), "b": object(fields)}, "required": ["a"]})
        }
    }
}

fn described(field: &Field) -> Value {
    let mut schema = match field.presence {
        Presence::Nullable => json!({"anyOf": [{"type": "null"}, schema_of(field.kind)]}),
        Presence::Always | Presence::Optional => schema_of(field.kind),
    };
    schema["description"] = message_field(field.name).into();
    schema
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<_, _> = fields.iter().map(|field| (field.name.to_owned(), described(field))).collect();
    let required: Vec<_> =
        fields.iter().filter(|field| field.presence != Presence::Optional).map(|field| field.name).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

fn title(message: &MessageType) -> String {
    let name = message.name.trim_start_matches("headwater:");
    let capital = name[..1].to_uppercase() + &name[1..];
    if message.out { capital } else { format!("{capital}Request") }
}

fn schema() -> String {
    let definition = |message: &MessageType| {
        let mut schema = object(message.fields);
        schema["description"] = self::message(message).into();
        schema["properties"]["type"] = json!({"const": message.name});
        schema["properties"]["v"] = json!({"const": 1});
        let required = schema["required"].as_array_mut().unwrap();
        required.extend([json!("type"), json!("v")]);
        if message.name == "headwater:set" {
            schema["additionalProperties"] = json!({"type": ["string", "number", "boolean"]});
        }
        (title(message), schema)
    };
    let definitions: Map<_, _> = MESSAGES.iter().map(definition).collect();
    let any: Vec<_> = MESSAGES.iter().map(|message| json!({"$ref": format!("#/$defs/{}", title(message))})).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Messages between Headwater and a page that embeds it, version 1",
        "description": "Written by `BLESS=1 cargo test -p scene --test messages`. Fields may be added, never changed.",
        "anyOf": any,
        "$defs": definitions,
    });
    serde_json::to_string_pretty(&schema).unwrap() + "\n"
}

fn type_of(kind: FieldKind, indent: &str) -> String {
    let names = |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(" | ");
    match kind {
        FieldKind::Text => "string".to_owned(),
        FieldKind::OneOf(list) => names(list),
        FieldKind::Whole => "number".to_owned(),
        FieldKind::Number => "Measured".to_owned(),
        FieldKind::Flag => "boolean".to_owned(),
        FieldKind::Texts => "string[]".to_owned(),
        FieldKind::Numbers => "(Measured | null)[]".to_owned(),
        FieldKind::Lane => names(&["a", "b"]),
        FieldKind::Settings => "Record<string, string | number>".to_owned(),
        FieldKind::Anything => "unknown".to_owned(),
        FieldKind::Object(fields) => format!("{{\n{}{indent}}}", members(fields, &format!("{indent}  "))),
        FieldKind::Lanes(fields) => {
            let inner = members(fields, &format!("{indent}    "));
            format!("{{\n{indent}  [lane in \"a\" | \"b\"]?: {{\n{inner}{indent}  }};\n{indent}}}")
        }
    }
}

fn members(fields: &[Field], indent: &str) -> String {
    let mut text = String::new();
    for field in fields {
        let (question, or_null) = match field.presence {
            Presence::Always => ("", ""),
            Presence::Nullable => ("", " | null"),
            Presence::Optional => ("?", ""),
        };
        let kind = type_of(field.kind, indent);
        writeln!(text, "{indent}/** {} */", message_field(field.name)).unwrap();
        writeln!(text, "{indent}{}{question}: {kind}{or_null};", field.name).unwrap();
    }
    text
}

fn types() -> String {
    let mut text =
        "// Messages between Headwater and a page that embeds it, version 1. Fields may be added, never changed.\n\
        // Written by `BLESS=1 cargo test -p scene --test messages`.\n\n\
        /** A number; one that is not finite by name. */\n\
        export type Measured = number | \"NaN\" | \"Infinity\" | \"-Infinity\";\n"
            .to_owned();
    for message in MESSAGES {
        writeln!(text, "\n/** {} */", self::message(message)).unwrap();
        writeln!(text, "export interface {} {{\n  type: \"{}\";\n  v: 1;", title(message), message.name).unwrap();
        if message.name == "headwater:set" {
            text += "  [key: string]: string | number | boolean;\n";
        }
        text += &members(message.fields, "  ");
        text += "}\n";
    }
    for (name, out) in [("FromHeadwater", true), ("ToHeadwater", false)] {
        let union: Vec<_> = MESSAGES.iter().filter(|message| message.out == out).map(title).collect();
        writeln!(text, "\nexport type {name} = {};", union.join(" | ")).unwrap();
    }
    text
}

#[test]
fn every_message_and_every_field_has_words() {
    fn every(fields: &[Field]) {
        for field in fields {
            assert!(!message_field(field.name).is_empty(), "{}", field.name);
            if let FieldKind::Object(inner) | FieldKind::Lanes(inner) = field.kind {
                every(inner);
            }
        }
    }
    for message in MESSAGES {
        assert!(!self::message(message).is_empty(), "{}", message.name);
        every(message.fields);
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test compares files, and writes them when asked to")]
fn the_schema_and_the_types_are_those_of_the_catalogue() {
    for (file, expected) in [("messages-1.json", schema()), ("messages-1.d.ts", types())] {
        let path = format!("{FOLDER}{file}");
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &expected).unwrap();
        }
        let found = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{file} is stale: BLESS=1 cargo test -p scene --test messages writes it");
    }
}
