//! The diagram: the gradient as a river that flows from the loss upstream to the stem.
//!
//! The river's width at each join is the norm of the gradient that arrives there, on a log scale that all lanes share and
//! that stands beside them. At each block the water divides between the arc of the shortcut and the block's box, each as
//! wide as its share. Under each block stands what part of the last block's gradient it passes on. In slow motion it shows
//! the step that is walked through, as far as that has come: first the signal, then the river from the loss on.

mod gauge;
mod layout;
mod signal;
mod water;

pub use layout::{BlockLayout, EndLayout, LaneLayout, river_layout};

use crate::drawing::{Anchor, Class, Classes, Scene, Shape};
use crate::flow::{Plot, RiverScale, joins, passed_on};
use crate::format::{number, ratio};
use crate::plot::{BASELINE, is_narrow, marker, numbered, text_width};
use crate::settings::{LaneName, Moment, lane_name};
use crate::words::summary::profile_summary;
use crate::words::{self, Text};
use crate::{LaneView, View};
use protocol::{Place, ShortcutKind, Stage, StepRecord};
use water::Water;

/// The diagram's picture for all lanes, without the switches.
pub fn river(lanes: &[LaneView], view: &View) -> Scene {
    let blocks: Vec<usize> = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).collect();
    let (scale, signal) = (RiverScale::of(lanes), RiverScale::of_signal(lanes));
    let layouts = river_layout(&blocks, view);
    let mut shapes = Vec::new();
    for (index, layout) in layouts.iter().enumerate() {
        let name = lane_name(lanes, index, view.compact || is_narrow(view), Moment::Switched);
        LaneDrawing { lane: &lanes[index], layout, scale, signal, view, first: index == 0 }.draw(&name, &mut shapes);
    }
    if let Some(full) = layouts.first().map(|layout| layout.full).filter(|_| scale.is_some()) {
        // Narrow drawings say above the head where the gradient comes from.
        let top = if view.compact { layouts[0].ends[1].y + 4.0 } else { 0.0 };
        gauge::gauge(full, top, view, &mut shapes);
    }
    Scene {
        width: view.width,
        height: view.height,
        pixels: None,
        shapes,
        summary: profile_summary(lanes, &View { plot: Plot::default(), overlaid: &[], ..*view }),
    }
}

/// The river's scale in words, for the caption; `None` before there is anything to draw.
pub fn river_scale_words(lanes: &[LaneView]) -> Option<String> {
    let is_forward = lanes.iter().any(|lane| lane.walk.is_some_and(|walk| walk.at.is_forward()));
    if let Some(signal) = RiverScale::of_signal(lanes).filter(|_| is_forward) {
        return Some(words::signal_scale(&number(signal.top())));
    }
    Some(words::river_scale(&number(RiverScale::of(lanes)?.top())))
}

/// One lane on its way into shapes.
struct LaneDrawing<'a> {
    lane: &'a LaneView<'a>,
    layout: &'a LaneLayout,
    scale: Option<RiverScale>,
    /// That of the signal.
    signal: Option<RiverScale>,
    view: &'a View<'a>,
    /// Whether it is the uppermost lane: it names the stages for all.
    first: bool,
}

