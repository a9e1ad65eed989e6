//! The validated network: its blocks with their layers and shapes, its parameters with torchvision's names, its cost.

use crate::layer::{ImageShape, LayerPlan, ParameterPlan};
use crate::{Activation, Family, Init, Merge, ModelSpec, Norm, Order, SpecError, families};
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
}

/// What a block's shortcut does to its input.
#[derive(Clone, Debug, PartialEq)]
pub enum Shortcut {
    /// There is none.
    None,
    /// Nothing.
    Identity,
    /// Option A of He et al. 2015: every second row and column, zero channels appended up to so many.
    OptionA {
        /// Channels of its output.
        channels: usize,
    },
    /// Option B: layers of its own, a 1×1 convolution and a norm.
    Projection(Vec<LayerPlan>),
}

impl Plan {
    /// Plans the network.
    ///
    /// # Errors
    /// Names a setting that is out of range or does not go with the network.
    pub fn new(spec: ModelSpec) -> Result<Self, SpecError> {
        check(&spec)?;
        let input = [spec.channels, spec.image_size, spec.image_size];
        let families::Layers { stem, blocks, head } = families::layers(&spec);
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
            let after = if spec.order == Order::Post && shortcut != Shortcut::None {
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
        let Tally { mut parameters, multiply_accumulates, activations } = tally;
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

    /// The index of the block of that name.
    ///
    /// # Errors
    /// Names the block, and the blocks there are.
    pub fn block_index(&self, name: &str) -> Result<usize, SpecError> {
        self.blocks.iter().position(|block| block.name == name).ok_or_else(|| {
            let names: Vec<_> = self.blocks.iter().map(|block| block.name.as_str()).collect();
            SpecError::new("block", name, format!("one of {}", names.join(", ")))
        })
    }
}

/// Sums up parameters and costs while layers are added.
#[derive(Default)]
struct Tally {
    parameters: Vec<ParameterPlan>,
    multiply_accumulates: u64,
    activations: u64,
}

impl Tally {
    /// Adds layers one after the other; returns the shape of the last one's output.
    fn add(&mut self, layers: &[LayerPlan], input: ImageShape) -> Result<ImageShape, SpecError> {
        let mut shape = input;
        for layer in layers {
            let output = layer.output(shape)?;
            self.parameters.extend(layer.parameters(shape));
            self.multiply_accumulates += layer.multiply_accumulates(shape, output);
            self.activations += output.iter().product::<usize>() as u64;
            shape = output;
        }
        Ok(shape)
    }

    fn count(&self) -> usize {
        self.parameters.iter().map(ParameterPlan::count).sum()
    }
}

/// Whether the settings are in range and go together.
fn check(spec: &ModelSpec) -> Result<(), SpecError> {
    in_range("width", spec.width, 1, 1024)?;
    in_range("channels", spec.channels, 1, 64)?;
    in_range("image_size", spec.image_size, spec.model.family().least_image_size(), 1024)?;
    in_range("classes", spec.classes, 2, 100_000)?;
    in_range("branch_layers", spec.branch_layers, 1, 2)?;
    let ModelSpec { model, norm, init, order, activation, merge, branch_layers, .. } = *spec;
    let only = |name: &str, given: &dyn ToString, fits: bool, accepted: &str| {
        if fits {
            Ok(())
        } else {
            Err(SpecError::new(name, given.to_string(), format!("{accepted} with model {model}")))
        }
    };
    let family = model.family();
    let standard = ModelSpec::standard(model);
    if family.is_imagenet_kind() {
        only("order", &order, order == Order::Post, "post")?;
        only("activation", &activation, activation == Activation::Relu, "relu")?;
    }
    if family != Family::Cifar {
        only("merge", &merge, merge == Merge::Add, "add")?;
    }
    if family != Family::Mlp {
        only("branch_layers", &branch_layers, branch_layers == standard.branch_layers, "2")?;
    }
    if family == Family::Vgg {
        let other = if norm == Norm::Bn {
            "none (vgg16_bn and vgg19_bn have batch norm)"
        } else {
            "bn (vgg16 and vgg19 have none)"
        };
        only("norm", &norm, norm == standard.norm, other)?;
        let without_branch = !matches!(init, Init::ZeroGamma | Init::SkipInit | Init::Scaled);
        only("init", &init, without_branch, "he, xavier or pytorch, which speak of no branch,")?;
    }
    // A ReLU before the last layer of the branch passes no gradient at 0, so a branch that starts at gamma 0 stays there.
    let dead = "another one with order pre, where a zero gamma never leaves 0 (skipinit starts at 0 too)";
    let missing = "another one with norm none, where there is no gamma (skipinit starts at 0 too)";
    match (init, norm, order) {
        (Init::ZeroGamma, Norm::None, _) => Err(SpecError::new("init", init.to_string(), missing)),
        (Init::ZeroGamma, _, Order::Pre) => Err(SpecError::new("init", init.to_string(), dead)),
        _ => Ok(()),
    }
}

fn in_range(name: &str, value: usize, min: usize, max: usize) -> Result<(), SpecError> {
    let accepted = || format!("a whole number from {min} to {max}");
    if (min..=max).contains(&value) { Ok(()) } else { Err(SpecError::new(name, value.to_string(), accepted())) }
}
