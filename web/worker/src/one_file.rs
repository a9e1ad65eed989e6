//! The data files that stand in the page itself where it is one file (`assets/one_file`). Such a page asks no server.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `headwaterFiles`.
    type Files;
    #[wasm_bindgen(thread_local_v2, js_name = headwaterFiles)]
    static FILES: Option<Files>;
    #[wasm_bindgen(method)]
    fn read(this: &Files, name: &str) -> Option<Promise>;
}

/// Whether the page is one file.
pub fn is_one() -> bool {
    FILES.with(Option::is_some)
}

/// A promise of the bytes of the file of this name; `None` if it is not in the page.
pub fn read(name: &str) -> Option<Promise> {
    FILES.with(|files| files.as_ref().and_then(|files| files.read(name)))
}
