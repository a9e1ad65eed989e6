//! What the history shows, of every step of a run, in little memory: of each quantity that can be plotted one 32-bit number a
//! block (and stem and head) and step, the logarithm of the value, so that values far below 1e-38 keep their place.

mod heat;

pub use heat::{HeatMap, history_colours};

use crate::flow::{Plot, value};
use crate::plot::Axis;
use protocol::{Place, Quantity, Schedule, StepRecord};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// The most numbers that are kept, all quantities together: 48 MB, which is 99,000 steps of nine blocks. When there are
/// more, each two rows become one, in which the value stays that is the further from the run's mean.
const MOST: usize = 12_000_000;

/// A value as it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kept {
    /// Its logarithm to base 10, or itself where it lies on an axis of its own.
    Place(f64),
    /// It is 0 where that has no logarithm.
    Zero,
    /// It is not finite.
    NotFinite,
}

/// The plotted quantities of a run, a row a step.
#[derive(Clone, Debug, Default)]
pub struct Track {
    blocks: usize,
    /// The first step of each row; it holds all steps before the next row's.
    steps: Vec<u64>,
    series: [Series; Quantity::PLOTTED.len()],
    /// The step of the latest record.
    latest: u64,
    /// The picture of it that was drawn last: a look back changes nothing in it.
    drawn: RefCell<Option<Drawn>>,
}

/// A picture, and what it was drawn for.
#[derive(Clone, Debug)]
struct Drawn {
    plot: Plot,
    width: usize,
    axis: Axis,
    steps: (u64, u64),
    map: Rc<HeatMap>,
}

/// One quantity's numbers, row by row; empty until one was measured.
#[derive(Clone, Debug, Default)]
struct Series {
    codes: Vec<f32>,
    /// Sum and number of the finite ones, a place each.
    sums: Vec<(f64, f64)>,
    /// Whether anything was measured, a place each.
    seen: Vec<bool>,
    own: Span,
    /// Of what is relative to the last block's.
    relative: Span,
}

/// The least and the greatest.
#[derive(Clone, Copy, Debug, Default)]
struct Span(Option<(f64, f64)>);

impl Span {
    fn include(&mut self, value: f64) {
        if value.is_finite() {
            let (low, high) = self.0.unwrap_or((value, value));
            self.0 = Some((low.min(value), high.max(value)));
        }
    }
}

/// Absent.
const ABSENT: f32 = f32::NAN;

/// A value as a number; `as_it_is` where it lies on an axis of its own.
fn code(value: Option<f64>, as_it_is: bool) -> f32 {
    match value {
        None => ABSENT,
        Some(value) if value.is_finite() && as_it_is => value as f32,
        Some(value) if !value.is_finite() || value < 0.0 => f32::INFINITY,
        // The logarithm of 0 is minus infinity.
        Some(value) => value.log10() as f32,
    }
}

impl Track {
    /// An empty one.
    pub fn new(blocks: usize) -> Self {
        Self { blocks, ..Self::default() }
    }

    /// Takes a step in.
    pub fn push(&mut self, record: &StepRecord) {
        *self.drawn.get_mut() = None;
        let rows = self.steps.len();
        self.steps.push(record.step);
        self.latest = record.step;
        for (quantity, series) in Quantity::PLOTTED.into_iter().zip(&mut self.series) {
            let as_it_is = Plot { quantity, relative: false }.own_axis().is_some();
            let codes: Vec<f32> =
                Place::all(self.blocks).map(|place| code(value(record, quantity, place), as_it_is)).collect();
            if series.codes.is_empty() {
                if codes.iter().all(|code| code.is_nan()) {
                    continue;
                }
                series.codes.resize(rows * codes.len(), ABSENT);
                series.sums.resize(codes.len(), (0.0, 0.0));
                series.seen.resize(codes.len(), false);
            }
            series.push(&codes, self.blocks);
        }
        if self.series.iter().map(|series| series.codes.len()).sum::<usize>() > MOST {
            self.halve();
        }
    }

