//! The closed list of measured quantities: name, shape, when each is measured, and what that costs.

use crate::{Schedule, SpecError};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many numbers a quantity is at a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityShape {
    /// One a block, from the input to the loss.
    Block,
    /// One.
    Scalar,
    /// One for each number k of branches on a path, from 0 to the number of blocks.
    Path,
    /// One for each strength of [`SWEEP_STRENGTHS`].
    Sweep,
}

/// The factors on all shortcuts' strengths at which the strength sweep evaluates the network.
pub const SWEEP_STRENGTHS: [f64; 8] = [0.0, 0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25];

/// Declares [`Quantity`], its names, shapes, schedules and costs.
macro_rules! quantities {
    ($($(#[$doc:meta])* $variant:ident $name:literal $shape:ident, $schedule:expr, $cost:literal;)+) => {
        /// A measured quantity. With x a block's input, y its output, h the shortcut, F the branch, a the shortcut's
        /// strength and E the batch's mean cross-entropy, a block computes y = f(a·h(x) + F(x)). All norms are L2 over
        /// batch and features, accumulated in f64.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Quantity { $($(#[$doc])* $variant),+ }

        impl Quantity {
            /// Every quantity, in the order of records.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in records, tables and on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How many numbers it is.
            pub fn shape(self) -> QuantityShape {
                match self { $(Self::$variant => QuantityShape::$shape),+ }
            }

            /// When a run measures it unless asked otherwise.
            pub fn schedule(self) -> Schedule {
                match self { $(Self::$variant => $schedule),+ }
            }

            /// What a measurement costs, in words.
            pub fn cost(self) -> &'static str {
                match self { $(Self::$variant => $cost),+ }
            }
        }
    };
}

quantities! {
    /// ‖∂E/∂x‖, the whole gradient at the block's input.
    GradInL2 "grad_in_l2" Block, Schedule::Every(1), "one pass over the gradient";
    /// ‖∂E/∂y‖, the gradient arriving at the block's output.
    GradOutL2 "grad_out_l2" Block, Schedule::Every(1), "nothing: the next block's grad_in_l2";
    /// √Σ‖∂E/∂w‖² over all parameters of the block, its projection included.
    WeightGradL2 "weight_grad_l2" Block, Schedule::Every(1), "one pass over the weights' gradient";
    /// Norm of the part of ∂E/∂x that comes back through the branch.
    BranchGradL2 "branch_grad_l2" Block, Schedule::Every(1), "one pass over the gradient";
    /// Norm of the part of ∂E/∂x that comes back over the shortcut; absent at strength 0.
    SkipGradL2 "skip_grad_l2" Block, Schedule::Every(1), "one pass over the gradient";
    /// Cosine between those two parts; absent at strength 0.
    SkipBranchCosine "skip_branch_cosine" Block, Schedule::Every(1), "one pass over two gradients";
    /// ‖F(x)‖ / ‖a·h(x)‖ before the activation; absent at strength 0.
    BranchRatio "branch_ratio" Block, Schedule::Every(1), "one pass over the shortcut's activations";
    /// ‖F(x)‖ / √(number of elements).
    BranchRms "branch_rms" Block, Schedule::Every(1), "one pass over the branch's activations";
    /// ‖Δw‖ / ‖w‖ of the update, momentum and weight decay included.
    UpdateRatio "update_ratio" Block, Schedule::Every(1), "two passes over the weights";
    /// ‖∂E/∂x‖ / √(number of elements), for comparing stages of different shape.
    GradInRms "grad_in_rms" Block, Schedule::Every(1), "nothing: from grad_in_l2";
    /// √B·‖∂E/∂x‖ with B the batch: the root mean square over the batch of one image's gradient.
    GradInPerSample "grad_in_per_sample" Block, Schedule::Every(1), "nothing: from grad_in_l2";
    /// ‖w‖ over all parameters of the block.
    WeightL2 "weight_l2" Block, Schedule::Every(1), "one pass over the weights";
    /// ‖∂E/∂w‖ / ‖w‖.
    WeightGradRatio "weight_grad_ratio" Block, Schedule::Every(1), "one pass over the weights";
    /// ‖w‖·‖∂E/∂w‖ over the convolution and linear weights, which does not change when weights before a norm are rescaled.
    WeightGradInvariant "weight_grad_invariant" Block, Schedule::Every(1), "one pass over the weights";
    /// Share over the shortcut: ‖shortcut part‖ / (‖shortcut part‖ + ‖branch part‖); absent at strength 0.
    SkipShare "skip_share" Block, Schedule::Every(1), "nothing: from the two parts";
    /// ‖branch part‖ / ‖∂E/∂y‖, s in the literature.
    BranchGain "branch_gain" Block, Schedule::Every(1), "nothing: from branch_grad_l2";
    /// ‖D∂E/∂y‖² / ‖∂E/∂y‖² with D the derivative of the activation after the addition.
    MaskPass "mask_pass" Block, Schedule::Every(1), "one pass over the gradient";
    /// ‖y‖ / √(number of elements).
    ActivationRms "activation_rms" Block, Schedule::Every(1), "one pass over the activations";
    /// Mean cosine between the block's outputs of two different images of the batch.
    ActivationCosine "activation_cosine" Block, Schedule::Every(10), "two passes over the activations";
    /// Share of the channels behind the block's ReLUs that are 0 for the whole batch; absent without ReLU.
    DeadShare "dead_share" Block, Schedule::Every(10), "one pass over each ReLU's output";
    /// Share of the numbers of ∂E/∂x that are 0, subnormal or not finite in f32.
    UnderflowShare "underflow_share" Block, Schedule::Every(10), "one pass over the gradient";
    /// Change of the held-out loss, nats, when this block alone is left out.
    AblationLoss "ablation_loss" Block, Schedule::Evaluation, "one evaluation of the held-out images a block";
    /// Change of the held-out accuracy when this block alone is left out.
    AblationAccuracy "ablation_accuracy" Block, Schedule::Evaluation, "as ablation_loss, measured with it";
    /// R = log10(‖∂E/∂x‖ of the first block / of the last).
    DepthRatio "depth_ratio" Scalar, Schedule::Every(1), "nothing: from grad_in_l2";
    /// Factor by which ‖∂E/∂x‖ grows a block on the way from the loss to the input.
    LayerFactor "layer_factor" Scalar, Schedule::Every(1), "nothing: from grad_in_l2";
    /// log10(‖∂E/∂w‖ of the first block / of the last).
    WeightDepthRatio "weight_depth_ratio" Scalar, Schedule::Every(1), "nothing: from weight_grad_l2";
    /// Σk‖G_k‖² / Σ‖G_k‖² with G_k the gradient over all paths through exactly k branches.
    EffectiveDepth "effective_depth" Scalar, Schedule::Log, "nothing beside path_energy";
    /// ⟨g, ΣkG_k⟩ / ⟨g, g⟩ with g = ΣG_k.
    EffectiveDepthMean "effective_depth_mean" Scalar, Schedule::Log, "about a backward pass";
    /// Σs²/(1+s²), s the branch part over the shortcut part: the closed form of `effective_depth`.
    EffectiveDepthClosed "effective_depth_closed" Scalar, Schedule::Every(1), "nothing: from the two parts";
    /// Σs/(1+s): the same with the weights of the historical upper bound.
    EffectiveDepthBound "effective_depth_bound" Scalar, Schedule::Every(1), "nothing: from the two parts";
    /// Σr²/(1+r²) with r = `branch_ratio`: the same on the way forward.
    EffectiveDepthForward "effective_depth_forward" Scalar, Schedule::Every(1), "nothing: from branch_ratio";
    /// Number of blocks without which the held-out loss rises by more than 0.1 nats.
    EffectiveDepthAblation "effective_depth_ablation" Scalar, Schedule::Evaluation, "as ablation_loss, measured with it";
    /// Number of blocks whose branch took part in the step (all, without stochastic depth).
    ActiveBlocks "active_blocks" Scalar, Schedule::Every(1), "nothing";
    /// ‖g‖² / E‖g_ε‖², g_ε the gradient with each branch's backward pass multiplied by a random sign.
    Coherence "coherence" Scalar, Schedule::Log, "32 backward passes without weight gradients";
    /// ‖G_k‖², k = 0, …, n.
    PathEnergy "path_energy" Path, Schedule::Log, "n/2 backward passes without weight gradients, n the number of blocks";
    /// The closed form of `path_energy` with paths taken as orthogonal, as shares.
    PathEnergyClosed "path_energy_closed" Path, Schedule::Every(1), "nothing: from the two parts";
    /// C(n, k) times the mean norm of a path through k branches: Veit's upper bound.
    PathBound "path_bound" Path, Schedule::OnDemand, "20(n+1) backward passes without weight gradients";
    /// Mean norm of a path through k branches.
    PathNorm "path_norm" Path, Schedule::OnDemand, "as path_bound, measured with it";
    /// Held-out loss, nats, with all strengths multiplied by each of 0, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25.
    SweepLoss "sweep_loss" Sweep, Schedule::Evaluation, "seven evaluations of the held-out images";
    /// Held-out accuracy, likewise.
    SweepAccuracy "sweep_accuracy" Sweep, Schedule::Evaluation, "as sweep_loss, measured with it";
}

impl Quantity {
    /// The eight columns of the gradient profile, in the order of the page's table.
    pub const PROFILE: [Self; 8] = [
        Self::GradInL2,
        Self::GradOutL2,
        Self::WeightGradL2,
        Self::BranchGradL2,
        Self::SkipGradL2,
        Self::SkipBranchCosine,
        Self::BranchRatio,
        Self::BranchRms,
    ];

    /// What a run measures unless asked otherwise: the profile, the update ratio, and the scalars that cost nothing.
    pub const USUAL: [Self; 14] = [
        Self::GradInL2,
        Self::GradOutL2,
        Self::WeightGradL2,
        Self::BranchGradL2,
        Self::SkipGradL2,
        Self::SkipBranchCosine,
        Self::BranchRatio,
        Self::BranchRms,
        Self::UpdateRatio,
        Self::DepthRatio,
        Self::LayerFactor,
        Self::EffectiveDepthClosed,
        Self::EffectiveDepthForward,
        Self::ActiveBlocks,
    ];

    /// Whether the quantity speaks of the shortcut and so does not exist where the strength is 0.
    pub fn needs_shortcut(self) -> bool {
        matches!(self, Self::SkipGradL2 | Self::SkipBranchCosine | Self::BranchRatio | Self::SkipShare)
    }

    /// Parses a comma list of names; `all` (but what is measured on demand only) and `none` are accepted too.
    ///
    /// # Errors
    /// Names the first unknown entry and what is accepted.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, SpecError> {
        let on_demand = |quantity: &Self| quantity.schedule() == Schedule::OnDemand;
        match text {
            "all" => Ok(Self::ALL.iter().copied().filter(|quantity| !on_demand(quantity)).collect()),
            "none" => Ok(Vec::new()),
            list => list.split(',').map(|name| name.trim().parse()).collect(),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Quantity {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        Self::ALL.iter().copied().find(|quantity| quantity.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|quantity| quantity.name()).collect();
            SpecError::new("quantities", text, format!("a comma list of {}, or all, or none", names.join(", ")))
        })
    }
}
