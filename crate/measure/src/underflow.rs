//! How many numbers of a tensor f32 can no longer hold properly.

use crate::norm::{LANES, Real};

/// The number of values that are 0, below f32's normal range (|v| < 2⁻¹²⁶ ≈ 1.2·10⁻³⁸) or not finite; each value is first
/// multiplied by `unit`, what 1 stands for.
///
/// IEEE 754: below 2⁻¹²⁶ an f32 loses digits one by one (subnormal numbers), below 2⁻¹⁵⁰ it is 0; gradients of a deep
/// plain network get there. Zeros that are exact count too: where a ReLU's mask or a pooling closed the way, a gradient
/// is 0 without having underflowed, so a share of a half is usual behind a ReLU.
pub fn underflowed<T: Real>(values: &[T], unit: f64) -> usize {
    let mut lanes = [0usize; LANES];
    let chunks = values.chunks_exact(LANES);
    let tail: usize = chunks.remainder().iter().map(|value| usize::from(is_underflowed(*value, unit))).sum();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] += usize::from(is_underflowed(chunk[lane], unit));
        }
    }
    lanes.iter().sum::<usize>() + tail
}

#[inline]
fn is_underflowed<T: Real>(value: T, unit: f64) -> bool {
    let size = value.widen().abs() * unit;
    // `|` and not `||`: no branch, so the vector unit counts the lanes together.
    (size < f64::from(f32::MIN_POSITIVE)) | !size.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norm::tests::numbers;
    use std::num::FpCategory;

    /// By the category that the standard library names.
    fn slow_underflowed(values: &[f32]) -> usize {
        values.iter().filter(|v| v.classify() != FpCategory::Normal).count()
    }

    /// Numbers of every size, every seventh of them odd.
    fn mixture(count: usize, seed: u32) -> Vec<f32> {
        let odd = [0.0, -0.0, 1e-40, -1e-45, f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
        let value = |(i, v): (usize, f32)| if i % 7 == 2 { odd[i / 7 % 7] } else { v * (180.0 * v).exp() };
        numbers(count, seed).into_iter().enumerate().map(value).collect()
    }

    #[test]
    fn equals_the_standard_librarys_categories_for_every_length() {
        for count in 0..200 {
            let values = mixture(count, 1 + count as u32);
            assert_eq!(underflowed(&values, 1.0), slow_underflowed(&values), "length {count}");
        }
    }

    #[test]
    fn equals_python() {
        // print(sum(10.0 ** -k < 2.0 ** -126 for k in range(60)))
        let powers: Vec<f64> = (0..60).map(|k| 10.0f64.powi(-k)).collect();
        let narrow: Vec<f32> = powers.iter().map(|v| *v as f32).collect();
        assert_eq!(underflowed(&powers, 1.0), 22);
        assert_eq!(underflowed(&narrow, 1.0), 22);
    }

    #[test]
    fn the_bounds_of_the_range() {
        let below = f32::from_bits(f32::MIN_POSITIVE.to_bits() - 1);
        assert_eq!(underflowed(&[f32::MIN_POSITIVE, -f32::MIN_POSITIVE, f32::MAX, 1.0], 1.0), 0);
        assert_eq!(underflowed(&[below, -below, 0.0, -0.0, f32::from_bits(1)], 1.0), 5);
    }

    #[test]
    fn non_finite_numbers_count() {
        assert_eq!(underflowed(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0], 1.0), 3);
        assert_eq!(underflowed(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300], 1.0), 3);
    }

    #[test]
    fn order_and_sign_change_nothing_and_a_smaller_scale_never_lowers_the_count() {
        let values = mixture(1001, 5);
        let reversed: Vec<f32> = values.iter().rev().map(|v| -v).collect();
        assert_eq!(underflowed(&reversed, 1.0), underflowed(&values, 1.0));
        let counts: Vec<usize> = (0..300)
            .map(|power| underflowed(&values.iter().map(|v| v * 0.5f32.powi(power)).collect::<Vec<_>>(), 1.0))
            .collect();
        let in_units: Vec<usize> = (0..300).map(|power| underflowed(&values, 0.5f64.powi(power))).collect();
        // Beyond, f32 has no such power of two.
        assert_eq!(in_units[..149], counts[..149]);
        assert!(counts.is_sorted());
        assert_eq!(counts[299], values.len());
    }
}
