//! The CIFAR family of He et al. 2015 (arXiv 1512.03385, section 4.2).

use super::branch::{branch, closing, conv, pooled_head, stem};
use super::{BlockLayers, Layers};
use crate::{BlockKind, Merge, ModelSpec, Shortcut};

pub(super) fn layers(spec: &ModelSpec, depth: usize) -> Layers {
    let blocks_a_stage = (depth - 2) / 6;
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
            let weights = vec![conv(format!("{name}.conv1"), out, 3, stride), conv(format!("{name}.conv2"), out, 3, 1)];
            blocks.push(BlockLayers {
                kind: BlockKind::Basic,
                stage,
                branch: branch(spec, &name, weights, 3 * blocks_a_stage),
                shortcut: if stride == 1 { Shortcut::Identity } else { Shortcut::OptionA { channels: kept } },
                name,
            });
            channels = after;
        }
    }
    let head = closing(spec).into_iter().chain(pooled_head(spec)).collect();
    Layers { stem: stem(spec, conv("conv1".into(), spec.width, 3, 1)), blocks, head }
}
