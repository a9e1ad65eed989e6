//! Activation health: the scale of a block's output, its likeness between different images (Balduzzi et al. 2017,
//! arXiv 1702.08591: in deep plain networks all images come to look alike), and the share of dead ReLU channels.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockForward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::unit;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::ActivationRms, Quantity::ActivationCosine, Quantity::DeadShare],
    measure: Measure::AfterForward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

fn measure(found: &mut Measurements, forward: &BlockForward) -> Result<(), EngineError> {
    let BlockForward { index, block, tape, .. } = *forward;
    let y = &tape.y;
    if found.needs(&[Quantity::ActivationRms]) {
        let (unit, elements) = (unit(tape.exponent), y.elem_count() as f64);
        let norm = found.l2(y)?;
        found.later(move |found, read| {
            found.set(Quantity::ActivationRms, index, Some(read[norm] * unit / elements.sqrt()));
        });
    }
    if found.needs(&[Quantity::ActivationCosine]) {
        let cosine = found.mean_cosine(y)?;
        found.later(move |found, read| {
            let exists = read[cosine] != f64::INFINITY;
            found.set(Quantity::ActivationCosine, index, exists.then_some(read[cosine]));
        });
    }
    if found.needs(&[Quantity::DeadShare]) {
        let (mut dead, mut all) = (Vec::new(), 0);
        for output in block.relu_outputs(tape)? {
            dead.push(found.dead_channels(output)?);
            all += output.dim(1)?;
        }
        found.later(move |found, read| {
            let dead: f64 = dead.iter().map(|dead| read[*dead]).sum();
            found.set(Quantity::DeadShare, index, (all > 0).then(|| dead / all as f64));
        });
    }
    Ok(())
}
