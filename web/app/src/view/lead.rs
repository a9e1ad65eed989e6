//! The question, and what was measured about it.

use super::Props;
use super::bar::why_not_driven;
use super::recording::RecordingLine;
use super::walk::Walk;
use crate::state::Action;
use crate::state::notice::Remedy;
use crate::state::opened::ShownLane;
use protocol::{Diagram, RunSpec};
use scene::{Piece, Text, lane_class, words};
use yew::prelude::*;

/// One serif line with the question, one line with the answer so far.
#[component]
pub fn Lead(props: &Props) -> Html {
    let short = props.state.page.embed;
    let reading = &props.state.readout.reading;
    let shown = props.state.shown();
    let same = match props.state.ground() {
        Some(ground) => ground.same_parameters && ground.same_batches,
        None => shown.len() < 2,
    };
    let first = props.state.awaits_visitor();
    let recorded = props.state.shows_recording().filter(|_| !first);
    let is_bare = recorded.is_none() && !props.state.source.trains();
    let pieces = if is_bare || short { &reading.short } else { &reading.full };
    let question = match (short, same) {
        _ if is_bare => Text::QuestionViewer,
        (true, _) => Text::QuestionShort,
        (false, true) if stand_apart(&shown) => Text::QuestionPair,
        (false, true) if shown.len() > 1 => Text::QuestionTwo,
        (false, true) if shown[0].diagram.has_shortcuts() => {
            let closed = shown[0].strengths.iter().all(|strength| *strength == 0.0);
            if closed { Text::QuestionClosed } else { Text::Question }
        }
        (false, true) => Text::QuestionPlain,
        (false, false) => Text::QuestionTwo,
    };
    let question = match recorded {
        Some(opened) if !short => words::question_recorded(opened.runs.len()),
        _ => question.words().to_owned(),
    };
    let is_unmeasured = props.state.readout.lanes.iter().all(|lane| lane.step.is_none());
    let waiting = props.state.is_going() && is_unmeasured;
    html! {
        <div class={classes!("lead", props.state.slow.is_some().then_some("walked"))}>
            // It has the place of what else stands here, so that nothing moves.
            if props.state.slow.is_some() { <Walk ..props.clone() /> }
            <h1 class="question">{ question }</h1>
            if !short && !first { <RecordingLine ..props.clone() /> }
            <p class="reading" id="reading">
                if is_bare { { Text::ViewerOnly.words() } } else if props.state.is_refused() { { Text::RunRefused.words() } } else if waiting { { Text::FirstStepUnderWay.words() } } else {
                    { for pieces.iter().map(piece) }
                    if is_unmeasured && recorded.is_none() && why_not_driven(&props.state).is_none() { { " " }{ Text::PressTrain.words() } }
                }
                if props.state.has_left_picture() {
                    { " " }
                    <button id="show-picture" class="link" type="button" onclick={props.on(Action::ShowPicture)}>
                        { Text::ShowPicture.words() }
                    </button>
                }
            </p>
            if !is_bare && !short {
                <p class="explained">
                    { skips_explained(&shown).map(Text::words) }
                </p>
            }
        </div>
    }
}

/// What surprises; in an embed, which has no room for both, else what a skip connection is.
#[component]
pub fn Surprise(props: &Props) -> Html {
    let state = &props.state;
    let explained = skips_explained(&state.shown()).filter(|_| state.page.embed).map(|text| text.words().to_owned());
    let surprise = state.readout.reading.surprise.as_ref();
    // A rate above the usual one is put down in one click.
    let large = state.lanes.iter().any(|lane| lane.spec.lr > RunSpec::page_default().lr);
    let offered = state.notices.all().iter().any(|notice| notice.remedy == Some(Remedy::SmallerRate));
    let retries = surprise.is_some_and(|surprise| surprise.is_of_the_rate) && large && !offered && !state.page.embed;
    html! {
        <p class="surprise" id="surprise">
            { surprise.map(|surprise| surprise.sentence.clone()).or(explained) }
            if retries && state.shows_recording().is_none() {
                { " " }
                <button id="smaller-rate" type="button" class="link" onclick={props.on(Action::SmallerRate)}>
                    { words::again_with(state.smaller_rate()) }
                </button>
            }
        </p>
    }
}

/// What a skip connection is, if there are any; and what their switches do, if these are there.
fn skips_explained(shown: &[ShownLane]) -> Option<Text> {
    let any = |is: fn(&Diagram) -> bool| shown.iter().any(|lane| is(lane.diagram));
    match (any(Diagram::has_switches), any(Diagram::has_shortcuts)) {
        (true, _) => Some(Text::SkipsExplained),
        (false, true) => Some(Text::SkipsOfElsewhere),
        (false, false) => None,
    }
}

/// Whether one of the two runs has its skips open and the other its skips closed.
fn stand_apart(shown: &[ShownLane]) -> bool {
    let all = |lane: &ShownLane, strength: f64| lane.strengths.iter().all(|own| *own == strength);
    let [first, second] = shown else { return false };
    first.diagram.has_shortcuts() && (all(first, 1.0) && all(second, 0.0) || all(first, 0.0) && all(second, 1.0))
}

fn piece(piece: &Piece) -> Html {
    let class = classes!(piece.lane.filter(|_| piece.strong).map(lane_class));
    if piece.strong {
        html! { <strong {class}>{ &piece.words }</strong> }
    } else {
        html! { { &piece.words } }
    }
}
