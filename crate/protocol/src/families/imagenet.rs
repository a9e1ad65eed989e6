//! The ImageNet family of He et al. 2015 (arXiv 1512.03385, table 1) in torchvision's layout ("v1.5": the stride of a
//! bottleneck is on its 3×3 convolution).

use super::branch::{branch, conv, norm, pooled_head, stem};
use super::{BlockLayers, Definition, Layers};
use crate::layer::LayerPlan;
use crate::setting::RunSetting;
use crate::{BlockKind, ModelSpec, Norm, Shortcut};

pub(super) const FAMILY: Definition = Definition {
    name: "imagenet",
    prefix: "resnet",
    presets: &[(18, ""), (34, ""), (50, ""), (101, ""), (152, "")],
    depths: 18..=152,
    has: |depth, _| blocks_in_stages(depth).is_some(),
    variants: &[""],
    title: |model| format!("ResNet-{}", model.depth()),
    width: 64,
    imagenet_kind: true,
    least_image_size: 1,
    has_shortcuts: true,
    norm: |_| Norm::Bn,
    takes: |_, setting| match setting {
        RunSetting::Order => Some(&["post"]),
        RunSetting::Activation => Some(&["relu"]),
        RunSetting::Merge => Some(&["add"]),
        RunSetting::BranchLayers => Some(&["2"]),
        RunSetting::OptionA => Some(&["after"]),
        _ => None,
    },
    layers,
};

/// Blocks of each stage (He et al. 2015, table 1), and whether they are bottlenecks; `None` for other depths.
fn blocks_in_stages(depth: usize) -> Option<([usize; 4], bool)> {
    match depth {
        18 => Some(([2, 2, 2, 2], false)),
        34 => Some(([3, 4, 6, 3], false)),
        50 => Some(([3, 4, 6, 3], true)),
        101 => Some(([3, 4, 23, 3], true)),
        152 => Some(([3, 8, 36, 3], true)),
        _ => None,
    }
}

/// Output channels of a bottleneck over its inner ones.
const EXPANSION: usize = 4;

fn layers(spec: &ModelSpec) -> Layers {
    let (stages, bottleneck) = blocks_in_stages(spec.model.depth()).unwrap_or_default();
    let count = stages.iter().sum();
    let mut blocks = Vec::new();
    let mut channels = spec.width;
    for (number, blocks_in_stage) in stages.into_iter().enumerate() {
        for index in 0..blocks_in_stage {
            let name = format!("layer{}.{index}", number + 1);
            let stride = if number > 0 && index == 0 { 2 } else { 1 };
            let inner = spec.width << number;
            let out = if bottleneck { EXPANSION * inner } else { inner };
            let weight = |layer: usize, out, kernel, stride| conv(format!("{name}.conv{layer}"), out, kernel, stride);
            let weights = if bottleneck {
                vec![weight(1, inner, 1, 1), weight(2, inner, 3, stride), weight(3, out, 1, 1)]
            } else {
                vec![weight(1, inner, 3, stride), weight(2, inner, 3, 1)]
            };
            blocks.push(BlockLayers {
                kind: if bottleneck { BlockKind::Bottleneck } else { BlockKind::Basic },
                stage: number + 1,
                branch: branch(spec, &name, weights, count),
                shortcut: shortcut(spec, &name, stride, channels == out, out),
                name,
            });
            channels = out;
        }
    }
    let pool = LayerPlan::MaxPool { kernel: 3, stride: 2, padding: 1 };
    let stem = stem(spec, conv("conv1".into(), spec.width, 7, 2)).into_iter().chain([pool]).collect();
    Layers { stem, blocks, head: pooled_head(spec).into() }
}

/// The identity where shapes agree, else a 1×1 convolution and a norm (option B).
fn shortcut(spec: &ModelSpec, block: &str, stride: usize, same_channels: bool, out: usize) -> Shortcut {
    if stride == 1 && same_channels {
        return Shortcut::Identity;
    }
    let norm = norm(spec, format!("{block}.downsample.1"), false);
    Shortcut::Projection([conv(format!("{block}.downsample.0"), out, 1, stride)].into_iter().chain(norm).collect())
}
