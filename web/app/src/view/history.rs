//! The history: blocks against steps. Dragging over it looks back; the keyboard does the same.

use super::Props;
use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use super::rested::use_rested;
use crate::host::browser;
use crate::host::pointer::{Gesture, Pointed};
use crate::state::Action;
use scene::{Chart, Text, history_colours, quantity_words, words};
use yew::prelude::*;

/// The id of what looks back.
const SLIDER: &str = "history-slider";

/// The card.
#[component]
pub fn History(props: &Props) -> Html {
    let state = &props.state;
    let (first, last) = state.steps();
    let margin = Chart::History.raster_margin().unwrap_or_default();
    let shown = state.look_back.unwrap_or(last);
    let spoken = use_rested((first, last, shown), state.is_going() && state.look_back.is_none());
    let onpoint = {
        let last_of = props.store.clone();
        props.on_event(move |pointed: Pointed| {
            if !matches!(pointed.gesture, Gesture::Press | Gesture::Drag) {
                return None;
            }
            let state = last_of.0.state();
            let (first, last) = state.steps();
            if state.furthest() == 0 {
                return None;
            }
            // The keyboard goes on from where the pointer was.
            browser::focus(SLIDER);
            let width = pointed.size[0] - margin.left - margin.right;
            let part = ((pointed.at[0] - margin.left) / width.max(1.0)).clamp(0.0, 1.0);
            let step = first + (part * (last - first + 1) as f64) as u64;
            Some(Action::LookBack(Some(step.min(last))))
        })
    };
    let onkeydown = props.on_event(move |event: KeyboardEvent| {
        let large = ((last - first) / 20).max(1);
        let to = match event.key().as_str() {
            "ArrowLeft" => shown.checked_sub(1)?.max(first),
            "ArrowRight" => shown + 1,
            "PageDown" => shown.saturating_sub(large).max(first),
            "PageUp" => shown + large,
            "Home" => first,
            "End" | "Escape" => u64::MAX,
            _ => return None,
        };
        event.prevent_default();
        Some(Action::LookBack((to < last).then_some(to)))
    });
    let back = props.on_event(|_: MouseEvent| {
        // It is there no more once it has done its work.
        browser::focus(SLIDER);
        Some(Action::LookBack(None))
    });
    let aside = html! {
        <>
            <span class="aside">
                { quantity_words(state.page.plot).title }
                <span class="wide-word">{ " · " }{ Text::HistoryDrag.words() }</span>
            </span>
            // Its room is kept, so that nothing moves when it comes.
            <button type="button" class="small" disabled={state.look_back.is_none()} onclick={back}>
                { Text::BackToLive.words() }
            </button>
        </>
    };
    html! {
        <ChartCard page={props.clone()} chart={Chart::History} {aside}>
            <div
                id={SLIDER} class="scrub" role="slider" tabindex="0" aria-label={Text::HistorySlider.words()}
                aria-valuemin={spoken.0.to_string()} aria-valuemax={spoken.1.to_string()} aria-valuenow={spoken.2.to_string()}
                aria-valuetext={words::step(spoken.2)} {onkeydown}
            >
                <ChartFrame chart={Chart::History} store={props.store.clone()} {onpoint} holds_pointer=true>
                    if state.updates() > 0 { <div class="colour-bar" aria-hidden="true" ~style={colours()} /> }
                </ChartFrame>
            </div>
        </ChartCard>
    }
}

/// The colours of the bar beside the picture, from the least value up.
fn colours() -> String {
    format!("background:linear-gradient(to top, {})", history_colours())
}
