//! Paints the charts into elements that the components have put up. Yew never looks inside them.

use crate::paint::facts;
use crate::runs::Runs;
use crate::state::State;
use protocol::{Place, StepPhase};
use scene::{Chart, LaneView, NARROW, Overlaid, Pixels, Plot, View, Work, svg_inner};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement, ImageData};

/// Milliseconds between two paintings of a chart that grows with the number of steps: the more, the longer it is. What shows
/// one step is painted whenever the values beside it are read off, so that all are of the same step.
fn rest(chart: Chart, updates: u64) -> f64 {
    match chart.work() {
        Work::OneStep => 0.0,
        Work::AllSteps => (updates as f64 / 8.0).clamp(100.0, 2000.0),
        Work::Raster => (updates as f64 / 16.0).clamp(200.0, 2000.0),
    }
}

/// The charts on the page.
#[derive(Default)]
pub struct Painter {
    mounted: Vec<Mounted>,
    /// What the reader last looked at, and since when.
    looked_at: Option<Look>,
    changed_at: f64,
    /// Whether the page is being printed: charts have the size of paper, because nobody asks for a frame then.
    pub paper: bool,
}

struct Mounted {
    chart: Chart,
    /// The `<svg>`; over a raster picture only its lines and words.
    svg: Element,
    canvas: Option<HtmlCanvasElement>,
    size: (f64, f64),
    painted: Option<Key>,
    painted_at: f64,
    /// A sentence that those who do not see the chart have not yet been told.
    untold: Option<String>,
    described_at: f64,
}

/// What a painting depends on: the data, the room, and what is looked at.
#[derive(Clone, PartialEq)]
struct Key {
    version: u64,
    size: (f64, f64),
    look: Look,
}

/// What the reader has chosen to look at.
#[derive(Clone, PartialEq)]
struct Look {
    focus: Option<Place>,
    linear: bool,
    plot: Plot,
    look_back: Option<u64>,
    strengths: Vec<f64>,
    /// How far a step is walked through, a run each.
    walks: Vec<Option<(u64, StepPhase)>>,
    /// Which recorded runs are shown in full, by their numbers; none while the page shows its own.
    recorded: Vec<usize>,
}

/// Width and height of a chart on A4 paper with usual margins, px; on other paper it is stretched a little.
const ON_PAPER: (f64, f64) = (654.0, 210.0);

/// After a change the reader looks for what it does, milliseconds.
const WATCHED: f64 = 2000.0;

/// A chart's sentence for those who do not see it changes at most so often, milliseconds.
const DESCRIPTION_REST: f64 = 1000.0;

impl Painter {
    /// A component has put up a chart's elements.
    pub fn mount(&mut self, chart: Chart, svg: Element, canvas: Option<HtmlCanvasElement>) {
        self.unmount(chart);
        let (size, painted_at, described_at) = ((0.0, 0.0), f64::NEG_INFINITY, f64::NEG_INFINITY);
        let untold = None;
        self.mounted.push(Mounted { chart, svg, canvas, size, painted: None, painted_at, untold, described_at });
    }

    /// A component has taken a chart's elements down.
    pub fn unmount(&mut self, chart: Chart) {
        self.mounted.retain(|mounted| mounted.chart != chart);
    }

    /// A chart has this width and height, px.
    pub fn resize(&mut self, chart: Chart, width: f64, height: f64) {
        if let Some(mounted) = self.mounted.iter_mut().find(|mounted| mounted.chart == chart) {
            mounted.size = (width, height);
        }
    }

    /// A chart's width and height, px.
    pub fn size(&self, chart: Chart) -> Option<(f64, f64)> {
        self.mounted.iter().find(|mounted| mounted.chart == chart).map(|mounted| mounted.size)
    }

    /// Whether the reader looks for what a change does: then every step is shown.
    pub fn is_watched(&self, state: &State, lanes: &[LaneView], now: f64) -> bool {
        now - self.changed_at < WATCHED || self.looked_at.as_ref() != Some(&look(state, lanes))
    }

