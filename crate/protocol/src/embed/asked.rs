//! What an embedding page asks of the page.

use super::{PREFIX, VERSION};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Embedding page → page.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Train.
    Play,
    /// Pause.
    Pause,
    /// One step, then pause.
    Step,
    /// Back to step 0.
    Reset,
    /// These settings, as in a URL.
    Set(Vec<(String, String)>),
    /// An answer with this mark.
    Get {
        /// The mark.
        id: Value,
        /// What it shall hold.
        what: Subject,
    },
    /// Whether the frame is seen.
    Visible(bool),
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Subject {
    /// What the page does.
    State,
    /// Every setting in force.
    Settings,
    /// The run so far, as the text of a recording.
    Record,
}

impl Subject {
    /// Every one, as it is written.
    pub const NAMES: &'static [&'static str] = &["state", "settings", "record"];
}

/// Why a message is not obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such type of message.
    Type(String),
    /// It is of a version that this page does not know.
    Version(String),
    /// A field of a message cannot be read, or is missing.
    Field {
        /// The type of the message.
        message: String,
        /// The field.
        field: String,
        /// What it accepts.
        accepted: &'static [&'static str],
    },
    /// There is no setting of that name.
    Setting(String),
}

/// Reads a message; `None` if it is not for this page. A slide deck of reveal.js says by a text alone whether a frame is seen.
pub fn read(message: &Value) -> Option<Result<Asked, Refusal>> {
    match message {
        Value::String(text) => match text.as_str() {
            "slide:start" => Some(Ok(Asked::Visible(true))),
            "slide:stop" => Some(Ok(Asked::Visible(false))),
            _ => None,
        },
        Value::Object(fields) => {
            let name = fields.get("type")?.as_str().filter(|name| name.starts_with(PREFIX))?;
            Some(read_fields(name, fields))
        }
        _ => None,
    }
}

fn read_fields(name: &str, fields: &Map<String, Value>) -> Result<Asked, Refusal> {
    if let Some(version) = fields.get("v").filter(|version| is_newer(version)) {
        return Err(Refusal::Version(text(version).unwrap_or_default()));
    }
    let bad = |field: &str, accepted| Refusal::Field { message: name.to_owned(), field: field.to_owned(), accepted };
    match name {
        "headwater:play" => Ok(Asked::Play),
        "headwater:pause" => Ok(Asked::Pause),
        "headwater:step" => Ok(Asked::Step),
        "headwater:reset" => Ok(Asked::Reset),
        "headwater:set" => {
            let settings = fields.iter().filter(|(name, _)| !["type", "v"].contains(&name.as_str()));
            let pair = |(name, value): (&String, &Value)| match text(value) {
                Some(text) => Ok((name.clone(), text)),
                None => Err(bad(name, &["a text", "a number", "true", "false"])),
            };
            settings.map(pair).collect::<Result<_, _>>().map(Asked::Set)
        }
        "headwater:get" => {
            let what = fields.get("what").and_then(|what| Subject::deserialize(what).ok());
            let what = what.ok_or_else(|| bad("what", Subject::NAMES))?;
            Ok(Asked::Get { id: fields.get("id").cloned().unwrap_or_default(), what })
        }
        "headwater:visible" => {
            let visible = fields.get("visible").and_then(Value::as_bool);
            visible.map(Asked::Visible).ok_or_else(|| bad("visible", &["true", "false"]))
        }
        unknown => Err(Refusal::Type(unknown.to_owned())),
    }
}

fn is_newer(version: &Value) -> bool {
    let number = version.as_f64().or_else(|| version.as_str()?.parse().ok());
    number.is_some_and(|number| number > f64::from(VERSION))
}

/// A value as a URL writes it.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.as_i64().map_or_else(|| number.to_string(), |whole| whole.to_string())),
        Value::Bool(flag) => Some(u8::from(*flag).to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The settings of a JSON object (`headwater-settings` in a page without a query) as the parameters of a URL; what cannot be
/// one comes with an empty value.
pub fn settings(object: &Map<String, Value>) -> Vec<(String, String)> {
    object.iter().map(|(name, value)| (name.clone(), text(value).unwrap_or_default())).collect()
}
