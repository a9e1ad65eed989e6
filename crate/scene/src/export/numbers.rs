//! What can be exported, and which of the recorded numbers it shows.

use crate::charts::Chart;
use crate::flow::{Plot, value};
use crate::{LaneView, View, words};
use protocol::recording::{COLUMNS, Excerpt, Origin, header, line, renamed, rows};
use protocol::{Column, Diagram, Event, Lane, Place, Quantity, RunSpec, StepRecord};

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhibit {
    /// A chart: the numbers that it shows.
    Chart(Chart),
    /// All that is kept of the runs.
    Record,
}

impl Exhibit {
    /// Its name in the names of files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chart(chart) => chart.name(),
            Self::Record => "record",
        }
    }

    /// Whether it shows all steps up to one, and not that one alone.
    pub fn is_of_all_steps(self) -> bool {
        !matches!(self, Self::Chart(Chart::River | Chart::Profile))
    }

    /// What is plotted, in words.
    pub fn plotted(self, plot: Plot) -> String {
        match self {
            Self::Chart(chart) => words::plotted(chart, plot),
            Self::Record => String::new(),
        }
    }

    /// Whether it shows the runs that are only overlaid.
    pub fn shows_overlaid(self) -> bool {
        matches!(self, Self::Chart(Chart::Profile | Chart::Learning))
    }

    /// The numbers as CSV in long form.
    pub fn csv(self, lanes: &[LaneView], view: &View) -> String {
        let mut table = COLUMNS.to_owned();
        let excerpt = self.excerpt(view.plot);
        for Exported { name, diagram, events } in self.runs(lanes, view) {
            for event in &events {
                let rows = match &excerpt {
                    Some(excerpt) => excerpt.rows(diagram, event),
                    None => rows(diagram, event),
                };
                table.extend(rows.iter().map(|row| row.csv(&name)));
            }
        }
        table
    }

    /// The numbers as lines of a recording, of each run its header first; `origins` are those of the runs, in their order.
    pub fn lines(self, lanes: &[LaneView], view: &View, origins: &[&Origin]) -> Vec<String> {
        let excerpt = self.excerpt(view.plot);
        let mut lines = Vec::new();
        for (Exported { name, diagram, events }, origin) in self.runs(lanes, view).into_iter().zip(origins) {
            let one = |event: &Event| match &excerpt {
                Some(excerpt) => excerpt.line(Lane::A, event),
                None => line(Lane::A, event),
            };
            let all = std::iter::once(header(Lane::A, origin, diagram)).chain(events.iter().map(one));
            lines.extend(all.map(|line| renamed(line, &name)));
        }
        lines
    }

    /// The runs whose values it shows: the two, then those that are only overlaid, by their numbers.
    fn runs<'a>(self, lanes: &[LaneView<'a>], view: &View<'a>) -> Vec<Exported<'a>> {
        let plot = view.plot;
        let full = |lane: &LaneView<'a>| Exported {
            name: lane.lane.name().to_owned(),
            diagram: &lane.whole.diagram,
            events: self.events(lane, plot),
        };
        let mut runs: Vec<_> = lanes.iter().map(full).collect();
        for own in view.overlaid.iter().filter(|_| self.shows_overlaid()) {
            let past = view.look_back.map(|step| own.run.until(step));
            let snapshot = past.as_ref().unwrap_or(own.run);
            let lane = LaneView { lane: Lane::A, snapshot, whole: own.run, strengths: &[], walk: None, file: None };
            let events = self.events(&lane, plot);
            runs.push(Exported { name: own.number.to_string(), diagram: &own.run.diagram, events });
        }
        runs
    }

    /// The names of the values that it shows; `None` if all.
    fn excerpt(self, plot: Plot) -> Option<Excerpt> {
        let Self::Chart(chart) = self else { return None };
        let quantities: &[Quantity] = match chart {
            Chart::River => &RIVER,
            Chart::Profile | Chart::History => &[plot.quantity],
            Chart::Learning => return Some(Excerpt(vec!["loss", "train_accuracy", "accuracy"])),
            Chart::Branches => &[Quantity::EffectiveDepthClosed],
            Chart::Paths => &[Quantity::PathEnergy, Quantity::PathBound],
            Chart::Sweep => &[Quantity::SweepAccuracy],
            Chart::Ablation => &[Quantity::AblationAccuracy],
        };
        Some(Excerpt(quantities.iter().map(|quantity| quantity.name()).collect()))
    }

    /// The events whose values it shows.
    fn events(self, view: &LaneView, plot: Plot) -> Vec<Event> {
        let plotted = |record: &StepRecord| Event::Step(with_plotted(record, plot));
        let Self::Chart(chart) = self else { return view.whole.events() };
        match chart {
            Chart::River => view.snapshot.measured().cloned().map(Event::Step).into_iter().collect(),
            Chart::Profile => view.snapshot.measured().map(plotted).into_iter().collect(),
            Chart::History => view.whole.records().map(plotted).collect(),
            Chart::Sweep | Chart::Ablation => view.snapshot.evaluations().iter().cloned().map(Event::Eval).collect(),
            Chart::Branches | Chart::Paths => view.snapshot.records().cloned().map(Event::Step).collect(),
            Chart::Learning => {
                let is_shown = |event: &Event| matches!(event, Event::Step(_) | Event::Eval(_));
                view.snapshot.events().into_iter().filter(is_shown).collect()
            }
        }
    }
}

/// What leaves the page of one run.
struct Exported<'a> {
    /// `a` or `b`, or the number of a run that is only overlaid.
    name: String,
    diagram: &'a Diagram,
    events: Vec<Event>,
}

/// What the river is drawn from.
const RIVER: [Quantity; 5] =
    [Quantity::GradInL2, Quantity::GradOutL2, Quantity::BranchGradL2, Quantity::SkipGradL2, Quantity::SkipShare];

/// The record with a column of what is plotted, also where that follows from others.
fn with_plotted(record: &StepRecord, plot: Plot) -> StepRecord {
    let mut record = record.clone();
    if record.column(plot.quantity).is_none() {
        let blocks = record.measured.columns.first().map_or(0, |column| column.values.len());
        let values: Vec<_> = (0..blocks).map(|index| value(&record, plot.quantity, Place::Block(index))).collect();
        if values.iter().any(Option::is_some) {
            record.measured.columns.push(Column { quantity: plot.quantity, values });
        }
    }
    record
}

/// The name of a file: what is in it, of which run, and up to which step.
pub fn file_name(exhibit: Exhibit, spec: Option<&RunSpec>, step: Option<u64>, ending: &str) -> String {
    let run = spec
        .map(|spec| format!("-{}-{}-seed{}", spec.model, spec.data, spec.seed).replace(':', "-"))
        .unwrap_or_default();
    let step = step.map(|step| format!("-step{step}")).unwrap_or_default();
    format!("headwater-{}{run}{step}.{ending}", exhibit.name())
}
