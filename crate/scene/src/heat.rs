//! The history: blocks against steps as a picture, the colour being the log of the gradient entering the block.

use crate::Snapshot;
use crate::axis::{Decades, is_drawable};
use crate::flow::entering;

/// A picture of a run's history, a row of the same height for each block (block 1 uppermost), steps from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels: a multiple of the number of blocks. Stretch it to the chart's height without smoothing.
    pub height: usize,
    /// Red, green, blue, opacity of each pixel, row by row; transparent where nothing was measured.
    pub rgba: Vec<u8>,
    /// Number of rows.
    pub blocks: usize,
    /// The exponents of ten at the lower and the upper end of the colours.
    pub decades: (i32, i32),
    /// Exponents for the colour bar's ticks, and their words.
    pub ticks: Vec<(i32, String)>,
    /// The steps at the left and the right edge; the right one is the latest.
    pub steps: (u64, u64),
    /// Whether something is hatched: a number below 1e-38, or one that is not finite.
    pub hatched: bool,
}

impl HeatMap {
    /// The step at that part of the width.
    pub fn step_at(&self, fraction: f64) -> u64 {
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

    /// Where a tick lies on the colour bar: 0 at the lower end, 1 at the upper.
    pub fn tick_fraction(&self, exponent: i32) -> f64 {
        f64::from(exponent - self.decades.0) / f64::from((self.decades.1 - self.decades.0).max(1))
    }
}

/// The history of one run on its own colour range; `None` before the first measurement.
pub fn history(snapshot: &Snapshot, width_px: usize) -> Option<HeatMap> {
    history_in(snapshot, width_px, history_range(&[snapshot])?)
}

/// Whole decades that hold every gradient of these runs; runs with nothing but zeros get one decade. `None` before the
/// first measurement.
pub fn history_range(snapshots: &[&Snapshot]) -> Option<(i32, i32)> {
    let records = || snapshots.iter().flat_map(|snapshot| snapshot.records());
    records().next()?;
    let decades = Decades::around(records().flat_map(|record| entering(record).iter().copied().flatten()));
    let Decades { low, high } = decades.unwrap_or(Decades { low: -1, high: 0 });
    Some((low, high))
}

/// The history of one run on a given colour range, so that two runs can share it.
pub fn history_in(snapshot: &Snapshot, width_px: usize, (low, high): (i32, i32)) -> Option<HeatMap> {
    let steps = (snapshot.records().next()?.step, snapshot.latest()?.step);
    let (blocks, width) = (snapshot.plan.blocks.len(), width_px.clamp(1, 4096));
    let decades = Decades { low, high: high.max(low + 1) };
    let row = (108 / blocks.max(1)).clamp(2, 16);
    let height = row * blocks;
    let ticks = decades.ticks(6).into_iter().map(|exponent| (exponent, decades.words(exponent))).collect();
    let rgba = vec![0; width * height * 4];
    let decades_ends = (decades.low, decades.high);
    let mut map = HeatMap { width, height, rgba, blocks, decades: decades_ends, ticks, steps, hatched: false };
    for x in 0..width {
        let step = map.step_at((x as f64 + 0.5) / width as f64);
        let Some(record) = snapshot.at_or_before(step) else { continue };
        for (block, value) in entering(record).iter().take(blocks).enumerate() {
            let Some(value) = *value else { continue };
            let flat = is_drawable(value).then(|| viridis(decades.fraction(value)));
            map.hatched |= flat.is_none();
            for y in block * row..(block + 1) * row {
                let [r, g, b] = flat.unwrap_or_else(|| hatch(x, y));
                let at = (y * width + x) * 4;
                map.rgba[at..at + 4].copy_from_slice(&[r, g, b, 255]);
            }
        }
    }
    Some(map)
}

/// Grey diagonal lines, seen on light and on dark paper.
fn hatch(x: usize, y: usize) -> [u8; 3] {
    if (x + y) % 6 < 2 { [0x6b, 0x70, 0x78] } else { [0xc4, 0xc8, 0xce] }
}

/// The viridis colours (van der Walt & Smith 2015): dark violet at 0, yellow at 1; evenly spaced to the eye, in grey too.
pub fn viridis(fraction: f64) -> [u8; 3] {
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
    use crate::testing::{falling, snapshot, step, trained};

    fn pixel(map: &HeatMap, x: usize, block: usize) -> [u8; 3] {
        let y = block * map.height / map.blocks;
        let at = (y * map.width + x) * 4;
        [map.rgba[at], map.rgba[at + 1], map.rgba[at + 2]]
    }

    #[test]
    fn nothing_measured_no_picture() {
        assert_eq!(history(&snapshot(20, 1.0), 100), None);
    }

    #[test]
    fn colours_are_those_of_the_values_and_every_step_has_its_place() {
        let (_, plain) = trained();
        let map = history(&plain, 120).unwrap();
        assert_eq!((map.blocks, map.steps, map.decades), (9, (0, 59), (-10, -3)));
        let values = entering(plain.at(30).unwrap());
        for (block, value) in values.iter().enumerate() {
            assert_eq!(pixel(&map, 60, block), viridis((value.unwrap().log10() + 10.0) / 7.0));
        }
        assert!(!map.hatched && map.rgba.len() == map.width * map.height * 4);
        for step in 0..60 {
            assert_eq!(map.step_at(map.fraction_of(step)), step);
        }
        assert_eq!((map.step_at(-1.0), map.step_at(2.0), map.step_at(f64::NAN)), (0, 59, 0));
    }

    #[test]
    fn zero_and_not_finite_are_hatched() {
        let mut run = snapshot(20, 0.0);
        let mut joins = falling(9, 1.0, 1e-3);
        (joins[0], joins[1], joins[2]) = (0.0, f64::NAN, 1e-45);
        run.apply(&step(0, 2.3, &joins, false));
        let map = history(&run, 50).unwrap();
        assert!(map.hatched);
        for block in 0..3 {
            assert!([hatch(0, 0), hatch(0, 2)].contains(&pixel(&map, 7, block)));
        }
        assert_eq!(
            pixel(&map, 7, 8),
            viridis((joins[8].log10() - f64::from(map.decades.0)) / f64::from(map.decades.1 - map.decades.0))
        );
    }

    #[test]
    fn the_ends_of_the_colours() {
        assert_eq!((viridis(0.0), viridis(1.0), viridis(f64::NAN)), ([68, 1, 84], [253, 231, 37], [68, 1, 84]));
    }
}
