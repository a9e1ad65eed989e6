//! The few things that the page asks of the browser. All of it is there in any page; where a browser says no, nothing
//! happens.

use super::one_file;
use js_sys::{Array, Reflect};
use protocol::PageOptions;
use protocol::setting::Theme;
use std::rc::Rc;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, Event, HtmlElement, KeyboardEvent, PopStateEvent, RequestCache, RequestInit, UrlSearchParams, Window,
};

/// The window. `None` only outside a browser.
pub fn window() -> Option<Window> {
    web_sys::window()
}

/// The document.
pub fn document() -> Option<Document> {
    window()?.document()
}

/// Milliseconds since the page was opened.
pub fn now() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Date and time in UTC, RFC 3339.
pub fn today() -> String {
    js_sys::Date::new_0().to_iso_string().into()
}

/// Calls back after this number of milliseconds.
pub fn after(milliseconds: i32, callback: impl FnOnce() + 'static) {
    if let Some(window) = window() {
        let callback = Closure::once_into_js(callback);
        let _no_timer =
            window.set_timeout_with_callback_and_timeout_and_arguments_0(callback.unchecked_ref(), milliseconds);
    }
}

/// The parameters of the page's address, decoded.
pub fn parameters() -> Vec<(String, String)> {
    parse(&window().and_then(|window| window.location().search().ok()).unwrap_or_default())
}

