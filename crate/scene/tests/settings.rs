//! What stands outside the program and is written from its table of settings: the properties of `spec` in the recording's
//! schema, and the README's line of planned settings. (`cargo xtask tidy` compares the README's tables.)
#![allow(clippy::unwrap_used)]

use protocol::recording::spec_as_json;
use protocol::setting::{Scope, entries, planned};
use protocol::{Augment, Fade, LrSchedule, NoDecay, OnNonfinite, Reason, RunSetting, RunSpec};
use scene::words::setting_words;
use serde_json::{Value, json};

const SCHEMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/schema/recording-1.json");
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");

/// The property of `spec`, with its place in the file.
fn spec_property() -> String {
    let properties: Vec<_> = RunSetting::written().map(property).collect();
    let list = properties.join(",\n            ");
    format!(
        "\"spec\": {{
          \"description\": \"The run's settings by their names in a URL, or null from elsewhere.\",
          \"type\": [\"object\", \"null\"],
          \"properties\": {{
            {list}
          }},
          \"additionalProperties\": true
        }}"
    )
}

/// What the header holds of a setting. A text that reads as a number is written as one.
fn property(setting: RunSetting) -> String {
    let accepted = match setting.setting().range() {
        Reason::Whole { min, max } => format!("\"type\": \"integer\", \"minimum\": {min}, \"maximum\": {max}"),
        Reason::Real { min, max } => format!("\"type\": \"number\", \"minimum\": {min}, \"maximum\": {max}"),
        Reason::OneOf(names) => {
            let names: Vec<_> = names.iter().map(|name| json!(name).to_string()).collect();
            format!("\"enum\": [{}]", names.join(", "))
        }
        Reason::Strengths | Reason::Schedule => "\"type\": [\"string\", \"number\"]".to_owned(),
        _ => "\"type\": \"string\"".to_owned(),
    };
    let explanation = json!(setting_words(setting).explanation);
    format!("\"{}\": {{ {accepted}, \"description\": {explanation} }}", setting.name())
}

/// The README's line of planned settings.
fn planned_line() -> String {
    let names: Vec<_> = planned().map(|planned| format!("`{}`", planned.name)).collect();
    format!("{PLANNED_HEAD}{}. A link keeps them.", names.join(", "))
}

const PLANNED_HEAD: &str = "Planned, and not available yet: ";

/// Compares a part of a file, and writes it when `BLESS` is set.
#[expect(clippy::disallowed_methods, reason = "the test compares a file, and writes it when asked to")]
fn has(file: &str, (start, end): (&str, &str), wanted: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    let from = text.find(start).unwrap();
    let to = from + text[from..].find(end).unwrap();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, format!("{}{wanted}{}", &text[..from], &text[to..])).unwrap();
    } else {
        assert!(&text[from..to] == wanted, "{file} is stale: BLESS=1 cargo test -p scene --test settings writes it");
    }
}

#[test]
fn the_schema_describes_every_setting_of_a_header() {
    has(SCHEMA, ("\"spec\": {", ",\n        \"blocks\""), &spec_property());
}

#[test]
fn the_readme_names_what_is_planned() {
    has(README, (PLANNED_HEAD, "\n"), &planned_line());
}

/// Every setting of a run that links write is in the header, as the schema has it, and in the README; what is only short for
/// another one is in the README alone.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads what the repository documents")]
fn every_setting_is_in_the_header_the_schema_and_the_readme() {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(SCHEMA).unwrap()).unwrap();
    let readme = std::fs::read_to_string(README).unwrap();
    let described = &schema["$defs"]["header"]["properties"]["spec"]["properties"];
    // What came later is said only where it is not as usual.
    let header = spec_as_json(&RunSpec {
        fade: Some(Fade { from: 3, to: 9 }),
        lr_schedule: LrSchedule::Cosine,
        warmup: 5,
        no_decay: NoDecay::NormsBiases,
        label_smoothing: 0.1,
        on_nonfinite: OnNonfinite::Continue,
        augment: Augment::Crop,
        ..RunSpec::page_default()
    });
    for entry in entries() {
        let name = entry.name;
        let is_held = entry.scope == Scope::Run && entry.short_for.is_none();
        assert_eq!(header.get(name).is_some(), is_held, "{name} in the header");
        assert_eq!(described.get(name).is_some(), is_held, "{name} in the schema");
        let written = match entry.scope {
            Scope::Program => format!("\n| `--{}` |", name.replace('_', "-")),
            Scope::Planned => format!("`{name}`"),
            Scope::Run | Scope::Page => format!("\n| `{name}` |"),
        };
        assert!(readme.contains(&written), "{name} in the README");
    }
    assert_eq!(header.as_object().unwrap().len(), described.as_object().unwrap().len());
}
