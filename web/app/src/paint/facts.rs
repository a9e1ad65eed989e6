//! The numbers of the focused block, written in the frame that paints the charts, so that both are of the same step. Yew
//! puts up the empty elements, each with `data-fact` and `data-run`, and never looks inside them.

use crate::host::browser;
use protocol::{Place, Quantity, QuantityShape, StepRecord};
use scene::{LaneView, branches_used, in_unit, value, words};
use wasm_bindgen::JsCast;
use web_sys::Element;

/// The fact that is the step of the measurements.
pub const STEP: &str = "step";
/// The fact that is the share over the shortcut; the others have the names of their quantities.
pub const SHARE: &str = "share";

/// Writes what is known about this place, and about the network, into its elements.
pub fn write(lanes: &[LaneView], place: Place) {
    let Some(elements) = browser::document().and_then(|document| document.query_selector_all("[data-fact]").ok())
    else {
        return;
    };
    for index in 0..elements.length() {
        let element: Option<Element> = elements.item(index).and_then(|node| node.dyn_into().ok());
        let Some(element) = element else { continue };
        let run: Option<usize> = element.get_attribute("data-run").and_then(|text| text.parse().ok());
        let (Some(run), Some(name)) = (run, element.get_attribute("data-fact")) else { continue };
        let record = lanes.get(run).and_then(|lane| lane.snapshot.measured());
        let words = if name == STEP {
            let mut steps: Vec<_> = lanes.iter().filter_map(|lane| Some(lane.snapshot.measured()?.step)).collect();
            steps.dedup();
            if steps.is_empty() { String::new() } else { format!(" {}", words::at_steps(&steps)) }
        } else {
            record.and_then(|record| fact(record, place, &name)).unwrap_or_else(|| "–".to_owned())
        };
        if element.text_content().as_deref() != Some(words.as_str()) {
            element.set_text_content(Some(&words));
        }
    }
}

fn fact(record: &StepRecord, place: Place, name: &str) -> Option<String> {
    let quantity: Quantity = if name == SHARE { Quantity::SkipShare } else { name.parse().ok()? };
    let found = match quantity.shape() {
        _ if quantity == Quantity::EffectiveDepthClosed => branches_used(record),
        QuantityShape::Scalar => record.measured.scalar(quantity),
        _ => value(record, quantity, place),
    };
    found.map(|found| in_unit(quantity.unit(), found))
}
