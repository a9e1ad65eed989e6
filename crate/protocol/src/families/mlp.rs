//! Residual blocks of fully connected layers on the flattened image: the toy networks, deep and quick.

use super::branch::{branch, closing, stem};
use super::{BlockLayers, Definition, Layers};
use crate::layer::LayerPlan;
use crate::setting::RunSetting;
use crate::{BlockKind, ModelSpec, Norm, Shortcut};

pub(super) const FAMILY: Definition = Definition {
    name: "mlp",
    prefix: "mlp",
    presets: &[(16, ""), (56, ""), (100, "")],
    depths: 1..=1000,
    has: |_, _| true,
    variants: &[""],
    title: |model| format!("{}-block perceptron", model.depth()),
    width: 64,
    imagenet_kind: false,
    least_image_size: 1,
    has_shortcuts: true,
    norm: |_| Norm::Bn,
    takes: |_, setting| match setting {
        RunSetting::Merge => Some(&["add"]),
        RunSetting::OptionA => Some(&["after"]),
        _ => None,
    },
    layers,
};

fn layers(spec: &ModelSpec) -> Layers {
    let count = spec.model.depth();
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
