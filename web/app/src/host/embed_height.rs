//! How high the page would like to be in a frame of another page.
//!
//! Charts fill the room that the frame gives, so their height says nothing; what counts is the rest of the page plus the
//! height that each chart would like to have, which depends on nothing that the frame can change in answer. So a frame
//! that follows these messages comes to rest at once.

use crate::host::browser;
use crate::host::embed::tell;
use protocol::embed::Told;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};

/// Changes of the height are told once they have come to rest for so long, milliseconds.
const REST: i32 = 120;

/// Watches the page's root element, for good.
pub fn watch(root: &Element) {
    if !browser::is_embedded() {
        return;
    }
    let told = Rc::new(Cell::new(0.0));
    let due = Rc::new(Cell::new(false));
    let watched = root.clone();
    let on_resize = Closure::<dyn FnMut()>::new(move || {
        if due.replace(true) {
            return;
        }
        let (due, told, root) = (due.clone(), told.clone(), watched.clone());
        browser::after(REST, move || {
            due.set(false);
            let height = wanted(&root);
            if (height - told.replace(height)).abs() >= 1.0 {
                tell(Told::Resize { height });
            }
        });
    });
    if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
        observer.observe(root);
    }
    on_resize.forget();
}

/// The rest of the page plus what each chart would like.
fn wanted(root: &Element) -> f64 {
    let mut height = root.get_bounding_client_rect().height();
    let Ok(charts) = root.query_selector_all("[data-wanted-height]") else { return height };
    for index in 0..charts.length() {
        let chart: Option<HtmlElement> = charts.item(index).and_then(|node| node.dyn_into().ok());
        let Some(chart) = chart else { continue };
        let wanted: Option<f64> = chart.get_attribute("data-wanted-height").and_then(|text| text.parse().ok());
        height += wanted.unwrap_or_default() - chart.get_bounding_client_rect().height();
    }
    height.ceil()
}
