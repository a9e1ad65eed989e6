//! The panel that saves the page's own runs: what was recorded of them, and their weights.

use super::{Props, suffix};
use crate::runs::archive::Archive;
use crate::state::Action;
use crate::state::lane_state::LaneState;
use crate::state::update::why_not_saved;
use scene::{Text, words};
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn Save(props: &Props) -> Html {
    let state = &props.state;
    let why_not = (state.furthest() == 0).then_some(Text::NothingToSave);
    let weights = |(index, lane): (usize, &LaneState)| {
        let why_not = why_not_saved(lane).or(state.watches().then_some(Text::DrivenElsewhere));
        let run = (state.lanes.len() > 1).then_some(lane.lane);
        html! {
            <li key={lane.lane.name()}>
                <span>
                    <span class="listed-title">{ words::weights_to_save(run) }</span>
                    <span class="aside">{ why_not.unwrap_or(Text::SaveWeightsExplained).words() }</span>
                </span>
                <button
                    id={format!("save-weights{}", suffix(index))} type="button" class="small" disabled={why_not.is_some()}
                    aria-label={words::save(words::weights_to_save(run))} onclick={props.on(Action::SaveWeights(index))}
                >
                    { Text::Save.words() }
                </button>
            </li>
        }
    };
    html! {
        <ul class="exports saves">
            <li>
                <span>
                    <span class="listed-title">{ Text::SaveRecording.words() }</span>
                    <span class="aside">{ why_not.unwrap_or(Text::SaveRecordingExplained).words() }</span>
                    if let Some(step) = state.readout.saved_until {
                        <span id="saved-until" class="aside">{ words::saved_until(step, Archive::MOST_BYTES) }</span>
                    }
                </span>
                <button
                    id="save-recording" type="button" class="small" disabled={why_not.is_some()}
                    aria-label={words::save(Text::SaveRecording.words())} onclick={props.on(Action::SaveRecording)}
                >
                    { Text::Save.words() }
                </button>
            </li>
            { for state.lanes.iter().enumerate().map(weights) }
        </ul>
    }
}
