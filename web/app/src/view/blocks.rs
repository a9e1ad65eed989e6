//! The blocks of one run as real elements over the diagram, stem and head among them: a switch for each shortcut, a button
//! for each block.

use super::Props;
use super::block_keys::on_key;
use super::rested::use_rested;
use crate::state::{Action, State};
use protocol::setting::ControlGroup;
use protocol::{DiagramBlock, Place, ShortcutKind};
use scene::{BlockLayout, EndLayout, LaneLayout, Text, lane_class, words};
use yew::prelude::*;

/// Which run, and where it stands.
#[derive(Clone, PartialEq, Properties)]
pub struct BlocksProps {
    /// The page.
    pub page: Props,
    /// Index of the run.
    pub lane: usize,
    /// Where its blocks stand.
    pub layout: LaneLayout,
}

/// Blocks closer together than this have small switches.
const ROOM_FOR_SWITCH: f64 = 44.0;

/// Closer still, and a switch is a dot.
const ROOM_FOR_SMALL_SWITCH: f64 = 18.0;

/// Closer than this a switch would lie under its neighbours: only that of the block in focus can be thrown, and is of full size.
const ROOM_FOR_DOT: f64 = 12.0;

/// The blocks of one run.
#[component]
pub fn Blocks(props: &BlocksProps) -> Html {
    let BlocksProps { page, lane, layout } = props;
    let (index, state) = (*lane, &page.state);
    let spoken = use_rested(state.readout.lanes.get(index).cloned(), state.is_going() && state.look_back.is_none());
    let shown = state.shown();
    let Some(lane) = shown.get(index).copied() else { return Html::default() };
    let run = (shown.len() > 1).then_some(lane.lane);
    let fixed = why_fixed(state);
    let is_dense = layout.pitch() < ROOM_FOR_DOT;
    let form = match layout.pitch() {
        pitch if pitch < ROOM_FOR_SMALL_SWITCH => Some("dot-switch"),
        pitch if state.page.embed || pitch < ROOM_FOR_SWITCH => Some("small-switch"),
        _ => None,
    };
    let walker = state.focus.unwrap_or(Place::Block(0));
    let switches = state.page.shows(ControlGroup::Skips) && lane.diagram.has_switches();
    let block = |(block, (drawn, place)): (usize, (&DiagramBlock, &BlockLayout))| {
        let has_shortcut = drawn.shortcut != ShortcutKind::None;
        let strength = lane.strengths.get(block).copied().unwrap_or(1.0);
        let label = spoken.as_ref().map(|read| read.block_label(block, has_shortcut.then_some(strength)));
        let label = label.map(|label| words::of_run(&label, run));
        let place_of = Place::Block(block);
        let tabindex = if place_of == walker { "0" } else { "-1" };
        let form = form.filter(|_| !is_dense || place_of != walker);
        let focus = page.on(Action::Focus(Some(place_of)));
        html! {
            <li key={drawn.name.clone()} data-block={drawn.name.clone()} data-lane={lane.lane.name()}>
                if switches && has_shortcut {
                    <button
                        type="button" class={classes!("switch", form)} role="switch" {tabindex}
                        aria-checked={(strength > 0.0).to_string()} aria-label={words::of_run(&words::switch_label(block + 1), run)}
                        ~style={format!("left:{:.1}px;top:{:.1}px", place.switch[0], place.switch[1])}
                        disabled={fixed.is_some()} title={fixed.map(Text::words)}
                        onclick={page.on(Action::Toggle { lane: index, block })} onfocus={focus.clone()}
                    >
                        <span class="knob" />
                    </button>
                }
                <button
                    type="button" class="box-button" {tabindex} aria-label={label}
                    ~style={frame([place.x, place.y, place.width, place.height])}
                    aria-pressed={(state.focus == Some(place_of)).to_string()}
                    onclick={page.on(Action::Focus(Some(place_of)))} onfocus={focus}
                />
            </li>
        }
    };
    let end = |place_of: Place, place: EndLayout| {
        let name = lane.diagram.place_name(place_of).to_owned();
        let label = spoken.as_ref().map(|read| words::of_run(&read.end_label(place_of), run));
        html! {
            <li key={name.clone()} data-block={name} data-lane={lane.lane.name()}>
                <button
                    type="button" class="box-button" tabindex={if place_of == walker { "0" } else { "-1" }}
                    aria-label={label} ~style={frame([place.x, place.y, place.width, place.height])}
                    aria-pressed={(state.focus == Some(place_of)).to_string()}
                    onclick={page.on(Action::Focus(Some(place_of)))} onfocus={page.on(Action::Focus(Some(place_of)))}
                />
            </li>
        }
    };
    let [stem, head] = layout.ends;
    // From box to box, and from a box up to its switch.
    let rise = layout.blocks.first().map_or(0.0, |block| block.y - block.switch[1]);
    let reach = format!("--pitch:{:.1}px;--rise:{rise:.1}px", layout.pitch());
    html! {
        <ol
            class={classes!("blocks", is_dense.then_some("dense"), lane_class(lane.lane))} ~style={reach}
            aria-label={words::lane_list(lane.lane.name())} onkeydown={|event: KeyboardEvent| on_key(&event)}>
            { end(Place::Stem, stem) }
            { for lane.diagram.blocks.iter().zip(&layout.blocks).enumerate().map(block) }
            { end(Place::Head, head) }
        </ol>
    }
}

/// Why no switch can be thrown; none if they can.
pub fn why_fixed(state: &State) -> Option<Text> {
    match (state.shows_recording(), state.look_back) {
        (Some(_), _) if !state.source.trains() => Some(Text::NotOfARecordingAlone),
        (Some(_), _) if !state.awaits_visitor() => Some(Text::NotOfARecording),
        (Some(_), None) => None,
        (_, Some(_)) => Some(Text::SwitchesOfThePast),
        (None, None) if state.watches() => Some(Text::DrivenElsewhere),
        (None, None) => None,
    }
}

fn frame([x, y, width, height]: [f64; 4]) -> String {
    format!("left:{x:.1}px;top:{y:.1}px;width:{width:.1}px;height:{height:.1}px")
}
