//! A network of the plan: stem, blocks, head, with its parameters and running statistics.

use super::block::{Block, Shortcut};
use super::block_floating_point::BlockFloat;
use super::chain::Chain;
use super::head::{Answers, Head};
use super::layer::{Layer, Mode, Running};
use super::parameters::Parameters;
use super::ways::Join;
use crate::EngineError;
use candle_core::{DType, Device, Tensor};
use protocol::{BlockPlan, LayerPlan, Merge, Plan};

/// A network ready to run.
pub struct Network {
    /// What it was built from.
    pub plan: Plan,
    /// The trainable tensors.
    pub parameters: Parameters,
    pub(crate) stem: Chain,
    pub(crate) blocks: Vec<Block>,
    pub(crate) head: Head,
    pub(crate) running: Vec<Running>,
}

impl Network {
    /// Builds the plan's network around these parameters; running statistics start at mean 0 and variance 1.
    ///
    /// # Errors
    /// [`EngineError::Internal`] if the plan names a layer whose parameters it does not list; [`EngineError::Candle`]
    /// if the device has no memory left.
    pub fn new(plan: Plan, parameters: Parameters) -> Result<Self, EngineError> {
        let mut builder = Builder { plan: &plan, first: parameters.tensor(0), running: Vec::new() };
        let stem = builder.chain(&plan.stem)?;
        let blocks = plan.blocks.iter().map(|block| builder.block(block)).collect::<Result<_, _>>()?;
        let head = Head::new(builder.layers(&plan.head)?);
        let running = builder.running;
        Ok(Self { plan, parameters, stem, blocks, head, running })
    }

    /// Trains on labels of which this share goes evenly to all classes, in [0, 1]; evaluations do not.
    pub(crate) fn set_label_smoothing(&mut self, share: f64) {
        self.head.label_smoothing = share;
    }

    /// The number type of its parameters.
    pub fn dtype(&self) -> DType {
        self.parameters.tensor(0).dtype()
    }

    /// Where its parameters are.
    pub fn device(&self) -> &Device {
        self.parameters.tensor(0).device()
    }

    /// The mean cross-entropy and the number of correct answers on images `[N, C, H, W]` with labels u32 `[N]`; nothing is
    /// changed.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no
    /// memory left.
    pub fn evaluate(
        &self,
        images: &Tensor,
        labels: &Tensor,
        joins: &[Join],
        mode: Mode,
    ) -> Result<(f64, usize), EngineError> {
        let answers = self.answers(images, labels, joins, mode)?;
        Ok((answers.loss, answers.correct))
    }

    /// The answers to images `[N, C, H, W]` with labels u32 `[N]`.
    pub(crate) fn answers(
        &self,
        images: &Tensor,
        labels: &Tensor,
        joins: &[Join],
        mode: Mode,
    ) -> Result<Answers, EngineError> {
        let _constants = kernel::ConstantsKept::on(self.device());
        let running = (mode == Mode::Eval).then_some(self.running.as_slice());
        let x = self.to_head(images, running, joins)?;
        self.head.evaluate(&self.parameters, running, &x, labels)
    }

    /// The logits `[N, K, 1, 1]` of images `[N, C, H, W]`.
    ///
    /// # Errors
    /// What [`Network::evaluate`] fails with.
    pub fn logits(&self, images: &Tensor, joins: &[Join], mode: Mode) -> Result<Tensor, EngineError> {
        let running = (mode == Mode::Eval).then_some(self.running.as_slice());
        self.head.logits(&self.parameters, running, &self.to_head(images, running, joins)?)
    }

    /// What stem and blocks make of images.
    fn to_head(&self, images: &Tensor, running: Option<&[Running]>, joins: &[Join]) -> Result<BlockFloat, EngineError> {
        let mut x = BlockFloat::plain(images.clone());
        for part in 0..=self.blocks.len() {
            x = self.through(part, &self.parameters, running, &x, joins)?;
        }
        Ok(x)
    }

