//! What profile and history show of the runs that are only overlaid, as a table: a column a run, a row a place.

use super::Props;
use crate::state::opened::OpenedRun;
use crate::state::readout::{OverlaidReadout, full_precision};
use protocol::Place;
use scene::{Text, in_unit, number, words};
use yew::prelude::*;

/// The table.
#[component]
pub fn OverlaidTable(props: &Props) -> Html {
    let (state, plot) = (&props.state, props.state.plot());
    let runs = state.shows_recording().into_iter().flat_map(|opened| opened.overlaid()).map(|(_, run)| run);
    let runs: Vec<(&OpenedRun, &OverlaidReadout)> = runs.zip(&state.readout.overlaid).collect();
    let blocks = runs.iter().map(|(run, _)| run.diagram.blocks.len()).max().unwrap_or(0);
    let head = |(run, read): &(&OpenedRun, &OverlaidReadout)| {
        let at = read.step.map(|step| format!(" {}", words::at_steps(&[step])));
        html! { <th scope="col" key={run.number} data-step={read.step.map(|step| step.to_string())}>{ run.name() }{ at }</th> }
    };
    let loss = |(run, read): &(&OpenedRun, &OverlaidReadout)| {
        let words = read.loss.map_or_else(|| "–".to_owned(), number);
        html! { <td key={run.number} data-open-run={run.number.to_string()} data-value={full_precision(read.loss)}>{ words }</td> }
    };
    let row = |place: Place| {
        let cell = |(run, read): &(&OpenedRun, &OverlaidReadout)| {
            let own = run.diagram.blocks.len();
            let value = place.is_in(own).then(|| read.values.get(place.order(own)).copied().flatten()).flatten();
            let words = value.map_or_else(|| "–".to_owned(), |value| in_unit(plot.quantity.unit(), value));
            html! { <td key={run.number} data-open-run={run.number.to_string()} data-value={full_precision(value)}>{ words }</td> }
        };
        let (title, name) = match place {
            Place::Block(index) => ((index + 1).to_string(), (index + 1).to_string()),
            Place::Stem => (words::place_title(place), Place::STEM.to_owned()),
            Place::Head => (words::place_title(place), Place::HEAD.to_owned()),
        };
        html! { <tr key={name.clone()} data-row={name}><th scope="row">{ title }</th>{ for runs.iter().map(cell) }</tr> }
    };
    html! {
        <div class="table-scroll">
            <table id="overlaid-table">
                <caption>{ words::overlaid_table(plot) }</caption>
                <thead><tr><th scope="col">{ Text::Block.words() }</th>{ for runs.iter().map(head) }</tr></thead>
                <tbody>{ for Place::all(blocks).map(row) }</tbody>
                <tfoot><tr data-row="loss"><th scope="row">{ Text::LossWord.words() }</th>{ for runs.iter().map(loss) }</tr></tfoot>
            </table>
        </div>
    }
}