impl LaneDrawing<'_> {
    fn draw(&self, name: &LaneName, shapes: &mut Vec<Shape>) {
        let record = self.lane.record();
        self.stages(name, shapes);
        for (place, end) in [Place::Stem, Place::Head].into_iter().zip(&self.layout.ends) {
            self.frame(place, [end.x, end.y, end.width, end.height], shapes);
        }
        let is_dense = self.layout.is_dense();
        for (index, block) in self.layout.blocks.iter().enumerate() {
            let place = Place::Block(index);
            if is_dense && !self.is_marked(place) {
                continue;
            }
            self.frame(place, [block.x, block.y, block.width, block.height], shapes);
        }
        let norms = record.map(joins).unwrap_or_default();
        let water = Water { lane: self.lane, layout: self.layout, scale: self.scale, norms: &norms, record };
        water.draw(shapes);
        signal::draw(self.lane, self.layout, self.signal, shapes);
        for (index, block) in self.layout.blocks.iter().enumerate() {
            self.block_words(index, block, shapes);
        }
        self.end_words(shapes);
        if let Some(record) = record {
            self.fractions(record, shapes);
        }
        self.names(name, shapes);
    }

    /// Whether the switches stand otherwise than at the step that is drawn.
    fn is_unmeasured(&self) -> bool {
        let LaneView { snapshot, whole, strengths, walk, .. } = self.lane;
        // Strengths that fade are others at each step.
        let latest =
            !snapshot.is_fading() && snapshot.latest().is_some() && snapshot.updates_done() == whole.updates_done();
        // The step that is walked through has those of the marks so far.
        let drawn = if walk.is_some() { snapshot.strengths() } else { snapshot.measured_strengths() };
        latest && drawn != *strengths
    }

    /// A class, in the lane's hue.
    fn class(&self, class: Class) -> Classes {
        [class, Class::of_lane(self.lane.lane)].into()
    }

    /// A thin line between the stages, and their names over the first lane.
    fn stages(&self, name: &LaneName, shapes: &mut Vec<Shape>) {
        let layout = self.layout;
        let Some(lowest) = layout.blocks.first().map(|block| block.y + block.height + 4.0) else { return };
        let highest = layout.blocks.first().map_or(layout.top, |block| block.switch[1] - 6.0);
        let (words, _) = self.name_words(name);
        let name_end = layout.label[0] + text_width(Class::LabelStrong, &words) + 15.0;
        for Stage { number, blocks, size } in &self.lane.snapshot.diagram.stages {
            if let Some(next) = layout.blocks.get(blocks.end) {
                let x = next.joins[0];
                shapes.push(Shape::line(Class::Stage, [x, highest], [x, lowest]));
            }
            let (from, to) = (layout.blocks[blocks.start].joins[0], layout.blocks[blocks.end - 1].joins[1]);
            let words = words::stage(*number, size.filter(|_| to - from > 150.0));
            let half = text_width(Class::LabelFaint, &words) / 2.0;
            let alone = self.lane.snapshot.diagram.stages.len() == 1;
            if !self.first || alone || self.view.compact || to - from <= 2.0 * half + 8.0 {
                continue;
            }
            // At the stage's end, where the name of the run, which gets longer, leaves it in its place.
            if to - 8.0 - 2.0 * half > name_end {
                shapes.push(Shape::text(Class::LabelFaint, [to - 8.0, layout.label[1]], Anchor::End, words));
            }
        }
    }

    /// Whether a place is looked at, or walked through.
    fn is_marked(&self, place: Place) -> bool {
        self.view.focus == Some(place) || self.lane.walk.is_some_and(|walk| walk.at.place() == Some(place))
    }

    /// A box.
    fn frame(&self, place: Place, [x, y, width, height]: [f64; 4], shapes: &mut Vec<Shape>) {
        let lane = Class::of_lane(self.lane.lane);
        let is_walked = self.lane.walk.is_some_and(|walk| walk.at.place() == Some(place));
        let classes: Classes = match self.view.focus == Some(place) {
            _ if is_walked => [Class::Block, Class::BlockWalk, lane].into(),
            true => [Class::Block, Class::BlockFocus, lane].into(),
            false => [Class::Block, lane].into(),
        };
        shapes.push(Shape::rect(classes, [x, y, width, height], (width * 0.18).min(6.0)));
    }

    /// A block's index, and what is special about its shortcut.
    fn block_words(&self, index: usize, block: &BlockLayout, shapes: &mut Vec<Shape>) {
        let BlockLayout { x, y, width, .. } = *block;
        let middle = x + width / 2.0;
        let words = (index + 1).to_string();
        if self.layout.numbers_inside() {
            let place = [middle, self.layout.axis + BASELINE];
            shapes.push(Shape::text(Class::BlockIndex, place, Anchor::Middle, words));
        } else if let Some(below) = self.layout.below.filter(|_| block.numbered) {
            shapes.push(Shape::text(Class::Tick, [middle, below], Anchor::Middle, words));
        }
        let kind = self.lane.snapshot.diagram.blocks.get(index).map(|block| block.shortcut);
        let room = y - block.switch[1] - self.layout.channel / 2.0;
        if kind == Some(ShortcutKind::OptionA) && self.layout.pitch() >= 40.0 && room >= 10.0 {
            let place = [block.switch[0], y - 2.0];
            shapes.push(Shape::text(Class::LabelFaint, place, Anchor::Middle, Text::OptionA.words()));
        }
    }

    /// From where to where a block's index below its box needs the line for itself.
    fn index_span(&self, index: usize) -> [f64; 2] {
        let Some(block) = self.layout.blocks.get(index) else { return [f64::INFINITY, f64::NEG_INFINITY] };
        let (middle, half) =
            (block.x + block.width / 2.0, text_width(Class::Tick, &(index + 1).to_string()) / 2.0 + 4.0);
        [middle - half, middle + half]
    }

    /// The names of stem and head.
    fn end_words(&self, shapes: &mut Vec<Shape>) {
        let [first, last] = [0, self.layout.blocks.len().saturating_sub(1)].map(|index| self.index_span(index));
        for (end, words) in self.layout.ends.iter().zip([Text::Stem, Text::Head]) {
            let middle = end.x + end.width / 2.0;
            let (class, y) = match self.layout.below {
                _ if end.named => (Class::BlockIndex, self.layout.axis + BASELINE),
                // Below stand the fractions.
                _ if self.layout.numbers_inside() => (Class::LabelFaint, end.y - 4.0),
                // Beside the indices of narrow boxes.
                Some(below) => (Class::LabelFaint, below),
                None => continue,
            };
            let half = text_width(class, words.words()) / 2.0;
            let x = match words {
                _ if class == Class::BlockIndex || self.layout.numbers_inside() => middle,
                Text::Stem => middle.min(first[0] - half),
                _ => middle.max(last[1] + half),
            };
            shapes.push(Shape::text(class, [x, y], Anchor::Middle, words.words()));
        }
    }

    /// What part of the gradient that the last block passes on each block passes on.
    fn fractions(&self, record: &StepRecord, shapes: &mut Vec<Shape>) {
        let Some(below) = self.layout.below else { return };
        let norms = passed_on(record);
        let Some(whole) = norms.last().copied().flatten() else { return };
        let words = |(index, norm): (usize, &Option<f64>)| {
            let part = ratio((*norm)?, whole)?;
            Some(if index + 1 == norms.len() { "1×".to_owned() } else { part })
        };
        let words: Vec<Option<String>> = norms.iter().enumerate().map(words).collect();
        let first = words.first().and_then(Option::as_deref).map_or(0.0, |words| text_width(Class::Fraction, words));
        let label = Text::FractionsLabel.words();
        let [stem, _] = &self.layout.ends;
        let free = self.layout.blocks.first().map_or(0.0, |block| block.x + (block.width - first) / 2.0 - 8.0);
        if !self.view.compact && stem.x + text_width(Class::LabelFaint, label) < free {
            shapes.push(Shape::text(Class::LabelFaint, [stem.x, below], Anchor::Start, label));
        }
        let widest = words.iter().flatten().map(|words| text_width(Class::Fraction, words)).fold(0.0, f64::max);
        // The indices stand below narrow boxes, and the fractions below these.
        let y = if self.layout.numbers_inside() { below } else { below + 13.0 };
        for index in numbered(self.layout.blocks.len(), self.layout.pitch(), widest + 8.0) {
            let (Some(block), Some(Some(words))) = (self.layout.blocks.get(index), words.get(index)) else { continue };
            let place = [block.x + block.width / 2.0, y];
            shapes.push(Shape::text(self.class(Class::Fraction), place, Anchor::Middle, words.clone()));
        }
    }

    /// The lane's name, and what stands below it: beside the river there is room for one word a line, and not for a long one.
    fn name_words(&self, name: &LaneName) -> (String, Option<String>) {
        if !self.view.compact {
            let coming = if self.is_unmeasured() { Some(words::next_step(false)) } else { None };
            return (coming.map_or_else(|| name.to_string(), |coming| format!("{}{coming}", name.state)), None);
        }
        let words = name.state.rsplit_once(' ').map(|(state, word)| (state.to_owned(), word.to_owned()));
        // "ResNet-56" breaks behind its dash.
        let parts = || name.state.rsplit_once('-').map(|(state, word)| (format!("{state}-"), word.to_owned()));
        let (state, below) = match (words.or_else(parts), name.since) {
            (Some((state, word)), _) => (state, Some(word)),
            (None, _) if self.is_unmeasured() => (name.state.clone(), Some(words::next_step(true))),
            (None, since) => (name.state.clone(), since.map(words::since_short)),
        };
        // What words are taken to be wide is more than most are.
        let room = layout::Gutters::of(self.view).name + 6.0;
        let cut = |class: Class, words: String, room: f64| {
            let fits = |words: &str| text_width(class, words) <= room;
            let shorter =
                || (1..words.chars().count()).rev().map(|most| words.chars().take(most).collect::<String>() + "…");
            if fits(&words) { words.clone() } else { shorter().find(|cut| fits(cut)).unwrap_or_default() }
        };
        (cut(Class::LabelStrong, state, room - TO_NAME), below.map(|words| cut(Class::LabelFaint, words, room)))
    }

    /// The lane's name, and where the gradient comes from.
    fn names(&self, name: &LaneName, shapes: &mut Vec<Shape>) {
        let LaneLayout { label: [x, y], axis, .. } = *self.layout;
        shapes.push(marker(self.lane.lane, None, [x + 4.5, y - 4.5], 4.0));
        let (words, below) = self.name_words(name);
        shapes.push(Shape::text(self.class(Class::LabelStrong), [x + TO_NAME, y], Anchor::Start, words));
        if let Some(words) = below {
            shapes.push(Shape::text(Class::LabelFaint, [x, y + 12.0], Anchor::Start, words));
        }
        let [_, head] = self.layout.ends;
        if layout::Gutters::of(self.view).source > 0.0 {
            let place = [head.x + head.width + 6.0, axis + BASELINE];
            shapes.push(Shape::text(Class::Label, place, Anchor::Start, Text::LossEnd.words()));
        } else if self.first {
            // Above the head, which has its name over it or below.
            let rise = if self.layout.numbers_inside() { 16.0 } else { 5.0 };
            let right = head.x + head.width;
            // Over a wide box it ends before the scale, which may begin as high; a narrow one is closer to the last arc.
            let (x, anchor) = match head.width >= layout::NAMED_END {
                true => (right + 12.0, Anchor::End),
                false => (right - 8.0, Anchor::Start),
            };
            shapes.push(Shape::text(Class::LabelFaint, [x, head.y - rise], anchor, Text::LossEnd.words()));
        }
    }
}

