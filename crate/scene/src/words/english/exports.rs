//! What stands under a chart that leaves the page, in English.

use super::{Text, at_steps, quantity, up_to_steps, weights_of};
use crate::charts::Chart;
use crate::flow::Plot;
use protocol::Quantity;

/// What a chart shows.
pub fn plotted(chart: Chart, plot: Plot) -> String {
    let own = |quantity: Quantity| self::quantity(quantity).title;
    match chart {
        Chart::River => own(Quantity::GradInL2).to_owned(),
        Chart::Profile | Chart::History if plot.is_relative() => {
            format!("{} {}", own(plot.quantity), Text::PlotRelative.words())
        }
        Chart::Profile | Chart::History => own(plot.quantity).to_owned(),
        Chart::Learning => Text::LearningPlotted.words().to_owned(),
        Chart::Branches => Text::BranchesSubtitle.words().to_owned(),
        Chart::Paths => Text::PathsSubtitle.words().to_owned(),
        Chart::Sweep => Text::SweepSubtitle.words().to_owned(),
        Chart::Ablation => Text::AblationSubtitle.words().to_owned(),
    }
}

/// The title of what is exported: what it is, what is plotted, and the steps that it is of, one a run where they differ, or
/// up to which it goes.
pub fn export_title(title: &str, plotted: &str, steps: &[u64], goes_up_to: bool) -> String {
    let plotted = if plotted.is_empty() { String::new() } else { format!(": {plotted}") };
    let at = match steps {
        [] => String::new(),
        steps if goes_up_to => format!(" · {}", up_to_steps(steps)),
        steps => format!(" · {}", at_steps(steps)),
    };
    format!("{title}{plotted}{at}")
}

/// Where a drawing comes from: the file of weights that its runs started from, if they did, their seeds, one where they are
/// the same, the build, and the link or file.
pub fn export_source(seeds: &[u64], weights: Option<&str>, build: &str, link: &str) -> String {
    let weights = weights.map(|file| format!("{} · ", weights_of(file))).unwrap_or_default();
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let seed = match seeds.as_slice() {
        [] => String::new(),
        [seed] => format!("seed {seed} · "),
        several => format!("seeds {} · ", several.join(" and ")),
    };
    format!("{weights}{seed}build {build} · {link}")
}

/// What a button makes of what.
pub fn export_as(title: &str, format: &str) -> String {
    format!("{title} as {format}")
}
