//! VGG (Simonyan & Zisserman 2014, arXiv 1409.1556, table 1 D and E) in torchvision's layout. A block is a convolution,
//! its norm, its ReLU and the pooling that may follow. Dropout is off.

use super::branch::norm;
use super::{BlockLayers, Layers};
use crate::layer::LayerPlan;
use crate::{Activation, BlockKind, ModelSpec, Shortcut};

/// Features of the two hidden linear layers, in units of the width.
const HIDDEN: usize = 64;

pub(super) fn layers(spec: &ModelSpec, depth: usize, bn: bool) -> Layers {
    let convs = if depth == 16 { [2, 2, 3, 3, 3] } else { [2, 2, 4, 4, 4] };
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
            module += if bn { 3 } else { 2 };
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
