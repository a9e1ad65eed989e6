//! How a block divides between its branch and its shortcut, and the effective depths that follow from it.
//!
//! At block l a gradient arrives twice at the block's input: through the branch with norm bₗ = ‖Jₗᵀgₗ₊₁‖ and through
//! the shortcut with norm sₗ. Norms are ≥ 0 and in one unit. A closed shortcut has no norm (`None`), not the norm 0:
//! its block is passed through the branch by construction, whatever the branch's norm. Of an open block a norm that is
//! not finite makes the share NaN.

/// b²/(b² + s²): the share of the branch in the energy of the two ways. 1 with a closed shortcut, 0 for 0/0.
///
/// Two ways that do not correlate add their squares, ‖g‖² = b² + s²; that is so at initialisation (Yang and Schoenholz
/// 2017, arXiv 1712.08969).
pub fn branch_energy_share(branch: f64, shortcut: Option<f64>) -> f64 {
    shortcut.map_or(1.0, |shortcut| {
        let (branch, shortcut) = unit_scaled(branch, shortcut);
        branch * branch / (branch * branch + shortcut * shortcut)
    })
}

/// b/(b + s): the share of the branch in the norms of the two ways. 1 with a closed shortcut, 0 for 0/0.
pub fn branch_norm_share(branch: f64, shortcut: Option<f64>) -> f64 {
    shortcut.map_or(1.0, |shortcut| {
        let (branch, shortcut) = unit_scaled(branch, shortcut);
        branch / (branch + shortcut)
    })
}

/// s/(s + b): the share of the shortcut in the norms of the two ways. `None` if it is closed or both norms are 0.
pub fn share_over_shortcut(branch: f64, shortcut: Option<f64>) -> Option<f64> {
    let shortcut = shortcut.filter(|shortcut| *shortcut != 0.0 || branch != 0.0)?;
    let (branch, shortcut) = unit_scaled(branch, shortcut);
    Some(shortcut / (shortcut + branch))
}

/// Σ b²/(b² + s²), in blocks: the mean number of branches on a path, paths weighted by energy, when no two interfere.
///
/// The energy of a path is then the product over its blocks, ∏(bₗ² or sₗ²), and the mean number of factors bₗ² is the
/// mean of the Poisson-binomial distribution of the shares. The longer slice is cut.
pub fn closed_form_depth(branch: &[f64], shortcut: &[Option<f64>]) -> f64 {
    total(branch.iter().zip(shortcut).map(|(branch, shortcut)| branch_energy_share(*branch, *shortcut)))
}

/// Σ b/(b + s), in blocks: the same with paths weighted by norm and not by energy, as Veit et al. do (2016, arXiv
/// 1605.06431: number of paths times the norm that one of them carries). The longer slice is cut.
pub fn veit_depth(branch: &[f64], shortcut: &[Option<f64>]) -> f64 {
    total(branch.iter().zip(shortcut).map(|(branch, shortcut)| branch_norm_share(*branch, *shortcut)))
}

/// Σ r²/(1 + r²), in blocks, r = ‖F‖/‖a·h‖: the effective depth of the forward pass.
///
/// r is the residual ratio of De and Smith 2020 (arXiv 2002.10444): batch norm makes it about 1/√l at block l. `None`
/// (closed shortcut) and an infinite r (nothing came over an open one) both count as 1: all goes through the branch. A
/// NaN makes the result NaN.
pub fn forward_depth(ratios: &[Option<f64>]) -> f64 {
    total(ratios.iter().map(|ratio| match ratio {
        Some(ratio) if !ratio.is_infinite() => branch_energy_share(*ratio, Some(1.0)),
        _ => 1.0,
    }))
}

/// The sum, and 0 of nothing, where `Iterator::sum` is −0.
fn total(shares: impl Iterator<Item = f64>) -> f64 {
    shares.fold(0.0, |sum, share| sum + share)
}

