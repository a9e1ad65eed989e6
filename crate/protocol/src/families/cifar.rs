//! The CIFAR family of He et al. 2015 (arXiv 1512.03385, section 4.2).

use super::branch::{branch, closing, conv, pooled_head, stem};
use super::{BlockLayers, Definition, Layers};
use crate::setting::RunSetting;
use crate::{BlockKind, Merge, ModelSpec, Norm, OptionA, Shortcut};

pub(super) const FAMILY: Definition = Definition {
    name: "cifar",
    prefix: "resnet",
    presets: &[(8, ""), (14, ""), (20, ""), (32, ""), (44, ""), (56, ""), (110, "")],
    depths: 8..=1202,
    // 50 and 152 are depths of the ImageNet family.
    has: |depth, _| depth % 6 == 2 && ![50, 152].contains(&depth),
    variants: &[""],
    title: |model| format!("ResNet-{}", model.depth()),
    width: 16,
    imagenet_kind: false,
    least_image_size: 1,
    has_shortcuts: true,
    norm: |_| Norm::Bn,
    takes: |_, setting| (setting == RunSetting::BranchLayers).then_some(&["2"]),
    layers,
};

fn layers(spec: &ModelSpec) -> Layers {
    let blocks_a_stage = (spec.model.depth() - 2) / 6;
    let mut blocks = Vec::new();
    let mut channels = spec.width;
    for stage in 1..=3 {
        for index in 0..blocks_a_stage {
            let name = format!("layer{stage}.{index}");
            let stride = if stage > 1 && index == 0 { 2 } else { 1 };
            // Adding keeps the channels within a stage and doubles them between; appending adds `width` a block.
            let (out, after) = match spec.merge {
                Merge::Add => (spec.width << (stage - 1), spec.width << (stage - 1)),
                Merge::Concat => (spec.width, channels + spec.width),
            };
            let kept = if spec.merge == Merge::Concat { channels } else { out };
            let before = if spec.option_a == OptionA::Around { (kept - channels) / 2 } else { 0 };
            let weights = vec![conv(format!("{name}.conv1"), out, 3, stride), conv(format!("{name}.conv2"), out, 3, 1)];
            blocks.push(BlockLayers {
                kind: BlockKind::Basic,
                stage,
                branch: branch(spec, &name, weights, 3 * blocks_a_stage),
                shortcut: if stride == 1 { Shortcut::Identity } else { Shortcut::OptionA { channels: kept, before } },
                name,
            });
            channels = after;
        }
    }
    let head = closing(spec).into_iter().chain(pooled_head(spec)).collect();
    Layers { stem: stem(spec, conv("conv1".into(), spec.width, 3, 1)), blocks, head }
}
