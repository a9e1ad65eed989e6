//! Axes: ranges in whole decades, round ticks, and how a value becomes a part of an axis, which is always finite.

use crate::format::{percent, thousands};

/// An axis: which values it holds, and where it has ticks.
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Powers of ten.
    Log(Decades),
    /// From 0 to a finite value above 0.
    Linear(f64),
    /// Whole values from 0 to this one.
    Whole(f64),
    /// Shares from 0 to 1.
    Share,
    /// Cosines from −1 to 1.
    Cosine,
}

/// A place on an axis that has words.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Which part of the axis lies before it, from 0 to 1.
    pub fraction: f64,
    /// Its value in words.
    pub words: String,
}

impl Axis {
    /// Where a value lies: 0 at the lower end, 1 at the upper; what lies beyond an end stands at it. `None` for a value
    /// that has no place on this axis: 0 on a log axis, and what is not finite on any.
    ///
    /// ```
    /// use scene::{Axis, Decades};
    /// let axis = Axis::Log(Decades { low: -4, high: 0 });
    /// assert_eq!([1e-2, 10.0].map(|value| axis.fraction(value)), [Some(0.5), Some(1.0)]);
    /// assert_eq!([0.0, f64::NAN].map(|value| axis.fraction(value)), [None, None]);
    /// let words: Vec<_> = axis.ticks(6).into_iter().map(|tick| tick.words).collect();
    /// assert_eq!(words, ["0.0001", "0.001", "0.01", "0.1", "1"]);
    /// ```
    pub fn fraction(&self, value: f64) -> Option<f64> {
        match self {
            _ if !value.is_finite() => None,
            Self::Log(decades) => is_drawable(value).then(|| decades.fraction(value)),
            Self::Linear(top) | Self::Whole(top) => Some((value / top).clamp(0.0, 1.0)),
            Self::Share => Some(value.clamp(0.0, 1.0)),
            Self::Cosine => Some((value.clamp(-1.0, 1.0) + 1.0) / 2.0),
        }
    }

    /// About `count` ticks at round values; on a log axis no more than that.
    pub fn ticks(&self, count: usize) -> Vec<Tick> {
        match self {
            Self::Log(decades) => {
                let tick = |exponent: i32| Tick {
                    fraction: decades.fraction(10f64.powi(exponent)),
                    words: decades.words(exponent),
                };
                decades.ticks(count).into_iter().map(tick).collect()
            }
            Self::Linear(top) => self.round_ticks(*top, count, |_| true, 0.0),
            Self::Whole(top) => self.round_ticks(*top, count, |value| value.fract() == 0.0, 1.0),
            Self::Cosine => [(0.0, "−1"), (0.5, "0"), (1.0, "1")]
                .map(|(fraction, words)| Tick { fraction, words: words.to_owned() })
                .to_vec(),
            Self::Share => [0.0, 0.5, 1.0].map(|share| Tick { fraction: share, words: percent(share) }).to_vec(),
        }
    }

    /// Ticks up to `top` at values that are wanted; their words have no digits finer than `least_step`.
    fn round_ticks(&self, top: f64, count: usize, wanted: fn(f64) -> bool, least_step: f64) -> Vec<Tick> {
        let values = round_ticks(top, count);
        let step = values.get(1).copied().unwrap_or(1.0).max(least_step);
        let shown = values.into_iter().filter(|value| *value <= top && wanted(*value));
        shown.map(|value| Tick { fraction: (value / top).clamp(0.0, 1.0), words: tick_words(value, step) }).collect()
    }

    /// A linear axis whose upper end is the last of about `count` round values, so that it holds `most`; `None` unless
    /// that is a positive finite value.
    pub fn linear_to(most: f64, count: usize) -> Option<Self> {
        (most.is_finite() && most > 0.0).then(|| Self::Linear(round_ticks(most, count).last().copied().unwrap_or(1.0)))
    }
}

/// The smallest and the largest of the drawable values seen so far.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Extent {
    low: f64,
    high: f64,
}

impl Default for Extent {
    fn default() -> Self {
        Self { low: f64::INFINITY, high: 0.0 }
    }
}

impl Extent {
    /// Takes values in; those that have no place on a log axis are left out.
    fn include(&mut self, values: impl IntoIterator<Item = f64>) {
        for value in values.into_iter().filter(|value| is_drawable(*value)) {
            (self.low, self.high) = (self.low.min(value), self.high.max(value));
        }
    }

