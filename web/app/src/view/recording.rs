//! What is open: its files, and what can be done with them.

use super::Props;
use crate::state::Action;
use crate::state::opened::OpenedLane;
use scene::{Text, lane_class, lane_marker, words};
use yew::prelude::*;

/// The line about the recording that is shown; nothing while the page shows its own run.
#[component]
pub fn RecordingLine(props: &Props) -> Html {
    let Some(opened) = props.state.shows_recording() else { return Html::default() };
    let several = opened.lanes.len() > 1;
    let can_live = opened.lanes.iter().all(|lane| lane.diagram.spec.is_some());
    let one = |lane: &OpenedLane| {
        html! {
            <span class={classes!("recorded", several.then(|| lane_class(lane.lane)))} key={lane.lane.name()}>
                if several { <span class="marker" aria-hidden="true">{ lane_marker(lane.lane) }{ " " }</span> }
                { words::recording_origin(&lane.file, &lane.origin.producer, &lane.origin.created) }
            </span>
        }
    };
    html! {
        <section id="recording" class="recording" aria-label={Text::RecordingTitle.words()}>
            <span class="recorded-files">{ for opened.lanes.iter().map(one) }</span>
            <button
                id="make-live" type="button" class="small" disabled={!can_live || opened.progress.is_some()}
                title={if can_live { Text::MakeLiveExplained } else { Text::NotMadeLive }.words()}
                onclick={props.on(Action::MakeLive)}
            >
                { Text::MakeLive.words() }
            </button>
            <button id="close-recording" type="button" class="small" onclick={props.on(Action::CloseRecording)}>
                { Text::CloseRecording.words() }
            </button>
        </section>
    }
}