    /// Makes one row of each two.
    fn halve(&mut self) {
        let places = self.places();
        self.steps = self.steps.iter().step_by(2).copied().collect();
        for series in &mut self.series {
            let mean = |place: usize| {
                let (sum, count) = series.sums.get(place).copied().unwrap_or_default();
                sum / count
            };
            let pairs = series.codes.chunks(2 * places);
            let of_pair = |pair: &[f32]| -> Vec<f32> {
                let (one, other) = pair.split_at(places.min(pair.len()));
                let both = |place: usize| {
                    let pair = [one[place], other.get(place).copied().unwrap_or(ABSENT)];
                    furthest(pair.into_iter(), mean(place)).unwrap_or(ABSENT)
                };
                (0..one.len()).map(both).collect()
            };
            series.codes = pairs.flat_map(of_pair).collect();
        }
    }

    /// The first and the latest step; `None` before the first.
    pub fn steps(&self) -> Option<(u64, u64)> {
        Some((*self.steps.first()?, self.latest))
    }

    /// The history on these steps, so many pixels wide; see [`HeatMap::of`].
    pub fn picture(&self, plot: Plot, width: usize, axis: &Axis, steps: (u64, u64)) -> Option<Rc<HeatMap>> {
        let drawn = self.drawn.borrow().clone();
        let same = |own: &Drawn| own.plot == plot && own.width == width && own.axis == *axis && own.steps == steps;
        if let Some(drawn) = drawn.filter(same) {
            return Some(drawn.map);
        }
        let map = Rc::new(HeatMap::of(self, plot, width, axis, steps)?);
        *self.drawn.borrow_mut() = Some(Drawn { plot, width, axis: axis.clone(), steps, map: map.clone() });
        Some(map)
    }

    /// The number of blocks.
    pub fn blocks(&self) -> usize {
        self.blocks
    }

    /// The number of blocks, stem and head.
    fn places(&self) -> usize {
        self.blocks + 2
    }

    /// The places that have a row of what is plotted: every block, and stem and head if they have such a value.
    pub fn places_of(&self, plot: Plot) -> Vec<Place> {
        let seen = |place: &Place| {
            let index = place.order(self.blocks);
            self.series_of(plot).is_some_and(|series| series.seen.get(index) == Some(&true))
        };
        Place::all(self.blocks).filter(|place| place.block().is_some() || seen(place)).collect()
    }

    /// The rows that hold some of these steps: at least one, if there is any.
    pub fn rows(&self, steps: Range<u64>) -> Range<usize> {
        let from = self.steps.partition_point(|step| *step <= steps.start).saturating_sub(1);
        let to = self.steps.partition_point(|step| *step < steps.end);
        from..to.max(from + 1).min(self.steps.len())
    }

    /// Whether it was measured in one of these rows, also where it came to nothing; what has a schedule of its own, only if
    /// it came to something.
    pub fn is_measured(&self, plot: Plot, rows: Range<usize>) -> bool {
        let codes = rows.start * self.places()..rows.end * self.places();
        let holds =
            |series: &Series| series.codes.get(codes.clone()).is_some_and(|own| own.iter().any(|code| !code.is_nan()));
        match plot.quantity.schedule() {
            Schedule::Every(1) => self.series.iter().any(holds),
            _ => self.series_of(plot).is_some_and(holds),
        }
    }

    /// Of these rows, the value at a place that differs most from their mean; `None` where nothing was measured. What is not
    /// finite, and then a 0, differs most.
    pub fn extreme(&self, plot: Plot, rows: Range<usize>, place: Place) -> Option<Kept> {
        let series = self.series_of(plot)?;
        let (own, last) = (place.order(self.blocks), self.blocks);
        let one = |row: usize| {
            let at = |place: usize| series.codes.get(row * self.places() + place).copied().unwrap_or(ABSENT);
            if plot.is_relative() { relative(at(own), at(last)) } else { at(own) }
        };
        let finite = || rows.clone().map(one).filter(|code| code.is_finite()).map(f64::from);
        let mean = finite().sum::<f64>() / finite().count().max(1) as f64;
        furthest(rows.clone().map(one), mean).map(|code| match code {
            f32::INFINITY => Kept::NotFinite,
            f32::NEG_INFINITY => Kept::Zero,
            finite => Kept::Place(f64::from(finite)),
        })
    }