    /// The fewest whole decades that hold it; `None` before a value was taken in.
    fn decades(self) -> Option<Decades> {
        if self.low > self.high {
            return None;
        }
        let (low, high) = (self.low.log10().floor() as i32, self.high.log10().ceil() as i32);
        Some(Decades { low, high: high.max(low + 1) })
    }
}

/// A range of whole decades: `low` and `high` are exponents of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decades {
    /// Lower end.
    pub low: i32,
    /// Upper end; above `low`.
    pub high: i32,
}

impl Decades {
    /// The smallest range of whole decades that holds every finite value above 0; `None` without any.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut extent = Extent::default();
        extent.include(values);
        extent.decades()
    }

    /// Where a drawable value lies: 0 at the lower end, 1 at the upper; clamped.
    pub fn fraction(self, value: f64) -> f64 {
        ((value.log10() - f64::from(self.low)) / f64::from(self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Exponents for ticks, at most `most` of them, evenly spaced and including multiples of their distance only.
    pub fn ticks(self, most: usize) -> Vec<i32> {
        let step = (1..).find(|step| (self.high - self.low) / step < most.max(2) as i32).unwrap_or(1);
        (self.low..=self.high).filter(|exponent| exponent.rem_euclid(step) == 0).collect()
    }

    /// A tick's label. A range near 1 needs no knowledge of exponents: `1`, `0.01`, `1,000`; a wider one reads `1`, `1e−6`.
    pub fn words(self, exponent: i32) -> String {
        let near = self.low >= -4 && self.high <= 5;
        match exponent {
            0 => "1".to_owned(),
            _ if near => power_words(exponent),
            _ => format!("1e{exponent}").replace('-', "−"),
        }
    }
}

/// Whether a value has a place on a logarithmic axis: finite and above 0. Records hold norms far below what f32 can.
pub fn is_drawable(value: f64) -> bool {
    value.is_finite() && value >= f64::MIN_POSITIVE
}

/// A power of ten, plain while it is short: `0.1`, `1`, `1,000`, `1e−6`.
fn power_words(exponent: i32) -> String {
    match exponent {
        0..=6 => thousands(10u64.pow(exponent.unsigned_abs())),
        -4..=-1 => format!("{:.*}", exponent.unsigned_abs() as usize, 10f64.powi(exponent)),
        _ => format!("1e{exponent}").replace('-', "−"),
    }
}

/// Round values from 0 to at least `top`, about `count` of them.
fn round_ticks(top: f64, count: usize) -> Vec<f64> {
    if !(top.is_finite() && top > 0.0) {
        return vec![0.0, 1.0];
    }
    let rough = top / count.max(1) as f64;
    let unit = 10f64.powf(rough.log10().floor()).max(f64::MIN_POSITIVE);
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * unit).find(|step| *step >= rough * 0.999).unwrap_or(top);
    let last = (top / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last.min(50)).map(|i| i as f64 * step).filter(|v| v.is_finite()).collect()
}

/// The words of a tick, with no more decimals than the ticks' distance needs.
fn tick_words(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e7).contains(&step) {
        // As many digits as tell it from the tick beside it.
        let power = |value: f64| (value.log10() + 1e-9).floor();
        let digits = (power(value) - power(step)).max(0.0) as usize;
        return format!("{value:.digits$e}").replace('-', "−");
    }
    if step >= 1.0 {
        return thousands(value.round() as u64);
    }
    format!("{value:.0$}", (-step.log10()).ceil() as usize)
}

/// A round value not below a count, so that an axis stands still for a while: 10, 15, 20, 30, 40, 60, 80, 100, 150, …
pub fn round_end(count: u64) -> f64 {
    let unit = 10f64.powf((count.max(10) as f64).log10().floor());
    let rounds = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0];
    rounds.into_iter().map(|round| round * unit).find(|end| *end >= count as f64).unwrap_or(10.0 * unit)
}

