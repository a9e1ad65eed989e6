//! Worker → page: each message is one transferred buffer.

use js_sys::{Array, Uint8Array};
use protocol::codec::Message;
use protocol::{Loss, Reply};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// The worker's global object.
pub fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// Milliseconds since the worker was made.
pub fn now_ms() -> f64 {
    scope().performance().map_or(0.0, |performance| performance.now())
}

/// Sends a message. A page that is gone hears nothing, and nobody is left to tell.
pub fn send(reply: &Reply) {
    if let Ok(bytes) = reply.encode() {
        let array = Uint8Array::from(bytes.as_slice());
        let transfer = Array::of1(&array.buffer());
        let _gone = scope().post_message_with_transfer(&array, &transfer);
    }
}

/// Sends a panic's text before the trap, which by itself tells the page only "unreachable".
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| send(&Reply::Lost(Loss::Died(panic.to_string())))));
}

/// What a JavaScript error says.
pub fn words(error: &JsValue) -> String {
    error.dyn_ref::<js_sys::Error>().map_or_else(|| format!("{error:?}"), |error| String::from(error.message()))
}
