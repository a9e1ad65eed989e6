//! What is shown, as files.

use super::painter::view;
use super::picture::{data_address, painted};
use crate::host::{browser, files};
use crate::runs::own_origin;
use crate::state::State;
use crate::state::export::Format;
use scene::{Exhibit, LaneView, Overlaid, Picture, file_name};

/// So many times as large as on the page a picture is.
const SCALE: f64 = 2.0;

/// Hands out a file; `size` is that of the chart on the page.
pub fn export(
    state: &State,
    lanes: &[LaneView],
    overlaid: &[Overlaid],
    size: Option<(f64, f64)>,
    exhibit: Exhibit,
    format: Format,
) {
    let moment = |lane: &LaneView| match exhibit {
        Exhibit::Record => lane.whole.latest().map(|record| record.step),
        Exhibit::Chart(_) => lane.snapshot.latest().map(|record| record.step),
    };
    let mut steps: Vec<u64> = lanes.iter().filter_map(moment).collect();
    steps.dedup();
    let caption = state.caption(exhibit, &steps, &browser::address());
    let spec = state.shown().first().and_then(|lane| lane.spec);
    let name = file_name(exhibit, spec, steps.iter().max().copied(), format.ending());
    let view = view(state, size.unwrap_or_default(), overlaid);
    let picture = || {
        let Exhibit::Chart(chart) = exhibit else { return None };
        size.map(|_| Picture::new(chart, lanes, &view, &caption.lines()))
    };
    match format {
        Format::Csv => files::hand_out(&name, &exhibit.csv(lanes, &view)),
        Format::Json => {
            let own = own_origin(&browser::today());
            let lines = exhibit.lines(lanes, &view, &state.origins(&own));
            files::hand_out(&name, &caption.json(&lines));
        }
        Format::Svg => {
            if let Some(picture) = picture() {
                files::hand_out(&name, &picture.svg(data_address));
            }
        }
        Format::Png => {
            if let Some(canvas) = picture().and_then(|own| painted(&own, SCALE)) {
                files::hand_out_canvas(name, &canvas);
            }
        }
    }
}