/// From a lane's marker to its name.
const TO_NAME: f64 = 13.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Snapshot;
    use crate::drawing::Form;
    use crate::testing::{diagram_of, falling, lanes, step, trained, walked};

    #[test]
    fn beside_a_narrow_river_a_long_name_is_cut_before_the_stem() {
        let (a, b) = trained();
        let runs = lanes(&a, &b);
        let name = LaneName { state: "no activation after".to_owned(), since: None };
        for width in [260.0, 330.0, 500.0] {
            let view = View { width, height: 200.0, compact: true, ..View::default() };
            let layouts = river_layout(&[9, 9], &view);
            let (scale, signal) = (RiverScale::of(&runs), RiverScale::of_signal(&runs));
            let drawing = LaneDrawing { lane: &runs[0], layout: &layouts[0], scale, signal, view: &view, first: true };
            let (words, below) = drawing.name_words(&name);
            assert!(words.starts_with("no a") && words.ends_with('…') && below.as_deref() == Some("after"));
            let short = LaneName { state: "closed".to_owned(), since: None };
            assert_eq!(drawing.name_words(&short).0, "closed");
            // What a run is called there has room.
            for order in
                [protocol::ActivationOrder::Post, protocol::ActivationOrder::Pre, protocol::ActivationOrder::Sum]
            {
                let short = LaneName { state: words::order_short(order).to_owned(), since: None };
                assert!(!drawing.name_words(&short).0.ends_with('…') || width < 300.0, "{short:?} at {width}");
            }
            let title = LaneName { state: "ResNet-56".to_owned(), since: None };
            assert_eq!(drawing.name_words(&title).1.as_deref(), Some("56"));
            let end = layouts[0].label[0] + TO_NAME + text_width(Class::LabelStrong, &words);
            assert!(
                end <= layouts[0].ends[0].x + 6.0,
                "{words} ends at {end}, the stem begins at {}",
                layouts[0].ends[0].x
            );
        }
    }
    use protocol::StepPhase;

    /// How many shapes of each class slow motion draws of run A at each part of a step.
    fn drawn(at: StepPhase) -> [usize; 4] {
        let (a, b) = trained();
        let walk = walked(&a, at);
        let lane = LaneView { walk: Some(&walk), ..lanes(&a, &b)[0] };
        let scene = river(&[lane], &View { width: 1240.0, height: 220.0, ..View::default() });
        let count = |class| scene.shapes.iter().filter(|shape| shape.has_class(class)).count();
        [Class::Signal, Class::Band, Class::Pool, Class::BlockWalk].map(count)
    }

    #[test]
    fn the_signal_goes_forward_and_then_the_river_fills_from_the_loss() {
        assert_eq!(drawn(StepPhase::Stem), [0, 0, 0, 1]);
        assert_eq!(drawn(StepPhase::Forward(0)), [1, 0, 0, 1]);
        assert_eq!(drawn(StepPhase::Forward(8)), [9, 0, 0, 1]);
        assert_eq!(drawn(StepPhase::Loss), [0, 0, 1, 1]);
        assert_eq!(drawn(StepPhase::Backward(8)), [0, 1, 2, 1]);
        assert_eq!(drawn(StepPhase::Backward(0)), [0, 9, 10, 1]);
        assert_eq!(drawn(StepPhase::Update), [0, 9, 10, 0]);
    }

    #[test]
    fn where_the_gradient_comes_from_ends_before_the_scale_of_a_frame() {
        let (a, b) = trained();
        for width in [501.0, 700.0] {
            let view = View { width, height: 96.0, compact: true, ..View::default() };
            let scene = river(&lanes(&a, &b)[..1], &view);
            let scale =
                scene.shapes.iter().filter(|shape| shape.has_class(Class::Gauge)).map(|shape| match shape.form {
                    Form::Rect { x, .. } => x,
                    _ => f64::NAN,
                });
            let left = scale.fold(f64::INFINITY, f64::min);
            let ends = scene.shapes.iter().filter_map(|shape| match &shape.form {
                Form::Text { x, anchor, words, .. } if words == Text::LossEnd.words() => Some((*x, *anchor)),
                _ => None,
            });
            for (x, anchor) in ends {
                assert!(anchor == Anchor::End && x < left, "{x} and {left} at {width}");
            }
        }
    }

    /// Boxes would cover the water where a hundred blocks stand in a small frame.
    #[test]
    fn blocks_that_stand_close_leave_the_water_bare() {
        let run = |blocks: usize| {
            let mut run = Snapshot::new(diagram_of(blocks));
            run.apply(step(0, 2.3, &falling(blocks, 0.04, 0.001), true));
            run
        };
        let count = |blocks: usize, class: Class, focus: Option<Place>| {
            let (a, view) = (run(blocks), View { width: 390.0, height: 120.0, focus, ..View::default() });
            let scene = river(&lanes(&a, &a)[..1], &view);
            scene.shapes.iter().filter(|shape| shape.has_class(class)).count()
        };
        assert_eq!((count(9, Class::Block, None), count(9, Class::Arc, None)), (11, 9));
        assert_eq!((count(96, Class::Block, None), count(96, Class::Arc, None)), (2, 0));
        assert_eq!((count(96, Class::Band, None), count(96, Class::ArcOpen, None)), (96, 96));
        assert_eq!(count(96, Class::Block, Some(Place::Block(40))), 3, "the one that is looked at");
    }

    #[test]
    fn on_its_way_the_river_keeps_the_scale_of_the_last_whole_step() {
        let (a, b) = trained();
        let whole = RiverScale::of(&lanes(&a, &b));
        let walk = walked(&a, StepPhase::Forward(3));
        let walked = lanes(&a, &b).map(|lane| LaneView { walk: Some(&walk), ..lane });
        assert_eq!(RiverScale::of(&walked), whole);
        assert!(river_scale_words(&walked).is_some_and(|words| words.contains("signal")));
    }
}
