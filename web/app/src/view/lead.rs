//! The question, and what was measured about it.

use super::Props;
use crate::state::State;
use protocol::Skip;
use scene::{Piece, Text, ground, lane_class};
use yew::prelude::*;

/// One serif line with the question, one line with the answer so far.
#[component]
pub fn Lead(props: &Props) -> Html {
    let short = props.state.page.embed;
    let reading = &props.state.readout.reading;
    let same = match props.state.lanes.as_slice() {
        [first, second, ..] => {
            let ground = ground(&first.spec, &second.spec);
            ground.same_parameters && ground.same_batches
        }
        _ => true,
    };
    let (question, pieces) = match (short, same) {
        (true, _) => (Text::QuestionShort, &reading.short),
        (false, true) if stand_apart(&props.state) => (Text::QuestionPair, &reading.full),
        (false, true) if props.state.lanes.len() > 1 => (Text::QuestionTwo, &reading.full),
        (false, true) if props.state.lanes[0].plan.has_shortcuts() => {
            let closed = props.state.lanes[0].strengths.iter().all(|strength| *strength == 0.0);
            (if closed { Text::QuestionClosed } else { Text::Question }, &reading.full)
        }
        (false, true) => (Text::QuestionPlain, &reading.full),
        (false, false) => (Text::QuestionTwo, &reading.full),
    };
    let waiting = props.state.is_going() && props.state.readout.lanes.iter().all(|lane| lane.step.is_none());
    html! {
        <div class="lead">
            <h1 class="question">{ question.words() }</h1>
            <p class="reading" id="reading">
                if waiting { { Text::FirstStepUnderWay.words() } } else { { for pieces.iter().map(piece) } }
            </p>
            <p class="surprise" id="surprise">{ reading.surprise.clone() }</p>
        </div>
    }
}

/// Whether one of the two runs has its skips open and the other its skips closed.
fn stand_apart(state: &State) -> bool {
    let apart = [Skip::All(1.0), Skip::All(0.0)];
    let [first, second] = state.lanes.as_slice() else { return false };
    let skips = [&first.spec.skip, &second.spec.skip];
    skips.iter().all(|skip| apart.contains(skip)) && skips[0] != skips[1]
}

fn piece(piece: &Piece) -> Html {
    let class = classes!(piece.lane.filter(|_| piece.strong).map(lane_class));
    if piece.strong {
        html! { <strong {class}>{ &piece.words }</strong> }
    } else {
        html! { { &piece.words } }
    }
}
