//! The history: blocks against steps. Dragging over it looks back; the keyboard does the same.

use super::Props;
use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use crate::state::Action;
use scene::{Chart, Text, history_colours, words};
use web_sys::Element;
use yew::prelude::*;

/// The card.
#[component]
pub fn History(props: &Props) -> Html {
    let state = &props.state;
    let last = state.updates().saturating_sub(1);
    let margin = Chart::History.raster_margin().unwrap_or_default();
    let shown = state.look_back.unwrap_or(last);
    let drag = {
        let last_of = props.store.clone();
        move |event: &PointerEvent| {
            let last = last_of.0.state().updates().checked_sub(1)?;
            let element =
                event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<Element>(target).ok())?;
            let place = element.get_bounding_client_rect();
            // Scaled pages have larger pixels in the first than in the second.
            let zoom = place.width() / f64::from(element.client_width()).max(1.0);
            let x = (f64::from(event.client_x()) - place.left()) / zoom - margin.left;
            let part = x / (f64::from(element.client_width()) - margin.left - margin.right).max(1.0);
            let step = (part.clamp(0.0, 1.0) * (last + 1) as f64) as u64;
            Some(Action::LookBack(Some(step.min(last))))
        }
    };
    let onpointerdown = {
        let drag = drag.clone();
        props.on_event(move |event: PointerEvent| {
            if let Some(target) = event.target_dyn_into::<Element>() {
                let _captured = target.set_pointer_capture(event.pointer_id());
            }
            drag(&event)
        })
    };
    let onpointermove =
        props.on_event(move |event: PointerEvent| (event.buttons() & 1 == 1).then(|| drag(&event)).flatten());
    let onkeydown = props.on_event(move |event: KeyboardEvent| {
        let large = (last / 20).max(1);
        let to = match event.key().as_str() {
            "ArrowLeft" => shown.checked_sub(1)?,
            "ArrowRight" => shown + 1,
            "PageDown" => shown.saturating_sub(large),
            "PageUp" => shown + large,
            "Home" => 0,
            "End" | "Escape" => u64::MAX,
            _ => return None,
        };
        event.prevent_default();
        Some(Action::LookBack((to < last).then_some(to)))
    });
    let aside = html! {
        <>
            <span class="aside">{ Text::HistorySubtitle.words() }</span>
            if state.look_back.is_some() {
                <button type="button" class="small" onclick={props.on(Action::LookBack(None))}>
                    { Text::BackToLive.words() }
                </button>
            }
        </>
    };
    html! {
        <ChartCard page={props.clone()} chart={Chart::History} {aside}>
            <div
                class="scrub" role="slider" tabindex="0" aria-label={Text::HistorySlider.words()}
                aria-valuemin="0" aria-valuemax={last.to_string()} aria-valuenow={shown.to_string()}
                aria-valuetext={words::step(shown)} {onpointerdown} {onpointermove} {onkeydown}
            >
                <ChartFrame chart={Chart::History} store={props.store.clone()}>
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
