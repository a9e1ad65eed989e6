//! Whether the page is in sight: its tab is in front, and its frame is not scrolled out of the window.

use crate::host::browser;
use js_sys::Array;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry};

/// Tells whenever the page comes into sight or goes out of it, for good.
pub fn watch(root: &Element, tell: impl Fn(bool) + 'static) {
    let in_window = Rc::new(Cell::new(true));
    let told = Cell::new(true);
    let known = in_window.clone();
    let look = Rc::new(move || {
        let hidden = browser::document().is_some_and(|document| document.hidden());
        let seen = !hidden && known.get();
        if told.replace(seen) != seen {
            tell(seen);
        }
    });
    let on_change = {
        let look = look.clone();
        Closure::<dyn FnMut()>::new(move || look())
    };
    if let Some(document) = browser::document() {
        let listener = on_change.as_ref().unchecked_ref();
        let _refused = document.add_event_listener_with_callback("visibilitychange", listener);
    }
    on_change.forget();
    // A page that is opened in a tab behind others hears of no change.
    let first = look.clone();
    browser::after(0, move || first());
    let on_cross = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
        let last: Option<IntersectionObserverEntry> = entries.iter().last().and_then(|entry| entry.dyn_into().ok());
        if let Some(last) = last {
            in_window.set(last.is_intersecting());
            look();
        }
    });
    if let Ok(observer) = IntersectionObserver::new(on_cross.as_ref().unchecked_ref()) {
        observer.observe(root);
    }
    on_cross.forget();
}
