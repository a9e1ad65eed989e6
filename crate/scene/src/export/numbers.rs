//! What can be exported, and which of the recorded numbers it shows.

use crate::charts::Chart;
use crate::flow::{Plot, value};
use crate::{LaneView, words};
use protocol::recording::{COLUMNS, Excerpt, line, rows};
use protocol::{Column, Event, Place, Quantity, RunSpec, StepRecord};

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

    /// The numbers as CSV in long form.
    pub fn csv(self, lanes: &[LaneView], plot: Plot) -> String {
        let mut table = COLUMNS.to_owned();
        let excerpt = self.excerpt(plot);
        for view in lanes {
            let diagram = &view.snapshot.diagram;
            for event in self.events(view, plot) {
                let rows = match &excerpt {
                    Some(excerpt) => excerpt.rows(diagram, &event),
                    None => rows(diagram, &event),
                };
                table.extend(rows.iter().map(|row| row.csv(view.lane)));
            }
        }
        table
    }

    /// The numbers of one run as lines of a recording, without its header.
    pub fn lines(self, view: &LaneView, plot: Plot) -> Vec<String> {
        let excerpt = self.excerpt(plot);
        let one = |event: Event| match &excerpt {
            Some(excerpt) => excerpt.line(view.lane, &event).to_string(),
            None => line(view.lane, &event).to_string(),
        };
        self.events(view, plot).into_iter().map(one).collect()
    }

    /// The names of the values that it shows; `None` if all.
    fn excerpt(self, plot: Plot) -> Option<Excerpt> {
        let Self::Chart(chart) = self else { return None };
        let quantities: &[Quantity] = match chart {
            Chart::River => &RIVER,
            Chart::Profile | Chart::History => &[plot.quantity],
            Chart::Learning => return Some(Excerpt(vec!["loss", "train_accuracy", "accuracy"])),
            Chart::Branches => &[Quantity::EffectiveDepthClosed],
        };
        Some(Excerpt(quantities.iter().map(|quantity| quantity.name()).collect()))
    }

    /// The events whose values it shows.
    fn events(self, view: &LaneView, plot: Plot) -> Vec<Event> {
        let plotted = |record: &StepRecord| Event::Step(with_plotted(record, plot));
        let Self::Chart(chart) = self else { return view.whole.events() };
        match chart {
            Chart::River => view.snapshot.latest().cloned().map(Event::Step).into_iter().collect(),
            Chart::Profile => view.snapshot.latest().map(plotted).into_iter().collect(),
            Chart::History => view.whole.records().map(plotted).collect(),
            Chart::Branches => view.snapshot.records().cloned().map(Event::Step).collect(),
            Chart::Learning => {
                let is_shown = |event: &Event| matches!(event, Event::Step(_) | Event::Eval(_));
                view.snapshot.events().into_iter().filter(is_shown).collect()
            }
        }
    }
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
    let run = spec.map(|spec| format!("-{}-{}-seed{}", spec.model, spec.data, spec.seed)).unwrap_or_default();
    let step = step.map(|step| format!("-step{step}")).unwrap_or_default();
    format!("headwater-{}{run}{step}.{ending}", exhibit.name())
}
