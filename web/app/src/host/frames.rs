//! Animation frames, one at a time and only when one is wanted: at once, or when something that waits is due. Each frame
//! costs, also one in which nothing is painted.

use super::browser;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Animation frames that call back.
pub struct Frames {
    on_frame: Closure<dyn FnMut()>,
    is_requested: bool,
    on_due: Rc<dyn Fn()>,
    /// When something that waits is due.
    due: f64,
}

/// A frame is about so long, milliseconds.
const FRAME: f64 = 16.0;

impl Frames {
    /// None is requested yet.
    pub fn new(on_frame: impl FnMut() + 'static, on_due: impl Fn() + 'static) -> Self {
        Self { on_frame: Closure::new(on_frame), is_requested: false, on_due: Rc::new(on_due), due: f64::INFINITY }
    }

    /// The next frame calls back.
    pub fn request(&mut self) {
        if std::mem::replace(&mut self.is_requested, true) {
            return;
        }
        if let Some(window) = browser::window() {
            let _refused = window.request_animation_frame(self.on_frame.as_ref().unchecked_ref());
        }
    }

    /// A frame is wanted in this time, milliseconds, if none comes before; in none if that is infinite.
    pub fn request_in(&mut self, milliseconds: f64) {
        if milliseconds <= FRAME {
            return self.request();
        }
        let due = browser::now() + milliseconds;
        if due < self.due {
            self.due = due;
            let on_due = self.on_due.clone();
            // Not sooner: a frame in which it is not due yet would only ask for another.
            browser::after(milliseconds.ceil() as i32, move || on_due());
        }
    }

    /// What waited is due.
    pub fn is_due(&mut self) {
        self.due = f64::INFINITY;
        self.request();
    }

    /// The frame that was requested is here.
    pub fn arrived(&mut self) {
        self.is_requested = false;
    }
}
