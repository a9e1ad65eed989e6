//! The depth profile: what is chosen of stem, blocks and head, against depth.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::flow::present;
use crate::format::{in_unit, ratio};
use crate::plot::{
    Axis, BASELINE, Decades, Frame, Margin, ROW_GAP, is_drawable, is_narrow, marker, number_room, numbered, numbers,
    pieces, spread, text_width,
};
use crate::settings::{LaneName, Moment, lane_name};
use crate::words::summary::profile_summary;
use crate::words::{self, Text};
use crate::{LaneView, Overlaid, View};
use protocol::Place;

/// What is chosen of each part of the network against depth, on a log axis whose range follows the present data in whole
/// decades (or on a linear axis; shares always lie on one from 0 to 1).
pub fn profile(lanes: &[LaneView], view: &View) -> Scene {
    let names = names(lanes, view);
    let profile = Profile::new(lanes, view, &names);
    let mut shapes = Vec::new();
    profile.axes(&mut shapes);
    profile.focus_line(&mut shapes);
    profile.overlaid(&mut shapes);
    for lane in lanes {
        profile.line(lane, &mut shapes);
    }
    profile.labels(lanes, &names, &mut shapes);
    profile.focus_values(lanes, &mut shapes);
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: profile_summary(lanes, view) }
}

/// The place on the profile that is nearest to that x, if the x is in the plot: for pointers.
pub fn profile_place_at(lanes: &[LaneView], view: &View, x: f64) -> Option<Place> {
    let profile = Profile::new(lanes, view, &names(lanes, view));
    let frame = profile.frame;
    let inside = profile.count > 0 && (frame.left - 12.0..=frame.right + 12.0).contains(&x);
    let order = ((x - frame.left) / profile.pitch().max(1e-9)).round().max(0.0) as usize;
    Place::all(profile.count).nth(order.min(profile.count + 1)).filter(|_| inside)
}

fn names(lanes: &[LaneView], view: &View) -> Vec<LaneName> {
    (0..lanes.len()).map(|index| lane_name(lanes, index, is_narrow(view), Moment::Measured)).collect()
}

/// The width of a name in two lines.
fn name_width(name: &LaneName) -> f64 {
    let since = name.since.map_or(0.0, |step| text_width(Class::LabelFaint, &words::since_short(step)));
    text_width(Class::LabelStrong, &name.state).max(since)
}

/// Where the profile's parts stand.
struct Profile<'a> {
    view: &'a View<'a>,
    /// Between the axis' ends; a row for what is not finite may lie above, one for what is 0 below.
    frame: Frame,
    /// Where the blocks' indices hang.
    floor: f64,
    /// The number of blocks; stem and head stand beside them.
    count: usize,
    /// `None` before the first measurement.
    axis: Option<Axis>,
    /// Whether there is a row above or below the axis.
    rows: [bool; 2],
}

/// Height of a row for values that have no place on the axis.
const ROW: f64 = 22.0;

/// In lower drawings the horizontal axis has no words.
const LOW: f64 = 120.0;

impl<'a> Profile<'a> {
    fn new(lanes: &[LaneView], view: &'a View<'a>, names: &[LaneName]) -> Self {
        let plot = view.plot;
        let blocks = |lane: &LaneView| lane.snapshot.diagram.blocks.len();
        let count = lanes.iter().map(blocks).max().unwrap_or(0);
        let behind = || {
            let records = view.overlaid.iter().filter_map(|own| Some((own, own.measured(view.look_back)?)));
            records.map(|(own, record)| (own.run.diagram.blocks.len(), record))
        };
        let now = || {
            let records = lanes.iter().filter_map(|lane| Some((blocks(lane), lane.snapshot.measured()?)));
            records.chain(behind()).flat_map(|(blocks, record)| plot.values(record, blocks)).flatten()
        };
        let recent = || {
            let records = lanes.iter().flat_map(|lane| present(lane.snapshot).map(|record| (blocks(lane), record)));
            records.chain(behind()).flat_map(|(blocks, record)| plot.values(record, blocks)).flatten()
        };
        let own = plot.own_axis();
        let log = !view.linear && own.is_none();
        let axis = match (own, view.linear) {
            (Some(own), _) => now().next().map(|_| own),
            (None, true) => Axis::linear_to(recent().filter(|v| is_drawable(*v)).fold(0.0, f64::max), 4),
            (None, false) => Decades::around(recent()).map(Axis::Log),
        };
        let rows = [now().any(|v| !v.is_finite()), log && now().any(|v| v.is_finite() && !is_drawable(v))];
        let longest = names.iter().map(name_width).fold(0.0, f64::max);
        let under = if view.height < LOW { 20.0 } else { 36.0 };
        let frame = Frame::inside(
            view,
            Margin {
                left: if is_narrow(view) { 46.0 } else { 58.0 },
                right: (16.0 + longest + number_room(view)).min(view.width * 0.3),
                top: 15.0 + if rows[0] { ROW } else { 0.0 },
                bottom: under + if rows[1] { ROW } else { 0.0 },
            },
        );
        Self { view, frame, floor: view.height - under, count, axis, rows }
    }

