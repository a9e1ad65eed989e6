//! Timed training steps and fingerprints in wasm, called from JavaScript in Node and in the page.

use crate::{Case, Failure, Side, fingerprint, median, time_steps};
use wasm_bindgen::prelude::wasm_bindgen;

/// Median milliseconds a step; `side` as [`Side`] reads it, `case` as [`Case::parse`] does, `now` a function that tells
/// milliseconds.
///
/// # Errors
/// What is wrong with the arguments, or Candle's message.
#[wasm_bindgen]
pub fn step_ms(side: &str, case: &str, steps: usize, now: &js_sys::Function) -> Result<f64, String> {
    let side: Side = side.parse().map_err(sentence)?;
    let words: Vec<_> = case.split_whitespace().collect();
    let case = Case::parse(&words).ok_or_else(|| format!("case {case:?} cannot be read"))?;
    let tell = || now.call0(&wasm_bindgen::JsValue::NULL).ok().and_then(|value| value.as_f64()).unwrap_or(f64::NAN);
    time_steps(side, &case, steps, tell).map(|times| median(&times)).map_err(sentence)
}

/// Number of fingerprints.
#[wasm_bindgen]
pub fn fingerprint_count() -> usize {
    fingerprint::count()
}

/// One fingerprint's line.
///
/// # Errors
/// What the engine says.
#[wasm_bindgen]
pub fn fingerprint_line(index: usize) -> Result<String, String> {
    fingerprint::line(index).map_err(sentence)
}

/// What JavaScript throws.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn sentence(failure: Failure) -> String {
    failure.to_string()
}
