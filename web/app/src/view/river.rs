//! The diagram: the river is painted, switches and blocks are elements over it.

use super::Props;
use super::blocks::Blocks;
use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use super::strengths::Strengths;
use super::term::term;
use crate::paint::painter::view;
use scene::{Chart, Text, river_layout, words};
use yew::prelude::*;

/// The diagram.
#[component]
pub fn River(props: &Props) -> Html {
    let state = &props.state;
    let shown = state.shown();
    let blocks: Vec<usize> = shown.iter().map(|lane| lane.diagram.blocks.len()).collect();
    let layouts = if state.river.0 > 0.0 { river_layout(&blocks, &view(state, state.river, &[])) } else { Vec::new() };
    let elements = |(lane, layout)| html! { <Blocks key={lane} page={props.clone()} {lane} {layout} /> };
    let wanted = if shown.len() > 1 { "150" } else { "96" };
    let aside = html! {
        <span class="aside">
            if shown[0].diagram.has_shortcuts() {
                { term(words::Term::Skip) }{ " " }{ Text::RiverSkip.words() }{ " " }
                { term(words::Term::Branch) }{ " " }{ Text::RiverBranch.words() }
            } else {
                { Text::NoShortcuts.words() }
            }
            { " · " }{ Text::RiverWidth.words() }{ " " }{ term(words::Term::Gradient) }{ " " }{ Text::RiverCaption.words() }
            if let Some(scale) = &state.readout.scale { { " · " }{ scale } }
            if let Some(ground) = state.ground() { { " · " }{ ground.words } }
        </span>
    };
    html! {
        <ChartCard page={props.clone()} chart={Chart::River} {aside}>
            <ChartFrame chart={Chart::River} store={props.store.clone()} wanted_height={wanted}>
                { for layouts.into_iter().enumerate().map(elements) }
            </ChartFrame>
            <Strengths ..props.clone() />
        </ChartCard>
    }
}