/// Which of `count` things in a row get their index written when each needs `room` px and they are `pitch` apart: the first
/// and the last, and between them those at a round distance, so that people read 1, 3, 5 or 1, 5, 10.
pub fn numbered(count: usize, pitch: f64, room: f64) -> Vec<usize> {
    let every = (room / pitch.max(1e-3)).ceil().max(1.0) as usize;
    let every = [1, 2, 5, 10, 20, 25, 50, 100].into_iter().find(|round| *round >= every).unwrap_or(every);
    let last = count.saturating_sub(1);
    let round = |index: usize| if every <= 2 { index.is_multiple_of(every) } else { (index + 1).is_multiple_of(every) };
    let clear = |index: usize| index as f64 * pitch >= room && (last - index) as f64 * pitch >= room;
    let shown = |index: &usize| match *index {
        0 => true,
        index if index == last => index as f64 * pitch >= room,
        index => round(index) && clear(index),
    };
    (0..count).filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_far_from_1_differ_in_their_words() {
        let words = |top: f64| Axis::Linear(top).ticks(4).into_iter().map(|tick| tick.words).collect::<Vec<_>>();
        assert_eq!(words(1.75e35), ["0", "5e34", "1.0e35", "1.5e35"]);
        assert_eq!(words(1.75e-8), ["0", "5e−9", "1.0e−8", "1.5e−8"]);
    }

    #[test]
    fn decades_hold_their_values_and_ignore_what_has_no_place() {
        let odd = [0.0, -1.0, f64::NAN, f64::INFINITY];
        assert_eq!(Decades::around(odd), None);
        let values = odd.into_iter().chain([3.6e-2, 6e-10]);
        assert_eq!(Decades::around(values), Some(Decades { low: -10, high: -1 }));
        assert_eq!(Decades::around([1.0]), Some(Decades { low: 0, high: 1 }));
        let range = Decades { low: -4, high: 0 };
        assert_eq!([range.fraction(1e-2), range.fraction(1e9), range.fraction(1e-30)], [0.5, 1.0, 0.0]);
    }

    #[test]
    fn the_range_is_in_whole_decades() {
        let mut extent = Extent::default();
        assert_eq!(extent.decades(), None);
        extent.include([3e-4, 0.02, 0.0, f64::NAN]);
        assert_eq!(extent.decades(), Some(Decades { low: -4, high: -1 }));
    }

    #[test]
    fn ticks_of_an_axis_lie_on_it() {
        for axis in [
            Axis::Log(Decades { low: -44, high: 3 }),
            Axis::Linear(2.417),
            Axis::Whole(10.0),
            Axis::Share,
            Axis::Cosine,
        ] {
            for count in [2, 4, 7] {
                let ticks = axis.ticks(count);
                assert!(
                    ticks.len() >= 2 && ticks.windows(2).all(|w| w[0].fraction < w[1].fraction),
                    "{axis:?} {ticks:?}"
                );
                assert!(ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.fraction)), "{axis:?} {ticks:?}");
            }
        }
        assert_eq!([1, 10, 11, 160, 801].map(round_end), [10.0, 10.0, 15.0, 200.0, 1000.0]);
        assert_eq!([Axis::linear_to(0.0, 4), Axis::linear_to(2.4, 4)], [None, Some(Axis::Linear(3.0))]);
    }

    #[test]
    fn ticks_are_few_and_even() {
        assert_eq!(Decades { low: -10, high: -1 }.ticks(6), [-10, -8, -6, -4, -2]);
        assert_eq!(Decades { low: -1, high: 0 }.ticks(6), [-1, 0]);
        assert!(Decades { low: -38, high: 2 }.ticks(6).len() <= 6);
        assert_eq!([-38, -2, 0, 3, 7].map(power_words), ["1e−38", "0.01", "1", "1,000", "1e7"]);
        let (near, far) = (Decades { low: -3, high: 1 }, Decades { low: -10, high: 0 });
        assert_eq!([-3, -1, 0, 1].map(|e| near.words(e)), ["0.001", "0.1", "1", "10"]);
        assert_eq!([-10, -2, 0].map(|e| far.words(e)), ["1e−10", "1e−2", "1"]);
        assert_eq!(round_ticks(2.4, 3), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(round_ticks(2000.0, 4), [0.0, 500.0, 1000.0, 1500.0, 2000.0]);
        assert_eq!([tick_words(1500.0, 500.0), tick_words(0.4, 0.2), tick_words(2e-9, 1e-9)], ["1,500", "0.4", "2e−9"]);
    }

    #[test]
    fn numbered_things_keep_the_first_and_the_last_and_their_distance() {
        assert_eq!(numbered(9, 40.0, 20.0), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(numbered(0, 40.0, 20.0), [] as [usize; 0]);
        for count in 1..=60 {
            for pitch in [2.0, 5.0, 9.0, 21.0] {
                let shown = numbered(count, pitch, 20.0);
                assert_eq!(shown[0], 0);
                assert!(
                    shown.windows(2).all(|w| (w[1] - w[0]) as f64 * pitch >= 20.0 || w[1] == count - 1),
                    "{shown:?}"
                );
                assert!(*shown.last().unwrap() == count - 1 || (count - 1) as f64 * pitch < 20.0);
            }
        }
    }
}
