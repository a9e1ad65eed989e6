//! A prediction that is drawn over the blocks, and once it is measured what came of it, with the gap between the two.

use crate::drawing::{Anchor, Class, Part, Scene, Shape};
use crate::flow::Plot;
use crate::plot::{Axis, BASELINE, Decades, Frame, Margin, ROW_GAP, is_drawable, marker, numbered, pieces, spread};
use crate::words::{self, Text};
use crate::{Snapshot, View};
use protocol::lesson::Draw;
use protocol::{Lane, Place};

/// A prediction that is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Sketch<'a> {
    /// What is drawn, and the axis on which.
    pub draw: Draw,
    /// What was set of each block, from the input on, as a power of ten; what lies between follows.
    pub set: &'a [Option<f64>],
    /// What was measured of each block; empty before.
    pub measured: &'a [Option<f64>],
}

/// Where what was drawn and what was measured are furthest apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// The index of the block.
    pub block: usize,
    /// What was drawn there.
    pub drawn: f64,
    /// What was measured there.
    pub measured: f64,
    /// How many powers of ten apart; infinitely many where a value has no place on the axis.
    pub decades: f64,
}

/// What was measured of each block, as it is to be drawn.
pub fn sketched(draw: Draw, run: &Snapshot, until: u64) -> Vec<Option<f64>> {
    let plot = Plot { quantity: draw.of, relative: draw.relative };
    let record = run.measured_until(until).filter(|record| record.step <= until);
    let value = |index| plot.value(record?, Place::Block(index));
    (0..run.diagram.blocks.len()).map(value).collect()
}

