//! The activation-gradient profile: ‖∂E/∂x‖ of every block, raw and normalised, its depth ratio
//! R = log10(‖g_0‖/‖g_{n−1}‖) and its factor a layer φ = exp(−slope of ln‖g_l‖ against l). Glorot & Bengio 2010 compare the
//! gradients of layers so; Yang et al. 2019 (arXiv 1902.08129) derive φ = 1.2112 for batch norm with ReLU.

#[cfg(test)]
use super::twins::{Twin, record};
use super::{BlockBackward, Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::Join;
use protocol::Quantity;

pub(super) const PROFILE: Definition = Definition {
    yields: &[Quantity::GradInL2, Quantity::GradOutL2, Quantity::GradInRms, Quantity::GradInPerSample],
    measure: Measure::AfterBackward(measure),
    #[cfg(test)]
    twin: Twin::Block(record::of_block),
};

pub(super) const OVER_DEPTH: Definition = Definition {
    yields: &[Quantity::DepthRatio, Quantity::LayerFactor],
    measure: Measure::Closing(close),
    #[cfg(test)]
    twin: Twin::Scalar(record::scalar),
};

fn measure(found: &mut Measurements, backward: &BlockBackward) -> Result<(), EngineError> {
    let BlockBackward { index: block, gradient, arrived, left, .. } = *backward;
    let (elements, images) = (gradient.whole.elem_count() as f64, found.batch as f64);
    found.later(move |found, read| {
        let [in_l2, out_l2] = [left, arrived].map(|gradient| gradient.map_or(f64::NAN, |gradient| gradient.l2(read)));
        found.set(Quantity::GradInL2, block, Some(in_l2));
        found.set(Quantity::GradOutL2, block, Some(out_l2));
        found.set(Quantity::GradInRms, block, Some(in_l2 / elements.sqrt()));
        found.set(Quantity::GradInPerSample, block, Some(in_l2 * images.sqrt()));
    });
    Ok(())
}

fn close(found: &mut Measurements, _: &[Join]) {
    if let Some(norms) = found.full_column(Quantity::GradInL2).filter(|norms| !norms.is_empty()) {
        found.set_scalar(Quantity::DepthRatio, measure::depth_ratio(&norms));
        found.set_scalar(Quantity::LayerFactor, measure::layer_factor(&norms));
    }
}
