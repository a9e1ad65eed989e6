//! Animation frames, one at a time and only when one is wanted.

use super::browser;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

/// Animation frames that call back.
pub struct Frames {
    on_frame: Closure<dyn FnMut()>,
    is_requested: bool,
}

impl Frames {
    /// None is requested yet.
    pub fn new(on_frame: impl FnMut() + 'static) -> Self {
        Self { on_frame: Closure::new(on_frame), is_requested: false }
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

    /// The frame that was requested is here.
    pub fn arrived(&mut self) {
        self.is_requested = false;
    }
}
