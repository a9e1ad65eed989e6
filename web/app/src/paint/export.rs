//! What is shown, as files.

use super::painter::view;
use super::picture::{data_address, painted};
use crate::host::{browser, files};
use crate::runs::own_origin;
use crate::state::State;
use crate::state::export::Format;
use protocol::recording::{Origin, header};
use scene::{Exhibit, LaneView, Overlaid, Picture, Snapshot, file_name};

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
    let picture = || {
        let Exhibit::Chart(chart) = exhibit else { return None };
        Some(Picture::new(chart, lanes, &view(state, size?, overlaid), &caption.lines()))
    };
    match format {
        Format::Csv => files::hand_out(&name, &exhibit.csv(lanes, state.plot())),
        Format::Json => files::hand_out(&name, &caption.json(&lines(state, lanes, exhibit))),
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

/// The lines of all runs, each after its header.
fn lines(state: &State, lanes: &[LaneView], exhibit: Exhibit) -> Vec<String> {
    let own = own_origin(&browser::today());
    let recorded: Vec<_> = state.shows_recording().iter().flat_map(|opened| opened.in_full()).collect();
    let of = |(index, lane): (usize, &LaneView)| {
        let origin: &Origin = recorded.get(index).map_or(&own, |(_, own)| &own.origin);
        let network: &Snapshot = lane.whole;
        let first = header(lane.lane, origin, &network.diagram).to_string();
        [first].into_iter().chain(exhibit.lines(lane, state.plot())).collect::<Vec<_>>()
    };
    lanes.iter().enumerate().flat_map(of).collect()
}