impl Sketch<'_> {
    /// The indices of the blocks that are drawn: relative to the last one, that is none of them.
    pub fn drawn(&self) -> std::ops::Range<usize> {
        0..self.set.len().saturating_sub(usize::from(self.draw.relative))
    }

    /// The curve as powers of ten, a value a block: straight between what was set, and level beyond. `None` before anything was
    /// set.
    pub fn curve(&self) -> Option<Vec<f64>> {
        let count = self.set.len();
        let last = self.draw.relative.then(|| count.checked_sub(1)).flatten().map(|last| (last, 0.0));
        let own = self.drawn().filter_map(|index| Some((index, self.set[index]?)));
        let fixed: Vec<(usize, f64)> = own.chain(last).collect();
        if fixed.len() == usize::from(last.is_some()) {
            return None;
        }
        let at = |index: usize| {
            let next = fixed.partition_point(|(other, _)| *other < index);
            match (next.checked_sub(1).and_then(|before| fixed.get(before)), fixed.get(next)) {
                (Some((from, low)), Some((to, high))) => {
                    low + (high - low) * (index - from) as f64 / (to - from) as f64
                }
                (Some((_, level)), None) | (None, Some((_, level))) => *level,
                (None, None) => 0.0,
            }
        };
        Some((0..count).map(at).collect())
    }

    /// Where the two are furthest apart; `None` where nothing was drawn, or nothing measured.
    pub fn gap(&self) -> Option<Gap> {
        let curve = self.curve()?;
        let gap = |block: usize| {
            let (drawn, measured) = (10f64.powf(curve[block]), (*self.measured.get(block)?)?);
            let decades = if is_drawable(measured) { (curve[block] - measured.log10()).abs() } else { f64::INFINITY };
            Some(Gap { block, drawn, measured, decades })
        };
        self.drawn().filter_map(gap).reduce(|most, gap| if gap.decades > most.decades { gap } else { most })
    }

    /// The drawing.
    pub fn scene(&self, width: f64, height: f64) -> Scene {
        let room = Room::new(self, width, height);
        let mut shapes = Vec::new();
        room.axes(&mut shapes);
        let curve = self.curve();
        let drawn: Vec<_> = curve
            .iter()
            .flatten()
            .enumerate()
            .map(|(block, power)| [room.x(block), room.y(10f64.powf(*power))])
            .collect();
        let point = |(block, value): (usize, &Option<f64>)| {
            value.filter(|value| is_drawable(*value)).map(|value| [room.x(block), room.y(value)])
        };
        let measured: Vec<Option<[f64; 2]>> = self.measured.iter().enumerate().map(point).collect();
        room.shade(&drawn, &measured, &mut shapes);
        match drawn.as_slice() {
            [] => {
                let y = room.y(1.0);
                shapes.push(room.frame.across(Class::Guide, y));
                // Off the line: its letters reach 10 px up and 3 down from there.
                let middle = room.frame.y(0.5);
                let below = if y + 30.0 < room.frame.bottom { y + 20.0 } else { y - 12.0 };
                let middle = if (middle - 4.0 - y).abs() < 14.0 { below } else { middle };
                let place = [(room.frame.left + room.frame.right) / 2.0, middle];
                shapes.push(Shape::text(Class::Label, place, Anchor::Middle, Text::DrawHere.words()));
            }
            line => shapes.push(Shape::polyline(Class::Drawn, line)),
        }
        let lane = self.draw.lane;
        for piece in pieces(measured.iter().copied()).into_iter().filter(|piece| piece.len() > 1) {
            shapes.push(Shape::polyline([Class::Line, Class::of_lane(lane)], &piece));
        }
        let shown = numbered(self.set.len(), room.pitch(), 9.0);
        for block in &shown {
            if self.drawn().contains(block)
                && let Some(place) = drawn.get(*block)
            {
                shapes.push(Shape::circle(Class::DrawnPoint, *place, 3.0));
            }
            if let Some(Some(place)) = measured.get(*block) {
                shapes.push(marker(lane, None, *place, 3.0));
            }
        }
        room.names(drawn.first().copied(), measured.first().copied().flatten(), lane, &mut shapes);
        Scene { width, height, pixels: None, shapes, summary: self.summary() }
    }

    /// What is drawn, in words: at the first block; once it is measured, how far off it is.
    pub fn summary(&self) -> String {
        let Some(curve) = self.curve() else { return words::sketch_empty(self.draw) };
        let first = curve.first().map(|power| words::sketch_value(self.draw, 10f64.powf(*power)));
        match self.gap() {
            Some(gap) => words::sketch_gap(self.draw, &gap),
            None => words::sketch_drawn(&first.unwrap_or_default()),
        }
    }

    /// The block and the power of ten at a place of the drawing; `None` where nothing is to be drawn.
    pub fn at(&self, size: [f64; 2], [x, y]: [f64; 2]) -> Option<(usize, f64)> {
        let blocks = self.drawn();
        let room = Room::new(self, size[0], size[1]);
        let last = blocks.end.checked_sub(1)?;
        let block = ((x - room.frame.left) / room.pitch()).round().clamp(0.0, last as f64) as usize;
        let part = ((room.frame.bottom - y) / room.frame.height()).clamp(0.0, 1.0);
        let [low, high] = self.draw.ends();
        Some((block, ((low + part * (high - low)) * 10.0).round() / 10.0))
    }

    /// Where a block stands, from the left, as a part of the width.
    pub fn left_of(&self, block: usize, width: f64) -> f64 {
        Room::new(self, width, 100.0).x(block)
    }
}

/// Left of the plot, px.
const LEFT: f64 = 46.0;

/// Where the drawing's parts stand.
struct Room {
    frame: Frame,
    decades: Decades,
    count: usize,
    height: f64,
}

impl Room {
    /// The axis is the lesson's; what was measured beyond its ends widens it.
    fn new(sketch: &Sketch, width: f64, height: f64) -> Self {
        let view = View { width, height, ..View::default() };
        let frame = Frame::inside(&view, Margin { left: LEFT, right: 14.0, top: 10.0, bottom: 20.0 });
        let [low, high] = sketch.draw.ends().map(|end| end as i32);
        let own = Decades::around(sketch.measured.iter().flatten().copied());
        let decades =
            Decades { low: own.map_or(low, |own| own.low.min(low)), high: own.map_or(high, |own| own.high.max(high)) };
        Self { frame, decades, count: sketch.set.len(), height }
    }

    fn pitch(&self) -> f64 {
        self.frame.width() / self.count.saturating_sub(1).max(1) as f64
    }

    fn x(&self, block: usize) -> f64 {
        self.frame.left + self.pitch() * block as f64
    }

