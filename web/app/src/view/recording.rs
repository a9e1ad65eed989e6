//! What is open: its files or, of several, its runs, and what can be done with them.

use super::Props;
use super::open_runs::{OpenRuns, run_title};
use crate::state::Action;
use crate::state::lane_state::LaneState;
use crate::state::opened::{ListedRun, Opened, OpenedRun};
use protocol::Lane;
use scene::{Agreement, Text, lane_class, lane_marker, words};
use yew::prelude::*;

/// The line about the recording that is shown, or about whether the run that makes it again agrees with it; nothing while the
/// page shows a run of its own.
#[component]
pub fn RecordingLine(props: &Props) -> Html {
    let Some(opened) = props.state.shows_recording() else {
        return html! { <>{ from_file(props) }{ made_again(props) }</> };
    };
    let several = opened.runs.len() > 1;
    let overlays = opened.runs.len() > opened.pair.len();
    let why_not_live = props.state.why_not_live();
    let one = |(lane, run): (Lane, &OpenedRun)| {
        html! {
            <span class={classes!("recorded", several.then(|| lane_class(lane)))} key={lane.name()}>
                if several { <span class="marker" aria-hidden="true">{ lane_marker(lane) }{ " " }</span> }
                if let Some(model) = &run.diagram.model { <b>{ model }</b>{ " · " } }
                { words::recording_origin(&run.file, &run.origin.producer, &run.origin.created) }
                if let Some(file) = &run.diagram.weights { { " · " }{ words::weights_of(file) } }
            </span>
        }
    };
    // Their files and who wrote them stand in the list.
    let of_several = |own: &ListedRun| html! { <span class="recorded" key={own.run.number}>{ run_title(own) }</span> };
    html! {
        <section id="recording" class="recording" aria-label={Text::RecordingTitle.words()}>
            <span class="recorded-files">
                if overlays {
                    { for props.state.listed_runs().iter().map(of_several) }
                } else {
                    { for opened.in_full().map(one) }
                }
            </span>
            if props.state.source.trains() {
                <button
                    id="make-live" type="button" class="small" disabled={why_not_live.is_some() || opened.progress.is_some()}
                    title={why_not_live.unwrap_or(Text::MakeLiveExplained).words()}
                    onclick={props.on(Action::MakeLive)}
                >
                    { Text::MakeLive.words() }
                </button>
            }
            <button id="close-recording" type="button" class="small" onclick={props.on(Action::CloseRecording)}>
                { if several { Text::CloseRecordings } else { Text::CloseRecording }.words() }
            </button>
            { notes(opened) }
            if several { <OpenRuns ..props.clone() /> }
        </section>
    }
}

/// What the recordings that are shown in full say of themselves, folded.
fn notes(opened: &Opened) -> Html {
    let mut notes: Vec<&String> = opened.in_full().flat_map(|(_, run)| &run.diagram.notes).collect();
    notes.dedup();
    if notes.is_empty() {
        return Html::default();
    }
    html! {
        <details id="recording-notes" class="recorded-notes">
            <summary>{ Text::RecordingNotes.words() }</summary>
            <ul>{ for notes.into_iter().map(|note| html! { <li key={note.clone()}>{ note }</li> }) }</ul>
        </details>
    }
}

/// Whose weights the runs start from, where these are of a file.
fn from_file(props: &Props) -> Html {
    let Some(weights) = props.state.lanes.iter().find_map(|lane| lane.weights.as_ref()) else { return Html::default() };
    html! { <p id="weights" class="recording">{ words::starts_from(&weights.file) }</p> }
}

/// Whether each run is the one that was recorded.
fn made_again(props: &Props) -> Html {
    let state = &props.state;
    let several = state.lanes.len() > 1;
    let found = state.reference.iter().zip(&state.lanes).zip(&state.readout.agreement);
    let sentence = |((file, lane), own): ((&String, &LaneState), &Option<Agreement>)| {
        let run = if several { format!("{} ", lane_marker(lane.lane)) } else { String::new() };
        own.as_ref().map(|own| words::agreement(file, &run, own))
    };
    let sentences: Vec<_> = found.filter_map(sentence).collect();
    if sentences.is_empty() {
        return Html::default();
    }
    html! { <p id="agreement" class="recording">{ sentences.join(" ") }</p> }
}
