//! The messages to and from an embedding page.

use crate::host::browser::{is_embedded, window};
use crate::state::Action;
use crate::state::readout::{LaneReadout, Readout};
use js_sys::{Object, Reflect};
use protocol::{Lane, Mark};

use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

/// The version of the messages.
const VERSION: f64 = 1.0;

/// Sends `headwater:WHAT` with these fields; nothing if the page stands alone.
fn tell(what: &str, fields: &[(&str, JsValue)]) {
    if !is_embedded() {
        return;
    }
    let message = object(fields);
    set(&message, "type", &format!("headwater:{what}").into());
    set(&message, "v", &VERSION.into());
    if let Some(parent) = window().and_then(|window| window.parent().ok().flatten()) {
        // To any page: nothing in it is secret.
        let _gone = parent.post_message(&message, "*");
    }
}

fn object(fields: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, value);
    }
    object
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _taken = Reflect::set(object, &name.into(), value);
}

fn number(value: Option<f64>) -> JsValue {
    value.map_or(JsValue::NULL, JsValue::from_f64)
}

/// The page is ready to train.
pub fn tell_ready() {
    tell("ready", &[]);
}

/// The page would like to be so high, CSS px.
pub fn tell_height(height: f64) {
    tell("resize", &[("height", height.into())]);
}

/// The measurements, a run each under its name; those of the first also at the top.
pub fn tell_step(readout: &Readout) {
    let fields = |lane: &LaneReadout| {
        [
            ("step", number(lane.step.map(|step| step as f64))),
            ("updates", JsValue::from_f64(lane.updates as f64)),
            ("loss", number(lane.loss)),
            ("train_accuracy", number(lane.train_accuracy)),
            ("accuracy", number(lane.accuracy)),
        ]
    };
    let Some(first) = readout.lanes.first() else { return };
    let lanes: Vec<(&str, JsValue)> =
        Lane::ALL.iter().zip(&readout.lanes).map(|(lane, read)| (lane.name(), object(&fields(read)).into())).collect();
    let mut all = fields(first).to_vec();
    all.push(("steps_per_second", number(readout.speed.steps_per_second)));
    all.push(("lanes", object(&lanes).into()));
    tell("step", &all);
}

/// A setting was changed while a run went on.
pub fn tell_mark(lane: Lane, mark: &Mark) {
    let fields = [
        ("lane", lane.name().into()),
        ("step", (mark.step as f64).into()),
        ("what", mark.what.name().into()),
        ("block", mark.block.as_deref().map_or(JsValue::NULL, JsValue::from_str)),
        ("from", mark.from.into()),
        ("to", mark.to.into()),
    ];
    tell("mark", &fields);
}

/// Something went wrong; one sentence.
pub fn tell_error(sentence: &str) {
    tell("error", &[("message", sentence.into())]);
}

/// Listens to the embedding page, for good.
pub fn listen(act: impl Fn(Action) + 'static) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(action) = action(&event) {
            act(action);
        }
    });
    if let Some(window) = window() {
        let _refused = window.add_event_listener_with_callback("message", on_message.as_ref().unchecked_ref());
    }
    on_message.forget();
}

/// What the embedding page asks for; `None` for everybody else and for what is unknown.
fn action(event: &MessageEvent) -> Option<Action> {
    let parent = window()?.parent().ok().flatten()?;
    let source: JsValue = event.source()?.into();
    if !is_embedded() || source != JsValue::from(parent) {
        return None;
    }
    let message: Object = event.data().dyn_into().ok()?;
    let field = |name: &str| Reflect::get(&message, &name.into()).ok();
    if field("v").and_then(|version| version.as_f64()).is_some_and(|version| version > VERSION) {
        return None;
    }
    match field("type")?.as_string()?.as_str() {
        "headwater:play" => Some(Action::Play),
        "headwater:pause" => Some(Action::Pause),
        "headwater:reset" => Some(Action::Reset),
        "headwater:set" => Some(Action::Set(parameters(&message))),
        _ => None,
    }
}

/// The fields of a `set` message as URL parameters.
fn parameters(message: &Object) -> Vec<(String, String)> {
    let pair = |key: JsValue| {
        let name = key.as_string().filter(|name| name != "type" && name != "v")?;
        let value = Reflect::get(message, &key).ok()?;
        let text = match (value.as_string(), value.as_f64(), value.as_bool()) {
            (Some(text), ..) => text,
            (_, Some(number), _) => number.to_string(),
            (.., Some(flag)) => u8::from(flag).to_string(),
            _ => return None,
        };
        Some((name, text))
    };
    Object::keys(message).iter().filter_map(pair).collect()
}
