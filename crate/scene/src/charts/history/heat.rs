//! One run's history as pixels: blocks against steps, the colour being the log of the gradient entering the block.

use crate::Snapshot;
use crate::flow::entering;
use crate::plot::{Decades, is_drawable};

/// A picture of a run's history, a row of pixels of equal height for each block (block 1 uppermost), steps from left to
/// right.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels: a multiple of the number of blocks.
    pub height: usize,
    /// Red, green, blue, opacity of each pixel, row by row; transparent where nothing was measured.
    pub rgba: Vec<u8>,
    /// Number of rows.
    pub blocks: usize,
    /// The steps at the left and the right edge; the right one is the latest.
    pub steps: (u64, u64),
    /// Whether something is hatched: a value below 1e-38, or one that is not finite.
    pub hatched: bool,
}

impl HeatMap {
    /// The history of one run; `None` before the first measurement.
    pub fn of(snapshot: &Snapshot, width: usize, decades: Decades) -> Option<Self> {
        let steps = (snapshot.records().next()?.step, snapshot.latest()?.step);
        let (blocks, width) = (snapshot.diagram.blocks.len(), width.clamp(1, 4096));
        let row = (108 / blocks.max(1)).clamp(2, 16);
        let height = row * blocks;
        let mut map = Self { width, height, rgba: vec![0; width * height * 4], blocks, steps, hatched: false };
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
    use crate::testing::{falling, snapshot, step, trained};

    fn range(run: &Snapshot) -> Decades {
        run.gradients().decades().unwrap_or(Decades { low: -1, high: 0 })
    }

    fn history(run: &Snapshot, width: usize) -> Option<HeatMap> {
        HeatMap::of(run, width, range(run))
    }

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
        assert_eq!((map.blocks, map.steps, range(&plain)), (9, (0, 59), Decades { low: -10, high: -3 }));
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
        run.apply(step(0, 2.3, &joins, false));
        let map = history(&run, 50).unwrap();
        assert!(map.hatched);
        for block in 0..3 {
            assert!([hatch(0, 0), hatch(0, 2)].contains(&pixel(&map, 7, block)));
        }
        assert_eq!(pixel(&map, 7, 8), viridis(range(&run).fraction(joins[8])));
    }

    #[test]
    fn the_ends_of_the_colours() {
        assert_eq!((viridis(0.0), viridis(1.0), viridis(f64::NAN)), ([68, 1, 84], [253, 231, 37], [68, 1, 84]));
        assert!(history_colours().starts_with("#440154, ") && history_colours().ends_with(", #fde725"));
    }
}
