//! The residual ratio: r = ‖F(x)‖/‖a·h(x)‖ at the join, and the branch's root mean square. De & Smith 2020 (arXiv
//! 2002.10444): with batch norm r falls like 1/√(l+1) with the block's number l; without norm and with He's initialisation
//! it is 1.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockForward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::unit;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::BranchRatio, Quantity::BranchRms],
    measure: Measure::AfterForward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

fn measure(found: &mut Measurements, forward: &BlockForward) -> Result<(), EngineError> {
    let BlockForward { index: block, tape, join, .. } = *forward;
    let Some(branch) = tape.ways.branch.as_ref().filter(|_| found.needs(&[Quantity::BranchRms, Quantity::BranchRatio]))
    else {
        return Ok(());
    };
    let unit = unit(tape.exponent);
    let elements = branch.elem_count() as f64;
    let shortcut = tape.ways.shortcut.as_ref().filter(|_| found.needs(&[Quantity::BranchRatio]));
    let branch = found.l2(branch)?;
    let shortcut = shortcut.map(|shortcut| found.l2(shortcut)).transpose()?;
    found.later(move |found, read| {
        let norm = read[branch] * unit;
        found.set(Quantity::BranchRms, block, Some(norm / elements.sqrt()));
        if let Some(shortcut) = shortcut {
            // Where both are 0 there is no ratio. The unit is that of both.
            let ratio = read[branch] / (join.shortcut * read[shortcut]);
            let is_of_nothing = read[branch] == 0.0 && read[shortcut] == 0.0;
            found.set(Quantity::BranchRatio, block, Some(ratio).filter(|_| !is_of_nothing));
        }
    });
    Ok(())
}
