//! Where slow motion stands: the step and its part, the numbers of each run, and what they mean. It has one fixed place.

use super::Props;
use super::rested::use_spoken;
use crate::state::State;
use crate::state::opened::ShownLane;
use crate::state::readout::full_precision;
use protocol::{Activation, ActivationOrder, Phase, StepPhase};
use scene::{Text, lane_class, lane_marker, number, setting, words};
use words::Said;
use yew::prelude::*;

/// What is said of the present part.
#[component]
pub fn Walk(props: &Props) -> Html {
    let state = &props.state;
    let shown = state.shown();
    let Some(slow) = &state.slow else { return Html::default() };
    let phase = |run: usize| state.walk(run).map(|phase| &**phase);
    let latest = (0..shown.len()).find(|run| !slow.is_through(*run)).unwrap_or(0);
    let title = title(state, latest);
    let lines: Vec<_> = shown.iter().enumerate().filter_map(|(run, lane)| Some((lane, phase(run)?))).collect();
    let spoken =
        std::iter::once(title.clone()).chain(lines.iter().map(|(_, phase)| sentence(phase))).collect::<Vec<_>>();
    let spoken = use_spoken(spoken.join(". "));
    let apart = lines.iter().any(|(_, phase)| Some(phase.at) != lines.first().map(|(_, first)| first.at));
    let line = |(lane, phase): &(&ShownLane, &Phase)| {
        let part = apart.then(|| words::walk_part(phase.at, lane.diagram.blocks.len()));
        html! {
            <p key={lane.lane.name()} class={classes!("walk-line", lane_class(lane.lane))}>
                if shown.len() > 1 { <span class="marker" aria-hidden="true">{ lane_marker(lane.lane) }{ " " }</span> }
                if let Some(part) = part { { part }{ ": " } }
                { for words::walk_said(phase, state.page.embed).iter().map(|said| piece(said, lane.lane.name())) }
            </p>
        }
    };
    html! {
        <section class="walk" id="walk" aria-label={Text::SlowExplained.words()}>
            <h1 class="walk-title">{ title }</h1>
            { for lines.iter().map(line) }
            <p class="walk-why">
                { phase(latest).map_or_else(|| begins(state), |phase| why(phase, shown.get(latest))) }
            </p>
            <p class="visually-hidden" role="status">{ spoken }</p>
        </section>
    }
}

fn title(state: &State, run: usize) -> String {
    let shown = state.shown();
    let (Some(phase), Some(lane)) = (state.walk(run), shown.get(run)) else {
        let recorded = state.slow.as_ref().filter(|slow| slow.recorded).map(|slow| slow.step);
        return words::walk_begins(recorded.unwrap_or(state.furthest()));
    };
    let step = phase.known.step;
    let title = words::walk_title(step, &words::walk_part(phase.at, lane.diagram.blocks.len()));
    if state.changed_while_walked() { format!("{title} · {}", words::walk_changed(step)) } else { title }
}

/// How one goes on from the start.
fn begins(state: &State) -> String {
    let by_hand = state.slow.as_ref().is_some_and(|slow| slow.pace.is_none());
    if by_hand { Text::WalkBegins.words().to_owned() } else { String::new() }
}

/// What the part means.
fn why(phase: &Phase, lane: Option<&ShownLane>) -> String {
    let spec = lane.and_then(|lane| lane.spec);
    let masks = spec.is_some_and(|spec| spec.order == ActivationOrder::Post && spec.activation != Activation::Linear);
    match phase.at {
        StepPhase::Stem | StepPhase::Forward(_) => Text::WalkForward.words().to_owned(),
        StepPhase::Loss => Text::WalkLoss.words().to_owned(),
        StepPhase::Backward(_) if masks => format!("{} {}", Text::WalkSum.words(), Text::WalkMask.words()),
        StepPhase::Backward(_) => Text::WalkSum.words().to_owned(),
        StepPhase::StemBack => Text::WalkStem.words().to_owned(),
        StepPhase::Update => Text::WalkUpdate.words().to_owned(),
    }
}

fn value_words(name: &str, value: f64) -> String {
    if name == "lr" { setting(value) } else { number(value) }
}

fn piece(said: &Said, run: &'static str) -> Html {
    match said {
        Said::Words(words) => html! { { format!("{words} ") } },
        Said::Value(name, value) => html! {
            <><strong data-walk={*name} data-run={run} data-value={full_precision(Some(*value))}>{ value_words(name, *value) }</strong>{ " " }</>
        },
    }
}

/// The line as words alone.
fn sentence(phase: &Phase) -> String {
    let piece = |said: &Said| match said {
        Said::Words(words) => (*words).to_owned(),
        Said::Value(name, value) => value_words(name, *value),
    };
    words::walk_said(phase, false).iter().map(piece).collect::<Vec<_>>().join(" ")
}