/// The parameters of a query, decoded.
pub fn parse(query: &str) -> Vec<(String, String)> {
    let Ok(parameters) = UrlSearchParams::new_with_str(query) else { return Vec::new() };
    let pair = |entry: JsValue| {
        let entry: Array = entry.dyn_into().ok()?;
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    Array::from(&parameters).iter().filter_map(pair).collect()
}

/// The text of the element with settings, in a page that has no link of its own (`srcdoc`).
pub fn settings_element() -> Option<String> {
    document()?.get_element_by_id("headwater-settings")?.text_content()
}

/// Puts a query into the address bar: as a new entry of the history, or in place of the present one. The entry remembers
/// `what`, which [`on_travel`] hands back.
pub fn write_query(query: &str, what: &str, is_new: bool) {
    let Some(window) = window() else { return };
    let (Ok(path), Ok(hash)) = (window.location().pathname(), window.location().hash()) else { return };
    let question = if query.is_empty() { "" } else { "?" };
    let (address, what) = (format!("{path}{question}{query}{hash}"), JsValue::from_str(what));
    if let Ok(history) = window.history() {
        // Refused in some sandboxes; the page works all the same.
        let _refused = if is_new {
            history.push_state_with_url(&what, "", Some(&address))
        } else {
            history.replace_state_with_url(&what, "", Some(&address))
        };
    }
}

/// The present entry of the history remembers this.
pub fn remember(what: &str) {
    if let Some(history) = window().and_then(|window| window.history().ok()) {
        let _refused = history.replace_state_with_url(&JsValue::from_str(what), "", None);
    }
}

/// Calls back with what an entry of the history remembers, whenever Back or Forward leads to one, for good.
pub fn on_travel(callback: impl Fn(String) + 'static) {
    let listener = Closure::<dyn FnMut(PopStateEvent)>::new(move |event: PopStateEvent| {
        if let Some(what) = event.state().as_string() {
            callback(what);
        }
    });
    if let Some(window) = window() {
        let _refused = window.add_event_listener_with_callback("popstate", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Calls back whenever the fragment of the address has changed, for good.
pub fn on_fragment(callback: impl Fn() + 'static) {
    let listener = Closure::<dyn FnMut()>::new(callback);
    if let Some(window) = window() {
        let _refused = window.add_event_listener_with_callback("hashchange", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// The address of the page with these parameters; `None` where it has none, as in a `srcdoc`.
pub fn own_address(query: &str) -> Option<String> {
    let scheme = window()?.location().protocol().ok()?;
    let has_one = ["http:", "https:", "file:"].contains(&scheme.as_str());
    has_one.then(|| if one_file::is_one() { format!("?{query}") } else { format!("./?{query}") })
}

/// The address of the page, without query.
pub fn address() -> String {
    let Some(place) = window().map(|window| window.location()) else { return String::new() };
    [place.origin(), place.pathname()].into_iter().flatten().collect()
}

/// Prints the page, once an open panel has had the time to close, milliseconds.
pub fn print_soon() {
    const CLOSING: i32 = 50;
    after(CLOSING, || {
        let _refused = window().map(|window| window.print());
    });
}

/// Calls back with true before the page is printed and with false after it, for good.
pub fn on_print(callback: impl Fn(bool) + 'static) {
    let callback = Rc::new(callback);
    for (event, paper) in [("beforeprint", true), ("afterprint", false)] {
        let callback = callback.clone();
        let listener = Closure::<dyn FnMut()>::new(move || callback(paper));
        if let Some(window) = window() {
            let _refused = window.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        }
        listener.forget();
    }
}

/// The absolute address of a file beside the page.
pub fn absolute(relative: &str) -> String {
    let base = document().and_then(|document| document.base_uri().ok().flatten()).unwrap_or_default();
    web_sys::Url::new_with_base(relative, &base).map_or_else(|_| relative.to_owned(), |url| url.href())
}

/// Width and height of the window, CSS px.
pub fn window_size() -> [f64; 2] {
    let size = |found: Option<Result<JsValue, JsValue>>| {
        found.and_then(Result::ok).and_then(|value| value.as_f64()).unwrap_or(0.0)
    };
    [size(window().map(|window| window.inner_width())), size(window().map(|window| window.inner_height()))]
}

/// Whether the page stands in another one.
pub fn is_embedded() -> bool {
    let Some(window) = window() else { return false };
    window.parent().ok().flatten().is_some_and(|parent| parent != window)
}

/// Whether the system wants light on dark.
pub fn system_is_dark() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-color-scheme: dark)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Whether the visitor asked for less motion.
pub fn less_motion() -> bool {
    let query = window().and_then(|window| window.match_media("(prefers-reduced-motion: reduce)").ok().flatten());
    query.is_some_and(|query| query.matches())
}

/// Colours, scale and chrome, for the style sheet.
pub fn restyle(page: &PageOptions) {
    let root = document().and_then(|document| document.document_element()).and_then(|root| root.dyn_into().ok());
    let Some(root): Option<HtmlElement> = root else { return };
    let _refused = match page.theme {
        Theme::Auto => root.remove_attribute("data-theme"),
        theme => root.set_attribute("data-theme", theme.name()),
    };
    let _refused = root.set_attribute("data-embed", if page.embed { "1" } else { "0" });
    let _refused = root.style().set_property("--scale", &page.scale.to_string());
}

/// Calls back whenever Escape is pressed anywhere on the page, for good.
pub fn on_escape(callback: impl Fn() + 'static) {
    let listener = Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            callback();
        }
    });
    if let Some(window) = window() {
        let _refused = window.add_event_listener_with_callback("keydown", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Puts the keyboard focus on the element of that id.
pub fn focus(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        let _refused = element.focus();
    }
}

/// Clicks an element, if it is there.
pub fn click(id: &str) {
    let element = document().and_then(|document| document.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        element.click();
    }
}

/// What the browser calls itself, and the address of the page.
pub fn identity() -> (String, String) {
    let Some(window) = window() else { return Default::default() };
    let place = window.location();
    // Without the fragment, in which a program's token may stand.
    let link = [place.origin(), place.pathname(), place.search()].into_iter().flatten().collect();
    (window.navigator().user_agent().unwrap_or_default(), link)
}

/// Takes the whole screen, or gives it back; where that is not allowed, nothing happens.
pub fn full_screen(whole: bool) {
    let Some(document) = document() else { return };
    match document.document_element().filter(|_| whole) {
        Some(root) => {
            let _refused = root.request_fullscreen();
        }
        None if document.fullscreen_element().is_some() => document.exit_fullscreen(),
        None => {}
    }
}

/// Calls back whenever the whole screen is given back, for good.
pub fn on_screen_given_back(callback: impl Fn() + 'static) {
    let listener = Closure::<dyn FnMut()>::new(move || {
        if document().is_some_and(|document| document.fullscreen_element().is_none()) {
            callback();
        }
    });
    if let Some(document) = document() {
        let _refused = document.add_event_listener_with_callback("fullscreenchange", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Has the visitor asked before the page is left, whenever that would lose something, for good.
pub fn ask_before_leaving(would_lose: impl Fn() -> bool + 'static) {
    let listener = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
        if would_lose() {
            event.prevent_default();
        }
    });
    if let Some(window) = window() {
        let _refused = window.add_event_listener_with_callback("beforeunload", listener.as_ref().unchecked_ref());
    }
    listener.forget();
}

/// Puts a text into the clipboard, and says when it is there; where that is not allowed, nothing happens.
pub fn copy(text: &str, done: impl FnOnce() + 'static) {
    let Some(navigator) = window().map(|window| window.navigator()) else { return };
    // Pages without a secure address have none.
    let has_clipboard = Reflect::get(&navigator, &"clipboard".into()).is_ok_and(|clipboard| clipboard.is_object());
    if has_clipboard {
        let on_done = Closure::once(move |_: JsValue| done());
        let on_refused = Closure::<dyn FnMut(JsValue)>::new(|_| {});
        let _done = navigator.clipboard().write_text(text).then(&on_done).catch(&on_refused);
        on_done.forget();
        on_refused.forget();
    }
}

/// The page again, past every cache on the way, so that a kept page of an older build mends itself.
pub fn reload() {
    let Some(window) = window() else { return };
    let again = Closure::once(|| {
        if let Some(window) = self::window() {
            let _refused = window.location().reload();
        }
    });
    let options = RequestInit::new();
    options.set_cache(RequestCache::Reload);
    let Ok(here) = window.location().href() else { return };
    let _promise = window.fetch_with_str_and_init(&here, &options).finally(&again);
    again.forget();
}
