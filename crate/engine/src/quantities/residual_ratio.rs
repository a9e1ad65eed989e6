//! The residual ratio (M4): r = ‖F(x)‖/‖a·h(x)‖ at the join, and the branch's root mean square. De & Smith 2020 (arXiv
//! 2002.10444): with batch norm r falls like 1/√(l+1) with the block's number l; without norm and with He's initialisation
//! it is 1.

use super::Measurements;
use crate::EngineError;
use crate::network::{BlockTape, Join};
use protocol::Quantity;

pub(crate) fn measure(found: &mut Measurements, block: usize, tape: &BlockTape, join: Join) -> Result<(), EngineError> {
    let Some(branch) = tape.ways.branch.as_ref().filter(|_| found.needs(&[Quantity::BranchRms, Quantity::BranchRatio]))
    else {
        return Ok(());
    };
    let norm = tape.l2(branch)?;
    found.set(Quantity::BranchRms, block, Some(norm / (branch.elem_count() as f64).sqrt()));
    if let Some(shortcut) = tape.ways.shortcut.as_ref().filter(|_| found.needs(&[Quantity::BranchRatio])) {
        found.set(Quantity::BranchRatio, block, Some(norm / (join.shortcut * tape.l2(shortcut)?)));
    }
    Ok(())
}
