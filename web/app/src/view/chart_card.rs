//! A card that holds one chart under its title. What is special about a chart comes in as its properties.

use super::Props;
use super::chart_frame::ChartFrame;
use scene::Chart;
use yew::prelude::*;

/// Which chart, and what stands around it.
#[derive(Clone, PartialEq, Properties)]
pub struct ChartCardProps {
    /// The page.
    pub page: Props,
    /// Which chart.
    pub chart: Chart,
    /// What stands beside the title.
    #[prop_or_default]
    pub aside: Html,
    /// What stands under the title: the chart alone unless more is given.
    #[prop_or_default]
    pub children: Html,
}

/// The card. Embedded there is no room for titles.
#[component]
pub fn ChartCard(props: &ChartCardProps) -> Html {
    let ChartCardProps { page, chart, aside, children } = props;
    let title = chart.title().words();
    html! {
        <section class={classes!("card", "chart-card", format!("{}-card", chart.name()))} aria-label={title}>
            if !page.state.page.embed {
                <h2 class="card-title">{ title }{ aside.clone() }</h2>
            }
            if *children == Html::default() {
                <ChartFrame chart={*chart} store={page.store.clone()} />
            } else {
                { children.clone() }
            }
        </section>
    }
}
