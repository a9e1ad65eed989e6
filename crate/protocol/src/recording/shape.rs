//! What each field of a line must be: asked only when a line could not be read, to name the field.

use super::fault::{FaultReason, Wanted};
use serde_json::Value;

/// A field of a line, what it must be, and whether it must be there.
type Field = (&'static str, Shape, bool);

/// What a value must be.
enum Shape {
    Is(Wanted),
    /// A list of such values.
    List(&'static Shape),
    /// An object with any fields, all of them such values.
    Map(&'static Shape),
    /// An object with these fields.
    Object(&'static [Field]),
}

const NUMBER: Shape = Shape::Is(Wanted::Number);
const OPTIONAL: Shape = Shape::Is(Wanted::NumberOrNull);
const WHOLE: Shape = Shape::Is(Wanted::Whole);
const TEXT: Shape = Shape::Is(Wanted::Text);

const HEADER: &[Field] = &[
    ("schema", WHOLE, true),
    ("producer", TEXT, true),
    ("created", TEXT, true),
    ("command", TEXT, false),
    ("weights", TEXT, false),
    ("begins", WHOLE, false),
    ("spec", Shape::Is(Wanted::Object), false),
    (
        "blocks",
        Shape::List(&Shape::Object(&[
            ("name", TEXT, true),
            ("kind", TEXT, false),
            ("stage", WHOLE, false),
            ("shortcut", TEXT, false),
            ("module", TEXT, false),
        ])),
        true,
    ),
    ("model", TEXT, false),
    ("notes", Shape::List(&TEXT), false),
    ("quantities", Shape::List(&TEXT), true),
];
const STEP: &[Field] = &[
    ("step", WHOLE, true),
    ("loss", NUMBER, true),
    ("train_accuracy", OPTIONAL, false),
    ("lr", OPTIONAL, false),
    ("columns", Shape::Map(&Shape::List(&OPTIONAL)), false),
    ("scalars", Shape::Map(&OPTIONAL), false),
    ("vectors", Shape::Map(&Shape::List(&NUMBER)), false),
    (
        "ends",
        Shape::Object(&[
            ("stem", Shape::Object(&[("grad_out_l2", OPTIONAL, false), ("weight_grad_l2", OPTIONAL, false)]), false),
            ("head", Shape::Object(&[("grad_in_l2", OPTIONAL, false), ("weight_grad_l2", OPTIONAL, false)]), false),
        ]),
        false,
    ),
];
const EVAL: &[Field] = &[
    ("step", WHOLE, true),
    ("loss", NUMBER, true),
    ("accuracy", NUMBER, true),
    ("columns", Shape::Map(&Shape::List(&OPTIONAL)), false),
    ("scalars", Shape::Map(&OPTIONAL), false),
    ("vectors", Shape::Map(&Shape::List(&NUMBER)), false),
    (
        "answers",
        Shape::List(&Shape::Object(&[("image", WHOLE, true), ("class", WHOLE, true), ("probability", NUMBER, true)])),
        false,
    ),
];
const MARK: &[Field] = &[
    ("step", WHOLE, true),
    ("what", TEXT, true),
    ("block", TEXT, false),
    ("from", OPTIONAL, false),
    ("to", OPTIONAL, false),
    ("by", TEXT, false),
];
const END: &[Field] = &[("reason", TEXT, true), ("step", WHOLE, false), ("block", TEXT, false), ("what", TEXT, false)];

/// The first field of a line that is not what it must be, and what is wrong with it; `None` if its type is not known, or
/// nothing is wrong.
pub fn first_fault(value: &Value) -> Option<(String, FaultReason)> {
    let Some(object) = value.as_object() else {
        return Some((String::new(), FaultReason::Wants(Wanted::Object)));
    };
    let Some(kind) = object.get("type") else { return Some(("type".to_owned(), FaultReason::Missing)) };
    let Some(kind) = kind.as_str() else {
        return Some(("type".to_owned(), FaultReason::Wants(Wanted::Text)));
    };
    if object.get("lane").is_some_and(|lane| !lane.is_string()) {
        return Some(("lane".to_owned(), FaultReason::Wants(Wanted::Text)));
    }
    of_fields(fields_of(kind)?, value)
}

/// A line with the fields of its type alone.
pub fn own_fields(value: &Value) -> Value {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    let fields = fields_of(kind).unwrap_or_default();
    let is_own = |name: &str| ["type", "lane"].contains(&name) || fields.iter().any(|(own, ..)| *own == name);
    let own = value.as_object().into_iter().flatten().filter(|(name, _)| is_own(name));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The fields of a line of that type.
fn fields_of(kind: &str) -> Option<&'static [Field]> {
    Some(match kind {
        "header" => HEADER,
        "step" => STEP,
        "eval" => EVAL,
        "mark" => MARK,
        "end" => END,
        _ => return None,
    })
}

fn of_fields(fields: &[Field], value: &Value) -> Option<(String, FaultReason)> {
    let Some(object) = value.as_object() else {
        return Some((String::new(), FaultReason::Wants(Wanted::Object)));
    };
    fields.iter().find_map(|(name, shape, required)| match object.get(*name) {
        None => required.then(|| ((*name).to_owned(), FaultReason::Missing)),
        Some(Value::Null) if !required => None,
        Some(value) => under(name, broken(shape, value)),
    })
}

fn broken(shape: &Shape, value: &Value) -> Option<(String, FaultReason)> {
    match shape {
        Shape::Is(wanted) => (!is(*wanted, value)).then(|| (String::new(), FaultReason::Wants(*wanted))),
        Shape::Object(fields) => of_fields(fields, value),
        Shape::List(inner) => {
            let Some(list) = value.as_array() else {
                return Some((String::new(), FaultReason::Wants(Wanted::List)));
            };
            let one = |(index, value): (usize, &Value)| under(&format!("[{index}]"), broken(inner, value));
            list.iter().enumerate().find_map(one)
        }
        Shape::Map(inner) => {
            let Some(map) = value.as_object() else {
                return Some((String::new(), FaultReason::Wants(Wanted::Object)));
            };
            map.iter().find_map(|(name, value)| under(name, broken(inner, value)))
        }
    }
}

/// A fault as seen from the object or list that holds it.
fn under(name: &str, fault: Option<(String, FaultReason)>) -> Option<(String, FaultReason)> {
    fault.map(|(path, reason)| {
        let between = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        (format!("{name}{between}{path}"), reason)
    })
}

fn is(wanted: Wanted, value: &Value) -> bool {
    let is_number = || value.is_number() || value.as_str().is_some_and(|text| super::line::NOT_FINITE.contains(&text));
    match wanted {
        Wanted::Object => value.is_object(),
        Wanted::List => value.is_array(),
        Wanted::Text => value.is_string(),
        Wanted::Whole => value.is_u64(),
        Wanted::Number => is_number(),
        Wanted::NumberOrNull => value.is_null() || is_number(),
    }
}
