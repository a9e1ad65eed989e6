//! How a gradient changes from block to block: two summaries of the norms of one backward pass.
//!
//! `norms[l]` is ‖∂E/∂xₗ‖ at the input of block l, so the first is nearest to the images and the last to the loss.

/// log₁₀(‖g₀‖ / ‖gₙ₋₁‖), in decades: how much larger the gradient is at the first block than at the last one.
///
/// `None` for fewer than two norms, or if one of the two is 0 or not finite. The norms in between are not looked at.
/// He et al. 2016 (arXiv 1512.03385) ask whether it vanishes; the logarithm keeps 10⁻³⁷ and 10⁷ on one axis.
pub fn depth_ratio(norms: &[f64]) -> Option<f64> {
    let [first, .., last] = norms else { return None };
    // A difference of logarithms: the quotient of two norms can leave the range of f64.
    (usable(*first) && usable(*last)).then(|| first.log10() - last.log10())
}

/// exp(−slope) of the least-squares line of ln‖gₗ‖ against l: the factor by which the norm grows per block on the way
/// from the loss to the images.
///
/// `None` for fewer than two norms, or if any is 0 or not finite: a norm that underflowed would bend the line.
/// A sigmoid layer has about 1/4, He's initialisation 1 (He et al. 2015, arXiv 1502.01852), Xavier's under ReLU 1/√2,
/// batch norm with ReLU √(π/(π−1)) = 1.21 (Yang et al. 2019, arXiv 1902.08129).
pub fn layer_factor(norms: &[f64]) -> Option<f64> {
    if norms.len() < 2 || !norms.iter().all(|norm| usable(*norm)) {
        return None;
    }
    let count = norms.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean_logarithm = norms.iter().map(|norm| norm.ln()).sum::<f64>() / count;
    let (mut covariance, mut variance) = (0.0, 0.0);
    for (block, norm) in norms.iter().enumerate() {
        let offset = block as f64 - middle;
        covariance += offset * (norm.ln() - mean_logarithm);
        variance += offset * offset;
    }
    Some((-covariance / variance).exp())
}

/// Whether the number has a finite logarithm.
fn usable(norm: f64) -> bool {
    norm > 0.0 && norm.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norm::tests::numbers;

    /// The slope from the normal equations, in base 2: (n Σly − Σl Σy) / (n Σl² − (Σl)²).
    fn slow_layer_factor(norms: &[f64]) -> f64 {
        let (mut n, mut l, mut y, mut ll, mut ly) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (block, norm) in norms.iter().enumerate() {
            n += 1.0;
            l += block as f64;
            y += norm.log2();
            ll += (block * block) as f64;
            ly += block as f64 * norm.log2();
        }
        1.0 / ((n * ly - l * y) / (n * ll - l * l)).exp2()
    }

    fn norms(count: usize, seed: u32) -> Vec<f64> {
        numbers(count, seed).into_iter().map(|v| (20.0 * f64::from(v)).exp()).collect()
    }

    #[test]
    fn equals_the_normal_equations() {
        for count in 2..60 {
            let norms = norms(count, count as u32);
            assert!((layer_factor(&norms).unwrap() / slow_layer_factor(&norms) - 1.0).abs() < 1e-11, "{count} blocks");
            let ratio = (norms[0] / norms[count - 1]).log10();
            assert!((depth_ratio(&norms).unwrap() - ratio).abs() < 1e-12, "{count} blocks");
        }
    }

    #[test]
    fn equals_a_line_fit_of_python() {
        // import math, statistics
        // g = [3.0, 2.5, 2.75, 1.5, 1.25]
        // slope, _ = statistics.linear_regression(range(5), [math.log(v) for v in g])
        // print(math.log10(g[0] / g[-1]), math.exp(-slope))
        let g = [3.0, 2.5, 2.75, 1.5, 1.25];
        assert!((depth_ratio(&g).unwrap() - 0.380_211_241_711_606_03).abs() < 1e-14);
        assert!((layer_factor(&g).unwrap() - 1.253_796_702_497_356_9).abs() < 1e-14);
    }

    #[test]
    fn a_geometric_profile_has_its_own_factor() {
        for factor in [0.236_f64, 0.5f64.sqrt(), 1.0, 1.2112, 2.0] {
            let norms: Vec<f64> = (0..50).map(|block| factor.powi(49 - block)).collect();
            assert!((layer_factor(&norms).unwrap() / factor - 1.0).abs() < 1e-13);
            assert!((depth_ratio(&norms).unwrap() - 49.0 * factor.log10()).abs() < 1e-12);
        }
    }

    #[test]
    fn a_common_factor_changes_nothing_and_the_reversed_profile_is_the_inverse() {
        let norms = norms(30, 7);
        let scaled: Vec<f64> = norms.iter().map(|v| v * 1e-200).collect();
        let reversed: Vec<f64> = norms.iter().rev().copied().collect();
        assert!((layer_factor(&scaled).unwrap() / layer_factor(&norms).unwrap() - 1.0).abs() < 1e-12);
        assert!((depth_ratio(&scaled).unwrap() - depth_ratio(&norms).unwrap()).abs() < 1e-12);
        assert!((layer_factor(&reversed).unwrap() * layer_factor(&norms).unwrap() - 1.0).abs() < 1e-13);
        assert_eq!(depth_ratio(&reversed), depth_ratio(&norms).map(|ratio| -ratio));
    }

    #[test]
    fn a_ratio_beyond_the_range_of_f64_is_kept() {
        assert!((depth_ratio(&[1e-200, 1e200]).unwrap() + 400.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_zero_or_non_finite_norms_have_no_summary() {
        for norms in [&[][..], &[1.0], &[0.0, 1.0], &[1.0, 0.0], &[f64::NAN, 1.0], &[1.0, f64::INFINITY]] {
            assert_eq!(depth_ratio(norms), None);
            assert_eq!(layer_factor(norms), None);
        }
        assert_eq!(layer_factor(&[1.0, 0.0, 1.0]), None);
        assert_eq!(depth_ratio(&[1.0, 0.0, 1.0]), Some(0.0));
    }
}