/// Both norms divided by the larger one, so that squares and sums stay in range; (0, 1) if both are 0.
fn unit_scaled(branch: f64, shortcut: f64) -> (f64, f64) {
    if branch == 0.0 && shortcut == 0.0 {
        return (0.0, 1.0);
    }
    // ∞/∞ is NaN: an overflowed norm does not pass for a share of 1.
    let larger = branch.max(shortcut);
    (branch / larger, shortcut / larger)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::norm::tests::numbers;
    use crate::{mean_index, poisson_binomial};

    fn norms(count: usize, seed: u32) -> Vec<f64> {
        numbers(count, seed).into_iter().map(|v| (16.0 * f64::from(v)).exp()).collect()
    }

    fn shortcuts(count: usize, seed: u32) -> Vec<Option<f64>> {
        norms(count, seed).into_iter().enumerate().map(|(i, norm)| (i % 4 != 1).then_some(norm)).collect()
    }

    /// The mean number of branches over all 2ⁿ paths; a path weighs ∏ norm^power, and 0 over a closed shortcut.
    fn slow_depth(branch: &[f64], shortcut: &[Option<f64>], power: i32) -> f64 {
        let (mut total, mut moment) = (0.0, 0.0);
        for path in 0u32..1 << branch.len() {
            let mut weight = 1.0;
            for block in 0..branch.len() {
                let over_branch = path & 1 << block != 0;
                let norm = if over_branch { branch[block] } else { shortcut[block].unwrap_or(0.0) };
                weight *= norm.powi(power);
            }
            total += weight;
            moment += weight * f64::from(path.count_ones());
        }
        moment / total
    }

    #[test]
    fn depths_equal_the_mean_over_all_paths() {
        for count in 1..=12 {
            let (branch, shortcut) = (norms(count, 11 + count as u32), shortcuts(count, 90 + count as u32));
            assert!((closed_form_depth(&branch, &shortcut) - slow_depth(&branch, &shortcut, 2)).abs() < 1e-11);
            assert!((veit_depth(&branch, &shortcut) - slow_depth(&branch, &shortcut, 1)).abs() < 1e-11);
        }
    }

    #[test]
    fn the_closed_form_is_the_mean_of_the_poisson_binomial_distribution() {
        let (branch, shortcut) = (norms(54, 3), shortcuts(54, 4));
        let shares: Vec<f64> = branch.iter().zip(&shortcut).map(|(b, s)| branch_energy_share(*b, *s)).collect();
        let mean = mean_index(&poisson_binomial(&shares)).unwrap();
        assert!((closed_form_depth(&branch, &shortcut) - mean).abs() < 1e-11);
    }

    #[test]
    fn shares_equal_the_tangent_and_complete_each_other() {
        for (b, s) in norms(50, 5).into_iter().zip(norms(50, 6)) {
            // With tan θ = b/s the energy share is sin²θ.
            assert!((branch_energy_share(b, Some(s)) - b.atan2(s).sin().powi(2)).abs() < 1e-14);
            assert!((branch_energy_share(b, Some(s)) + branch_energy_share(s, Some(b)) - 1.0).abs() < 1e-14);
            assert!((branch_norm_share(b, Some(s)) - 1.0 / (1.0 + s / b)).abs() < 1e-14);
            let over_shortcut = share_over_shortcut(b, Some(s)).unwrap();
            assert!((branch_norm_share(b, Some(s)) + over_shortcut - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn the_depths_of_54_blocks_equal_python() {
        // Pre-activation blocks with batch norm at initialisation: s² = 1.467 / (1 + 0.682 l).
        // import math
        // s = [math.sqrt(1.467 / (1 + 0.682 * l)) for l in range(54)]
        // print(sum(v * v / (1 + v * v) for v in s), sum(v / (1 + v) for v in s))
        let branch: Vec<f64> = (0..54).map(|l| (1.467 / (1.0 + 0.682 * f64::from(l))).sqrt()).collect();
        assert!((closed_form_depth(&branch, &[Some(1.0); 54]) - 6.246_446_444_681_347).abs() < 1e-12);
        assert!((veit_depth(&branch, &[Some(1.0); 54]) - 13.318_045_070_456_924).abs() < 1e-12);
        let ratios: Vec<Option<f64>> = branch.iter().copied().map(Some).collect();
        assert!((forward_depth(&ratios) - 6.246_446_444_681_347).abs() < 1e-12);
    }

    #[test]
    fn known_depths() {
        let open = [Some(1.0); 54];
        assert_eq!(closed_form_depth(&[1.0; 54], &open), 27.0); // no normalisation: n/2
        assert!((closed_form_depth(&[1.0 / 54f64.sqrt(); 54], &open) - 54.0 / 55.0).abs() < 1e-13); // 1/√n: about 1
        assert_eq!(closed_form_depth(&[0.0; 54], &open), 0.0); // zero γ: only the shortcuts
        assert_eq!(closed_form_depth(&[1.0; 54], &[None; 54]), 54.0); // a plain network
        assert_eq!(veit_depth(&[1.0; 54], &[None; 54]), 54.0);
        for nothing in [closed_form_depth(&[], &[]), veit_depth(&[], &[]), forward_depth(&[])] {
            assert_eq!(nothing.to_bits(), 0.0f64.to_bits());
        }
        assert_eq!(forward_depth(&[None, Some(f64::INFINITY), Some(0.0), Some(1.0), Some(1e200)]), 3.5);
    }

    #[test]
    fn a_common_factor_and_the_order_of_blocks_change_nothing() {
        let (branch, shortcut) = (norms(30, 8), shortcuts(30, 9));
        let depths = (closed_form_depth(&branch, &shortcut), veit_depth(&branch, &shortcut));
        for factor in [2.0f64.powi(-1000), 2.0f64.powi(1000)] {
            let branch: Vec<f64> = branch.iter().map(|b| b * factor).collect();
            let shortcut: Vec<Option<f64>> = shortcut.iter().map(|s| s.map(|s| s * factor)).collect();
            assert_eq!((closed_form_depth(&branch, &shortcut), veit_depth(&branch, &shortcut)), depths);
        }
        let branch: Vec<f64> = branch.into_iter().rev().collect();
        let shortcut: Vec<Option<f64>> = shortcut.into_iter().rev().collect();
        assert!((closed_form_depth(&branch, &shortcut) - depths.0).abs() < 1e-12);
        assert!((veit_depth(&branch, &shortcut) - depths.1).abs() < 1e-12);
    }

    #[test]
    fn the_largest_and_smallest_numbers_neither_overflow_nor_underflow() {
        for norm in [f64::MAX, f64::MIN_POSITIVE, f64::from_bits(1)] {
            assert_eq!(branch_energy_share(norm, Some(norm)), 0.5);
            assert_eq!(branch_norm_share(norm, Some(norm)), 0.5);
            assert_eq!(share_over_shortcut(norm, Some(norm)), Some(0.5));
        }
        assert_eq!(branch_energy_share(f64::MAX, Some(1e-300)), 1.0);
        assert_eq!(branch_energy_share(1e-300, Some(f64::MAX)), 0.0);
    }

    #[test]
    fn zeros_and_closed_shortcuts() {
        assert_eq!(branch_energy_share(0.0, Some(0.0)), 0.0);
        assert_eq!(branch_norm_share(0.0, Some(0.0)), 0.0);
        assert_eq!(share_over_shortcut(0.0, Some(0.0)), None);
        assert_eq!(share_over_shortcut(1.0, Some(0.0)), Some(0.0));
        assert_eq!(share_over_shortcut(0.0, Some(1.0)), Some(1.0));
        for branch in [0.0, 1.0, f64::NAN] {
            assert_eq!(branch_energy_share(branch, None), 1.0);
            assert_eq!(branch_norm_share(branch, None), 1.0);
            assert_eq!(share_over_shortcut(branch, None), None);
        }
    }

    #[test]
    fn a_non_finite_norm_of_an_open_block_gives_nan() {
        for odd in [f64::NAN, f64::INFINITY] {
            for other in [0.0, 1.0, odd] {
                for (b, s) in [(odd, Some(other)), (other, Some(odd))] {
                    assert!(branch_energy_share(b, s).is_nan());
                    assert!(branch_norm_share(b, s).is_nan());
                    assert!(share_over_shortcut(b, s).unwrap().is_nan());
                    assert!(closed_form_depth(&[1.0, b], &[None, s]).is_nan());
                    assert!(veit_depth(&[1.0, b], &[None, s]).is_nan());
                }
            }
        }
        assert!(forward_depth(&[Some(1.0), Some(f64::NAN)]).is_nan());
    }
}
