//! Keys that are pressed anywhere on the page, and what has the focus then.

use super::browser;
use crate::state::keys::Focused;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, KeyboardEvent};

/// Elements that take text or letters themselves.
const FIELDS: &str = "input, select, textarea, dialog, [contenteditable]";
/// Elements that the space bar activates.
const BUTTONS: &str = "button, a[href], summary, [role=switch]";
/// Elements that the arrows move in or scroll.
const WALKED: &str = "[role=slider], [role=radiogroup], ol, ul, .plot, .table-scroll";

/// Calls back with every key that is pressed alone, for good. A key that is used is not the browser's any more.
pub fn listen(is_used: impl Fn(&str, Focused) -> bool + 'static) {
    let listener = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        let held = event.ctrl_key() || event.alt_key() || event.meta_key() || event.repeat();
        if held || event.default_prevented() || event.is_composing() {
            return;
        }
        if is_used(&event.key(), focused(event.target().and_then(|target| target.dyn_into().ok()))) {
            event.prevent_default();
        }
    });
    if let Some(window) = browser::window() {
        let _refused = window.add_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

fn focused(target: Option<Element>) -> Focused {
    // Where nothing has the focus, the body is the target.
    let Some(target) = target.filter(|target| !matches!(target.tag_name().as_str(), "BODY" | "HTML")) else {
        return Focused::default();
    };
    let is_in = |selectors: &str| target.closest(selectors).ok().flatten().is_some();
    Focused { is_outside: !is_in("#lab"), is_field: is_in(FIELDS), is_button: is_in(BUTTONS), is_walked: is_in(WALKED) }
}
