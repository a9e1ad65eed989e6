//! The families of networks: from a [`ModelSpec`] to the list of layers.

mod branch;
mod cifar;
mod imagenet;
mod mlp;
mod vgg;

use crate::layer::LayerPlan;
use crate::{BlockKind, Model, ModelSpec, Shortcut};

/// A network as lists of layers.
pub(crate) struct Layers {
    pub(crate) stem: Vec<LayerPlan>,
    pub(crate) blocks: Vec<BlockLayers>,
    pub(crate) head: Vec<LayerPlan>,
}

/// One block as lists of layers.
pub(crate) struct BlockLayers {
    pub(crate) name: String,
    pub(crate) kind: BlockKind,
    pub(crate) stage: usize,
    pub(crate) branch: Vec<LayerPlan>,
    pub(crate) shortcut: Shortcut,
}

/// The layers of the network.
pub(crate) fn layers(spec: &ModelSpec) -> Layers {
    match spec.model {
        Model::Cifar { depth } => cifar::layers(spec, depth),
        Model::ImageNet { depth } => imagenet::layers(spec, depth),
        Model::Vgg { depth, bn } => vgg::layers(spec, depth, bn),
        Model::Mlp { blocks } => mlp::layers(spec, blocks),
    }
}
