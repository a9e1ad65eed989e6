//! The sheet: what the runs are, and under it their charts, one below the other.

use super::raster::data_address;
use super::recorded::Recorded;
use crate::command_line::{command_line, quoted};
use crate::failure::Failure;
use crate::progress::lost_number;
use protocol::{EndReason, Quantity};
use scene::{
    Chart, LaneView, Moment, Plot, Snapshot, Text, View, escaped, lane_class, lane_marker, lane_name, quantity_words,
    raster_markup, settings_line, style, svg_inner, thousands, words, wrapped,
};
use std::fmt::Write;

/// Width of the sheet, px.
const WIDTH: f64 = 960.0;
/// Room at its edges.
const EDGE: f64 = 24.0;
/// From one line of words to the next.
const LINE: f64 = 17.0;
/// Letters of a line of words, and of a command, whose letters are wider: nothing here can measure them.
const MOST_LETTERS: usize = 145;
const MOST_LETTERS_OF_A_COMMAND: usize = 120;
/// Between the parts of a line.
const DOT: &str = " · ";
/// What only a sheet has: its words around the charts.
const SHEET: &str = "\
.sheet-title { font-size: 20px; font-weight: 700; fill: var(--ink); }
.chart-title { font-size: 15px; font-weight: 700; fill: var(--ink); }
.run-title { font-size: 13px; font-weight: 700; fill: var(--lane-text); }
.command { font-family: ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; font-size: 12px; fill: var(--ink); }
.pixels { image-rendering: pixelated; }
";

/// A picture that grows downwards.
pub struct Sheet {
    /// What it is called where it is opened.
    title: String,
    markup: String,
    /// Where the next thing stands.
    y: f64,
}

impl Sheet {
    /// The sheet of these runs, of which at least one has steps.
    ///
    /// # Errors
    /// By a mistake in the program only.
    pub fn of(runs: &[Recorded]) -> Result<Self, Failure> {
        let mut names: Vec<String> = runs.iter().map(network).collect();
        names.dedup();
        let whole: Vec<LaneView> = runs.iter().map(|run| lane_view(run, &run.snapshot)).collect();
        let mut title = names.join(DOT);
        if names.len() == 1
            && let Some(own) = apart(runs, &whole)
        {
            title += &format!("{DOT}{}", own.join(" | "));
        }
        let mut sheet = Self { title, markup: String::new(), y: EDGE };
        sheet.head(runs);
        let measured = |quantity: &Quantity| {
            runs.iter().any(|run| run.measured_at(Plot { quantity: *quantity, ..Plot::default() }).is_some())
        };
        // The gradient, or what else there is to be drawn of each block.
        if let Some(quantity) = Quantity::PLOTTED.into_iter().find(measured) {
            let plot = Plot { quantity, ..Plot::default() };
            sheet.profile(runs, plot)?;
            let aside = format!("{} · block × step", quantity_words(quantity).title);
            sheet.chart(Chart::History, &whole, plot, if runs.len() > 1 { 300.0 } else { 200.0 }, &aside)?;
        }
        sheet.chart(Chart::Learning, &whole, Plot::default(), 260.0, "")?;
        if runs.iter().any(|run| run.snapshot.losses().iter().any(|point| point.branches.is_finite())) {
            sheet.chart(Chart::Branches, &whole, Plot::default(), 180.0, Text::BranchesSubtitle.words())?;
        }
        Ok(sheet)
    }

