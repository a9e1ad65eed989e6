//! Norms, inner products and cosines of f32 or f64 slices, accumulated in f64.

/// Accumulators that run side by side, so that the processor's vector unit is used; the order is fixed.
pub(crate) const LANES: usize = 8;

/// A floating-point number that can be widened to f64 exactly.
pub trait Real: Copy {
    /// This number, widened to f64.
    fn widen(self) -> f64;
}

impl Real for f32 {
    #[inline]
    fn widen(self) -> f64 {
        f64::from(self)
    }
}

impl Real for f64 {
    #[inline]
    fn widen(self) -> f64 {
        self
    }
}

/// Σ aᵢbᵢ. The slices have the same length (the longer one is cut otherwise).
///
/// A NaN or an infinity in the input makes the result non-finite.
#[inline(always)]
pub fn dot<T: Real>(a: &[T], b: &[T]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let (a_chunks, b_chunks) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let tail: f64 = a_chunks.remainder().iter().zip(b_chunks.remainder()).map(|(x, y)| x.widen() * y.widen()).sum();
    for (x, y) in a_chunks.zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] += x[lane].widen() * y[lane].widen();
        }
    }
    lanes.iter().sum::<f64>() + tail
}

/// Σ aᵢ².
#[inline(always)]
pub fn sum_of_squares<T: Real>(a: &[T]) -> f64 {
    dot(a, a)
}

/// √Σ aᵢ², the L2 norm.
pub fn l2<T: Real>(a: &[T]) -> f64 {
    sum_of_squares(a).sqrt()
}

/// The largest |aᵢ|; 0 for none. A NaN counts as no number.
pub fn largest<T: Real>(a: &[T]) -> f64 {
    let mut lanes = [0.0f64; LANES];
    let chunks = a.chunks_exact(LANES);
    let tail = chunks.remainder().iter().map(|value| value.widen().abs()).fold(0.0, f64::max);
    for chunk in chunks {
        for lane in 0..LANES {
            let size = chunk[lane].widen().abs();
            // Not `f64::max`, which takes care of a NaN on the left too and so is slow.
            lanes[lane] = if size > lanes[lane] { size } else { lanes[lane] };
        }
    }
    lanes.into_iter().fold(tail, f64::max)
}

/// The cosine between two vectors from their inner product and norms; 0 if either is a zero vector.
pub fn cosine(dot: f64, norm_a: f64, norm_b: f64) -> f64 {
    let product = norm_a * norm_b;
    if product == 0.0 { 0.0 } else { dot / product }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The obvious loop.
    fn slow_dot(a: &[f32], b: &[f32]) -> f64 {
        let mut sum = 0.0;
        for i in 0..a.len() {
            sum += a[i] as f64 * b[i] as f64;
        }
        sum
    }

    /// Reproducible numbers between -0.5 and 0.5, for the tests of every module.
    pub(crate) fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    #[test]
    fn equals_the_obvious_loop_for_every_length() {
        for count in 0..70 {
            let (a, b) = (numbers(count, 1), numbers(count, 2));
            assert!((dot(&a, &b) - slow_dot(&a, &b)).abs() < 1e-12, "length {count}");
            assert!((l2(&a) - slow_dot(&a, &a).sqrt()).abs() < 1e-12, "length {count}");
        }
    }

    #[test]
    fn scales_and_ignores_order() {
        let a = numbers(1000, 3);
        let scaled: Vec<f32> = a.iter().map(|v| v * 4.0).collect();
        let reversed: Vec<f32> = a.iter().rev().copied().collect();
        assert_eq!(l2(&scaled), 4.0 * l2(&a));
        assert!((l2(&reversed) / l2(&a) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn squares_below_the_range_of_f32_are_kept() {
        assert!((l2(&[3e-30f32, 4e-30]) / 5e-30 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn non_finite_input_gives_non_finite_output() {
        assert!(l2(&[1.0f32, f32::NAN]).is_nan());
        assert_eq!(l2(&[1.0f32, f32::NEG_INFINITY]), f64::INFINITY);
    }

    #[test]
    fn the_largest_is_that_of_the_sorted_sizes() {
        assert_eq!(largest::<f32>(&[]), 0.0);
        assert_eq!(largest(&[f32::NAN, -3.0, 2.0]), 3.0);
        assert_eq!(largest(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
        for count in 1..40 {
            let values = numbers(count, 4);
            let mut sizes: Vec<_> = values.iter().map(|v| f64::from(v.abs())).collect();
            sizes.sort_by(f64::total_cmp);
            assert_eq!(Some(&largest(&values)), sizes.last(), "length {count}");
        }
    }

    #[test]
    fn the_cosine_with_a_zero_vector_is_zero() {
        assert_eq!(cosine(0.0, 0.0, 2.0), 0.0);
        assert_eq!(cosine(6.0, 2.0, 3.0), 1.0);
    }
}
