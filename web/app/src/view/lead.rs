//! The question, and what was measured about it.

use super::Props;
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
        (false, true) if props.state.lanes[0].plan.has_shortcuts() => (Text::Question, &reading.full),
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
            if !short { <p class="surprise" id="surprise">{ reading.surprise.clone() }</p> }
        </div>
    }
}

fn piece(piece: &Piece) -> Html {
    let class = classes!(piece.lane.filter(|_| piece.strong).map(lane_class));
    if piece.strong {
        html! { <strong {class}>{ &piece.words }</strong> }
    } else {
        html! { { &piece.words } }
    }
}
