//! A branch from its weight layers: norms and activations around them, and the factor that an initialisation adds.

use crate::layer::LayerPlan;
use crate::{ActivationOrder, Init, ModelSpec, Norm};

/// The branch with these weight layers, the norm of the i-th named `BLOCK.bn{i}`; `blocks` is the network's number of them.
///
/// Post-activation: layer – norm – f – layer – norm, f following the addition. Pre-activation: norm – f – layer, repeated
/// (He et al. 2016, figure 1).
pub(crate) fn branch(spec: &ModelSpec, block: &str, weights: Vec<LayerPlan>, blocks: usize) -> Vec<LayerPlan> {
    let count = weights.len();
    let mut layers = Vec::new();
    for (index, weight) in weights.into_iter().enumerate() {
        let last = index + 1 == count;
        let norm = norm(spec, format!("{block}.bn{}", index + 1), last);
        match spec.order {
            ActivationOrder::Post | ActivationOrder::Sum => {
                layers.push(weight);
                layers.extend(norm);
                layers.extend((!last).then_some(LayerPlan::Activation(spec.activation)));
            }
            ActivationOrder::Pre => {
                layers.extend(norm);
                layers.push(LayerPlan::Activation(spec.activation));
                layers.push(weight);
            }
        }
    }
    match spec.init {
        Init::SkipInit => layers.push(LayerPlan::Scale { name: format!("{block}.alpha") }),
        Init::Scaled => layers.push(LayerPlan::Factor(1.0 / (blocks as f64).sqrt())),
        _ => {}
    }
    layers
}

/// The stem: its weight layer, and but for pre-activation blocks a norm `bn1` and the activation.
pub(crate) fn stem(spec: &ModelSpec, weight: LayerPlan) -> Vec<LayerPlan> {
    let mut layers = vec![weight];
    if spec.order != ActivationOrder::Pre {
        layers.extend(norm_and_activation(spec, "bn1"));
    }
    layers
}

/// What closes pre-activation blocks before the head: a norm `bn` and the activation.
pub(crate) fn closing(spec: &ModelSpec) -> Vec<LayerPlan> {
    if spec.order == ActivationOrder::Pre { norm_and_activation(spec, "bn") } else { Vec::new() }
}

fn norm_and_activation(spec: &ModelSpec, name: &str) -> Vec<LayerPlan> {
    norm(spec, name.to_owned(), false).into_iter().chain([LayerPlan::Activation(spec.activation)]).collect()
}

/// The norm of that name, if the network has norms.
pub(crate) fn norm(spec: &ModelSpec, name: String, last: bool) -> Option<LayerPlan> {
    (spec.norm == Norm::Bn).then_some(LayerPlan::BatchNorm { name, last })
}

/// A convolution without bias whose padding keeps the size at stride 1.
pub(crate) fn conv(name: String, out: usize, kernel: usize, stride: usize) -> LayerPlan {
    LayerPlan::Conv { name, out, kernel, stride, padding: kernel / 2, bias: false }
}

/// Global average pooling and `fc`.
pub(crate) fn pooled_head(spec: &ModelSpec) -> [LayerPlan; 2] {
    [LayerPlan::AveragePool { out: 1 }, LayerPlan::Linear { name: "fc".into(), out: spec.classes }]
}
