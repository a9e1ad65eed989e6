//! The weight-gradient profile: ‖∂E/∂w‖ of every block, relative to ‖w‖, and times ‖w‖: weights before a norm can be
//! rescaled by c without any change of the network, which divides their gradient by c; the product stays (van Laarhoven
//! 2017, arXiv 1706.05350). It is not interchangeable with the activation gradient: the two can disagree by many decades.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockBackward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::Join;
use crate::network::unit;
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
    let unit = unit(gradients.exponent);
    let indices = block.parameter_indices();
    let gradient = found.sum_of_squares(gradients.of(&indices))?;
    let weight = match found.needs(&[Quantity::WeightL2]) {
        true => Some(found.sum_of_squares(indices.iter().map(|index| parameters.tensor(*index)))?),
        false => None,
    };
    found.later(move |found, read| {
        let gradient = read[gradient].sqrt() * unit;
        found.set(Quantity::WeightGradL2, index, Some(gradient));
        if let Some(weight) = weight.map(|weight| read[weight].sqrt()) {
            found.set(Quantity::WeightL2, index, Some(weight));
            found.set(Quantity::WeightGradRatio, index, (weight > 0.0).then_some(gradient / weight));
        }
    });
    if found.needs(&[Quantity::WeightGradInvariant]) {
        let role = |index: &usize| parameters.plan()[*index].role;
        let is_weight = |index: &usize| matches!(role(index), ParameterRole::ConvWeight | ParameterRole::LinearWeight);
        let mut pairs = Vec::new();
        for index in indices.iter().filter(|index| is_weight(index)) {
            pairs.push((found.l2(parameters.tensor(*index))?, found.sum_of_squares(gradients.of(&[*index]))?));
        }
        found.later(move |found, read| {
            let product = |(weight, gradient)| (read[weight] * (read[gradient].sqrt() * unit)).powi(2);
            let squares: f64 = pairs.into_iter().map(product).sum();
            found.set(Quantity::WeightGradInvariant, index, Some(squares.sqrt()));
        });
    }
    Ok(())
}

fn close(found: &mut Measurements, _: &[Join]) {
    if let Some(norms) = found.full_column(Quantity::WeightGradL2).filter(|norms| !norms.is_empty()) {
        found.set_scalar(Quantity::WeightDepthRatio, measure::depth_ratio(&norms));
    }
}