    fn pitch(&self) -> f64 {
        self.frame.width() / (self.count + 1) as f64
    }

    fn x(&self, place: Place) -> f64 {
        self.frame.left + self.pitch() * place.order(self.count).min(self.count + 1) as f64
    }

    /// Where a value lies; the second is whether it has its true place.
    fn y(&self, value: f64) -> (f64, bool) {
        match self.axis.as_ref().and_then(|axis| axis.fraction(value)) {
            Some(fraction) => (self.frame.y(fraction), true),
            None if !value.is_finite() => (self.frame.top - ROW * 0.7, false),
            None => (self.frame.bottom + if self.rows[1] { ROW * 0.7 } else { 0.0 }, false),
        }
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        if let Some(axis) = &self.axis {
            let count = if self.view.linear { 4 } else { (self.frame.height() / 20.0).clamp(2.0, 7.0) as usize };
            self.frame.vertical_axis(axis, count, shapes);
        }
        let rows =
            [(self.rows[0], self.y(f64::NAN).0, Text::NotFiniteMark), (self.rows[1], self.y(0.0).0, Text::ZeroMark)];
        for (_, y, text) in rows.into_iter().filter(|(shown, ..)| *shown) {
            let ends = [[self.frame.left, y], [self.frame.right, y]];
            shapes.push(Shape::line([Class::Grid, Class::GridRow], ends[0], ends[1]));
            shapes.push(self.frame.beside(y, text.words()));
        }
        if self.axis.is_none() {
            shapes.push(self.frame.across(Class::Axis, self.floor));
        }
        let mut tick = |place: Place, words: String| {
            shapes.push(Shape::text(Class::Tick, [self.x(place), self.floor + 17.0], Anchor::Middle, words));
        };
        // Between the names of both ends.
        let clear = |index: &usize| {
            let (stem, head) = ((index + 1) as f64 * self.pitch(), (self.count - index) as f64 * self.pitch());
            stem >= END_ROOM && head >= END_ROOM
        };
        for index in numbered(self.count, self.pitch(), 22.0).into_iter().filter(clear) {
            tick(Place::Block(index), (index + 1).to_string());
        }
        tick(Place::Stem, Text::Stem.words().to_owned());
        tick(Place::Head, Text::Head.words().to_owned());
        if self.view.height >= LOW {
            let place = [(self.frame.left + self.frame.right) / 2.0, self.floor + 32.0];
            shapes.push(Shape::text(Class::Label, place, Anchor::Middle, self.axis_words()));
        }
    }

    /// What the horizontal axis is; which overlaid runs have another number of blocks, if there is room for it.
    fn axis_words(&self) -> String {
        let others: Vec<usize> =
            self.view.overlaid.iter().filter(|own| self.is_stretched(own)).map(|own| own.number).collect();
        let words = words::block_axis(&others);
        let fits = text_width(Class::Label, &words) < self.view.width;
        if fits { words } else { Text::BlockAxis.words().to_owned() }
    }

    /// Whether an overlaid run has another number of blocks: it is drawn over relative depth.
    fn is_stretched(&self, own: &Overlaid) -> bool {
        own.run.diagram.blocks.len() != self.count
    }

    /// Where a place of an overlaid run stands: its blocks from the first to the last, however many there are.
    fn relative_x(&self, place: Place, blocks: usize) -> f64 {
        let order = match place {
            Place::Stem => 0.0,
            Place::Head => (self.count + 1) as f64,
            Place::Block(_) if blocks < 2 => (self.count + 1) as f64 / 2.0,
            Place::Block(index) => 1.0 + index as f64 * (self.count.max(1) - 1) as f64 / (blocks - 1) as f64,
        };
        self.frame.left + self.pitch() * order
    }

