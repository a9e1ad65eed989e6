//! The same in wasm, called from JavaScript in Node and in the page.

use crate::{Case, Side, fingerprint, median, time_steps};
use wasm_bindgen::prelude::wasm_bindgen;

/// Median milliseconds a step; `side` as [`Side`] reads it, `case` as [`Case::parse`] does, `now` a function that tells
/// milliseconds.
///
/// # Errors
/// What is wrong with the arguments, or Candle's message.
#[wasm_bindgen]
pub fn step_ms(side: &str, case: &str, steps: usize, now: &js_sys::Function) -> Result<f64, String> {
    let side: Side = side.parse()?;
    let words: Vec<_> = case.split_whitespace().collect();
    let case = Case::parse(&words).ok_or_else(|| format!("case {case:?} cannot be read"))?;
    let tell = || now.call0(&wasm_bindgen::JsValue::NULL).ok().and_then(|value| value.as_f64()).unwrap_or(f64::NAN);
    Ok(median(&time_steps(side, &case, steps, tell)?))
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
    fingerprint::line(index).map_err(|error| error.to_string())
}
