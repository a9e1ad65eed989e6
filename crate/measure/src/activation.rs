//! The health of activations: how alike they are for different images, and which channels are dead.

use crate::norm::{LANES, Real, l2, sum_of_squares};

/// The mean cosine over all pairs of different rows; `values` is row-major, one row per image of the batch.
///
/// (‖Σ uᵢ‖² − m)/(m(m − 1)), uᵢ the m rows that are not zero, scaled to length 1: the square of the sum holds every
/// pair twice and each row's own 1. One pass instead of m²/2. Near 1 the layers no longer tell images apart (the
/// correlation map's fixed point of Poole et al. 2016, arXiv 1606.05340, and Schoenholz et al. 2017, arXiv 1611.01232).
///
/// `None` if m < 2. A NaN or an infinity in the input makes the result NaN. Values that do not fill a row are left out.
pub fn mean_pairwise_cosine<T: Real>(values: &[T], rows: usize) -> Option<f64> {
    let columns = values.len().checked_div(rows).filter(|columns| *columns > 0)?;
    let mut sum_of_units = vec![0.0f64; columns];
    let mut units = 0usize;
    for row in values.chunks_exact(columns).take(rows) {
        let norm = l2(row);
        if norm == 0.0 {
            continue;
        }
        // x/∞ is 0: without the NaN a row whose norm overflowed would vanish from the sum.
        let scale = if norm.is_finite() { 1.0 / norm } else { f64::NAN };
        for (sum, value) in sum_of_units.iter_mut().zip(row) {
            *sum += value.widen() * scale;
        }
        units += 1;
    }
    let count = units as f64;
    (units > 1).then(|| (sum_of_squares(&sum_of_units) - count) / (count * (count - 1.0)))
}

/// The number of channels of `[images, channels, plane]` data that are ≤ 0 at every image and pixel; `plane` is
/// height × width, 1 after the pooling. A ReLU that follows passes neither values nor gradients of such a channel
/// ("dying ReLU": Lu et al. 2020, arXiv 1903.06733).
///
/// A NaN is not dead, so that a diverged network is not taken for a silent one; −∞ is. Without one whole image nothing
/// is known to be dead: 0.
pub fn dead_channels<T: Real>(values: &[T], channels: usize, plane: usize) -> usize {
    let image_size = channels * plane;
    if image_size == 0 || values.len() < image_size {
        return 0;
    }
    let mut alive = vec![false; channels];
    for image in values.chunks_exact(image_size) {
        for (alive, pixels) in alive.iter_mut().zip(image.chunks_exact(plane)) {
            *alive = *alive || some_alive(pixels);
        }
    }
    alive.iter().filter(|alive| !**alive).count()
}