    fn y(&self, value: f64) -> f64 {
        self.frame.y(self.decades.fraction(value))
    }

    fn axes(&self, shapes: &mut Vec<Shape>) {
        let count = (self.frame.height() / 18.0).clamp(2.0, 7.0) as usize;
        self.frame.vertical_axis(&Axis::Log(self.decades), count, shapes);
        for block in numbered(self.count, self.pitch(), 22.0) {
            let place = [self.x(block), self.height - 4.0];
            shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, (block + 1).to_string()));
        }
        let place = [self.frame.left - 9.0, self.height - 4.0];
        shapes.push(Shape::text(Class::Tick, place, Anchor::End, Text::Block.words()));
    }

    /// What lies between the two curves, wherever both are.
    fn shade(&self, drawn: &[[f64; 2]], measured: &[Option<[f64; 2]>], shapes: &mut Vec<Shape>) {
        let both = drawn.iter().zip(measured).map(|(drawn, measured)| Some((*drawn, (*measured)?)));
        let mut piece: Vec<([f64; 2], [f64; 2])> = Vec::new();
        for pair in both.chain([None]) {
            match pair {
                Some(pair) => piece.push(pair),
                None => {
                    let there = piece.iter().map(|(drawn, _)| *drawn);
                    let back = piece.iter().rev().map(|(_, measured)| *measured);
                    let part = |(index, [x, y]): (usize, [f64; 2])| {
                        if index == 0 { Part::Move(x, y) } else { Part::Line(x, y) }
                    };
                    let around: Vec<_> = there.chain(back).enumerate().map(part).chain([Part::Close]).collect();
                    if piece.len() > 1 {
                        shapes.push(Shape::path(Class::Gap, around));
                    }
                    piece.clear();
                }
            }
        }
    }

    /// What each curve is, at its first block.
    fn names(&self, drawn: Option<[f64; 2]>, measured: Option<[f64; 2]>, lane: Lane, shapes: &mut Vec<Shape>) {
        let drawn = drawn.map(|[_, y]| (y, (None, Text::Drawn)));
        let measured = measured.map(|[_, y]| (y, (Some(lane), Text::Measured)));
        let both: Vec<_> = drawn.into_iter().chain(measured).collect();
        for (y, (lane, text)) in spread(both, ROW_GAP, [self.frame.top, self.frame.bottom - BASELINE]) {
            let place = [self.frame.left + 8.0, y + BASELINE - 9.0];
            let place = [place[0], place[1].max(self.frame.top + BASELINE)];
            shapes.push(match lane {
                Some(lane) => Shape::text([Class::Value, Class::of_lane(lane)], place, Anchor::Start, text.words()),
                None => Shape::text(Class::Value, place, Anchor::Start, text.words()),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, snapshot, step};
    use protocol::Quantity;

    const DRAW: Draw = Draw { of: Quantity::GradInL2, lane: Lane::B, relative: true, decades: 8, top: 0 };

    fn sketch<'a>(set: &'a [Option<f64>], measured: &'a [Option<f64>]) -> Sketch<'a> {
        Sketch { draw: DRAW, set, measured }
    }

    #[test]
    fn a_curve_goes_straight_between_what_was_set_and_ends_at_the_last_block() {
        assert_eq!(sketch(&[None; 5], &[]).curve(), None);
        assert_eq!(sketch(&[Some(-4.0), None, None, None, None], &[]).curve(), Some(vec![-4.0, -3.0, -2.0, -1.0, 0.0]));
        let set = [None, Some(-4.0), None, Some(-2.0), None];
        assert_eq!(sketch(&set, &[]).curve(), Some(vec![-4.0, -4.0, -3.0, -2.0, 0.0]));
        let level = Sketch { draw: Draw { relative: false, ..DRAW }, ..sketch(&set, &[]) };
        assert_eq!(level.curve(), Some(vec![-4.0, -4.0, -3.0, -2.0, -2.0]));
        assert_eq!((level.drawn(), sketch(&set, &[]).drawn()), (0..5, 0..4));
    }

    #[test]
    fn the_gap_is_told_where_it_is_largest() {
        let set = [Some(-1.0), None, None];
        let measured = [Some(1.0 / 26e6), Some(1e-4), Some(1.0)];
        let gap = sketch(&set, &measured).gap().unwrap();
        assert_eq!((gap.block, (gap.decades * 10.0).round() / 10.0), (0, 6.4));
        assert_eq!(
            words::sketch_gap(DRAW, &gap),
            "At block 1 you drew 1/10; it is 1/26,000,000: 6.4 powers of ten apart."
        );
        let near = sketch(&set, &[Some(0.2), Some(0.3), Some(1.0)]).gap().unwrap();
        assert_eq!(
            words::sketch_gap(DRAW, &near),
            "Nowhere more than 0.3 powers of ten apart: at block 1 you drew 1/10; it is 1/5."
        );
        let gone = sketch(&set, &[Some(0.1), Some(0.0), Some(1.0)]).gap().unwrap();
        assert_eq!(
            words::sketch_gap(DRAW, &gone),
            "At block 2 you drew 1/3.2; it is 0, which no power of ten reaches."
        );
        let odd = sketch(&set, &[Some(f64::NAN), Some(0.3), Some(1.0)]).gap().unwrap();
        assert_eq!(words::sketch_gap(DRAW, &odd), "At block 1 you drew 1/10; it is not finite.");
        assert_eq!((sketch(&[None; 3], &measured).gap(), sketch(&set, &[None; 3]).gap()), (None, None));
    }

    #[test]
    fn what_is_pointed_at_is_what_is_drawn_there() {
        let none = [None; 9];
        let sketch = sketch(&none, &[]);
        let size = [400.0, 160.0];
        for (block, power) in [(0, -8.0), (3, -4.0), (7, -0.5)] {
            let set: Vec<_> = (0..9).map(|index| (index == block).then_some(power)).collect();
            let drawn = Sketch { set: &set, ..sketch };
            let room = Room::new(&drawn, size[0], size[1]);
            assert_eq!(sketch.at(size, [room.x(block), room.y(10f64.powf(power))]), Some((block, power)));
        }
        assert_eq!(sketch.at(size, [1e9, -1e9]), Some((7, 0.0)), "the last block is what it is relative to");
        assert_eq!(Sketch { set: &[None], ..sketch }.at(size, [0.0, 0.0]), None);
    }

    #[test]
    fn what_was_measured_is_that_of_the_run_at_the_step() {
        let mut run = snapshot(20, 0.0);
        run.apply(step(0, 2.3, &falling(9, 1.0, 1e-7), false));
        run.apply(step(5, 2.3, &falling(9, 1.0, 1e-3), false));
        let at = |until| sketched(DRAW, &run, until)[0].unwrap().log10();
        assert!(at(4) < -6.0 && (-3.0..-2.0).contains(&at(5)), "{} {}", at(4), at(5));
        assert_eq!(sketched(DRAW, &run, 5)[8], Some(1.0));
        assert_eq!(sketched(DRAW, &snapshot(20, 0.0), 5), [None; 9]);
    }

    #[test]
    fn both_curves_and_what_lies_between_are_drawn_within_the_drawing() {
        let set = [Some(-2.0), None, None, None];
        let odd = [Some(0.0), Some(f64::NAN), Some(1e-300), Some(1.0)];
        for (measured, gap) in [(&[Some(1e-12), Some(1e-6), Some(1e-3), Some(1.0)][..], 1), (&odd[..], 1), (&[][..], 0)]
        {
            for size in [[300.0, 100.0], [600.0, 180.0], [1.0, 1.0]] {
                let scene = sketch(&set, measured).scene(size[0], size[1]);
                let count = |class| scene.shapes.iter().filter(|shape| shape.has_class(class)).count();
                assert_eq!((count(Class::Drawn), count(Class::Gap)), (1, gap), "{measured:?}");
                assert!(scene.shapes.iter().flat_map(Shape::lengths).all(f64::is_finite));
            }
        }
        let empty = sketch(&[None; 4], &[]).scene(300.0, 100.0);
        assert!(empty.shapes.iter().all(|shape| !shape.has_class(Class::Drawn)) && empty.summary.contains("8 powers"));
    }
}
