//! Effective depth without extra work (M7 c, d, e) and the closed form of the path spectrum (2.2, 4): if paths are taken as
//! orthogonal, the number of branches on them is Poisson-binomial with p_l = s²/(1+s²), s the branch part over the shortcut
//! part at block l. The historical figure (Veit et al. 2016, arXiv 1605.06431) weighs by norms instead: p_l = s/(1+s).
//! Forward the same with r = ‖F‖/‖a·h‖. A closed shortcut has p = 1, a branch that is left out p = 0.

use super::Measurements;
use protocol::Quantity;

pub(super) fn close(found: &mut Measurements) {
    let parts = [Quantity::EffectiveDepthClosed, Quantity::EffectiveDepthBound, Quantity::PathEnergyClosed];
    if found.needs(&parts) {
        let branch: Vec<f64> = found.column(Quantity::BranchGradL2).iter().map(|part| part.unwrap_or(0.0)).collect();
        let shortcut = found.column(Quantity::SkipGradL2).to_vec();
        let probabilities: Vec<f64> =
            branch.iter().zip(&shortcut).map(|(b, s)| measure::branch_energy_share(*b, *s)).collect();
        found.set_scalar(Quantity::EffectiveDepthClosed, Some(measure::closed_form_depth(&branch, &shortcut)));
        found.set_scalar(Quantity::EffectiveDepthBound, Some(measure::veit_depth(&branch, &shortcut)));
        found.set_vector(Quantity::PathEnergyClosed, measure::poisson_binomial(&probabilities));
    }
    if found.needs(&[Quantity::EffectiveDepthForward]) {
        // Without a ratio the shortcut is closed; without a branch too there is no branch to pass through.
        let ratios = found.column(Quantity::BranchRatio).iter().zip(found.column(Quantity::BranchRms));
        let ratios: Vec<_> = ratios.map(|(ratio, branch)| if branch.is_none() { Some(0.0) } else { *ratio }).collect();
        found.set_scalar(Quantity::EffectiveDepthForward, Some(measure::forward_depth(&ratios)));
    }
}
