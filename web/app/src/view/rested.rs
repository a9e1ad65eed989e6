//! Words that a screen reader speaks while their control has the focus: they follow a run that goes on at a calmer pace than
//! what is seen.

use crate::host::browser;
use yew::prelude::*;

/// Such words change at most once in this time, milliseconds.
const REST: f64 = 1000.0;

/// What is said to the ear, politely: at most once in five seconds the latest.
#[hook]
pub fn use_spoken(value: String) -> String {
    const REST: f64 = 5000.0;
    let update = use_force_update();
    // What was said, when, and whether something waits to be said.
    let said = use_mut_ref(|| (String::new(), f64::NEG_INFINITY, false));
    let now = browser::now();
    let mut said = said.borrow_mut();
    if said.0 != value {
        let left = said.1 + REST - now;
        if left <= 0.0 {
            *said = (value, now, false);
        } else if !std::mem::replace(&mut said.2, true) {
            browser::after(left as i32 + 1, move || update.force_update());
        }
    }
    said.0.clone()
}

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
