//! The activation-gradient profile (the brief's M1): ‖∂E/∂x‖ of every block, raw and normalised, its depth ratio
//! R = log10(‖g_0‖/‖g_{n−1}‖) and its factor a layer φ = exp(−slope of ln‖g_l‖ against l). Glorot & Bengio 2010 compare the
//! gradients of layers so; Yang et al. 2019 (arXiv 1902.08129) derive φ = 1.2112 for batch norm with ReLU.

use super::Measurements;
use crate::EngineError;
use crate::network::BlockGradient;
use protocol::Quantity;

/// Returns ‖∂E/∂x‖.
pub(super) fn measure(
    found: &mut Measurements,
    block: usize,
    gradient: &BlockGradient,
    out_l2: f64,
) -> Result<f64, EngineError> {
    if !found.needs(&[Quantity::GradInL2]) {
        return Ok(f64::NAN);
    }
    let in_l2 = gradient.l2(&gradient.whole)?;
    let elements = gradient.whole.elem_count() as f64;
    found.set(Quantity::GradInL2, block, Some(in_l2));
    found.set(Quantity::GradOutL2, block, Some(out_l2));
    found.set(Quantity::GradInRms, block, Some(in_l2 / elements.sqrt()));
    found.set(Quantity::GradInPerSample, block, Some(in_l2 * (found.batch as f64).sqrt()));
    Ok(in_l2)
}

pub(super) fn close(found: &mut Measurements) {
    if let Some(norms) = found.full_column(Quantity::GradInL2).filter(|norms| !norms.is_empty()) {
        found.set_scalar(Quantity::DepthRatio, measure::depth_ratio(&norms));
        found.set_scalar(Quantity::LayerFactor, measure::layer_factor(&norms));
    }
}
