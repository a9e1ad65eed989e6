//! The files that stand in the page itself where it is one file (`assets/one_file`): recordings, and what a worker is started
//! from. They are asked for before the network; a page from a server has none.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Worker;

#[wasm_bindgen]
extern "C" {
    /// `headwaterFiles`.
    type Files;
    #[wasm_bindgen(thread_local_v2, js_name = headwaterFiles)]
    static FILES: Option<Files>;
    #[wasm_bindgen(method, getter)]
    fn recordings(this: &Files) -> Array;
    #[wasm_bindgen(method, getter)]
    fn trains(this: &Files) -> bool;
    #[wasm_bindgen(method)]
    fn read(this: &Files, name: &str) -> Option<Promise>;
    #[wasm_bindgen(method, catch)]
    fn worker(this: &Files) -> Result<Worker, JsValue>;
}

/// Whether the page is one file.
pub fn is_one() -> bool {
    FILES.with(Option::is_some)
}

/// Whether the page can train: one that is a file may hold no engine.
pub fn can_train() -> bool {
    FILES.with(|files| files.as_ref().is_none_or(Files::trains))
}

/// The names of the recordings in it.
pub fn recordings() -> Vec<String> {
    let names = FILES.with(|files| files.as_ref().map(Files::recordings)).unwrap_or_default();
    names.iter().filter_map(|name| name.as_string()).collect()
}

/// A promise of the bytes of the file of this name; `None` if it is not in the page.
pub fn read(name: &str) -> Option<Promise> {
    FILES.with(|files| files.as_ref().and_then(|files| files.read(name)))
}

/// A worker that is started from what stands in the page; `None` if the page is no such file.
pub fn worker() -> Option<Result<Worker, JsValue>> {
    FILES.with(|files| files.as_ref().map(Files::worker))
}
