//! The validated network: its blocks with their layers and shapes, its parameters with torchvision's names, its cost.

use crate::layer::{ImageShape, LayerPlan, ParameterPlan};
use crate::setting::RunSetting;
use crate::{Activation, ActivationOrder, Complaint, Merge, ModelSpec, Reason, families, rules};
use serde::Serialize;

/// A network ready to be built or drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// What it was made from.
    #[serde(skip)]
    pub spec: ModelSpec,
    /// Shape of one input image, `[C, H, W]`.
    pub input: ImageShape,
    /// What comes before the first block.
    #[serde(skip)]
    pub stem: Vec<LayerPlan>,
    /// The blocks, from the input to the loss.
    pub blocks: Vec<BlockPlan>,
    /// What comes after the last block, up to the logits.
    #[serde(skip)]
    pub head: Vec<LayerPlan>,
    /// Every trainable parameter, sorted by name.
    #[serde(skip)]
    pub parameters: Vec<ParameterPlan>,
    /// Number of trainable scalars.
    pub parameter_count: usize,
    /// Multiplications of one forward pass on one image: convolutions and linear layers.
    pub multiply_accumulates: u64,
    /// Numbers that all layers put out for one image.
    #[serde(skip)]
    pub activations: u64,
    /// The first batch norm that has one pixel an image, if there is one.
    #[serde(skip)]
    pub one_pixel_norm: Option<String>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BlockPlan {
    /// torchvision's module name, such as `layer2.0`.
    pub name: String,
    /// What the branch is made of.
    pub kind: BlockKind,
    /// Stage, from 1.
    pub stage: usize,
    /// Shape of one image at its input, `[C, H, W]`.
    #[serde(rename = "in")]
    pub input: ImageShape,
    /// Shape of one image at its output, `[C, H, W]`.
    #[serde(rename = "out")]
    pub output: ImageShape,
    /// Number of trainable scalars, the projection's included.
    pub parameters: usize,
    /// The layers of the branch F.
    #[serde(skip)]
    pub branch: Vec<LayerPlan>,
    /// What the shortcut h does.
    #[serde(skip)]
    pub shortcut: Shortcut,
    /// How the two come together.
    #[serde(skip)]
    pub merge: Merge,
    /// f in y = f(a·h(x) + F(x)).
    #[serde(skip)]
    pub after: Activation,
}

/// What a block's branch is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// Two 3×3 convolutions (He et al. 2015, figure 5 left).
    Basic,
    /// 1×1, 3×3 and 1×1 convolutions (He et al. 2015, figure 5 right).
    Bottleneck,
    /// One convolution, with what follows it up to the next.
    Conv,
    /// Fully connected layers.
    Linear,
    /// Attention, with the norm that belongs to it; only in recordings from elsewhere, as the two below.
    Attention,
    /// The fully connected layers of a transformer, the same at every position.
    Mlp,
    /// Something else.
    Block,
}

impl BlockKind {
    /// Every kind.
    pub const ALL: [Self; 7] =
        [Self::Basic, Self::Bottleneck, Self::Conv, Self::Linear, Self::Attention, Self::Mlp, Self::Block];

    /// Its name in recordings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Bottleneck => "bottleneck",
            Self::Conv => "conv",
            Self::Linear => "linear",
            Self::Attention => "attention",
            Self::Mlp => "mlp",
            Self::Block => "block",
        }
    }
}

/// What a block's shortcut does to its input.
#[derive(Clone, Debug, PartialEq)]
pub enum Shortcut {
    /// There is none.
    None,
    /// Nothing.
    Identity,
    /// Option A of He et al. 2015: every second row and column, and channels of zeros beside the input's.
    OptionA {
        /// Channels of its output.
        channels: usize,
        /// How many of them stand before the input's.
        before: usize,
    },
    /// Option B: layers of its own, a 1×1 convolution and a norm.
    Projection(Vec<LayerPlan>),
}

