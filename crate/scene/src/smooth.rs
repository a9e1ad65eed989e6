//! The smoothed loss: an exponential moving average without the bias towards its start.

/// Weight of the past.
pub const SMOOTHING: f64 = 0.85;

/// A debiased exponential moving average that grows value by value:
/// sₜ = (1−β)·Σᵢ βᵗ⁻ⁱ xᵢ / (1−βᵗ) with β = [`SMOOTHING`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Smoother {
    sum: f64,
    weight: f64,
}

impl Smoother {
    /// The average with this value in it. What is not finite is left out, and has no average.
    pub fn next(&mut self, value: f64) -> Option<f64> {
        if !value.is_finite() {
            return None;
        }
        self.sum = SMOOTHING * self.sum + (1.0 - SMOOTHING) * value;
        self.weight = SMOOTHING * self.weight + (1.0 - SMOOTHING);
        Some(self.sum / self.weight)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The formula, term by term.
    fn slow(values: &[f64]) -> Vec<f64> {
        let at = |t: usize| {
            let weight = |i: usize| SMOOTHING.powi((t - i) as i32);
            let finite: Vec<usize> = (0..=t).filter(|i| values[*i].is_finite()).collect();
            // Left-out values do not age the others.
            let rank = |i: usize| finite.iter().position(|j| *j == i).unwrap_or(0);
            let age = |i: usize| weight(t - (finite.len() - 1 - rank(i)));
            let total: f64 = finite.iter().map(|i| age(*i)).sum();
            if values[t].is_finite() {
                finite.iter().map(|i| age(*i) * values[*i]).sum::<f64>() / total
            } else {
                f64::NAN
            }
        };
        (0..values.len()).map(at).collect()
    }

    fn smoothed(values: &[f64]) -> Vec<f64> {
        let mut smoother = Smoother::default();
        values.iter().map(|value| smoother.next(*value).unwrap_or(f64::NAN)).collect()
    }

    #[test]
    fn equals_the_formula_term_by_term() {
        let mut state = 7u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1u32 << 24)
        };
        let mut values: Vec<f64> = (0..120).map(|_| 3.0 * random()).collect();
        values[40] = f64::NAN;
        values[41] = f64::INFINITY;
        for (fast, slow) in smoothed(&values).iter().zip(slow(&values)) {
            assert!((fast - slow).abs() < 1e-12 || (fast.is_nan() && slow.is_nan()), "{fast} {slow}");
        }
    }

    #[test]
    fn a_constant_stays_itself_from_the_first_value_on() {
        assert!(smoothed(&[2.3; 50]).iter().all(|v| (v - 2.3).abs() < 1e-12));
        assert!(smoothed(&[]).is_empty());
    }
}
