//! The focused block: all its quantities, with their formulas.

use super::Props;
use crate::paint::facts::{SHARE, STEP};
use crate::state::lane_state::LaneState;
use protocol::Quantity;
use scene::{Text, lane_class, quantity_words, words};
use yew::prelude::*;

/// The card.
#[component]
pub fn Inspector(props: &Props) -> Html {
    let state = &props.state;
    let diagram = &state.lanes[0].diagram;
    let focused = state.focus.and_then(|index| Some((index, diagram.blocks.get(index)?)));
    let Some((index, block)) = focused else {
        return html! {
            <section class="card inspector-card" aria-label={Text::BlockTitle.words()}>
                <h2 class="card-title">{ Text::BlockTitle.words() }</h2>
                <p class="empty-card">{ Text::BlockNone.words() }</p>
            </section>
        };
    };
    html! {
        <section class="card inspector-card" aria-label={Text::BlockTitle.words()}>
            <h2 class="card-title">
                <span>{ words::block_title(index) }<span class="step" data-fact={STEP} data-run="0" /></span>
                <span class="aside" title={words::block_facts(block)}>{ words::block_facts(block) }</span>
            </h2>
            <dl class="facts">
                { for Quantity::PROFILE.into_iter().chain([Quantity::UpdateRatio]).map(|quantity| fact(props, quantity)) }
                <div class="fact" title={quantity_words(Quantity::SkipShare).how_to_read}>
                    <dt>{ Text::ShareOverShortcut.words() }</dt>
                    <dd>{ for values(props, SHARE) }</dd>
                </div>
            </dl>
            { network(props) }
        </section>
    }
}

/// What is known about the whole network.
fn network(props: &Props) -> Html {
    let diagram = &props.state.lanes[0].diagram;
    if !diagram.has_shortcuts() {
        return html! { <p class="sum">{ Text::NoShortcutsExplained.words() }</p> };
    }
    let quantity = Quantity::EffectiveDepthClosed;
    let [before, after] = words::effective_depth(diagram.blocks.len());
    html! {
        <p class="sum" title={quantity_words(quantity).how_to_read}>
            { before }{ for values(props, quantity.name()) }{ after }
            <span class="aside">{ Text::IfPathsAreApart.words() }</span>
        </p>
    }
}

fn fact(props: &Props, quantity: Quantity) -> Html {
    let words = quantity_words(quantity);
    html! {
        <div class="fact" key={quantity.name()} title={words.how_to_read}>
            <dt>{ words.title }<span class="formula">{ quantity.formula() }</span></dt>
            <dd>{ for values(props, quantity.name()) }</dd>
        </div>
    }
}

/// A place for a value of each run, in its hue; it is written when the charts are painted.
fn values(props: &Props, name: &'static str) -> Vec<Html> {
    let one = |(index, lane): (usize, &LaneState)| {
        let class = classes!("of-lane", lane_class(lane.lane));
        html! { <b {class} key={lane.lane.name()} data-fact={name} data-run={index.to_string()} /> }
    };
    props.state.lanes.iter().enumerate().map(one).collect()
}
