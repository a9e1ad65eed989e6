//! The number of branches on a path when each block is passed through its branch with its own probability.

/// P(k successes), k = 0..=n, of n independent trials with these probabilities; `n + 1` values.
///
/// The exact recursion Pᵢ(k) = (1 − pᵢ) Pᵢ₋₁(k) + pᵢ Pᵢ₋₁(k − 1), n(n + 1)/2 steps; without cancellation, so small
/// probabilities keep their digits. With pₗ = sₗ²/(1 + sₗ²), sₗ = branch norm / shortcut norm, it is the energy of the
/// paths of k branches if paths do not interfere: expand ∏(1 + sₗ²t) and read the coefficient of tᵏ. With
/// pₗ = sₗ/(1 + sₗ) it is the weighting of Veit et al. 2016 (arXiv 1605.06431). A probability that is not finite makes
/// every value non-finite.
pub fn poisson_binomial(probabilities: &[f64]) -> Vec<f64> {
    let mut distribution = Vec::with_capacity(probabilities.len() + 1);
    distribution.push(1.0);
    for &success in probabilities {
        distribution.push(0.0);
        // From above, so that `distribution[count - 1]` is still the one before this trial.
        for count in (1..distribution.len()).rev() {
            distribution[count] = (1.0 - success) * distribution[count] + success * distribution[count - 1];
        }
        distribution[0] *= 1.0 - success;
    }
    distribution
}

/// Σ k wₖ / Σ wₖ: the mean index under weights, which need not sum to 1. With ‖Gₖ‖² as weights, the effective depth.
///
/// `None` if a sum is not finite or Σ wₖ is 0 (nothing was weighed).
pub fn mean_index(weights: &[f64]) -> Option<f64> {
    let total: f64 = weights.iter().sum();
    let moment: f64 = weights.iter().enumerate().map(|(index, weight)| index as f64 * weight).sum();
    (total != 0.0 && total.is_finite() && moment.is_finite()).then(|| moment / total)
}

