//! The depth profile, and the choice of what it and the history show.

use super::Props;
use super::chart_card::ChartCard;
use super::chart_frame::ChartFrame;
use super::select::Select;
use crate::host::pointer::{Gesture, Pointed};
use crate::state::Action;
use protocol::Quantity;
use protocol::setting::ControlGroup;
use scene::{Chart, Text, quantity_words};
use yew::prelude::*;

/// What is chosen of each part of the network against depth.
#[component]
pub fn Profile(props: &Props) -> Html {
    let state = &props.state;
    let point = {
        let store = props.store.clone();
        props.on_event(move |pointed: Pointed| {
            let place = match pointed.gesture {
                Gesture::Hover | Gesture::Click => store.0.profile_place_at(pointed.at[0]),
                Gesture::Press | Gesture::Drag => None,
            };
            place.filter(|_| place != store.0.state().focus).map(|place| Action::Focus(Some(place)))
        })
    };
    let axis = |linear: bool, text: Text| {
        html! {
            <button
                type="button" class="link" aria-pressed={(state.linear == linear).to_string()}
                onclick={props.on(Action::Linear(linear))}
            >
                { text.words() }
            </button>
        }
    };
    let aside = html! {
        <>
            if state.page.shows(ControlGroup::Plot) { { choice(props) } }
            if state.page.shows(ControlGroup::Axis) {
                <span class="aside axes" title={Text::LogAxisExplained.words()}>
                    { axis(false, Text::LogAxis) }{ " · " }{ axis(true, Text::LinearAxis) }
                </span>
            }
        </>
    };
    let reads = quantity_words(state.page.plot).how_to_read;
    html! {
        <ChartCard page={props.clone()} chart={Chart::Profile} {aside}>
            if !state.page.embed {
                <p class="aside reads" id="plot-reads" title={reads}>{ reads }</p>
            }
            <ChartFrame chart={Chart::Profile} store={props.store.clone()} wanted_height="180" onpoint={point} />
        </ChartCard>
    }
}

/// The choice of the quantity, and whether it is relative to the last block's.
fn choice(props: &Props) -> Html {
    let page = &props.state.page;
    let onchoice = props.on_event(|chosen: String| chosen.parse().ok().map(Action::Plot));
    let option = |quantity: &Quantity| {
        html! {
            <option key={quantity.name()} value={quantity.name()}>
                { quantity_words(*quantity).title }
                if quantity.is_measured_while_shown() { { " · " }{ Text::WhileShown.words() } }
            </option>
        }
    };
    let group = |(name, quantities): (Text, &[Quantity])| {
        html! { <optgroup key={name.words()} label={name.words()}>{ for quantities.iter().map(option) }</optgroup> }
    };
    html! {
        <>
            <Select
                id="plot" class="plot-choice" value={page.plot.name()} label={Text::PlotLabel.words()} about="plot-reads"
                {onchoice}
            >
                { for groups().map(group) }
            </Select>
            <button
                id="relative" type="button" class="link" aria-pressed={page.relative.to_string()}
                title={Text::PlotRelativeExplained.words()} onclick={props.on(Action::Relative(!page.relative))}
            >
                { Text::PlotRelative.words() }<span class="wide-word">{ " " }{ Text::PlotRelativeTo.words() }</span>
            </button>
        </>
    }
}

/// What is offered, by what it is about.
fn groups() -> impl Iterator<Item = (Text, &'static [Quantity])> {
    const SIZES: [(Text, usize); 4] =
        [(Text::OfGradient, 5), (Text::OfWeights, 5), (Text::OfWays, 6), (Text::OfSignal, 5)];
    let mut rest: &[Quantity] = &Quantity::PLOTTED;
    SIZES.into_iter().map(move |(name, size)| {
        let (own, others) = rest.split_at(size.min(rest.len()));
        rest = others;
        (name, own)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_quantity_that_can_be_shown_is_offered_once() {
        let offered: Vec<_> = groups().flat_map(|(_, own)| own.iter().copied()).collect();
        assert_eq!(offered, Quantity::PLOTTED);
        let of = |name: Text| groups().find(|(own, _)| *own == name).map(|(_, own)| [own[0], own[own.len() - 1]]);
        assert_eq!(of(Text::OfWeights), Some([Quantity::WeightGradL2, Quantity::UpdateRatio]));
        assert_eq!(of(Text::OfSignal), Some([Quantity::BranchRatio, Quantity::DeadShare]));
    }
}
