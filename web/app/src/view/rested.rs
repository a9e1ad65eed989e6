//! Words that a screen reader speaks while their control has the focus: they follow a run that goes on at a calmer pace than
//! what is seen.

use crate::host::browser;
use yew::prelude::*;

/// Such words change at most once in this time, milliseconds.
const REST: f64 = 1000.0;

/// The value; while a run goes on, at most once a second the latest.
#[hook]
pub fn use_rested<T: Clone + 'static>(value: T, goes_on: bool) -> T {
    let shown = use_mut_ref(|| (value.clone(), browser::now()));
    let now = browser::now();
    let mut shown = shown.borrow_mut();
    if !goes_on || now - shown.1 >= REST {
        *shown = (value, now);
    }
    shown.0.clone()
}
