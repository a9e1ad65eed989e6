//! The numbers of the focused block, written in the frame that paints the charts, so that both are of the same step. Yew
//! puts up the empty elements, each with `data-fact` and `data-run`, and never looks inside them.

use crate::browser;
use crate::readout::{QUANTITIES, cell, row, share_over_shortcut};
use protocol::Quantity;
use scene::{LaneView, english, norm_number, number, percent};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The fact that is the share over the shortcut.
pub const SHARE: &str = "share";
/// The fact that is the step of the measurements.
pub const STEP: &str = "step";

/// Writes what is known about this block into its elements.
pub fn write(lanes: &[LaneView], block: usize) {
    let Some(elements) = browser::document().and_then(|document| document.query_selector_all("[data-fact]").ok())
    else {
        return;
    };
    let rows: Vec<_> = lanes.iter().map(|lane| row(lane.snapshot.latest(), block)).collect();
    for index in 0..elements.length() {
        let element: Option<Element> = elements.item(index).and_then(|node| node.dyn_into().ok());
        let Some(element) = element else { continue };
        let run: Option<usize> = element.get_attribute("data-run").and_then(|text| text.parse().ok());
        let (Some(run), Some(name)) = (run, element.get_attribute("data-fact")) else { continue };
        let words = if name == STEP {
            let record = lanes.get(run).and_then(|lane| lane.snapshot.latest());
            record.map(|record| format!(" · {}", english::at_step(record.step))).unwrap_or_default()
        } else {
            rows.get(run).and_then(|row| fact(row, &name)).unwrap_or_else(|| "–".to_owned())
        };
        if element.text_content().as_deref() != Some(words.as_str()) {
            element.set_text_content(Some(&words));
        }
    }
}

fn fact(row: &[Option<f64>; QUANTITIES], name: &str) -> Option<String> {
    if name == SHARE {
        return share_over_shortcut(row).map(percent);
    }
    let quantity = Quantity::ALL.into_iter().find(|quantity| quantity.name() == name)?;
    let write = if quantity.needs_shortcut() && quantity != Quantity::SkipGradL2 { number } else { norm_number };
    cell(row, quantity).map(write)
}
