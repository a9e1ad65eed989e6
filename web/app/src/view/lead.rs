//! The question, and what was measured about it.

use super::Lab;
use scene::{Piece, Text};
use yew::prelude::*;

/// One serif line with the question, one line with the answer so far.
#[component]
pub fn Lead(lab: &Lab) -> Html {
    let short = lab.state.page.embed;
    let reading = &lab.state.readout.reading;
    let (question, pieces) =
        if short { (Text::QuestionShort, &reading.short) } else { (Text::Question, &reading.full) };
    html! {
        <div class="lead">
            <h1 class="question">{ question.words() }</h1>
            <p class="reading" id="reading">{ for pieces.iter().map(piece) }</p>
        </div>
    }
}

fn piece(piece: &Piece) -> Html {
    let class = classes!(piece.lane.filter(|_| piece.strong).map(|lane| lane.class()));
    if piece.strong {
        html! { <strong {class}>{ &piece.words }</strong> }
    } else {
        html! { { &piece.words } }
    }
}
