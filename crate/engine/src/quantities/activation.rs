//! Activation health: the scale of a block's output, its likeness between different images (Balduzzi et al. 2017,
//! arXiv 1702.08591: in deep plain networks all images come to look alike), and the share of dead ReLU channels.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockForward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::norms::with_values;
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
        found.set(Quantity::ActivationRms, index, Some(tape.l2(y)? / (y.elem_count() as f64).sqrt()));
    }
    if found.needs(&[Quantity::ActivationCosine]) {
        let images = y.dim(0)?;
        let cosine = with_values!(y, |values| measure::mean_pairwise_cosine(values, images))?;
        found.set(Quantity::ActivationCosine, index, cosine);
    }
    if found.needs(&[Quantity::DeadShare]) {
        let (mut dead, mut all) = (0, 0);
        for output in block.relu_outputs(tape)? {
            let (_, channels, height, width) = output.dims4()?;
            dead += with_values!(output, |values| measure::dead_channels(values, channels, height * width))?;
            all += channels;
        }
        found.set(Quantity::DeadShare, index, (all > 0).then(|| dead as f64 / all as f64));
    }
    Ok(())
}
