//! The depth profile.

use super::Props;
use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use crate::host::pointer::{Gesture, Pointed};
use crate::state::Action;
use protocol::setting::ControlGroup;
use scene::{Chart, Text};
use yew::prelude::*;

/// The gradient entering each block against depth.
#[component]
pub fn Profile(props: &Props) -> Html {
    let state = &props.state;
    let point = {
        let store = props.store.clone();
        props.on_event(move |pointed: Pointed| {
            let block = match pointed.gesture {
                Gesture::Hover | Gesture::Click => store.0.profile_block_at(pointed.at[0]),
                Gesture::Press | Gesture::Drag => None,
            };
            block.filter(|_| block != store.0.state().focus).map(|block| Action::Focus(Some(block)))
        })
    };
    let axis = |linear: bool, text: Text| {
        html! {
            <button
                type="button" class="link" aria-pressed={(state.linear == linear).to_string()}
                onclick={props.on(Action::Linear(linear))}
            >
                { text.words() }
            </button>
        }
    };
    let aside = html! {
        <span class="aside">
            { Text::ProfileSubtitle.words() }
            if state.page.shows(ControlGroup::Axis) {
                { ", " }{ axis(false, Text::LogAxis) }{ " · " }{ axis(true, Text::LinearAxis) }
            }
        </span>
    };
    html! {
        <ChartCard page={props.clone()} chart={Chart::Profile} explained={Text::LogAxisExplained} {aside}>
            <ChartFrame chart={Chart::Profile} store={props.store.clone()} wanted_height="180" onpoint={point} />
        </ChartCard>
    }
}