    /// What one part before the head makes of x with these parameters: 0 is the stem, n the block of index n − 1.
    pub(crate) fn through(
        &self,
        part: usize,
        parameters: &Parameters,
        running: Option<&[Running]>,
        x: &BlockFloat,
        joins: &[Join],
    ) -> Result<BlockFloat, EngineError> {
        match part.checked_sub(1) {
            None => Ok(BlockFloat::plain(self.stem.evaluate(parameters, running, &x.tensor)?)),
            Some(block) => self.blocks[block].evaluate(parameters, running, x, joins[block]),
        }
    }

    /// The joins with this one block left out, if that can be.
    pub(crate) fn without(&self, index: usize, joins: &[Join]) -> Option<Vec<Join>> {
        let plan = &self.plan.blocks[index];
        let mut joins = joins.to_vec();
        joins[index] = self.blocks[index].left_out(joins[index], [plan.input[0], plan.output[0]])?;
        Some(joins)
    }
}

/// Turns layer plans into layers: finds their parameters and makes a place for each batch norm's running statistics.
struct Builder<'a> {
    plan: &'a Plan,
    /// Any parameter: tells number type and device.
    first: &'a Tensor,
    running: Vec<Running>,
}

impl Builder<'_> {
    fn block(&mut self, block: &BlockPlan) -> Result<Block, EngineError> {
        let kept = if block.merge == Merge::Concat { block.input[0] } else { 0 };
        Ok(Block {
            branch: self.chain(&block.branch)?,
            shortcut: match &block.shortcut {
                protocol::Shortcut::None => Shortcut::None,
                protocol::Shortcut::Identity => Shortcut::Identity,
                &protocol::Shortcut::OptionA { channels, before } => Shortcut::OptionA { channels, before },
                protocol::Shortcut::Projection(layers) => Shortcut::Projection(self.chain(layers)?),
            },
            merge: block.merge,
            after: block.after,
            branch_channels: block.output[0] - kept,
        })
    }

    fn chain(&mut self, layers: &[LayerPlan]) -> Result<Chain, EngineError> {
        Ok(Chain::new(self.layers(layers)?))
    }

    fn layers(&mut self, layers: &[LayerPlan]) -> Result<Vec<Layer>, EngineError> {
        layers.iter().map(|layer| self.layer(layer)).collect()
    }

    fn layer(&mut self, layer: &LayerPlan) -> Result<Layer, EngineError> {
        let index = |name: String| Parameters::index(self.plan, &name);
        let weight = |name: &str| index(format!("{name}.weight"));
        let bias = |name: &str| index(format!("{name}.bias"));
        Ok(match layer {
            LayerPlan::Conv { name, stride, padding, bias: has_bias, .. } => {
                let bias = if *has_bias { Some(bias(name)?) } else { None };
                Layer::Conv { weight: weight(name)?, bias, stride: *stride, padding: *padding }
            }
            LayerPlan::BatchNorm { name, .. } => {
                let (weight, bias) = (weight(name)?, bias(name)?);
                let channels = self.plan.parameters[weight].count();
                let (dtype, device) = (self.first.dtype(), self.first.device());
                let (mean, variance) =
                    (Tensor::zeros(channels, dtype, device)?, Tensor::ones(channels, dtype, device)?);
                self.running.push(Running { name: name.clone(), mean, variance });
                Layer::BatchNorm { weight, bias, running: self.running.len() - 1 }
            }
            LayerPlan::Activation(activation) => Layer::Activation(*activation),
            LayerPlan::MaxPool { kernel, stride, padding } => {
                Layer::MaxPool { kernel: *kernel, stride: *stride, padding: *padding }
            }
            LayerPlan::AveragePool { out } => Layer::AveragePool { out: *out },
            LayerPlan::Flatten => Layer::Flatten,
            LayerPlan::Linear { name, .. } => Layer::Linear { weight: weight(name)?, bias: bias(name)? },
            LayerPlan::Scale { name } => Layer::Scale { weight: index(name.clone())? },
            LayerPlan::Factor(factor) => Layer::Factor(*factor),
        })
    }
}
