//! The present profile as a real table, for those who read values, by eye, by ear or by script.

use super::overlaid_table::OverlaidTable;
use super::{Props, suffix};
use crate::state::State;
use crate::state::opened::ShownLane;
use crate::state::readout::{LaneReadout, QUANTITIES, full_precision};
use crate::state::shared::Shared;
use protocol::{Diagram, DiagramBlock, Place, Quantity};
use scene::{Text, in_unit, lane_class, quantity_words, words};
use std::rc::Rc;
use yew::prelude::*;

/// The tables of all runs. Embedded pages keep them for those who cannot see the charts.
#[component]
pub fn ProfileTables(props: &Props) -> Html {
    let state = &props.state;
    let table = |(index, lane): (usize, ShownLane)| {
        let caption = words::table_caption(
            &words::lane_list(lane.lane.name()),
            state.readout.lanes.get(index).and_then(|read| read.step),
        );
        html! {
            <ProfileTable
                key={index} id={format!("profile-table{}", suffix(index))} class={lane_class(lane.lane)} {caption}
                diagram={Rc::clone(lane.diagram)} rows={rows(state, index)} ends={ends(state, index)}
            />
        }
    };
    let tables = state.shown().into_iter().enumerate().map(table);
    if state.page.embed {
        return html! { <div class="visually-hidden">{ for tables }</div> };
    }
    html! {
        <details class="card tables">
            <summary>{ Text::TableTitle.words() }</summary>
            <div>{ for tables }</div>
            if !state.readout.overlaid.is_empty() { <OverlaidTable ..props.clone() /> }
            if state.shows_recording().is_none() { { for state.lanes.iter().filter_map(hash) } }
        </details>
    }
}

fn hash(lane: &crate::state::lane_state::LaneState) -> Option<Html> {
    let words = words::parameter_hash(lane.parameter_hash.as_deref()?, crate::BUILD);
    Some(html! { <p class="aside" key={lane.lane.name()}>{ words }</p> })
}

fn rows(state: &Shared<State>, index: usize) -> Rows {
    Rows(state.readout.lanes.get(index).map(|read: &LaneReadout| read.rows.clone()).unwrap_or_default())
}

fn ends(state: &Shared<State>, index: usize) -> Rows {
    Rows(state.readout.lanes.get(index).map(|read: &LaneReadout| read.ends.to_vec()).unwrap_or_default())
}

/// The values of a table.
#[derive(Clone)]
pub struct Rows(Vec<[Option<f64>; QUANTITIES]>);

impl PartialEq for Rows {
    /// Bit for bit: a NaN that stays a NaN is no change.
    fn eq(&self, other: &Self) -> bool {
        let bits = |rows: &Self| rows.0.iter().flatten().map(|value| value.map(f64::to_bits)).collect::<Vec<_>>();
        bits(self) == bits(other)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct TableProps {
    id: String,
    class: &'static str,
    caption: String,
    diagram: Rc<Diagram>,
    rows: Rows,
    /// Of the stem and of the head.
    ends: Rows,
}

/// One run's table: a row a block.
#[component]
fn ProfileTable(props: &TableProps) -> Html {
    let column = |quantity: Quantity| {
        let words = quantity_words(quantity);
        html! {
            <th scope="col" key={quantity.name()} title={words.how_to_read}>
                { words.title }<span class="formula">{ quantity.formula() }</span>
            </th>
        }
    };
    let row = |(index, block): (usize, &DiagramBlock)| {
        let values = props.rows.0.get(index);
        html! {
            <tr key={index} data-row={block.name.clone()}>
                <th scope="row">{ index + 1 }<span class="aside">{ &block.name }</span></th>
                { for Quantity::PROFILE.into_iter().enumerate().map(|(place, q)| value(q, values.and_then(|row| row[place]))) }
            </tr>
        }
    };
    // Rows of blocks alone have `data-quantity`: scripts count them.
    let end = |(place, values): (Place, &[Option<f64>; QUANTITIES])| {
        let name = if place == Place::Stem { Place::STEM } else { Place::HEAD };
        let cell = |(quantity, own): (Quantity, &Option<f64>)| {
            html! {
                <td key={quantity.name()} data-end-quantity={quantity.name()} data-value={full_precision(*own)}>
                    { written(quantity, *own) }
                </td>
            }
        };
        html! {
            <tr key={name} data-row={name}>
                <th scope="row">{ words::place_title(place) }</th>
                { for Quantity::PROFILE.into_iter().zip(values).map(cell) }
            </tr>
        }
    };
    html! {
        <div class="table-scroll">
            <table id={props.id.clone()} class={props.class}>
                <caption>{ &props.caption }</caption>
                <thead>
                    <tr>
                        <th scope="col">{ Text::Block.words() }</th>
                        { for Quantity::PROFILE.into_iter().map(column) }
                    </tr>
                </thead>
                <tbody>{ for props.diagram.blocks.iter().enumerate().map(row) }</tbody>
                <tfoot>{ for [Place::Stem, Place::Head].into_iter().zip(&props.ends.0).map(end) }</tfoot>
            </table>
        </div>
    }
}

fn value(quantity: Quantity, value: Option<f64>) -> Html {
    html! {
        <td key={quantity.name()} data-quantity={quantity.name()} data-value={full_precision(value)}>
            { written(quantity, value) }
        </td>
    }
}

fn written(quantity: Quantity, value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |value| in_unit(quantity.unit(), value))
}
