//! Axes: ranges in whole decades, round ticks, and how a value becomes a coordinate that is always a finite number.

use crate::format::{SMALLEST, thousands};

/// A range of whole decades: `low` and `high` are exponents of ten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decades {
    /// Lower end.
    pub low: i32,
    /// Upper end; above `low`.
    pub high: i32,
}

impl Decades {
    /// The smallest range of whole decades that holds every positive finite value from 1e-38 up; `None` without any.
    pub fn around(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let logs = values.into_iter().filter(|v| is_drawable(*v)).map(f64::log10);
        let (low, high) = logs.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return None;
        }
        let (low, high) = (low.floor() as i32, high.ceil() as i32);
        Some(Self { low, high: high.max(low + 1) })
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

    /// A tick's label. A range near 1 needs no knowledge of exponents: `1`, `1/100`, `1,000`; a wider one reads `1`, `1e−6`.
    pub fn words(self, exponent: i32) -> String {
        let near = self.low >= -4 && self.high <= 5;
        match exponent {
            0 => "1".to_owned(),
            _ if near && exponent < 0 => format!("1/{}", power_words(-exponent)),
            _ if near => power_words(exponent),
            _ => format!("1e{exponent}").replace('-', "−"),
        }
    }
}

/// Whether a value has a place on a logarithmic axis: finite and at least 1e-38.
pub fn is_drawable(value: f64) -> bool {
    value.is_finite() && value >= SMALLEST
}

/// A power of ten, plain while it is short: `0.1`, `1`, `1,000`, `1e−6`.
pub fn power_words(exponent: i32) -> String {
    match exponent {
        0..=6 => thousands(10u64.pow(exponent.unsigned_abs())),
        -3..=-1 => format!("{:.*}", exponent.unsigned_abs() as usize, 10f64.powi(exponent)),
        _ => format!("1e{exponent}").replace('-', "−"),
    }
}

/// Round values from 0 to at least `top`, about `count` of them.
pub fn round_ticks(top: f64, count: usize) -> Vec<f64> {
    if !(top.is_finite() && top > 0.0) {
        return vec![0.0, 1.0];
    }
    let rough = top / count.max(1) as f64;
    let unit = 10f64.powf(rough.log10().floor()).max(f64::MIN_POSITIVE);
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * unit).find(|step| *step >= rough * 0.999).unwrap_or(top);
    let last = (top / step - 1e-9).ceil().max(1.0) as usize;
    (0..=last.min(50)).map(|i| i as f64 * step).filter(|v| v.is_finite()).collect()
}

/// A value of a tick from [`round_ticks`], with no more decimals than their distance needs.
pub fn tick_words(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !(1e-3..1e7).contains(&step) {
        return format!("{value:.0e}").replace('-', "−");
    }
    if step >= 1.0 {
        return thousands(value.round() as u64);
    }
    format!("{value:.0$}", (-step.log10()).ceil() as usize)
}

/// Which of `count` numbered things get their number when each needs `room` px and they are `pitch` apart: the first and
/// the last, and between them every so many, so that people read 1, 3, 5 or 1, 5, 10.
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
    fn decades_hold_their_values_and_ignore_what_has_no_place() {
        let odd = [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-45];
        assert_eq!(Decades::around(odd), None);
        let values = odd.into_iter().chain([3.6e-2, 6e-10]);
        assert_eq!(Decades::around(values), Some(Decades { low: -10, high: -1 }));
        assert_eq!(Decades::around([1.0]), Some(Decades { low: 0, high: 1 }));
        let range = Decades { low: -4, high: 0 };
        assert_eq!([range.fraction(1e-2), range.fraction(1e9), range.fraction(1e-30)], [0.5, 1.0, 0.0]);
    }

    #[test]
    fn ticks_are_few_and_even() {
        assert_eq!(Decades { low: -10, high: -1 }.ticks(6), [-10, -8, -6, -4, -2]);
        assert_eq!(Decades { low: -1, high: 0 }.ticks(6), [-1, 0]);
        assert!(Decades { low: -38, high: 2 }.ticks(6).len() <= 6);
        assert_eq!([-38, -2, 0, 3, 7].map(power_words), ["1e−38", "0.01", "1", "1,000", "1e7"]);
        let (near, far) = (Decades { low: -3, high: 1 }, Decades { low: -10, high: 0 });
        assert_eq!([-3, -1, 0, 1].map(|e| near.words(e)), ["1/1,000", "1/10", "1", "10"]);
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
