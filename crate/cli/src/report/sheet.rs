//! The sheet: what the runs are, and under it their charts, one below the other.

use super::raster::data_address;
use super::recorded::Recorded;
use super::style::style;
use crate::command_line::{command_line, quoted};
use crate::failure::Failure;
use protocol::{EndReason, Quantity};
use scene::{
    Chart, LaneView, Margin, Plot, Scene, Snapshot, Text, View, escaped, history_colours, lane_class, lane_marker,
    quantity_words, settings_line, svg_inner, thousands, words,
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
/// The bar of the history's colours: its width, and from the picture to it.
const BAR: [f64; 2] = [10.0, 18.0];

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
        let mut sheet = Self { title: names.join(DOT), markup: String::new(), y: EDGE };
        sheet.head(runs);
        let whole: Vec<LaneView> = runs.iter().map(|run| lane_view(run, &run.snapshot)).collect();
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
        let (title, height, style) = (escaped(&title), y + EDGE, style());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{WIDTH}\" \
             height=\"{height}\" viewBox=\"0 0 {WIDTH} {height}\">\n<title>{title}</title>\n<style>\n{style}</style>\n\
             <rect class=\"sheet\" width=\"{WIDTH}\" height=\"{height}\"/>\n{markup}</svg>\n"
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
            for line in parts.iter().flat_map(|words| lines(words.split(DOT), MOST_LETTERS, DOT, "")) {
                self.text("words", &line);
            }
            if let Some(spec) = run.snapshot.replay() {
                let words: Vec<String> = command_line(&spec).iter().map(|word| quoted(word)).collect();
                // A flag stays with its value. A shell reads a line that ends so as one with the next.
                let pairs: Vec<String> = words.chunks(2).map(|pair| pair.join(" ")).collect();
                for line in lines(pairs.iter().map(String::as_str), MOST_LETTERS_OF_A_COMMAND, " ", "\\") {
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
        let _ = writeln!(self.markup, "<tspan class=\"words\" dx=\"10\">{}</tspan></text>", escaped(aside));
        self.y += 8.0;
        let (name, y) = (chart.name(), self.y);
        let _ = writeln!(
            self.markup,
            "<g id=\"{name}\" role=\"img\" aria-label=\"{summary}\" transform=\"translate({EDGE} {y})\">"
        );
        if let Some(margin) = chart.raster_margin() {
            self.raster(&scene, margin)?;
        }
        self.markup.push_str(&svg_inner(&scene));
        self.markup.push_str("\n</g>\n");
        self.y += height;
        Ok(())
    }

    /// The raster picture of a chart, and the bar of its colours.
    fn raster(&mut self, scene: &Scene, Margin { left, right, top, bottom }: Margin) -> Result<(), Failure> {
        let Some(pixels) = &scene.pixels else { return Ok(()) };
        let (width, height) = (scene.width - left - right, scene.height - top - bottom);
        let address = data_address(pixels)?;
        let _ = writeln!(
            self.markup,
            "<image class=\"pixels\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" xlink:href=\"{address}\"/>"
        );
        let colours = history_colours();
        let colours: Vec<&str> = colours.split(", ").collect();
        let stop = |(index, colour): (usize, &&str)| {
            format!("<stop offset=\"{}\" stop-color=\"{colour}\"/>", index as f64 / (colours.len() - 1).max(1) as f64)
        };
        let stops: String = colours.iter().enumerate().map(stop).collect();
        let [bar, gap] = BAR;
        let x = left + width + gap;
        let _ = writeln!(
            self.markup,
            "<linearGradient id=\"colours\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">{stops}</linearGradient>\n\
             <rect x=\"{x}\" y=\"{top}\" width=\"{bar}\" height=\"{height}\" rx=\"2\" fill=\"url(#colours)\"/>"
        );
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
fn lane_view<'a>(run: &'a Recorded, snapshot: &'a Snapshot) -> LaneView<'a> {
    LaneView { lane: run.lane, snapshot, whole: &run.snapshot, strengths: run.snapshot.strengths() }
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
        Some(EndReason::NonFinite { .. }) => format!("{far}, the loss then was not a finite number"),
        None => format!("{far}, without an end"),
    }
}

/// Words in lines of this many letters at most, with something `between` them, and `more` at the end of each line but the last.
/// A word that is longer than a line is cut.
fn lines<'a>(words: impl Iterator<Item = &'a str>, most: usize, between: &str, more: &str) -> Vec<String> {
    let (mut lines, mut line, mut length) = (Vec::new(), String::new(), 0);
    for word in words {
        if length > 0 && length + between.chars().count() + word.chars().count() > most {
            lines.push(format!("{line} {more}").trim_end().to_owned());
            (line, length) = (String::new(), 0);
        } else if length > 0 {
            line.push_str(between);
            length += between.chars().count();
        }
        for letter in word.chars() {
            if length >= most {
                lines.push(format!("{line}{more}"));
                (line, length) = (String::new(), 0);
            }
            line.push(letter);
            length += 1;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_within_what_is_longer_than_a_line() {
        let of = |text: &str, more: &str| lines(text.split(' '), 8, " ", more);
        assert_eq!(of("one two three", ""), ["one two", "three"]);
        assert_eq!(of("one two three", "\\"), ["one two \\", "three"]);
        assert_eq!(of("a abcdefghijk b", "\\"), ["a \\", "abcdefgh\\", "ijk b"]);
        assert_eq!(of("12345678 9", ""), ["12345678", "9"]);
        assert_eq!(lines("a b · c · d".split(" · "), 8, " · ", ""), ["a b · c", "d"]);
    }
}
