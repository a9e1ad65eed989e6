//! The panel that hands out what is shown as files, and on paper.

use super::Props;
use super::instrument::chart_of;
use crate::state::Action;
use crate::state::export::Format;
use scene::{Chart, Exhibit, Text, words};
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn Export(props: &Props) -> Html {
    let why_not = (props.state.furthest() == 0).then_some(Text::NothingToExport);
    let button = |exhibit: Exhibit, title: &str, format: Format| {
        let ending = format.ending();
        html! {
            <button
                key={ending} id={format!("export-{}-{ending}", exhibit.name())} type="button" class="small"
                aria-label={words::export_as(title, &ending.to_uppercase())}
                disabled={why_not.is_some()} title={why_not.map(Text::words)}
                onclick={props.on(Action::Export(exhibit, format))}
            >
                { ending.to_uppercase() }
            </button>
        }
    };
    let row = |exhibit: Exhibit, title: Text, formats: &[Format]| {
        let title = title.words();
        html! {
            <li key={exhibit.name()}>
                <span>{ title }</span>
                <span class="formats">{ for formats.iter().map(|format| button(exhibit, title, *format)) }</span>
            </li>
        }
    };
    let charts = [Chart::River, Chart::Profile, Chart::History, Chart::Learning, chart_of(props.state.page.instrument)];
    html! {
        <>
            <p>{ Text::ExportWhat.words() }</p>
            if let Some(why) = why_not { <p id="export-why-not">{ why.words() }</p> }
            <ul class="exports">
                { for charts.iter().map(|chart| row(Exhibit::Chart(*chart), chart.title(), &Format::ALL)) }
                { row(Exhibit::Record, Text::ExportRecord, &[Format::Csv, Format::Json]) }
            </ul>
            <p class="aside">{ Text::ExportRecording.words() }</p>
            <p><button id="print" type="button" class="small" onclick={props.on(Action::Print)}>{ Text::Print.words() }</button></p>
        </>
    }
}
