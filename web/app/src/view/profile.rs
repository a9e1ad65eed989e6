//! The depth profile.

use super::Lab;
use super::chart_frame::ChartFrame;
use crate::paint::painter::Chart;
use crate::state::Action;
use crate::state::page_options::Group;
use scene::Text;
use yew::prelude::*;

/// The gradient entering each block against depth.
#[component]
pub fn Profile(lab: &Lab) -> Html {
    let state = &lab.state;
    let point = {
        let store = lab.store.clone();
        lab.on_event(move |x: f64| {
            let block = store.0.profile_block_at(x);
            block.filter(|_| block != store.0.state().focus).map(|block| Action::Focus(Some(block)))
        })
    };
    let axis = |linear: bool, text: Text| {
        html! {
            <button
                type="button" class="link" aria-pressed={(state.linear == linear).to_string()}
                onclick={lab.on(Action::Linear(linear))}
            >
                { text.words() }
            </button>
        }
    };
    html! {
        <section class="card profile-card" aria-label={Text::ProfileTitle.words()}>
            if !state.page.embed {
                <h2 class="card-title" title={Text::LogAxisExplained.words()}>
                    { Text::ProfileTitle.words() }
                    <span class="aside">
                        { Text::ProfileSubtitle.words() }
                        if state.page.shows(Group::Axis) {
                            { ", " }{ axis(false, Text::LogAxis) }{ " · " }{ axis(true, Text::LinearAxis) }
                        }
                    </span>
                </h2>
            }
            <ChartFrame chart={Chart::Profile} store={lab.store.clone()} wanted_height="180" onpoint={point} />
        </section>
    }
}
