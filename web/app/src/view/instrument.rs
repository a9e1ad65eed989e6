//! The chart under all others, and the choice of what it shows.

use super::Props;
use super::chart_frame::ChartFrame;
use super::select::Select;
use crate::state::Action;
use protocol::setting::{ControlGroup, Instrument};
use scene::{Chart, Text};
use yew::prelude::*;

/// The card.
#[component]
pub fn InstrumentCard(props: &Props) -> Html {
    let state = &props.state;
    let now = state.page.instrument;
    let chart = chart_of(now);
    let onchoice = props.on_event(|chosen: String| chosen.parse().ok().map(Action::Instrument));
    let option = |own: &Instrument| {
        html! { <option key={own.name()} value={own.name()}>{ chart_of(*own).title().words() }</option> }
    };
    let on_demand = !now.quantities().is_empty();
    let recorded = state.shows_recording().is_some() && !state.awaits_visitor();
    html! {
        <section class="card chart-card branches-card" aria-label={chart.title().words()}>
            <h2 class="card-title">
                if state.page.shows(ControlGroup::Plot) {
                    <Select
                        id="instrument" class="plot-choice" value={now.name()} label={Text::InstrumentLabel.words()} {onchoice}
                    >
                        { for Instrument::ALL.iter().map(option) }
                    </Select>
                } else {
                    { chart.title().words() }
                }
                <span class="aside" title={subtitle(now).words()}>{ subtitle(now).words() }</span>
                if on_demand && state.source.trains() {
                    <button
                        id="measure-again" type="button" class="small" disabled={recorded} title={Text::MeasuredNext.words()}
                        onclick={props.on(Action::MeasureAgain)}
                    >
                        { Text::MeasureAgain.words() }
                    </button>
                }
            </h2>
            <ChartFrame key={chart.name()} {chart} store={props.store.clone()} />
        </section>
    }
}

/// The chart that shows it.
pub fn chart_of(instrument: Instrument) -> Chart {
    match instrument {
        Instrument::Branches => Chart::Branches,
        Instrument::Paths => Chart::Paths,
        Instrument::Sweep => Chart::Sweep,
        Instrument::Ablation => Chart::Ablation,
    }
}

fn subtitle(instrument: Instrument) -> Text {
    match instrument {
        Instrument::Branches => Text::BranchesSubtitle,
        Instrument::Paths => Text::PathsSubtitle,
        Instrument::Sweep => Text::SweepSubtitle,
        Instrument::Ablation => Text::AblationSubtitle,
    }
}
