//! The words and the quantities of the page, each with its line.

use super::Props;
use protocol::Quantity;
use scene::{Text, quantity_words, words};
use yew::prelude::*;

/// The card.
#[component]
pub fn Glossary(props: &Props) -> Html {
    let word = |term: &words::Term| {
        html! {
            <div key={term.word()}><dt>{ term.word() }</dt><dd>{ term.line() }</dd></div>
        }
    };
    html! {
        <section class="card glossary" aria-label={Text::GlossaryTitle.words()}>
            <h2 class="card-title">{ Text::GlossaryTitle.words() }</h2>
            <dl class="how-to-read">
                { for words::Term::ALL.iter().map(word) }
                { for props.state.shown()[0].diagram.quantities.iter().copied().map(quantity) }
                <div key="measuring-share">
                    <dt>{ Text::MeasuringShare.words() }</dt>
                    <dd>{ Text::MeasuringShareExplained.words() }</dd>
                </div>
            </dl>
        </section>
    }
}

fn quantity(quantity: Quantity) -> Html {
    let words = quantity_words(quantity);
    html! {
        <div key={quantity.name()}>
            <dt>{ words.title }<span class="formula">{ quantity.formula() }</span></dt>
            <dd>{ words.how_to_read }</dd>
        </div>
    }
}