    /// The overlaid runs: a line each, broken where a value has no place, and its number at its end.
    fn overlaid(&self, shapes: &mut Vec<Shape>) {
        let mut ends = Vec::new();
        for own in self.view.overlaid {
            let Some(record) = own.measured(self.view.look_back) else { continue };
            let blocks = own.run.diagram.blocks.len();
            let point = |place: Place| {
                let (y, true_place) = self.y(self.view.plot.value(record, place)?);
                true_place.then(|| [self.relative_x(place, blocks), y])
            };
            let pieces = pieces(Place::all(blocks).map(point));
            ends.extend(pieces.last().and_then(|piece| piece.last()).map(|end| (*end, own.number)));
            for piece in pieces.iter().filter(|piece| piece.len() > 1) {
                shapes.push(Shape::polyline(own.classes(), piece));
            }
        }
        numbers(ends, [self.frame.top, self.floor], shapes);
    }

    /// The place in focus, if the networks have it.
    fn focus(&self) -> Option<Place> {
        self.view.focus.filter(|place| place.is_in(self.count))
    }

    fn focus_line(&self, shapes: &mut Vec<Shape>) {
        if let Some(place) = self.focus() {
            let x = self.x(place);
            shapes.push(Shape::line(Class::FocusLine, [x, 2.0], [x, self.floor + 4.0]));
        }
    }

    /// What one lane shows: where it stands, and its value, from the stem to the head.
    fn values(&self, lane: &LaneView) -> Vec<(Place, Option<f64>)> {
        let Some(record) = lane.snapshot.measured() else { return Vec::new() };
        let places = Place::all(lane.snapshot.diagram.blocks.len());
        places.map(|place| (place, self.view.plot.value(record, place))).collect()
    }

    /// A lane's line, broken where a value has no place, and its markers; hollow ones off the axis.
    fn line(&self, lane: &LaneView, shapes: &mut Vec<Shape>) {
        let places: Vec<_> =
            self.values(lane).into_iter().map(|(place, value)| (place, value.map(|value| self.y(value)))).collect();
        let point = |(place, at): &(Place, Option<(f64, bool)>)| match at {
            Some((y, true)) => Some([self.x(*place), *y]),
            _ => None,
        };
        // Where the other network has more blocks, nothing lies between the last one and the head.
        let ends_early = lane.snapshot.diagram.blocks.len() < self.count;
        let breaks = places.iter().map(|(place, _)| ends_early && *place == Place::Head);
        let points =
            places.iter().zip(breaks).flat_map(|(at, breaks)| breaks.then_some(None).into_iter().chain([point(at)]));
        for piece in pieces(points).into_iter().filter(|piece| piece.len() > 1) {
            shapes.push(Shape::polyline([Class::Line, Class::of_lane(lane.lane)], &piece));
        }
        let radius = if self.pitch() < 9.0 { 2.2 } else { 4.0 };
        let shown = numbered(self.count, self.pitch(), 9.0).into_iter().map(Place::Block);
        for place in [Place::Stem].into_iter().chain(shown).chain([Place::Head]).chain(self.focus()) {
            let at = places.iter().find(|(other, _)| *other == place).and_then(|(_, at)| *at);
            let Some((y, true_place)) = at else { continue };
            let focused = self.view.focus == Some(place);
            let state = match (true_place, focused) {
                (false, _) => Some(Class::Off),
                (true, true) => Some(Class::MarkerFocus),
                (true, false) => None,
            };
            let size = if focused { radius + 1.5 } else { radius };
            shapes.push(marker(lane.lane, state, [self.x(place), y], size));
        }
    }

    /// Each lane's name at the end of its line.
    fn labels(&self, lanes: &[LaneView], names: &[LaneName], shapes: &mut Vec<Shape>) {
        let end = |(index, lane): (usize, &LaneView)| {
            let (place, value) =
                self.values(lane).into_iter().rev().find_map(|(place, value)| Some((place, value?)))?;
            Some((self.y(value).0, (index, self.x(place))))
        };
        let ends: Vec<_> = lanes.iter().enumerate().filter_map(end).collect();
        let gap = if names.iter().any(|name| name.since.is_some()) { 2.0 * ROW_GAP - 4.0 } else { ROW_GAP };
        for (y, (index, x)) in spread(ends, gap, [self.frame.top, self.floor - gap + ROW_GAP]) {
            let classes = [Class::LabelStrong, Class::of_lane(lanes[index].lane)];
            let x = x.max(self.frame.right.min(x + 1.0)) + 11.0 + number_room(self.view);
            let LaneName { state, since } = &names[index];
            shapes.push(Shape::text(classes, [x, y + BASELINE], Anchor::Start, state.clone()));
            if let Some(step) = since {
                let place = [x, y + BASELINE + 12.0];
                shapes.push(Shape::text(Class::LabelFaint, place, Anchor::Start, words::since_short(*step)));
            }
        }
    }