    /// The least and the greatest place of what is plotted, over the whole run.
    pub fn span(&self, plot: Plot) -> Option<(f64, f64)> {
        let series = self.series_of(plot)?;
        if plot.is_relative() { series.relative.0 } else { series.own.0 }
    }

    fn series_of(&self, plot: Plot) -> Option<&Series> {
        let index = Quantity::PLOTTED.iter().position(|quantity| *quantity == plot.quantity)?;
        self.series.get(index).filter(|series| !series.codes.is_empty())
    }
}

impl Series {
    /// Takes the codes of one step, from the stem to the head.
    fn push(&mut self, codes: &[f32], blocks: usize) {
        // Behind the stem the last of so many blocks.
        let last = codes.get(blocks).copied().unwrap_or(ABSENT);
        self.seen.iter_mut().zip(codes).for_each(|(seen, code)| *seen |= !code.is_nan());
        for ((sum, count), code) in self.sums.iter_mut().zip(codes).filter(|(_, code)| code.is_finite()) {
            (*sum, *count) = (*sum + f64::from(*code), *count + 1.0);
            self.own.include(f64::from(*code));
            self.relative.include(f64::from(relative(*code, last)));
        }
        self.codes.extend_from_slice(codes);
    }
}

/// The logarithm of one value over another; absent where there is nothing to compare with.
fn relative(own: f32, last: f32) -> f32 {
    if last == f32::NEG_INFINITY { ABSENT } else { own - last }
}

