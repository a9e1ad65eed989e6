//! Residual blocks of fully connected layers on the flattened image: the toy networks, deep and quick.

use super::branch::{branch, closing, stem};
use super::{BlockLayers, Layers};
use crate::layer::LayerPlan;
use crate::{BlockKind, ModelSpec, Shortcut};

pub(super) fn layers(spec: &ModelSpec, count: usize) -> Layers {
    let linear = |name: String| LayerPlan::Linear { name, out: spec.width };
    let block = |index: usize| {
        let name = format!("layer1.{index}");
        let weights = (1..=spec.branch_layers).map(|layer| linear(format!("{name}.fc{layer}"))).collect();
        let branch = branch(spec, &name, weights, count);
        BlockLayers { kind: BlockKind::Linear, stage: 1, branch, shortcut: Shortcut::Identity, name }
    };
    let stem = [LayerPlan::Flatten].into_iter().chain(stem(spec, linear("fc1".into()))).collect();
    let fc = LayerPlan::Linear { name: "fc".into(), out: spec.classes };
    let head = closing(spec).into_iter().chain([fc]).collect();
    Layers { stem, blocks: (0..count).map(block).collect(), head }
}