/// ln C(n, k), the logarithm of the number of paths with k of n branches; −∞ for k > n, where there are none.
///
/// Σᵢ ln((n − j + i)/i), i = 1..=j, j = min(k, n − k). Every term is at least ln 2, so nothing cancels.
pub fn ln_binomial(n: usize, k: usize) -> f64 {
    if k > n {
        return f64::NEG_INFINITY;
    }
    let smaller = k.min(n - k);
    // Not `sum`, which is −0 for no terms.
    (1..=smaller).map(|i| ((n - smaller + i) as f64 / i as f64).ln()).fold(0.0, |sum, term| sum + term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norm::tests::numbers;

    /// Every one of the 2ⁿ outcomes, with its probability.
    fn slow_poisson_binomial(probabilities: &[f64]) -> Vec<f64> {
        let mut distribution = vec![0.0; probabilities.len() + 1];
        for outcome in 0u32..1 << probabilities.len() {
            let mut probability = 1.0;
            for (trial, p) in probabilities.iter().enumerate() {
                probability *= if outcome >> trial & 1 == 1 { *p } else { 1.0 - p };
            }
            distribution[outcome.count_ones() as usize] += probability;
        }
        distribution
    }

    fn probabilities(count: usize, seed: u32) -> Vec<f64> {
        numbers(count, seed).into_iter().map(|v| f64::from(v) + 0.5).collect()
    }

    fn assert_near(a: &[f64], b: &[f64], tolerance: f64) {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(b).all(|(x, y)| (x - y).abs() <= tolerance), "{a:?} {b:?}");
    }

    #[test]
    fn equals_the_sum_over_all_subsets() {
        for count in 0..=12 {
            let p = probabilities(count, 5 + count as u32);
            assert_near(&poisson_binomial(&p), &slow_poisson_binomial(&p), 1e-14);
        }
    }

    #[test]
    fn equals_exact_fractions_of_python() {
        // from fractions import Fraction as F
        // d = [F(1)]
        // for p in [F(1, 10), F(1, 2), F(9, 10), F(1, 4)]:
        //     d = [a * (1 - p) + b * p for a, b in zip(d + [F(0)], [F(0)] + d)]
        // print([float(v) for v in d], float(sum(k * v for k, v in enumerate(d))))
        let distribution = poisson_binomial(&[0.1, 0.5, 0.9, 0.25]);
        assert_near(&distribution, &[0.03375, 0.3525, 0.455, 0.1475, 0.01125], 1e-15);
        assert!((mean_index(&distribution).unwrap() - 1.75).abs() < 1e-14);
    }

    #[test]
    fn the_mean_is_the_sum_of_the_probabilities_in_any_order() {
        for count in 1..100 {
            let p = probabilities(count, 40 + count as u32);
            let reversed: Vec<f64> = p.iter().rev().copied().collect();
            let distribution = poisson_binomial(&p);
            assert!((distribution.iter().sum::<f64>() - 1.0).abs() < 1e-13);
            assert!((mean_index(&distribution).unwrap() - p.iter().sum::<f64>()).abs() < 1e-11);
            assert_near(&distribution, &poisson_binomial(&reversed), 1e-15);
        }
    }

    #[test]
    fn equal_probabilities_give_the_binomial_distribution() {
        let distribution = poisson_binomial(&[0.5; 54]);
        for (k, p) in distribution.iter().enumerate() {
            assert!((p.ln() - (ln_binomial(54, k) - 54.0 * 2.0f64.ln())).abs() < 1e-12, "k = {k}");
        }
        assert!((mean_index(&distribution).unwrap() - 27.0).abs() < 1e-12);
        assert_eq!(poisson_binomial(&[1.0, 0.0, 1.0]), [0.0, 0.0, 1.0, 0.0]);
        assert_eq!(poisson_binomial(&[]), [1.0]);
    }

    #[test]
    fn a_common_factor_of_the_weights_changes_nothing() {
        let w = probabilities(20, 9);
        let scaled: Vec<f64> = w.iter().map(|v| v * 2.0f64.powi(-900)).collect();
        assert_eq!(mean_index(&scaled), mean_index(&w));
    }

    #[test]
    fn nothing_weighed_or_a_non_finite_weight_has_no_mean() {
        for weights in [&[][..], &[0.0, 0.0], &[1.0, f64::NAN], &[f64::INFINITY, 1.0], &[0.0, 0.0, f64::MAX]] {
            assert_eq!(mean_index(weights), None);
        }
    }

    #[test]
    fn a_non_finite_probability_makes_every_value_non_finite() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for p in [[odd, 0.5, 0.0], [0.0, 1.0, odd]] {
                assert!(poisson_binomial(&p).iter().all(|v| !v.is_finite()));
            }
        }
    }

    #[test]
    fn the_logarithm_of_a_binomial_equals_pascals_triangle() {
        let mut row = vec![1u128];
        for n in 0..=120 {
            for (k, exact) in row.iter().enumerate() {
                let exact = (*exact as f64).ln();
                assert!((ln_binomial(n, k) - exact).abs() <= 1e-13 * exact, "C({n}, {k})");
            }
            let inner: Vec<u128> = row.windows(2).map(|pair| pair[0] + pair[1]).collect();
            row = [&[1], &inner[..], &[1]].concat();
        }
        assert!(ln_binomial(3, 0).is_sign_positive());
        assert_eq!(ln_binomial(3, 4), f64::NEG_INFINITY);
    }

    #[test]
    fn the_logarithm_of_a_large_binomial_equals_python() {
        // import math
        // for n, k in [(54, 27), (1000, 1), (1000, 333), (1000, 500), (1000, 998)]:
        //     print(n, k, math.log(math.comb(n, k)))
        for (n, k, golden) in [
            (54, 27, 35.205_035_009_182_52),
            (1000, 1, 6.907_755_278_982_137),
            (1000, 333, 632.662_050_176_900_3),
            (1000, 500, 689.467_261_567_851_2),
            (1000, 998, 13.121_362_877_070_744),
        ] {
            assert!((ln_binomial(n, k) / golden - 1.0).abs() < 1e-13, "C({n}, {k})");
        }
    }
}