impl Plan {
    /// Plans the network.
    ///
    /// # Errors
    /// Names a setting that is out of range or does not go with the network.
    pub fn new(spec: ModelSpec) -> Result<Self, Complaint> {
        rules::check(&spec)?;
        Self::of_layers(spec).map_err(|reason| Complaint::new(RunSetting::ImageSize, &spec.image_size, reason))
    }

    fn of_layers(spec: ModelSpec) -> Result<Self, Reason> {
        let input = [spec.channels, spec.image_size, spec.image_size];
        let families::Layers { stem, blocks, head } = (spec.model.family().definition().layers)(&spec);
        let mut tally = Tally::default();
        let mut shape = tally.add(&stem, input)?;
        let mut planned = Vec::with_capacity(blocks.len());
        for families::BlockLayers { name, kind, stage, branch, shortcut } in blocks {
            let before = tally.count();
            let through = tally.add(&branch, shape)?;
            if let Shortcut::Projection(layers) = &shortcut {
                tally.add(layers, shape)?;
            }
            let kept = if spec.merge == Merge::Concat { shape[0] } else { 0 };
            let output = [through[0] + kept, through[1], through[2]];
            tally.activations += output.iter().product::<usize>() as u64;
            let after = if spec.order == ActivationOrder::Post && shortcut != Shortcut::None {
                spec.activation
            } else {
                Activation::Linear
            };
            let parameters = tally.count() - before;
            planned.push(BlockPlan {
                name,
                kind,
                stage,
                input: shape,
                output,
                parameters,
                branch,
                shortcut,
                merge: spec.merge,
                after,
            });
            shape = output;
        }
        tally.add(&head, shape)?;
        let parameter_count = tally.count();
        let Tally { mut parameters, multiply_accumulates, activations, one_pixel_norm } = tally;
        parameters.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            spec,
            input,
            stem,
            blocks: planned,
            head,
            parameters,
            parameter_count,
            multiply_accumulates,
            activations,
            one_pixel_norm,
        })
    }

    /// Whether its blocks have shortcuts.
    pub fn has_shortcuts(&self) -> bool {
        self.blocks.iter().any(|block| block.shortcut != Shortcut::None)
    }

    /// About the memory that a training step with a batch of this size needs, bytes: half as much again as the
    /// layers put out is kept (of f32), each parameter has its gradient, velocity and update.
    pub fn training_bytes(&self, batch: usize) -> u64 {
        4 * (3 * self.activations * batch as u64 / 2 + 4 * self.parameter_count as u64)
    }

    /// The index of the block of that name, if there is one.
    pub fn block_index(&self, name: &str) -> Option<usize> {
        self.blocks.iter().position(|block| block.name == name)
    }

    /// The names of the blocks, from the input to the loss.
    pub fn block_names(&self) -> Vec<String> {
        self.blocks.iter().map(|block| block.name.clone()).collect()
    }
}

/// Sums up parameters and costs while layers are added.
#[derive(Default)]
struct Tally {
    parameters: Vec<ParameterPlan>,
    multiply_accumulates: u64,
    activations: u64,
    one_pixel_norm: Option<String>,
}

impl Tally {
    /// Adds layers one after the other; returns the shape of the last one's output.
    fn add(&mut self, layers: &[LayerPlan], input: ImageShape) -> Result<ImageShape, Reason> {
        let mut shape = input;
        for layer in layers {
            let output = layer.output(shape)?;
            self.parameters.extend(layer.parameters(shape));
            self.multiply_accumulates += layer.multiply_accumulates(shape, output);
            self.activations += output.iter().product::<usize>() as u64;
            if let (LayerPlan::BatchNorm { name, .. }, [_, 1, 1]) = (layer, shape) {
                self.one_pixel_norm.get_or_insert_with(|| name.clone());
            }
            shape = output;
        }
        Ok(shape)
    }

    fn count(&self) -> usize {
        self.parameters.iter().map(ParameterPlan::count).sum()
    }
}
