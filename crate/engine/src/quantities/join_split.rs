//! The split of the gradient at a join ( He et al. 2016, arXiv 1603.05027, equation 5): the part over the shortcut
//! a·hᵀDg, the part through the branch JᵀDg, the cosine between them; so ‖whole‖² = ‖skip‖² + ‖branch‖² +
//! 2·‖skip‖·‖branch‖·cos. With D the derivative of the activation after the sum, m = ‖Dg‖²/‖g‖² is what it lets pass.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockBackward, Definition, Measure, Measurements, Numbers};
use crate::EngineError;
use crate::network::{Ways, unit};
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[
        Quantity::BranchGradL2,
        Quantity::SkipGradL2,
        Quantity::SkipBranchCosine,
        Quantity::SkipShare,
        Quantity::BranchGain,
        Quantity::MaskPass,
    ],
    measure: Measure::AfterBackward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

fn measure(found: &mut Measurements, backward: &BlockBackward) -> Result<(), EngineError> {
    let BlockBackward { index: block, gradient, arrived, .. } = *backward;
    let unit = unit(gradient.exponent);
    let out_l2 = move |read: &Numbers| arrived.map_or(f64::NAN, |arrived| arrived.l2(read));
    if found.needs(&[Quantity::MaskPass]) {
        let masked = found.l2(&gradient.masked)?;
        found.later(move |found, read| {
            let out_l2 = out_l2(read);
            let passed = (read[masked] * unit / out_l2).powi(2);
            found.set(Quantity::MaskPass, block, (out_l2 != 0.0).then_some(passed));
        });
    }
    let parts = [Quantity::BranchGradL2, Quantity::SkipGradL2, Quantity::SkipBranchCosine];
    if !found.needs(&parts) {
        return Ok(());
    }
    let sizes = gradient.parts.as_ref().map(|part| part.as_ref().map(|part| found.l2(part)).transpose()).transpose()?;
    let product = match (&gradient.parts.shortcut, &gradient.parts.branch) {
        (Some(shortcut), Some(branch)) if found.needs(&[Quantity::SkipBranchCosine]) => {
            Some(found.dot(shortcut, branch)?)
        }
        _ => None,
    };
    found.later(move |found, read| {
        let sizes = sizes.map(|size| size.map(|size| read[size]));
        let Ways { shortcut, branch } = sizes.map(|size| size.map(|size| size * unit));
        let out_l2 = out_l2(read);
        found.set(Quantity::BranchGradL2, block, branch);
        found.set(Quantity::SkipGradL2, block, shortcut);
        found.set(Quantity::BranchGain, block, branch.filter(|_| out_l2 != 0.0).map(|branch| branch / out_l2));
        let share = branch.and_then(|branch| measure::share_over_shortcut(branch, shortcut));
        found.set(Quantity::SkipShare, block, share);
        if let Some(product) = product {
            let (shortcut, branch) = (sizes.shortcut.unwrap_or(0.0), sizes.branch.unwrap_or(0.0));
            let cosine = measure::cosine(read[product], shortcut, branch);
            found.set(Quantity::SkipBranchCosine, block, Some(cosine));
        }
    });
    Ok(())
}
