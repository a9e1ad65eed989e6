//! What leaves the page as a file: in which forms, and what stands beside its numbers.

use crate::state::State;
use crate::state::opened::{OpenedRun, ShownLane};
use protocol::Lane;
use protocol::recording::Origin;
use scene::{Exhibit, Plot, Text, lane_marker, other_settings, settings_line, words};
use serde_json::json;

/// The forms that files have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A drawing.
    Svg,
    /// A picture.
    Png,
    /// The numbers as a table.
    Csv,
    /// The numbers as lines of a recording.
    Json,
}

impl Format {
    /// Every form of a chart.
    pub const ALL: [Self; 4] = [Self::Svg, Self::Png, Self::Csv, Self::Json];

    /// How the names of such files end.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// What says where an exported chart comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Caption {
    /// What it is, what is plotted, and at which step.
    pub title: String,
    /// All settings in force.
    pub settings: String,
    /// The runs that are overlaid, by their numbers; empty if none is.
    pub overlaid: String,
    /// The seed of each run, one where they are the same; none where they are not known.
    pub seeds: Vec<u64>,
    /// The file of the weights that a run started from, if these were not drawn from the seed.
    pub weights: Option<String>,
    /// A link to this state, or where the recording comes from.
    pub link: String,
}

impl Caption {
    /// Its lines under a drawing.
    pub fn lines(&self) -> Vec<String> {
        let source = words::export_source(&self.seeds, self.weights.as_deref(), crate::BUILD, &self.link);
        let lines = [&self.title, &self.settings, &self.overlaid, &source];
        lines.into_iter().filter(|line| !line.is_empty()).cloned().collect()
    }

    /// These lines of a recording as one JSON value with all of it.
    pub fn json(&self, lines: &[String]) -> String {
        let Self { title, settings, seeds, weights, link, .. } = self;
        let seed = match seeds.as_slice() {
            [seed] => json!(seed),
            [] => json!(null),
            several => json!(several),
        };
        let mut head =
            json!({"caption": title, "settings": settings, "seed": seed, "build": crate::BUILD, "link": link});
        if let Some(weights) = weights {
            head["weights"] = weights.as_str().into();
        }
        let head = head.to_string();
        format!("{},\"lines\":[\n{}\n]}}\n", head.trim_end_matches('}'), lines.join(",\n"))
    }
}

impl State {
    /// What profile and history show.
    pub fn plot(&self) -> Plot {
        Plot { quantity: self.page.plot, relative: self.page.relative }
    }

    /// The line of all settings in force; of a second run what it has otherwise.
    pub fn settings_words(&self) -> String {
        let shown = self.shown();
        let [first, others @ ..] = shown.as_slice() else { return String::new() };
        let other = |lane: &ShownLane| {
            let words = match (first.spec, lane.spec) {
                (Some(first), Some(second)) => other_settings(first, second, lane.strengths),
                _ => settings_line(lane.spec, lane.diagram, lane.strengths),
            };
            if words.is_empty() { String::new() } else { format!(" · {} {words}", lane_marker(lane.lane)) }
        };
        settings_line(first.spec, first.diagram, first.strengths) + &others.iter().map(other).collect::<String>()
    }

    /// The caption of what is shown, at these steps; `address` is that of the page, without a query.
    pub fn caption(&self, exhibit: Exhibit, steps: &[u64], address: &str) -> Caption {
        let title = match exhibit {
            Exhibit::Chart(chart) => chart.title(),
            Exhibit::Record => Text::ExportRecord,
        };
        let mut seeds: Vec<u64> = self.shown().iter().filter_map(|lane| lane.spec).map(|spec| spec.seed).collect();
        seeds.dedup();
        Caption {
            title: words::export_title(title.words(), &exhibit.plotted(self.plot()), steps, exhibit.is_of_all_steps()),
            settings: self.settings_words(),
            overlaid: self.overlaid_words(exhibit),
            seeds,
            weights: self.shown().iter().find_map(|lane| lane.diagram.weights.clone()),
            link: self.provenance(address),
        }
    }

    /// What is overlaid on a chart, number and title of each run.
    fn overlaid_words(&self, exhibit: Exhibit) -> String {
        let opened = self.shows_recording().filter(|_| exhibit.shows_overlaid());
        let names: Vec<_> = opened.iter().flat_map(|opened| opened.overlaid()).map(|(_, run)| run.name()).collect();
        if names.is_empty() { String::new() } else { words::overlaid(&names) }
    }

    /// Who recorded the runs that are shown, the two and then those overlaid; `own` where the page trains them.
    pub fn origins<'a>(&'a self, own: &'a Origin) -> Vec<&'a Origin> {
        let Some(opened) = self.shows_recording() else { return vec![own; self.lanes.len()] };
        let runs = opened.in_full().chain(opened.overlaid().map(|(_, run)| (Lane::A, run)));
        runs.map(|(_, run)| &run.origin).collect()
    }

    /// A link to what is shown; of a recording its files and who wrote them, and the link if it names them.
    fn provenance(&self, address: &str) -> String {
        let query = self.shared_query();
        let link = if query.is_empty() { address.to_owned() } else { format!("{address}?{query}") };
        let Some(opened) = self.shows_recording() else { return link };
        let origin = |run: &OpenedRun| words::recording_origin(&run.file, &run.origin.producer, &run.origin.created);
        let mut parts: Vec<String> = opened.runs.iter().map(origin).collect();
        parts.dedup();
        parts.extend((!self.page.runs.is_empty()).then_some(link));
        parts.join(" · ")
    }
}
