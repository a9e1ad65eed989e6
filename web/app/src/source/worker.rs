//! A Web Worker that trains: commands out and replies in, each one transferred buffer, and everything that can go wrong in
//! between. `web/worker` is its other end.

use super::Source;
use crate::host::one_file;
use js_sys::{Array, Uint8Array};
use protocol::codec::Message;
use protocol::{Command, Loss, Reply};
use std::rc::Rc;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

#[wasm_bindgen]
extern "C" {
    /// `import.meta` of this program's own module.
    type Meta;
    #[wasm_bindgen(thread_local_v2, js_namespace = import, js_name = meta)]
    static META: Meta;
    /// The module's address.
    #[wasm_bindgen(method, getter)]
    fn url(this: &Meta) -> String;
}

/// The address of the worker's first file: it lies beside this program's own, in the folder of their build, so that the two
/// are always of one build.
fn address() -> Result<String, JsValue> {
    META.with(|meta| web_sys::Url::new_with_base("worker_loader.js", &meta.url())).map(|url| url.href())
}

/// A worker that loads its program from the folder of this build.
fn from_the_site() -> Result<Worker, JsValue> {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    Worker::new_with_options(&address()?, &options)
}

/// A worker that ends when this is dropped.
struct Client {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(ErrorEvent)>,
    _on_message_error: Closure<dyn FnMut(Event)>,
}

/// A fresh worker of this build; `say` is called with everything that comes from it, and `sign` whenever a piece of its
/// program has arrived.
///
/// # Errors
/// What the browser says when it cannot make one.
pub fn launch(say: impl Fn(Reply) + 'static, sign: impl Fn() + 'static) -> Result<Box<dyn Source>, JsValue> {
    let worker = one_file::worker().unwrap_or_else(from_the_site)?;
    let say = Rc::new(say);
    let replied = say.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        // How many bytes of the program have arrived: `worker_loader.js` says so before the program speaks.
        if event.data().as_f64().is_some() {
            return sign();
        }
        let reply = Reply::decode(&Uint8Array::new(&event.data()).to_vec());
        replied(reply.unwrap_or_else(|error| Reply::Lost(Loss::Died(error.to_string()))));
    });
    let failed = say.clone();
    let on_error = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
        // The page says it; the console need not.
        event.prevent_default();
        // A script that cannot be loaded says nothing at all.
        let words = JsValue::from(&event);
        let message = js_sys::Reflect::get(&words, &"message".into()).ok().and_then(|text| text.as_string());
        failed(Reply::Lost(Loss::Died(message.unwrap_or_default())));
    });
    let on_message_error = Closure::<dyn FnMut(Event)>::new(move |_| say(Reply::Lost(Loss::Died(String::new()))));
    worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    worker.set_onmessageerror(Some(on_message_error.as_ref().unchecked_ref()));
    Ok(Box::new(Client { worker, _on_message: on_message, _on_error: on_error, _on_message_error: on_message_error }))
}

impl Source for Client {
    fn send(&self, command: &Command) {
        if let Ok(bytes) = command.encode() {
            let array = Uint8Array::from(bytes.as_slice());
            let transfer = Array::of1(&array.buffer());
            let _gone = self.worker.post_message_with_transfer(&array, &transfer);
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.set_onmessageerror(None);
        self.worker.terminate();
    }
}