    /// Paints what has changed; in how many milliseconds what has to wait is due. What shows one step waits until the values
    /// beside it are read off, unless something else has changed.
    pub fn paint(&mut self, state: &State, runs: &Runs, is_unread: bool, now: f64) -> f64 {
        let (lanes, overlaid) = (runs.views(state), runs.overlaid(state));
        let mut due = f64::INFINITY;
        let look = look(state, &lanes);
        if self.looked_at.as_ref() != Some(&look) {
            (self.looked_at, self.changed_at) = (Some(look.clone()), now);
        }
        for mounted in &mut self.mounted {
            due = due.min(mounted.describe(now));
            let size = if self.paper { ON_PAPER } else { mounted.size };
            let key = Key { version: runs.version, size, look: look.clone() };
            if size.0 < 1.0 || size.1 < 1.0 || mounted.painted.as_ref() == Some(&key) {
                continue;
            }
            let only_data = mounted.painted.as_ref().is_some_and(|old| old.look == look && old.size == key.size);
            if only_data && is_unread && mounted.chart.work() == Work::OneStep {
                continue;
            }
            let rests = mounted.painted_at + rest(mounted.chart, state.updates()) - now;
            if only_data && rests > 0.0 {
                due = due.min(rests);
                continue;
            }
            mounted.paint(&lanes, &view(state, size, &overlaid));
            due = due.min(mounted.describe(now));
            (mounted.painted, mounted.painted_at) = (Some(key), now);
        }
        // The numbers are of the step that is drawn.
        if let Some(place) = state.focus.filter(|_| !is_unread) {
            facts::write(&lanes, place);
        }
        due
    }
}

/// What the reader has chosen to look at, of these runs.
fn look(state: &State, lanes: &[LaneView]) -> Look {
    Look {
        focus: state.focus,
        linear: state.linear,
        plot: state.plot(),
        look_back: state.look_back,
        strengths: lanes.iter().flat_map(|lane| lane.strengths).copied().collect(),
        walks: lanes.iter().map(|lane| lane.walk.map(|walk| (walk.known.step, walk.at))).collect(),
        recorded: state.shows_recording().iter().flat_map(|own| own.in_full()).map(|(_, run)| run.number).collect(),
    }
}

/// What the reader looks at in a drawing of that size.
pub fn view<'a>(state: &State, (width, height): (f64, f64), overlaid: &'a [Overlaid<'a>]) -> View<'a> {
    let compact = state.page.embed || width < NARROW;
    let (focus, linear, plot, look_back) = (state.focus, state.linear, state.plot(), state.look_back);
    View { width, height, focus, linear, plot, look_back, compact, overlaid }
}

impl Mounted {
    fn paint(&mut self, lanes: &[LaneView], view: &View) {
        let scene = self.chart.draw(lanes, view);
        match (&self.canvas, &scene.pixels) {
            (Some(canvas), Some(pixels)) => put(canvas, pixels),
            (Some(canvas), None) => canvas.set_width(1),
            (None, _) => {}
        }
        self.svg.set_inner_html(&svg_inner(&scene));
        self.stretch(scene.width, scene.height);
        self.untold = Some(scene.summary);
    }

    /// What was drawn for this size fills the element in any other one: on paper, nobody paints anew.
    fn stretch(&self, width: f64, height: f64) {
        let view_box = format!("0 0 {width} {height}");
        if self.svg.get_attribute("viewBox").as_ref() == Some(&view_box) {
            return;
        }
        // Ordinary attributes and properties of ordinary elements.
        let _set = self.svg.set_attribute("viewBox", &view_box);
        let plot = self.svg.parent_element().and_then(|plot| plot.dyn_into::<HtmlElement>().ok());
        if let (Some(plot), Some(margin)) = (plot, self.chart.raster_margin()) {
            let sides = [
                ("--plot-left", margin.left / width),
                ("--plot-right", margin.right / width),
                ("--plot-top", margin.top / height),
                ("--plot-bottom", margin.bottom / height),
            ];
            for (side, part) in sides {
                let _set = plot.style().set_property(side, &format!("{}%", part * 100.0));
            }
        }
    }

    /// Tells what is drawn to those who do not see it, unless they were told something just now; in how many milliseconds it
    /// is due if it has to wait.
    fn describe(&mut self, now: f64) -> f64 {
        let rests = self.described_at + DESCRIPTION_REST - now;
        if self.untold.is_some() && rests > 0.0 {
            return rests;
        }
        if let Some(summary) = self.untold.take() {
            // An ordinary attribute on an ordinary element.
            let _set = self.svg.set_attribute("aria-label", &summary);
            self.described_at = now;
        }
        f64::INFINITY
    }
}

/// What paints on a canvas.
pub fn context_of(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok().flatten()?.dyn_into().ok()
}

/// Puts pixels on a canvas; the style sheet stretches it.
pub fn put(canvas: &HtmlCanvasElement, Pixels { width, height, rgba }: &Pixels) {
    let (Ok(width), Ok(height)) = (u32::try_from(*width), u32::try_from(*height)) else { return };
    if (canvas.width(), canvas.height()) != (width, height) {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let Some(context) = context_of(canvas) else { return };
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width, height) {
        let _refused = context.put_image_data(&image, 0.0, 0.0);
    }
}
