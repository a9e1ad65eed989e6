//! The focused block: all its quantities, with their formulas.

use super::Lab;
use crate::readout::{LaneReadout, cell, share_over_shortcut};
use protocol::Quantity;
use scene::{Text, english, norm_number, number, percent, quantity_words};
use yew::prelude::*;

/// The card.
#[component]
pub fn Inspector(lab: &Lab) -> Html {
    let state = &lab.state;
    let plan = &state.lanes[0].plan;
    let focused = state.focus.and_then(|index| Some((index, plan.blocks.get(index)?)));
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
                { english::block_title(index) }
                <span class="aside">{ english::block_facts(block) }</span>
            </h2>
            <dl class="facts">
                { for Quantity::ALL.into_iter().map(|quantity| fact(lab, index, quantity)) }
            </dl>
            <p class="sum">
                { Text::ShareOverShortcut.words() }{ " " }
                { for values(lab, |read| read.rows.get(index).and_then(share_over_shortcut).map(percent)) }
                <span class="aside">{ Text::PartsAddUp.words() }</span>
            </p>
        </section>
    }
}

fn fact(lab: &Lab, index: usize, quantity: Quantity) -> Html {
    let words = quantity_words(quantity);
    let write = if quantity.needs_shortcut() && quantity != Quantity::SkipGradL2 { number } else { norm_number };
    html! {
        <div class="fact" key={quantity.name()} title={words.how_to_read}>
            <dt>{ words.title }<span class="formula">{ words.formula }</span></dt>
            <dd>{ for values(lab, |read| read.rows.get(index).and_then(|row| cell(row, quantity)).map(write)) }</dd>
        </div>
    }
}

/// A value a run, in its hue.
fn values(lab: &Lab, value: impl Fn(&LaneReadout) -> Option<String>) -> Vec<Html> {
    let lanes = lab.state.lanes.iter().zip(&lab.state.readout.lanes);
    let one = |(lane, read): (&crate::lane_state::LaneState, &LaneReadout)| {
        let words = value(read).unwrap_or_else(|| "–".to_owned());
        html! { <b class={classes!("of-lane", lane.lane.class())} key={lane.lane.name()}>{ words }</b> }
    };
    lanes.map(one).collect()
}
