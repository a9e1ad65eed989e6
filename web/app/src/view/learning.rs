//! Loss and accuracy: the chart, and the values of now.

use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use super::term::term;
use super::{Props, suffix};
use crate::state::readout::full_precision;
use scene::{Chart, Text, lane_class, lane_marker, number, percent, words};
use yew::prelude::*;

/// The card.
#[component]
pub fn Learning(props: &Props) -> Html {
    html! {
        <ChartCard page={props.clone()} chart={Chart::Learning} aside={html! { <Numbers ..props.clone() /> }}>
            if let Some(why) = props.state.shown()[0].why_not_evaluated { <p class="aside">{ why.words() }</p> }
            <ChartFrame chart={Chart::Learning} store={props.store.clone()} />
        </ChartCard>
    }
}

/// Loss, training accuracy and held-out accuracy of each run.
#[component]
pub fn Numbers(props: &Props) -> Html {
    let lanes = &props.state.readout.lanes;
    let shown = props.state.shown();
    let one = |(index, read): (usize, &crate::state::readout::LaneReadout)| {
        let lane = shown.get(index).map(|lane| lane.lane);
        let id = |name: &str| format!("{name}{}", suffix(index));
        let why = shown.get(index).and_then(|lane| lane.why_not_evaluated).map(Text::words);
        // Not every task has an accuracy, and not every recording one.
        let foreign = shown.get(index).is_some_and(|lane| lane.spec.is_none());
        let has = |value: Option<f64>| !foreign || value.is_some();
        let share = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), percent);
        let loss = read.loss.map_or_else(|| "–".to_owned(), number);
        html! {
            <span class={classes!("numbers", lane.map(lane_class))} key={index}>
                if lanes.len() > 1 { <span class="marker" aria-hidden="true">{ lane.map(lane_marker) }</span> }
                <span>
                    <span class="loss-word">{ Text::LossWord.words() }{ " " }</span>
                    <b id={id("loss")} data-value={full_precision(read.loss)}>{ loss }</b>
                </span>
                if has(read.train_accuracy) {
                    <span>
                        { Text::TrainShort.words() }{ " " }
                        <b id={id("train-accuracy")} data-value={full_precision(read.train_accuracy)}>
                            { share(read.train_accuracy) }
                        </b>
                    </span>
                }
                if has(read.accuracy) {
                    <span title={why}>
                        // It is explained where it stands first.
                        if index == 0 { { term(words::Term::HeldOut) } } else { { words::Term::HeldOut.word() } }{ " " }
                        <b id={id("accuracy")} data-value={full_precision(read.accuracy)}>{ share(read.accuracy) }</b>
                        if let Some(step) = read.evaluated { { " " }{ words::after(step) } }
                    </span>
                }
            </span>
        }
    };
    html! { <span class="aside all-numbers">{ for lanes.iter().enumerate().map(one) }</span> }
}