/// Whether a value is positive or NaN. Stops at the first lanes that hold one: most channels live, and are left soon.
fn some_alive<T: Real>(pixels: &[T]) -> bool {
    let is_alive = |value: &T| (value.widen() > 0.0) | value.widen().is_nan();
    let chunks = pixels.chunks_exact(LANES);
    // `fold` and not `any` within the lanes: no branch, so the vector unit compares them together.
    let tail = chunks.remainder().iter().fold(false, |alive, value| alive | is_alive(value));
    tail || chunks.into_iter().any(|lanes| lanes.iter().fold(false, |alive, value| alive | is_alive(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norm::tests::numbers;

    /// The cosine of each pair, one after the other.
    fn slow_mean_pairwise_cosine(values: &[f32], rows: usize) -> Option<f64> {
        let columns = values.len() / rows;
        let at = |row: usize, column: usize| values[row * columns + column] as f64;
        let product = |a: usize, b: usize| (0..columns).map(|column| at(a, column) * at(b, column)).sum::<f64>();
        let (mut sum, mut pairs) = (0.0, 0);
        for a in 0..rows {
            for b in 0..a {
                if product(a, a) > 0.0 && product(b, b) > 0.0 {
                    sum += product(a, b) / (product(a, a) * product(b, b)).sqrt();
                    pairs += 1;
                }
            }
        }
        (pairs > 0).then(|| sum / f64::from(pairs))
    }

    fn slow_dead_channels(values: &[f32], channels: usize, plane: usize) -> usize {
        let mut dead = 0;
        for channel in 0..channels {
            let own = |index: &usize| index / plane % channels == channel;
            dead += usize::from((0..values.len()).filter(own).all(|index| values[index] <= 0.0));
        }
        dead
    }

    /// Rows around a common direction, as activations are; every fifth is zero.
    fn images(rows: usize, columns: usize, seed: u32) -> Vec<f32> {
        let common = numbers(columns, seed);
        let own = numbers(rows * columns, seed + 1);
        let value = |i: usize| if i / columns % 5 == 3 { 0.0 } else { own[i] + common[i % columns] };
        (0..rows * columns).map(value).collect()
    }

    #[test]
    fn equals_all_pairs() {
        for (rows, columns) in [(1, 5), (2, 1), (2, 3), (4, 8), (7, 9), (16, 33), (30, 100)] {
            let values = images(rows, columns, 21);
            let (fast, slow) = (mean_pairwise_cosine(&values, rows), slow_mean_pairwise_cosine(&values, rows));
            assert_eq!(fast.is_some(), slow.is_some());
            assert!((fast.unwrap_or(0.0) - slow.unwrap_or(0.0)).abs() < 1e-12, "{rows} x {columns}");
        }
    }

    #[test]
    fn equals_python() {
        // import math
        // x = [[(3 * i * i + 5 * j + i * j) % 11 - 4 for j in range(7)] for i in range(5)]
        // dot = lambda a, b: sum(p * q for p, q in zip(a, b))
        // pairs = [(x[a], x[b]) for a in range(5) for b in range(a)]
        // print(sum(dot(a, b) / math.sqrt(dot(a, a) * dot(b, b)) for a, b in pairs) / len(pairs))
        let values: Vec<f32> =
            (0..35).map(|n| (n / 7, n % 7)).map(|(i, j)| ((3 * i * i + 5 * j + i * j) % 11 - 4) as f32).collect();
        assert!((mean_pairwise_cosine(&values, 5).unwrap() - 0.164_614_519_203_664_46).abs() < 1e-14);
        // v = lambda n, c, p: (7 * n + 5 * c + 3 * p) % 13 - 6 - c
        // print(sum(all(v(n, c, p) <= 0 for n in range(3) for p in range(4)) for c in range(9)))
        let value = |(n, c, p): (i32, i32, i32)| ((7 * n + 5 * c + 3 * p) % 13 - 6 - c) as f32;
        let values: Vec<f32> = (0..108).map(|i| value((i / 36, i / 4 % 9, i % 4))).collect();
        assert_eq!(dead_channels(&values, 9, 4), 3);
    }

    #[test]
    fn the_cosine_ignores_each_rows_length_and_the_order_of_rows() {
        let values = images(12, 50, 31);
        let cosine = mean_pairwise_cosine(&values, 12).unwrap();
        let scaled: Vec<f32> =
            values.iter().enumerate().map(|(i, v)| v * 2.0f32.powi(i as i32 / 50 * 4 - 20)).collect();
        let reversed: Vec<f32> = values.chunks(50).rev().flatten().copied().collect();
        let tiny: Vec<f64> = values.iter().map(|v| f64::from(*v) * 1e-100).collect();
        assert!((mean_pairwise_cosine(&scaled, 12).unwrap() - cosine).abs() < 1e-14);
        assert!((mean_pairwise_cosine(&reversed, 12).unwrap() - cosine).abs() < 1e-14);
        assert!((mean_pairwise_cosine(&tiny, 12).unwrap() - cosine).abs() < 1e-14);
    }

    #[test]
    fn known_cosines() {
        assert!((mean_pairwise_cosine(&[1.0f32, 2.0].repeat(9), 9).unwrap() - 1.0).abs() < 1e-14);
        assert_eq!(mean_pairwise_cosine(&[1.0f32, 0.0, 0.0, 3.0], 2), Some(0.0));
        assert_eq!(mean_pairwise_cosine(&[2.0f32, 0.0, -5.0, 0.0], 2), Some(-1.0));
        assert_eq!(mean_pairwise_cosine(&[2.0f32, 0.0, 0.0, 0.0, -5.0, 0.0], 3), Some(-1.0));
        // Three rows of one column; the two values left over are no rows.
        assert_eq!(mean_pairwise_cosine(&[1.0f32, 2.0, 3.0, -1.0, -1.0], 3), Some(1.0));
    }

    #[test]
    fn fewer_than_two_rows_that_are_not_zero_have_no_cosine() {
        for (values, rows) in [(&[][..], 0), (&[], 3), (&[1.0f32, 2.0], 0), (&[1.0, 2.0], 1), (&[1.0, 0.0], 2)] {
            assert_eq!(mean_pairwise_cosine(values, rows), None);
        }
    }

    #[test]
    fn non_finite_input_gives_non_finite_output() {
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = images(6, 9, 41);
            values[13] = odd;
            assert!(mean_pairwise_cosine(&values, 6).unwrap().is_nan());
        }
        // Finite, but its norm is not.
        assert!(mean_pairwise_cosine(&[1e200, 1.0, 1.0, 1.0], 2).unwrap().is_nan());
    }

    #[test]
    fn dead_channels_equal_the_obvious_loop() {
        for (count, channels, plane) in [(1, 1, 1), (1, 7, 1), (3, 5, 8), (2, 6, 9), (4, 3, 25), (9, 16, 1)] {
            for threshold in [0.5, 0.4, 0.2, -0.6] {
                let mut values = numbers(count * channels * plane, 51);
                values.iter_mut().for_each(|v| *v -= threshold);
                let (fast, slow) =
                    (dead_channels(&values, channels, plane), slow_dead_channels(&values, channels, plane));
                assert_eq!(fast, slow, "{count} x {channels} x {plane} - {threshold}");
            }
        }
    }

    #[test]
    fn one_positive_value_or_nan_anywhere_revives_one_channel() {
        for plane in [1, 7, 8, 19] {
            let dead = vec![0.0f32; 2 * 3 * plane];
            assert_eq!(dead_channels(&dead, 3, plane), 3);
            for index in 0..dead.len() {
                for (odd, expected) in
                    [(1e-45, 2), (f32::NAN, 2), (f32::INFINITY, 2), (f32::NEG_INFINITY, 3), (-0.0, 3)]
                {
                    let mut values = dead.clone();
                    values[index] = odd;
                    assert_eq!(dead_channels(&values, 3, plane), expected, "{odd} at {index}");
                }
            }
        }
    }

    #[test]
    fn without_an_image_nothing_is_dead() {
        assert_eq!(dead_channels::<f32>(&[], 3, 4), 0);
        assert_eq!(dead_channels(&[-1.0f32; 5], 3, 4), 0);
        assert_eq!(dead_channels(&[-1.0f32; 5], 0, 4), 0);
        assert_eq!(dead_channels(&[-1.0f32; 5], 4, 0), 0);
    }
}
