//! The focused block, stem or head: all its quantities, with their formulas.

use super::Props;
use super::strengths::of_focus;
use super::term::{Term, term};
use crate::paint::facts::{SHARE, STEP};
use crate::state::opened::ShownLane;
use protocol::{BlockKind, Diagram, Place, Quantity};
use scene::{Text, lane_class, quantity_words, words};
use yew::prelude::*;

/// The card.
#[component]
pub fn Inspector(props: &Props) -> Html {
    let state = &props.state;
    let shown = state.shown();
    let diagram = shown[0].diagram;
    let Some(place) = state.focus.filter(|place| place.is_in(diagram.blocks.len())) else {
        return html! {
            <section class="card inspector-card" aria-label={Text::BlockTitle.words()}>
                <h2 class="card-title">{ Text::BlockTitle.words() }</h2>
                <p class="empty-card">{ Text::BlockNone.words() }</p>
            </section>
        };
    };
    let about = match place {
        Place::Block(index) => diagram.blocks.get(index).map(words::block_facts).unwrap_or_default(),
        end => words::end_facts(end).to_owned(),
    };
    html! {
        <section class="card inspector-card" aria-label={Text::BlockTitle.words()}>
            <h2 class="card-title">
                <span>{ words::place_title(place) }<span class="step" data-fact={STEP} data-run="0" /></span>
                if let Some(word) = what_it_is(diagram, place) { { term(word) } }
                <span class="aside" title={about.clone()}>{ about }</span>
                { of_focus(props, place) }
            </h2>
            <dl class="facts">
                { for known(place).iter().map(|quantity| fact(props, place, *quantity)) }
            </dl>
            { network(props) }
        </section>
    }
}

/// The word that explains what kind of branch a block has, where that needs one.
fn what_it_is(diagram: &Diagram, place: Place) -> Option<words::Term> {
    match diagram.blocks.get(place.block()?)?.kind {
        BlockKind::Attention => Some(words::Term::Attention),
        BlockKind::Mlp => Some(words::Term::Mlp),
        _ => None,
    }
}

/// What is known about the whole network.
fn network(props: &Props) -> Html {
    let shown = props.state.shown();
    let diagram = shown[0].diagram;
    if !diagram.has_shortcuts() {
        return html! { <p class="sum">{ Text::NoShortcutsExplained.words() }</p> };
    }
    let quantity = Quantity::EffectiveDepthClosed;
    if props.state.readout.lanes.iter().all(|lane| lane.branches.is_none()) {
        // Where nothing comes back it comes through no branches.
        return html! { <p class="sum">{ "\u{a0}" }</p> };
    }
    let blocks: Vec<_> = shown.iter().map(|lane| lane.diagram.blocks.len()).collect();
    let of = |(run, value): (usize, Html)| html! { <>{ value }{ words::of_branches(&blocks, run) }</> };
    html! {
        <p class="sum">
            <Term word={words::effective_depth()} line={quantity_words(quantity).how_to_read} />
            { for values(props, quantity.name()).into_iter().enumerate().map(of) }
            <span class="aside">{ term(words::Term::PathsApart) }</span>
        </p>
    }
}

/// What is measured there.
fn known(place: Place) -> &'static [Quantity] {
    const BLOCK: [Quantity; 10] = [
        Quantity::GradOutL2,
        Quantity::GradInL2,
        Quantity::WeightGradL2,
        Quantity::BranchGradL2,
        Quantity::SkipGradL2,
        Quantity::SkipBranchCosine,
        Quantity::BranchRatio,
        Quantity::BranchRms,
        Quantity::UpdateRatio,
        Quantity::SkipShare,
    ];
    match place {
        Place::Block(_) => &BLOCK,
        Place::Stem => &[Quantity::GradOutL2, Quantity::WeightGradL2],
        Place::Head => &[Quantity::GradInL2, Quantity::WeightGradL2],
    }
}

fn fact(props: &Props, place: Place, quantity: Quantity) -> Html {
    // The formula with the numbers of the first run.
    let value = |quantity| props.state.readout.lanes.first().and_then(|lane| lane.value(quantity, place));
    html! {
        <div class="fact" key={quantity.name()}>
            <dt>
                <Term word={quantity_words(quantity).title} line={words::explained(quantity, value)} />
                <span class="formula-room"><span class="formula">{ quantity.formula() }</span></span>
            </dt>
            <dd>{ for values(props, if quantity == Quantity::SkipShare { SHARE } else { quantity.name() }) }</dd>
        </div>
    }
}

/// A place for a value of each run, in its hue; it is written when the charts are painted.
fn values(props: &Props, name: &'static str) -> Vec<Html> {
    let one = |(index, lane): (usize, ShownLane)| {
        let class = classes!("of-lane", lane_class(lane.lane));
        html! { <b {class} key={lane.lane.name()} data-fact={name} data-run={index.to_string()} /> }
    };
    props.state.shown().into_iter().enumerate().map(one).collect()
}