    /// The focused place's values, beside their points, where the fewest points of any line lie under them.
    fn focus_values(&self, lanes: &[LaneView], shapes: &mut Vec<Shape>) {
        let Some(place) = self.focus() else { return };
        let x = self.x(place);
        let lines: Vec<Vec<[f64; 2]>> = lanes.iter().map(|lane| self.points(lane)).collect();
        let mut values = Vec::new();
        for lane in lanes {
            let Some(value) = lane.snapshot.measured().and_then(|record| self.view.plot.value(record, place)) else {
                continue;
            };
            let (words, y) = (self.words(value), self.y(value).0);
            // Nearer to the point of another line it would be taken for that one's.
            let others = || lines.iter().flatten().filter(|point| point[0] == x && point[1] != y);
            let nearer = |label: &Label| others().filter(|point| label.is_nearer_to(point[1], y)).count();
            let places = Label::around([x, y], text_width(Class::Value, &words)).into_iter();
            let places = places.filter(|label| label.is_in(self.frame, self.floor));
            let places: Vec<_> = places.map(|label| (label, label.covered(&lines) + 8 * nearer(&label))).collect();
            values.push((lane.lane, words, y, places));
        }
        let least =
            |places: &[(Label, usize)]| places.iter().min_by_key(|(_, covered)| *covered).map(|(label, _)| *label);
        let chosen: Vec<Label> = match values.as_slice() {
            [(.., y, places), (.., other, others)] => {
                // As the points stand; of close ones the first is above, lest the words change places from picture to picture.
                let above = y < other || (y - other).abs() < LABEL_GAP;
                let pairs = places.iter().flat_map(|one| others.iter().map(move |other| (one, other)));
                let stands = |((a, _), (b, _)): &(&(Label, usize), &(Label, usize))| {
                    !a.meets(b) && (a.middle < b.middle) == above && a.middle != b.middle
                };
                let best = pairs.filter(stands).min_by_key(|((_, a), (_, b))| a + b);
                // Without room for both in their order there is none for the second.
                best.map_or_else(|| least(places).into_iter().collect(), |((a, _), (b, _))| vec![*a, *b])
            }
            all => all.iter().filter_map(|(.., places)| least(places)).collect(),
        };
        for (label, (lane, words, ..)) in chosen.into_iter().zip(values) {
            let classes = [Class::Value, Class::of_lane(lane)];
            shapes.push(Shape::text(classes, [label.left, label.middle + BASELINE], Anchor::Start, words));
        }
    }

    /// Where a lane's values lie.
    fn points(&self, lane: &LaneView) -> Vec<[f64; 2]> {
        let place = |(place, value): (Place, Option<f64>)| Some([self.x(place), self.y(value?).0]);
        self.values(lane).into_iter().filter_map(place).collect()
    }

    /// A value as the profile writes it.
    fn words(&self, value: f64) -> String {
        let unit = self.view.plot.quantity.unit();
        if self.view.plot.is_relative() { ratio(value, 1.0) } else { None }.unwrap_or_else(|| in_unit(unit, value))
    }
}

/// The words of a value: where they start, their middle, and how wide they are.
#[derive(Clone, Copy)]
struct Label {
    left: f64,
    middle: f64,
    width: f64,
}

/// The least distance between the middles of two values' words.
const LABEL_GAP: f64 = 13.0;

/// Half the height of a value's words, with a marker's.
const LABEL_REACH: f64 = 9.0;

impl Label {
    /// The places for words around a point, the best first: above and below it, each on both sides and then further off.
    fn around([x, y]: [f64; 2], width: f64) -> Vec<Self> {
        let heights = [-9.0, 13.0, -21.0, 25.0, -33.0, 37.0, -45.0, -57.0];
        let sides = [x + 8.0, x - 8.0 - width];
        heights.into_iter().flat_map(|dy| sides.map(|left| Self { left, middle: y + dy, width })).collect()
    }

    /// Whether it lies within the plot, or in the margin above it.
    fn is_in(&self, frame: Frame, floor: f64) -> bool {
        let right = self.left + self.width;
        self.left >= frame.left - 4.0 && right <= frame.right + 4.0 && self.middle >= 5.0 && self.middle <= floor
    }