    /// The picture as a file.
    pub fn into_svg(self) -> String {
        let Self { title, markup, y } = self;
        let (title, height, style) = (escaped(&title), y + EDGE, style(SHEET));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{WIDTH}\" \
             height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\n<title>{title}</title>\n<style>\n{style}</style>\n\
             <rect class=\"paper\" width=\"{WIDTH}\" height=\"{height}\"/>\n{markup}</svg>\n"
        )
    }

    /// What the runs are and where they come from.
    fn head(&mut self, runs: &[Recorded]) {
        self.y += 14.0;
        self.text("sheet-title", &self.title.clone());
        for run in runs {
            self.y += 12.0;
            let title = format!("{} {}{DOT}{}", lane_marker(run.lane), run.name, progress(&run.snapshot));
            self.text(&format!("run-title {}", lane_class(run.lane)), &title);
            let diagram = &run.snapshot.diagram;
            let settings = settings_line(diagram.spec.as_ref(), diagram, &diagram.strengths());
            let origin = format!("recorded by {} · {}", run.origin.producer, run.origin.created);
            let parts = [settings, origin];
            for line in parts.iter().flat_map(|words| wrapped(words.split(DOT), MOST_LETTERS, DOT, "")) {
                self.text("caption", &line);
            }
            if let Some(spec) = run.snapshot.replay() {
                let words: Vec<String> = command_line(&spec).iter().map(|word| quoted(word)).collect();
                // A flag stays with its value. A shell reads a line that ends so as one with the next.
                let pairs: Vec<String> = words.chunks(2).map(|pair| pair.join(" ")).collect();
                for line in wrapped(pairs.iter().map(String::as_str), MOST_LETTERS_OF_A_COMMAND, " ", "\\") {
                    self.text("command", &line);
                }
            }
        }
    }

    /// The profile of the latest step at which each run was measured.
    fn profile(&mut self, runs: &[Recorded], plot: Plot) -> Result<(), Failure> {
        let steps: Vec<Option<u64>> = runs.iter().map(|run| run.measured_at(plot)).collect();
        let until = |(run, step): (&Recorded, &Option<u64>)| step.map(|step| run.snapshot.until(step));
        let then: Vec<Option<Snapshot>> = runs.iter().zip(&steps).map(until).collect();
        let lane = |(run, then)| lane_view(run, Option::as_ref(then).unwrap_or(&run.snapshot));
        let lanes: Vec<LaneView> = runs.iter().zip(&then).map(lane).collect();
        let mut at: Vec<u64> = steps.into_iter().flatten().collect();
        at.dedup();
        let aside = format!("{} · {}", quantity_words(plot.quantity).title, words::at_steps(&at));
        self.chart(Chart::Profile, &lanes, plot, 250.0, &aside)
    }

    /// A chart under its title.
    fn chart(&mut self, chart: Chart, lanes: &[LaneView], plot: Plot, height: f64, aside: &str) -> Result<(), Failure> {
        let view = View { width: WIDTH - 2.0 * EDGE, height, plot, ..View::default() };
        let scene = chart.draw(lanes, &view);
        self.y += 24.0;
        let (title, summary) = (escaped(chart.title().words()), escaped(&scene.summary));
        // Writing to a String cannot fail.
        let _ = write!(self.markup, "<text x=\"{EDGE}\" y=\"{}\"><tspan class=\"chart-title\">{title}</tspan>", self.y);
        let _ = writeln!(self.markup, "<tspan class=\"caption\" dx=\"10\">{}</tspan></text>", escaped(aside));
        self.y += 8.0;
        let (name, y) = (chart.name(), self.y);
        let _ = writeln!(
            self.markup,
            "<g id=\"{name}\" role=\"img\" aria-label=\"{summary}\" transform=\"translate({EDGE} {y})\">"
        );
        if let Some((margin, pixels)) = chart.raster_margin().zip(scene.pixels.as_ref()) {
            self.markup.push_str(&raster_markup(&scene, margin, &data_address(pixels)?));
        }
        self.markup.push_str(&svg_inner(&scene));
        self.markup.push_str("\n</g>\n");
        self.y += height;
        Ok(())
    }

    /// A line of words at the left edge.
    fn text(&mut self, class: &str, words: &str) {
        let _ =
            writeln!(self.markup, "<text class=\"{class}\" x=\"{EDGE}\" y=\"{}\">{}</text>", self.y, escaped(words));
        self.y += LINE;
    }
}

/// A run as charts see it; what was measured last is that of `snapshot`.
pub fn lane_view<'a>(run: &'a Recorded, snapshot: &'a Snapshot) -> LaneView<'a> {
    LaneView {
        lane: run.lane,
        snapshot,
        whole: &run.snapshot,
        strengths: run.snapshot.strengths(),
        walk: None,
        file: None,
    }
}

/// What tells runs of one network apart, at their end or, where that became alike, at their beginning.
fn apart(runs: &[Recorded], whole: &[LaneView]) -> Option<Vec<String>> {
    let first: Vec<Snapshot> = runs.iter().map(|run| run.snapshot.until(0)).collect();
    let first: Vec<LaneView> = runs.iter().zip(&first).map(|(run, first)| lane_view(run, first)).collect();
    let names = |lanes: &[LaneView]| -> Vec<String> {
        (0..lanes.len()).map(|index| lane_name(lanes, index, false, Moment::Measured).to_string()).collect()
    };
    [names(whole), names(&first)].into_iter().find(|own| own.iter().any(|name| *name != own[0]))
}

/// What the network is called.
fn network(run: &Recorded) -> String {
    let diagram = &run.snapshot.diagram;
    let unnamed = || format!("A network of {} blocks", diagram.blocks.len());
    diagram.spec.as_ref().map_or_else(unnamed, |spec| spec.model.title())
}

/// How far a run went, and how it ended.
fn progress(run: &Snapshot) -> String {
    let of = run.spec.as_ref().map(|spec| thousands(spec.steps));
    let far = words::progress(&thousands(run.updates_done()), of.as_deref());
    match run.end() {
        Some(EndReason::Done) => far,
        Some(EndReason::Interrupted) => format!("{far}, interrupted"),
        Some(EndReason::NonFinite { lost, .. }) => {
            format!("{far}, {} then was not a finite number", lost_number(*lost))
        }
        None => format!("{far}, without an end"),
    }
}
