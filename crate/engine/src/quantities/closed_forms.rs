//! Effective depth without extra work and the closed form of the path spectrum: if paths are taken as
//! orthogonal, the number of branches on them is Poisson-binomial with p_l = s²/(1+s²), s the branch part over the shortcut
//! part at block l. The historical figure (Veit et al. 2016, arXiv 1605.06431) weighs by norms instead: p_l = s/(1+s).
//! Forward, in place of s, stands r = ‖F‖/‖a·h‖. A closed shortcut has p = 1, a branch that is left out p = 0.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{Definition, Measure, Measurements};
use crate::network::Join;
use protocol::Quantity;

pub(super) const BACKWARD: Definition = Definition {
    yields: &[Quantity::EffectiveDepthClosed, Quantity::EffectiveDepthBound],
    measure: Measure::Closing(backward),
    #[cfg(test)]
    twin: Twin::Scalar(record::scalar),
};

pub(super) const SPECTRUM: Definition = Definition {
    yields: &[Quantity::PathEnergyClosed],
    measure: Measure::Closing(spectrum),
    #[cfg(test)]
    twin: Twin::Path(record::path_energy_closed),
};

pub(super) const FORWARD: Definition = Definition {
    yields: &[Quantity::EffectiveDepthForward],
    measure: Measure::Closing(forward),
    #[cfg(test)]
    twin: Twin::Scalar(record::scalar),
};

fn backward(found: &mut Measurements, _: &[Join]) {
    let (branch, shortcut) = parts(found);
    found.set_scalar(Quantity::EffectiveDepthClosed, Some(measure::closed_form_depth(&branch, &shortcut)));
    found.set_scalar(Quantity::EffectiveDepthBound, Some(measure::veit_depth(&branch, &shortcut)));
}

fn spectrum(found: &mut Measurements, _: &[Join]) {
    let (branch, shortcut) = parts(found);
    let share = |(branch, shortcut): (&f64, &Option<f64>)| measure::branch_energy_share(*branch, *shortcut);
    let probabilities: Vec<f64> = branch.iter().zip(&shortcut).map(share).collect();
    found.set_vector(Quantity::PathEnergyClosed, measure::poisson_binomial(&probabilities));
}

/// The norms of what comes back through each branch and over each shortcut: 0 where a branch is left out, `None` where a shortcut is closed.
fn parts(found: &Measurements) -> (Vec<f64>, Vec<Option<f64>>) {
    let branch = found.column(Quantity::BranchGradL2).iter().map(|part| part.unwrap_or(0.0)).collect();
    (branch, found.column(Quantity::SkipGradL2).to_vec())
}

fn forward(found: &mut Measurements, joins: &[Join]) {
    // Without a ratio the shortcut is closed, or nothing comes either way; without a branch there is none to pass through.
    let columns = found.column(Quantity::BranchRatio).iter().zip(found.column(Quantity::BranchRms));
    let ratios = columns.zip(joins).map(|((ratio, branch), join)| match (ratio, branch) {
        (_, None) => Some(0.0),
        (None, Some(_)) if join.shortcut != 0.0 => Some(0.0),
        _ => *ratio,
    });
    let ratios: Vec<_> = ratios.collect();
    found.set_scalar(Quantity::EffectiveDepthForward, Some(measure::forward_depth(&ratios)));
}
