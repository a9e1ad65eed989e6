//! Where the pointer is over an element, in the element's own px: the one place that knows that the page may be zoomed.
//!
//! Browsers agree on the pointer, which is in px of the window. Of elements they give the place either in px of the window
//! too, or, before the property `currentCSSZoom` came (WebKit, older Chromium), in px of the element's zoom.

use super::browser;
use js_sys::Reflect;
use web_sys::{Element, MouseEvent};

/// What the pointer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gesture {
    /// A mouse or pen passes over it with no button pressed.
    Hover,
    /// The first button, or a finger, goes down.
    Press,
    /// It moves on with the button down.
    Drag,
    /// It was pressed and let go.
    Click,
}

/// The pointer over an element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pointed {
    /// What it does.
    pub gesture: Gesture,
    /// Where, from the element's left top corner, own px.
    pub at: [f64; 2],
    /// The element's width and height, own px.
    pub size: [f64; 2],
}

/// Where an event of the pointer is over an element; none while the element has no size.
pub fn pointed(gesture: Gesture, event: &MouseEvent, element: &Element) -> Option<Pointed> {
    let place = element.get_bounding_client_rect();
    let size = [f64::from(element.client_width()), f64::from(element.client_height())];
    let unit = unit(element);
    let within = |pointer: i32, start: f64, extent: f64, own: f64| {
        (own > 0.0 && extent > 0.0).then(|| (f64::from(pointer) / unit - start) * own / extent)
    };
    let x = within(event.client_x(), place.left(), place.width(), size[0])?;
    let y = within(event.client_y(), place.top(), place.height(), size[1])?;
    Some(Pointed { gesture, at: [x, y], size })
}

/// How many px of the window are one of those in which the browser gives the element's place.
fn unit(element: &Element) -> f64 {
    // An ordinary property of an ordinary object.
    if Reflect::has(element, &"currentCSSZoom".into()).unwrap_or(false) {
        return 1.0;
    }
    let zoom = |element: &Element| -> f64 {
        let style = browser::window().and_then(|window| window.get_computed_style(element).ok().flatten());
        let zoom = style.and_then(|style| style.get_property_value("zoom").ok());
        zoom.and_then(|zoom| zoom.parse().ok()).unwrap_or(1.0)
    };
    std::iter::successors(Some(element.clone()), |element| element.parent_element())
        .map(|element| zoom(&element))
        .product()
}
