//! One run's history as pixels: stem, blocks and head against steps, the colour being the value of what is plotted.

use super::{Kept, Track};
use crate::flow::Plot;
use crate::plot::Axis;
use protocol::Place;

/// A picture of a run's history, rows of pixels of equal height for each place (the stem or block 1 uppermost), steps from left to
/// right.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels: a multiple of the number of places.
    pub height: usize,
    /// Red, green, blue, opacity of each pixel, row by row; transparent where nothing was measured.
    pub rgba: Vec<u8>,
    /// The places, a row each.
    pub places: Vec<Place>,
    /// The steps at the left and the right edge; the right one is the latest.
    pub steps: (u64, u64),
    /// Whether something is hatched: a 0 that has no logarithm, or a value that is not finite.
    pub hatched: bool,
}

impl HeatMap {
    /// The history of one run on a range of steps that holds its own; `None` before the first step. Each column of pixels
    /// shows, of the steps under it, the one that differs most; where none of them was measured, what was measured last.
    pub fn of(track: &Track, plot: Plot, width: usize, axis: &Axis, steps: (u64, u64)) -> Option<Self> {
        let own = track.steps()?;
        let (places, width) = (track.places_of(plot), width.clamp(1, 4096));
        let row = (108 / track.blocks().max(1)).clamp(2, 16);
        let height = row * places.len();
        let mut map = Self { width, height, rgba: vec![0; width * height * 4], places, steps, hatched: false };
        let mut last: Vec<Option<Kept>> = vec![None; map.places.len()];
        for x in 0..width {
            let under = map.steps_of(x);
            if under.start > own.1 || under.end <= own.0 {
                continue;
            }
            let rows = track.rows(under);
            if track.is_measured(plot, rows.clone()) {
                last = map.places.iter().map(|place| track.extreme(plot, rows.clone(), *place)).collect();
            }
            for (index, kept) in last.iter().enumerate() {
                let Some(kept) = *kept else { continue };
                let flat = match kept {
                    Kept::Place(place) => Some(viridis(fraction(axis, place))),
                    Kept::Zero | Kept::NotFinite => None,
                };
                map.hatched |= flat.is_none();
                for y in index * row..(index + 1) * row {
                    let [r, g, b] = flat.unwrap_or_else(|| hatch(x, y));
                    let at = (y * width + x) * 4;
                    map.rgba[at..at + 4].copy_from_slice(&[r, g, b, 255]);
                }
            }
        }
        Some(map)
    }

    /// The number of blocks among the places.
    pub fn blocks(&self) -> usize {
        self.places.iter().filter(|place| place.block().is_some()).count()
    }

    /// The steps under a column of pixels; at least one.
    fn steps_of(&self, x: usize) -> std::ops::Range<u64> {
        let from = self.step_at(x as f64 / self.width as f64);
        let to = self.step_at((x + 1) as f64 / self.width as f64);
        let to = if x + 1 == self.width { self.steps.1 + 1 } else { to };
        from..to.max(from + 1)
    }

    /// The step at that part of the width.
    fn step_at(&self, fraction: f64) -> u64 {
        let (first, last) = self.steps;
        let count = (last - first) as f64 + 1.0;
        // The cast takes NaN to 0.
        (first + (fraction.clamp(0.0, 1.0) * count) as u64).min(last)
    }

    /// The part of the width at which a step's middle lies.
    pub fn fraction_of(&self, step: u64) -> f64 {
        let (first, last) = self.steps;
        ((step.saturating_sub(first)) as f64 + 0.5).min((last - first) as f64 + 0.5) / ((last - first) as f64 + 1.0)
    }
}

/// Where a kept value lies among the colours.
fn fraction(axis: &Axis, place: f64) -> f64 {
    match axis {
        Axis::Log(decades) => (place - f64::from(decades.low)) / f64::from(decades.high - decades.low),
        axis => axis.fraction(place).unwrap_or(0.0),
    }
}

/// Grey diagonal lines, seen on light and on dark paper.
fn hatch(x: usize, y: usize) -> [u8; 3] {
    if (x + y) % 6 < 2 { [0x6b, 0x70, 0x78] } else { [0xc4, 0xc8, 0xce] }
}

/// The viridis colours (van der Walt & Smith 2015), evenly spaced to the eye, in grey too; colours between them are mixed.
const STOPS: [[u8; 3]; 9] = [
    [0x44, 0x01, 0x54],
    [0x47, 0x2d, 0x7b],
    [0x3b, 0x52, 0x8b],
    [0x2c, 0x72, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x28, 0xae, 0x80],
    [0x5e, 0xc9, 0x62],
    [0xad, 0xdc, 0x30],
    [0xfd, 0xe7, 0x25],
];

/// The colours from the least to the greatest value, as the stops of a CSS gradient: `#440154, …, #fde725`.
pub fn history_colours() -> String {
    STOPS.map(|[r, g, b]| format!("#{r:02x}{g:02x}{b:02x}")).join(", ")
}

