//! Which weights of a part are checked: of each of its tensors the one with the largest gradient, so that no kernel is left
//! out, and the rest drawn by the seed from all of the part's weights, so that nobody can choose them.

use super::line::Along;
use crate::EngineError;
use crate::network::norms::with_values;
use crate::random::Stream;
use candle_core::Tensor;

/// So many weights of these tensors, or all if there are fewer; tensors without a gradient have one of 0.
pub(super) fn picks(
    tensors: &[(usize, &Tensor, Option<&Tensor>)],
    count: usize,
    stream: &mut Stream,
) -> Result<Vec<Along>, EngineError> {
    let sizes: Vec<usize> = tensors.iter().map(|(_, weight, _)| weight.elem_count()).collect();
    let all: usize = sizes.iter().sum();
    let count = count.min(all);
    let mut picks = Vec::with_capacity(count);
    for (index, _, gradient) in tensors.iter().take(count) {
        picks.push((*index, gradient.map(largest).transpose()?.unwrap_or(0)));
    }
    while picks.len() < count {
        let mut place = stream.below(all);
        let tensor = sizes.iter().position(|size| {
            let is_here = place < *size;
            place -= if is_here { 0 } else { *size };
            is_here
        });
        let pick = (tensors[tensor.unwrap_or(0)].0, place);
        if !picks.contains(&pick) {
            picks.push(pick);
        }
    }
    Ok(picks.into_iter().map(|(tensor, place)| Along::Weight(tensor, place)).collect())
}

/// Where the largest of a tensor's values stands, without their signs.
fn largest(tensor: &Tensor) -> Result<usize, EngineError> {
    Ok(with_values!(tensor, |values| {
        let larger = |best: usize, place: usize| if values[place].abs() > values[best].abs() { place } else { best };
        (0..values.len()).fold(0, larger)
    })?)
}
