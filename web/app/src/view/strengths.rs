//! The strength of skips: sliders from closed to open, and what fades them out.

use super::blocks::why_fixed;
use super::{Props, suffix};
use crate::state::Action;
use crate::state::lane_state::LaneState;
use crate::state::opened::ShownLane;
use protocol::setting::ControlGroup;
use protocol::{Diagram, Place};
use scene::{Text, lane_class, lane_marker, words};
use std::ops::Range;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// Over this number of steps skips fade out unless somebody says otherwise.
const USUAL_FADE: u64 = 200;

/// What folds out of the river's card: all skips of each run and those of each stage.
#[component]
pub fn Strengths(props: &Props) -> Html {
    let state = &props.state;
    let shown = state.shown();
    let is_there = state.page.shows(ControlGroup::Skips) && !state.page.embed && state.source.trains();
    if !is_there || shown.iter().all(|lane| !lane.diagram.has_switches()) {
        return Html::default();
    }
    html! {
        <details class="strengths" id="strengths">
            <summary>{ Text::Strengths.words() }</summary>
            <div class="strengths-body">
                { for (0..shown.len()).map(|lane| html! { <OfRun key={lane} page={props.clone()} {lane} /> }) }
                <p class="aside">{ why_fixed(state).unwrap_or(Text::StrengthsExplained).words() }</p>
                <p class="aside" id="fold-about">
                    { if state.lanes.iter().any(can_fold) { Text::FoldExplained } else { Text::FoldNeeds }.words() }
                </p>
            </div>
        </details>
    }
}

/// One run.
#[derive(Clone, PartialEq, Properties)]
struct OfRunProps {
    page: Props,
    /// Its index.
    lane: usize,
}

#[component]
fn OfRun(props: &OfRunProps) -> Html {
    let OfRunProps { page, lane } = props.clone();
    let steps = use_state(|| USUAL_FADE);
    let shown = page.state.shown();
    let Some(own) = shown.get(lane).filter(|own| own.diagram.has_switches()) else { return Html::default() };
    let run = (shown.len() > 1).then_some(own.lane);
    let blocks = own.diagram.blocks.len();
    let stages = stages(own.diagram).map(|(name, blocks)| slider(&page, lane, blocks, &name, false));
    let entered = {
        let steps = steps.clone();
        move |event: Event| {
            let text = event.target_dyn_into::<HtmlInputElement>().map(|input| input.value());
            if let Some(count) = text.and_then(|text| text.parse().ok()).filter(|count| (1..=MOST).contains(count)) {
                steps.set(count);
            }
        }
    };
    let disabled = why_fixed(&page.state).is_some();
    html! {
        <div class={classes!("strengths-run", lane_class(own.lane))}>
            { slider(&page, lane, 0..blocks, Text::AllSkips.words(), false) }
            { for stages }
            <span class="fade">
                <button
                    id={format!("fade-out{}", suffix(lane))} type="button" class="small" {disabled}
                    aria-label={words::of_run(&words::fade_over(*steps), run)}
                    onclick={page.on(Action::FadeOut { lane, steps: *steps })}
                >
                    { Text::FadeOut.words() }
                </button>
                <label>
                    <input
                        id={format!("fade-steps{}", suffix(lane))} type="number" min="1" max={MOST.to_string()} step="1"
                        value={steps.to_string()} {disabled} aria-label={words::of_run(Text::FadeSteps.words(), run)}
                        onchange={entered}
                    />
                    { Text::Steps.words() }
                </label>
            </span>
            { fold(&page, lane) }
        </div>
    }
}

/// Whether skips can be folded into the weights of this run's network.
fn can_fold(own: &LaneState) -> bool {
    own.spec.check_fold(&own.plan).is_ok()
}

/// What folds the skips of a run into its weights, if that can be.
fn fold(props: &Props, lane: usize) -> Html {
    let state = &props.state;
    let closed = state.shown().get(lane).is_none_or(|own| own.strengths.iter().all(|strength| *strength == 0.0));
    let why_not = match state.lanes.get(lane) {
        Some(own) if can_fold(own) => closed.then_some(Text::FoldClosed),
        _ => Some(Text::FoldNeeds),
    };
    let why_not = why_fixed(state).or(why_not);
    let run = (state.shown().len() > 1).then(|| state.shown()[lane].lane);
    html! {
        <button
            id={format!("fold{}", suffix(lane))} type="button" class="small" disabled={why_not.is_some()}
            title={why_not.unwrap_or(Text::FoldExplained).words()} aria-describedby="fold-about"
            aria-label={words::of_run(Text::Fold.words(), run)} onclick={props.on(Action::Fold(lane))}
        >
            { Text::Fold.words() }
        </button>
    }
}

/// The longest fade, in steps.
const MOST: u64 = 1_000_000;

/// The stages of a network that has more than one.
fn stages(diagram: &Diagram) -> impl Iterator<Item = (String, Range<usize>)> {
    let several = diagram.stages.len() > 1;
    diagram.stages.iter().filter(move |_| several).map(|stage| (words::stage(stage.number, None), stage.blocks.clone()))
}

/// The sliders of the block that is looked at, one a run; none where it has no skip.
pub fn of_focus(props: &Props, place: Place) -> Html {
    let state = &props.state;
    let Some(block) = place.block().filter(|_| state.page.shows(ControlGroup::Skips)) else { return Html::default() };
    let has_skip = |own: &ShownLane| own.diagram.has_switches() && block < own.diagram.blocks.len();
    let shown: Vec<_> = state.shown().iter().map(has_skip).collect();
    let one = |(lane, _)| slider(props, lane, block..block + 1, &words::switch_label(block + 1), true);
    html! {
        <span class="focus-strengths">
            { for shown.into_iter().enumerate().filter(|(_, has_skip)| *has_skip).map(one) }
        </span>
    }
}

/// A slider of the strength of these blocks' skips; that of the block in focus stands where its name does.
fn slider(props: &Props, lane: usize, blocks: Range<usize>, name: &str, of_focus: bool) -> Html {
    let shown = props.state.shown();
    let Some(own) = shown.get(lane) else { return Html::default() };
    let strengths = own.strengths.get(blocks.clone()).unwrap_or_default();
    let run = (shown.len() > 1).then_some(own.lane);
    let mean = strengths.iter().sum::<f64>() / strengths.len().max(1) as f64;
    let said = words::strengths(strengths);
    let id = if of_focus { "strength-block".to_owned() } else { format!("strength-{}-{}", blocks.start, blocks.end) };
    let oninput = props.on_event(move |event: InputEvent| {
        let strength = event.target_dyn_into::<HtmlInputElement>()?.value_as_number();
        Some(Action::Strength { lane, blocks: Some(blocks.clone()), strength })
    });
    html! {
        <label class={classes!("strength", lane_class(own.lane))} key={id.clone()}>
            if shown.len() > 1 { <span class="marker" aria-hidden="true">{ lane_marker(own.lane) }</span> }
            if !of_focus { <span class="strength-name">{ name.to_owned() }</span> }
            <input
                type="range" id={format!("{id}{}", suffix(lane))} min="0" max="1" step="0.05" value={mean.to_string()}
                disabled={why_fixed(&props.state).is_some()} title={words::strength_of(name)}
                aria-label={words::of_run(&words::strength_of(name), run)} aria-valuetext={said.clone()} {oninput}
            />
            <span class="strength-value" aria-hidden="true">{ said }</span>
        </label>
    }
}