/// The code that is furthest from the mean, the later of two; not finite values come first, then zeros.
fn furthest(codes: impl Iterator<Item = f32>, mean: f64) -> Option<f32> {
    let distance = |code: f32| match code {
        f32::INFINITY => f64::INFINITY,
        f32::NEG_INFINITY => f64::MAX,
        finite => (f64::from(finite) - mean).abs(),
    };
    codes.filter(|code| !code.is_nan()).max_by(|a, b| distance(*a).total_cmp(&distance(*b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, step};
    use protocol::Event;

    fn record(at: u64, joins: &[f64]) -> StepRecord {
        let Event::Step(record) = step(at, 2.3, joins, true) else { panic!("a step") };
        record
    }

    /// It is drawn once for what it shows, and anew when that is another.
    #[test]
    fn a_picture_is_always_the_one_that_would_be_drawn_now() {
        let (mut track, plot) = (Track::new(3), Plot::default());
        let axis = Axis::Log(crate::plot::Decades { low: -9, high: 0 });
        for (at, last) in [(0, 1e-3), (1, 1e-6), (2, 1e-9)] {
            track.push(&record(at, &falling(3, 1.0, last)));
            for (plot, width, steps) in
                [(plot, 40, (0, 9)), (plot, 50, (0, 9)), (plot, 50, (0, at)), (plot, 50, (0, at))]
            {
                let anew = HeatMap::of(&track, plot, width, &axis, steps);
                assert_eq!(track.picture(plot, width, &axis, steps).as_deref(), anew.as_ref());
            }
        }
        let [one, same] = [0; 2].map(|_| track.picture(plot, 50, &axis, (0, 2)).expect("a picture"));
        assert!(Rc::ptr_eq(&one, &same));
    }

    #[test]
    fn what_happened_for_one_step_is_the_extreme_of_any_range_that_holds_it() {
        let mut track = Track::new(3);
        let plain = falling(3, 1.0, 1e-3);
        for at in 0..10_000 {
            let mut joins = plain.clone();
            if at == 6543 {
                joins[1] = 1e-9;
            }
            track.push(&record(at, &joins));
        }
        let plot = Plot::default();
        let at = |steps: Range<u64>, block| track.extreme(plot, track.rows(steps), Place::Block(block));
        assert_eq!(at(6000..7000, 1), Some(Kept::Place(f64::from(1e-9f64.log10() as f32))));
        assert_eq!(at(6000..6500, 1), Some(Kept::Place(f64::from(plain[1].log10() as f32))));
        assert_eq!(at(6543..6544, 1), at(0..10_000, 1));
        assert_eq!(
            track.span(plot).map(|(low, high)| (low.round(), high.round())),
            Some((-9.0, 0.0)),
            "up to what the head passes on"
        );
    }

    #[test]
    fn values_far_below_f32_keep_their_place_and_0_and_not_finite_are_told_apart() {
        let mut track = Track::new(3);
        track.push(&record(0, &[1e-47, 0.0, f64::NAN, 1.0]));
        let of = |block| track.extreme(Plot::default(), 0..1, Place::Block(block)).unwrap();
        assert!(matches!(of(0), Kept::Place(place) if (place + 47.0).abs() < 1e-5));
        assert_eq!((of(1), of(2)), (Kept::Zero, Kept::NotFinite));
        assert_eq!(
            track.extreme(Plot { quantity: Quantity::ActivationRms, relative: false }, 0..1, Place::Block(0)),
            None
        );
    }

    #[test]
    fn halving_keeps_the_extremes_and_every_step_has_a_row() {
        let mut track = Track::new(3);
        let plain = falling(3, 1.0, 1e-3);
        for at in 0..101 {
            let joins = if at == 51 { falling(3, 1e-6, 1e-3) } else { plain.clone() };
            track.push(&record(at + 3, &joins));
        }
        let before: Vec<_> = (0..3).map(|block| track.extreme(Plot::default(), 0..101, Place::Block(block))).collect();
        track.halve();
        track.halve();
        assert_eq!((track.steps.len(), track.steps()), (26, Some((3, 103))));
        let after: Vec<_> = (0..3).map(|block| track.extreme(Plot::default(), 0..26, Place::Block(block))).collect();
        assert_eq!(before, after);
        for at in 3..=103 {
            let rows = track.rows(at..at + 1);
            assert!(rows.len() == 1 && track.steps[rows.start] <= at, "{at}");
        }
        track.push(&record(104, &plain));
        assert_eq!((track.steps.len(), track.series[0].codes.len()), (27, 27 * 5));
    }

    #[test]
    fn stem_and_head_have_a_row_of_what_they_have() {
        let mut track = Track::new(3);
        let mut own = record(0, &falling(3, 1.0, 1e-3));
        own.ends.stem_grad_out_l2 = Some(1e-5);
        own.ends.head_grad_in_l2 = Some(0.1);
        track.push(&own);
        let blocks = || (0..3).map(Place::Block);
        assert_eq!(track.places_of(Plot::default()), blocks().chain([Place::Head]).collect::<Vec<_>>());
        assert_eq!(track.extreme(Plot::default(), 0..1, Place::Head), Some(Kept::Place(-1.0)));
        let arriving = Plot { quantity: Quantity::GradOutL2, relative: false };
        assert_eq!(track.places_of(arriving)[0], Place::Stem);
        assert_eq!(track.extreme(arriving, 0..1, Place::Stem), Some(Kept::Place(-5.0)));
    }

    #[test]
    fn relative_values_are_over_the_last_block_s() {
        let mut track = Track::new(3);
        track.push(&record(0, &falling(3, 1.0, 1e-3)));
        let relative = Plot { relative: true, ..Plot::default() };
        assert_eq!(track.extreme(relative, 0..1, Place::Block(2)), Some(Kept::Place(0.0)));
        assert!(
            matches!(track.extreme(relative, 0..1, Place::Block(0)), Some(Kept::Place(place)) if (place + 2.0).abs() < 1e-6)
        );
    }
}