/// Dark violet at 0, yellow at 1.
fn viridis(fraction: f64) -> [u8; 3] {
    let inside = if fraction > 0.0 { fraction.min(1.0) } else { 0.0 };
    let place = inside * (STOPS.len() - 1) as f64;
    let index = (place as usize).min(STOPS.len() - 2);
    let part = place - index as f64;
    let mix = |channel: usize| {
        let (a, b) = (f64::from(STOPS[index][channel]), f64::from(STOPS[index + 1][channel]));
        (a + (b - a) * part).round() as u8
    };
    [mix(0), mix(1), mix(2)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Snapshot;
    use crate::flow::passed_on;
    use crate::plot::Decades;
    use crate::testing::{falling, snapshot, step, trained};

    const AXIS: Axis = Axis::Log(Decades { low: -10, high: -3 });

    fn history(run: &Snapshot, width: usize) -> Option<HeatMap> {
        HeatMap::of(run.track(), Plot::default(), width, &AXIS, run.track().steps()?)
    }

    fn pixel(map: &HeatMap, x: usize, block: usize) -> [u8; 3] {
        let index = map.places.iter().position(|place| *place == Place::Block(block)).unwrap();
        let y = index * map.height / map.places.len();
        let at = (y * map.width + x) * 4;
        [map.rgba[at], map.rgba[at + 1], map.rgba[at + 2]]
    }

    fn colour(value: f64) -> [u8; 3] {
        viridis((f64::from(value.log10() as f32) + 10.0) / 7.0)
    }

    #[test]
    fn nothing_measured_no_picture() {
        assert_eq!(history(&snapshot(20, 1.0), 100), None);
    }

    #[test]
    fn colours_are_those_of_the_values_and_every_step_has_its_place() {
        let (_, plain) = trained();
        let map = history(&plain, 120).unwrap();
        assert_eq!((map.blocks(), map.steps), (9, (0, 59)));
        let values = passed_on(plain.at(30).unwrap());
        for (block, value) in values.iter().enumerate() {
            assert_eq!(pixel(&map, 60, block), colour(value.unwrap()));
        }
        assert!(!map.hatched && map.rgba.len() == map.width * map.height * 4);
        for step in 0..60 {
            assert_eq!(map.step_at(map.fraction_of(step)), step);
        }
        assert_eq!((map.step_at(-1.0), map.step_at(2.0), map.step_at(f64::NAN)), (0, 59, 0));
    }

    #[test]
    fn what_happened_for_one_step_of_very_many_is_seen() {
        let mut run = snapshot(8, 0.0);
        for at in 0..30_000 {
            let joins = falling(3, if at == 17_777 { 1e-6 } else { 1e-4 }, 0.1);
            run.apply(step(at, 2.3, &joins, false));
        }
        let map = history(&run, 300).unwrap();
        let odd: Vec<usize> = (0..300).filter(|x| pixel(&map, *x, 2) != pixel(&map, 0, 2)).collect();
        assert_eq!(odd, [177], "the column of pixels over step 17,777");
    }

    #[test]
    fn zero_and_not_finite_are_hatched() {
        let mut run = snapshot(20, 0.0);
        let mut joins = falling(9, 1e-3, 1e-3);
        (joins[0], joins[1], joins[2]) = (0.0, f64::NAN, 1e-45);
        run.apply(step(0, 2.3, &joins, false));
        let map = history(&run, 50).unwrap();
        assert!(map.hatched);
        for block in 0..2 {
            assert!([hatch(0, 0), hatch(0, 2)].contains(&pixel(&map, 7, block)));
        }
        assert_eq!([2, 8].map(|block| pixel(&map, 7, block)), [viridis(0.0), colour(joins[8])]);
    }

    #[test]
    fn between_two_measurements_the_last_one_is_shown_and_what_was_not_there_then_is_not() {
        let mut run = snapshot(20, 1.0);
        for at in 0..40 {
            let measured = at % 10 == 0;
            // Its skips close at step 20: from then on there is no share.
            let mut event = step(at, 2.3, &falling(9, 1e-3, 1e-4), at < 20);
            if let protocol::Event::Step(record) = &mut event
                && !measured
            {
                (record.measured, record.ends) = Default::default();
            }
            run.apply(event);
        }
        let opaque = |quantity, x: usize| {
            let plot = Plot { quantity, relative: false };
            let map = HeatMap::of(run.track(), plot, 40, &AXIS, (0, 39)).unwrap();
            map.rgba[4 * x + 3] == 255
        };
        assert!((0..40).all(|x| opaque(protocol::Quantity::GradInL2, x)));
        let shares: Vec<bool> = (0..40).map(|x| opaque(protocol::Quantity::SkipShare, x)).collect();
        assert_eq!(shares, [[true; 20], [false; 20]].concat());
    }

    #[test]
    fn the_ends_of_the_colours() {
        assert_eq!((viridis(0.0), viridis(1.0), viridis(f64::NAN)), ([68, 1, 84], [253, 231, 37], [68, 1, 84]));
        assert!(history_colours().starts_with("#440154, ") && history_colours().ends_with(", #fde725"));
    }

    #[test]
    fn a_run_that_catches_up_stands_where_it_is() {
        let mut run = snapshot(20, 1.0);
        (0..30).for_each(|at| run.apply(step(at, 2.3, &falling(9, 1e-3, 1e-9), true)));
        let map = HeatMap::of(run.track(), Plot::default(), 160, &AXIS, (0, 159)).unwrap();
        let opacity = |x: usize| map.rgba[4 * x + 3];
        assert!((0..30).all(|x| opacity(x) == 255) && (30..160).all(|x| opacity(x) == 0));
    }
}
