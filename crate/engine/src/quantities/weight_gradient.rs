//! The weight-gradient profile: ‖∂E/∂w‖ of every block, relative to ‖w‖, and times ‖w‖: weights before a norm can be
//! rescaled by c without any change of the network, which divides their gradient by c; the product stays (van Laarhoven
//! 2017, arXiv 1706.05350). It is not interchangeable with the activation gradient: the two can disagree by many decades.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockBackward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::Join;
use crate::network::norms::{joint_l2, l2};
use protocol::{ParameterRole, Quantity};

pub(super) const PROFILE: Definition = Definition {
    yields: &[Quantity::WeightGradL2, Quantity::WeightL2, Quantity::WeightGradRatio, Quantity::WeightGradInvariant],
    measure: Measure::AfterBackward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

pub(super) const OVER_DEPTH: Definition = Definition {
    yields: &[Quantity::WeightDepthRatio],
    measure: Measure::Closing(close),
    #[cfg(test)]
    twin: Twin::Scalar(record::scalar),
};

fn measure(found: &mut Measurements, backward: &BlockBackward) -> Result<(), EngineError> {
    let BlockBackward { index, block, parameters, gradients, .. } = *backward;
    let invariant = found.needs(&[Quantity::WeightGradInvariant]);
    let indices = block.parameter_indices();
    let gradient = gradients.joint_l2(&indices)?;
    found.set(Quantity::WeightGradL2, index, Some(gradient));
    if found.needs(&[Quantity::WeightL2]) {
        let weight = joint_l2(indices.iter().map(|index| parameters.tensor(*index)))?;
        found.set(Quantity::WeightL2, index, Some(weight));
        found.set(Quantity::WeightGradRatio, index, (weight > 0.0).then_some(gradient / weight));
    }
    if invariant {
        let role = |index: &usize| parameters.plan()[*index].role;
        let is_weight = |index: &usize| matches!(role(index), ParameterRole::ConvWeight | ParameterRole::LinearWeight);
        let mut squares = 0.0;
        for index in indices.iter().filter(|index| is_weight(index)) {
            squares += (l2(parameters.tensor(*index))? * gradients.joint_l2(&[*index])?).powi(2);
        }
        found.set(Quantity::WeightGradInvariant, index, Some(squares.sqrt()));
    }
    Ok(())
}

fn close(found: &mut Measurements, _: &[Join]) {
    if let Some(norms) = found.full_column(Quantity::WeightGradL2).filter(|norms| !norms.is_empty()) {
        found.set_scalar(Quantity::WeightDepthRatio, measure::depth_ratio(&norms));
    }
}
