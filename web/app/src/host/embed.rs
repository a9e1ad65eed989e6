//! The messages to and from an embedding page, as the browser sends them. What they are stands in [`protocol::embed`], in
//! which order they go in [`super::outbox`].

use super::outbox::Outbox;
use crate::host::browser::{is_embedded, window};
use crate::state::Action;
use js_sys::JSON;
use protocol::embed::{Asked, Told, read};
use serde_json::Value;
use std::cell::RefCell;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

thread_local! {
    /// There is one page around this one.
    static OUTBOX: RefCell<Outbox> = RefCell::default();
}

/// Whether the embedding page was told that this one is ready.
pub fn is_ready() -> bool {
    OUTBOX.with_borrow(Outbox::is_ready)
}

/// Tells the embedding page; nobody if the page stands alone.
pub fn tell(message: Told) {
    if !is_embedded() {
        return;
    }
    for message in OUTBOX.with_borrow_mut(|outbox| outbox.tell(message)) {
        send(&message.to_json());
        message.for_platforms().iter().for_each(send);
    }
}

fn send(message: &Value) {
    let object = JSON::parse(&message.to_string()).unwrap_or_default();
    if let Some(parent) = window().and_then(|window| window.parent().ok().flatten()) {
        // To any page: nothing in it is secret.
        let _gone = parent.post_message(&object, "*");
    }
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

/// What the embedding page asks for; `None` for everybody else and for what is not meant for this page.
fn action(event: &MessageEvent) -> Option<Action> {
    let parent = window()?.parent().ok().flatten()?;
    let source: JsValue = event.source()?.into();
    if !is_embedded() || source != JsValue::from(parent) {
        return None;
    }
    // What JSON cannot hold is not for this page.
    let text = JSON::stringify(&event.data()).ok()?.as_string()?;
    let message: Value = serde_json::from_str(&text).ok()?;
    Some(match read(&message)? {
        Ok(Asked::Play) => Action::Play,
        Ok(Asked::Pause) => Action::Pause,
        Ok(Asked::Step) => Action::StepOnce,
        Ok(Asked::Reset) => Action::Reset,
        Ok(Asked::Set(settings)) => Action::Set(settings),
        Ok(Asked::Get { id, what }) => Action::Answer(id, what),
        Ok(Asked::Visible(visible)) => Action::Visible(visible),
        Err(refusal) => Action::Refuse(refusal),
    })
}