    fn is_nearer_to(&self, other: f64, own: f64) -> bool {
        (self.middle - other).abs() < (self.middle - own).abs()
    }

    fn meets(&self, other: &Self) -> bool {
        let apart = self.left + self.width <= other.left || other.left + other.width <= self.left;
        !apart && (self.middle - other.middle).abs() < LABEL_GAP
    }

    /// How much of the lines lies under it: most for a point, less for what is between two of them.
    fn covered(&self, lines: &[Vec<[f64; 2]>]) -> usize {
        let under = |[x, y]: [f64; 2], more: f64| {
            let across = (self.left - more..=self.left + self.width + more).contains(&x);
            across && (y - self.middle).abs() < LABEL_REACH - 4.0 + more
        };
        let points = lines.iter().flatten().filter(|point| under(**point, 4.0)).count();
        let between = lines.iter().flat_map(|line| line.windows(2)).filter(|ends| {
            let part = |part: f64| [0, 1].map(|axis| ends[0][axis] + part * (ends[1][axis] - ends[0][axis]));
            (1..8).any(|step| under(part(f64::from(step) / 8.0), 0.0))
        });
        10 * points + between.count()
    }
}

/// The least distance from the name of stem or head to an index, px.
const END_ROOM: f64 = 19.5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::{Form, Part};
    use crate::flow::Plot;
    use crate::svg_inner;
    use crate::testing::{falling, lanes, snapshot, step, trained};
    use protocol::{Lane, Quantity};

    fn drawn(quantity: Quantity, relative: bool) -> String {
        let (a, b) = trained();
        let plot = Plot { quantity, relative };
        let view = View { width: 600.0, height: 200.0, plot, focus: Some(Place::Block(0)), ..View::default() };
        svg_inner(&profile(&lanes(&a, &b), &view))
    }

    #[test]
    fn it_shows_what_is_chosen() {
        let share = drawn(Quantity::SkipShare, false);
        assert!(share.contains(">100 %<") && share.contains(">91 %<"), "{share}");
        let gradient = drawn(Quantity::GradInL2, false);
        assert!(gradient.contains(">stem<") && gradient.contains(">head<"), "{gradient}");
        assert_ne!(gradient, drawn(Quantity::GradOutL2, false));
        assert!(drawn(Quantity::GradInL2, true).contains("·10⁻"));
    }

    #[test]
    fn the_values_of_a_focused_block_cover_no_point_of_any_line() {
        let (a, b) = trained();
        let lanes = lanes(&a, &b);
        for (width, height) in
            [(342.0, 120.0), (342.0, 150.0), (342.0, 180.0), (342.0, 210.0), (420.0, 160.0), (600.0, 160.0)]
        {
            for block in 0..9 {
                let view = View { width, height, focus: Some(Place::Block(block)), ..View::default() };
                let shapes = profile(&lanes, &view).shapes;
                let (mut values, mut points) = (Vec::new(), Vec::new());
                for shape in &shapes {
                    match &shape.form {
                        Form::Text { x, y, words, .. } if shape.has_class(Class::Value) => {
                            values.push([*x, x + text_width(Class::Value, words), *y]);
                        }
                        Form::Circle { x, y, .. } => points.push([*x, *y]),
                        Form::Path { parts, .. } if shape.has_class(Class::Triangle) => {
                            let Some(Part::Move(x, y)) = parts.first() else { continue };
                            points.push([*x, y + 5.2]);
                        }
                        _ => {}
                    }
                }
                assert!(values.len() == 2 && points.len() >= 20, "{width} {block}");
                for [left, right, baseline] in values {
                    let under = |[x, y]: &[f64; 2]| {
                        (left - 2.0..=right + 2.0).contains(x) && (baseline - 11.0..=baseline + 3.0).contains(y)
                    };
                    assert!(!points.iter().any(under), "{width} {block}: {left} {right} {baseline} {points:?}");
                }
            }
        }
    }

    /// The words of a drawing with one of these classes: of which lane, and left, right, top and bottom.
    fn words_of(shapes: &[Shape], classes: &[Class]) -> Vec<(Lane, [f64; 4])> {
        let boxed = |shape: &Shape| {
            let class = classes.iter().copied().find(|class| shape.has_class(*class))?;
            let Form::Text { x, y, words, .. } = &shape.form else { return None };
            let lane = if shape.has_class(Class::LaneB) { Lane::B } else { Lane::A };
            Some((lane, [*x, *x + text_width(class, words), y - 9.0, y + 2.0]))
        };
        shapes.iter().filter_map(boxed).collect()
    }

    #[test]
    fn the_words_of_curves_as_close_as_they_like_keep_clear_and_in_order() {
        let mut state = 7u64;
        let mut part = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as f64 / f64::from(1u32 << 31)
        };
        let (mut close, mut written) = (0, 0);
        for case in 0..3000 {
            let apart = 10f64.powf(-3.0 * part());
            let mut run = |strength: f64| {
                let mut run = snapshot(20, strength);
                let joins: Vec<f64> = (0..10).map(|_| 10f64.powf(4.0 * apart * (part() - 0.5))).collect();
                run.apply(step(0, 2.3, &joins, true));
                run
            };
            let (a, b) = (run(1.0), run(0.0));
            let (width, height) = [(342.0, 120.0), (342.0, 170.0), (420.0, 140.0), (600.0, 130.0)][case % 4];
            let (lanes, focus) = (lanes(&a, &b), Place::all(9).nth(case % 11));
            let view = View { width, height, focus, ..View::default() };
            let shapes = profile(&lanes, &view).shapes;
            let all = words_of(&shapes, &[Class::Value, Class::LabelStrong]);
            for (index, (_, own)) in all.iter().enumerate() {
                for (_, other) in &all[..index] {
                    let meets = own[0] < other[1] && other[0] < own[1] && own[2] < other[3] && other[2] < own[3];
                    assert!(!meets, "{case}: {own:?} {other:?}");
                }
            }
            // Whichever of two curves that touch is above the other one, the words of the first stand above.
            let names = names(&lanes, &view);
            let drawn = Profile::new(&lanes, &view, &names);
            let y = |lane: usize, place: Option<Place>| {
                let value = drawn.values(&lanes[lane]).into_iter().find(|(own, _)| Some(*own) == place)?.1?;
                Some(drawn.y(value).0)
            };
            for (class, place, height) in
                [(Class::LabelStrong, Some(Place::Head), 2.0), (Class::Value, focus, LABEL_GAP)]
            {
                let of = |lane: Lane| words_of(&shapes, &[class]).into_iter().find(|(own, _)| *own == lane);
                let (Some(first), Some(second)) = (y(0, place), y(1, place)) else { continue };
                written += 1;
                let [(_, first_words), (_, second_words)] = Lane::ALL.map(|lane| of(lane).expect("words"));
                if (first - second).abs() < height {
                    close += 1;
                    assert!(first_words[2] < second_words[2], "{case} {class:?}: {first} {second}");
                } else {
                    assert_eq!(first_words[2] < second_words[2], first < second, "{case} {class:?}: {first} {second}");
                }
            }
        }
        assert!(close > 1000 && written > close + 500, "{close} {written}");
    }

    #[test]
    fn the_line_of_the_shallower_of_two_networks_ends_at_its_last_block() {
        let (mut a, mut b) = (snapshot(20, 1.0), snapshot(8, 1.0));
        a.apply(step(0, 2.3, &falling(9, 1.0, 0.1), true));
        b.apply(step(0, 2.3, &falling(3, 1.0, 0.1), true));
        let lanes = lanes(&a, &b);
        let view = View { width: 600.0, height: 200.0, ..View::default() };
        let shapes = profile(&lanes, &view).shapes;
        let ends = |class: Class| -> Vec<f64> {
            let lines = shapes.iter().filter(|shape| shape.has_class(Class::Line) && shape.has_class(class));
            let end = |shape: &Shape| match &shape.form {
                Form::Path { parts, .. } => parts.iter().rev().find_map(|part| match part {
                    Part::Move(x, _) | Part::Line(x, _) => Some(*x),
                    _ => None,
                }),
                _ => None,
            };
            lines.filter_map(end).collect()
        };
        let drawn = Profile::new(&lanes, &view, &names(&lanes, &view));
        assert_eq!(ends(Class::LaneA), [drawn.x(Place::Head)]);
        assert_eq!(ends(Class::LaneB), [drawn.x(Place::Block(2))]);
    }

    #[test]
    fn ends_are_markers_where_something_was_measured_there() {
        let markers = |quantity| drawn(quantity, false).matches("<circle").count();
        // Nine blocks, and the head, or the stem, or neither; the focused one stands out.
        assert_eq!([Quantity::GradInL2, Quantity::GradOutL2, Quantity::SkipShare].map(markers), [11, 11, 10]);
    }
}
