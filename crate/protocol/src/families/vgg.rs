//! VGG (Simonyan & Zisserman 2014, arXiv 1409.1556, table 1 D and E) in torchvision's layout. A block is a convolution,
//! its norm, its ReLU and the pooling that may follow. Dropout is off.

use super::branch::norm;
use super::{BlockLayers, Definition, Layers};
use crate::layer::LayerPlan;
use crate::setting::RunSetting;
use crate::{Activation, BlockKind, Model, ModelSpec, Norm, Shortcut};

/// What the names of the networks with batch norm end in.
const WITH_NORM: &str = "_bn";

pub(super) const FAMILY: Definition = Definition {
    name: "vgg",
    prefix: "vgg",
    presets: &[(16, ""), (16, WITH_NORM), (19, ""), (19, WITH_NORM)],
    depths: 16..=19,
    has: |depth, _| [16, 19].contains(&depth),
    variants: &["", WITH_NORM],
    title: |model| format!("VGG-{}{}", model.depth(), if has_norm(model) { " with batch norm" } else { "" }),
    width: 64,
    imagenet_kind: true,
    // Height and width are halved five times.
    least_image_size: 32,
    has_shortcuts: false,
    norm: |model| if has_norm(model) { Norm::Bn } else { Norm::None },
    takes: |model, setting| match setting {
        RunSetting::Order => Some(&["post"]),
        RunSetting::Activation => Some(&["relu"]),
        RunSetting::Merge => Some(&["add"]),
        RunSetting::BranchLayers => Some(&["2"]),
        RunSetting::OptionA => Some(&["after"]),
        RunSetting::Norm => Some(if has_norm(model) { &["bn"] } else { &["none"] }),
        // The others speak of a branch.
        RunSetting::Init => Some(&["he", "xavier", "pytorch"]),
        _ => None,
    },
    layers,
};

fn has_norm(model: Model) -> bool {
    model.variant() == WITH_NORM
}

/// Features of the two hidden linear layers, in units of the width.
const HIDDEN: usize = 64;

fn layers(spec: &ModelSpec) -> Layers {
    let convs = if spec.model.depth() == 16 { [2, 2, 3, 3, 3] } else { [2, 2, 4, 4, 4] };
    let mut blocks = Vec::new();
    // torchvision numbers every module of `features`: convolution, norm, ReLU, pooling.
    let mut module = 0;
    for (number, count) in convs.into_iter().enumerate() {
        for index in 0..count {
            let name = format!("features.{module}");
            let out = spec.width << number.min(3);
            let mut branch =
                vec![LayerPlan::Conv { name: name.clone(), out, kernel: 3, stride: 1, padding: 1, bias: true }];
            branch.extend(norm(spec, format!("features.{}", module + 1), true));
            branch.push(LayerPlan::Activation(Activation::Relu));
            module += if has_norm(spec.model) { 3 } else { 2 };
            if index + 1 == count {
                branch.push(LayerPlan::MaxPool { kernel: 2, stride: 2, padding: 0 });
                module += 1;
            }
            blocks.push(BlockLayers {
                name,
                kind: BlockKind::Conv,
                stage: number + 1,
                branch,
                shortcut: Shortcut::None,
            });
        }
    }
    let linear = |index: usize, out| LayerPlan::Linear { name: format!("classifier.{index}"), out };
    let relu = || LayerPlan::Activation(Activation::Relu);
    let hidden = HIDDEN * spec.width;
    let head = vec![
        LayerPlan::AveragePool { out: 7 },
        LayerPlan::Flatten,
        linear(0, hidden),
        relu(),
        linear(3, hidden),
        relu(),
        linear(6, spec.classes),
    ];
    Layers { stem: Vec::new(), blocks, head }
}
