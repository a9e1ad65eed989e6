//! The closed list of measured quantities: of each its name, shape, unit, schedule, formula, source, what it is made from
//! and what measuring it costs. The engine's `quantities` measure them, `scene`'s words say how to read them, and
//! `docs/quantities.md` is written from all three.

use crate::{Reason, Schedule};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How many values a quantity has at a step.
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

/// What the values of a quantity are values of, which says how they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A norm or a root mean square. 0 may be a value that f32 cannot hold.
    Norm,
    /// A norm's square.
    Energy,
    /// One thing over another, from 0 up.
    Ratio,
    /// A part of a whole, in [0, 1], or the difference of two.
    Share,
    /// A cosine, in [−1, 1].
    Cosine,
    /// Powers of ten.
    Decades,
    /// A loss, or the difference of two.
    Nats,
    /// A mean number of branches on a path.
    Branches,
    /// A count of blocks.
    Blocks,
}

impl Unit {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Norm => "norm",
            Self::Energy => "norm²",
            Self::Ratio => "ratio",
            Self::Share => "share",
            Self::Cosine => "cosine",
            Self::Decades => "powers of ten",
            Self::Nats => "nats",
            Self::Branches => "branches",
            Self::Blocks => "blocks",
        }
    }
}

/// Declares [`Quantity`] and what is known of each. No entry can be left out: a quantity without a source does not compile.
macro_rules! quantities {
    ($($(#[$doc:meta])* $variant:ident $name:literal {
        shape: $shape:ident, unit: $unit:ident, schedule: $schedule:ident $(($period:literal))?,
        formula: $formula:literal,
        source: $source:literal,
        made_from: [$($from:ident),*],
        cost: $cost:literal,
    })+) => {
        /// A measured quantity. With x a block's input, y its output, h the shortcut, F the branch, a the shortcut's
        /// strength and E the batch's mean cross-entropy, a block computes y = f(a·h(x) + F(x)); D is the derivative of
        /// f, J that of F. All norms are L2 over batch and features, accumulated in f64.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Quantity { $($(#[$doc])* $variant),+ }

        impl Quantity {
            /// Every quantity, in the order of records.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in records, tables and on the command line.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How many values it has at a step.
            pub fn shape(self) -> QuantityShape {
                match self { $(Self::$variant => QuantityShape::$shape),+ }
            }

            /// What its values are values of.
            pub fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit),+ }
            }

            /// When a run measures it unless asked otherwise.
            pub fn schedule(self) -> Schedule {
                match self { $(Self::$variant => Schedule::$schedule $(($period))?),+ }
            }

            /// Its formula, in the letters of [`Quantity`].
            pub fn formula(self) -> &'static str {
                match self { $(Self::$variant => $formula),+ }
            }

            /// Where it comes from: a paper, with section or equation.
            pub fn source(self) -> &'static str {
                match self { $(Self::$variant => $source),+ }
            }

            /// The quantities that it is computed from.
            pub fn made_from(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$from),*]),+ }
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
    GradInL2 "grad_in_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖∂E/∂x‖",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [],
        cost: "one pass over the gradient",
    }
    /// ‖∂E/∂y‖, the gradient arriving at the block's output.
    GradOutL2 "grad_out_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖∂E/∂y‖",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [GradInL2],
        cost: "nothing: the next block's grad_in_l2",
    }
    /// √Σ‖∂E/∂w‖² over all parameters of the block, its projection included.
    WeightGradL2 "weight_grad_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "√Σ‖∂E/∂w‖²",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [],
        cost: "one pass over the weights' gradient",
    }
    /// Norm of the part of ∂E/∂x that comes back through the branch.
    BranchGradL2 "branch_grad_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖JᵀDg‖",
        source: "He et al. 2016, arXiv 1603.05027, equation 5",
        made_from: [],
        cost: "one pass over the gradient",
    }
    /// Norm of the part of ∂E/∂x that comes back over the shortcut; absent at strength 0.
    SkipGradL2 "skip_grad_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖a·hᵀDg‖",
        source: "He et al. 2016, arXiv 1603.05027, equation 5",
        made_from: [],
        cost: "one pass over the gradient",
    }
    /// Cosine between those two parts; absent at strength 0.
    SkipBranchCosine "skip_branch_cosine" {
        shape: Block, unit: Cosine, schedule: Every(1),
        formula: "cos(a·hᵀDg, JᵀDg)",
        source: "He et al. 2016, arXiv 1603.05027, equation 5",
        made_from: [],
        cost: "one pass over two gradients",
    }
    /// ‖F(x)‖ / ‖a·h(x)‖ before the activation; absent at strength 0, and where both are 0.
    BranchRatio "branch_ratio" {
        shape: Block, unit: Ratio, schedule: Every(1),
        formula: "‖F(x)‖ / ‖a·h(x)‖",
        source: "De & Smith 2020, arXiv 2002.10444",
        made_from: [],
        cost: "one pass over the shortcut's activations",
    }
    /// ‖F(x)‖ / √(number of elements).
    BranchRms "branch_rms" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖F(x)‖ / √n",
        source: "De & Smith 2020, arXiv 2002.10444",
        made_from: [],
        cost: "one pass over the branch's activations",
    }
    /// ‖Δw‖ / ‖w‖ of the update, momentum and weight decay included.
    UpdateRatio "update_ratio" {
        shape: Block, unit: Ratio, schedule: Every(1),
        formula: "‖Δw‖ / ‖w‖",
        source: "the common rule of thumb that it be about 1e-3",
        made_from: [],
        cost: "two passes over the weights",
    }
    /// ‖∂E/∂x‖ / √(number of elements), for comparing stages of different shape.
    GradInRms "grad_in_rms" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖∂E/∂x‖ / √n",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [GradInL2],
        cost: "nothing: from grad_in_l2",
    }
    /// √B·‖∂E/∂x‖ with B the batch: the root mean square over the batch of one image's gradient.
    GradInPerSample "grad_in_per_sample" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "√B·‖∂E/∂x‖",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [GradInL2],
        cost: "nothing: from grad_in_l2",
    }
    /// ‖w‖ over all parameters of the block.
    WeightL2 "weight_l2" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖w‖",
        source: "van Laarhoven 2017, arXiv 1706.05350",
        made_from: [],
        cost: "one pass over the weights",
    }
    /// ‖∂E/∂w‖ / ‖w‖.
    WeightGradRatio "weight_grad_ratio" {
        shape: Block, unit: Ratio, schedule: Every(1),
        formula: "‖∂E/∂w‖ / ‖w‖",
        source: "You et al. 2017, arXiv 1708.03888",
        made_from: [WeightGradL2, WeightL2],
        cost: "one pass over the weights",
    }
    /// ‖w‖·‖∂E/∂w‖ over the convolution and linear weights, which does not change when weights before a norm are rescaled.
    WeightGradInvariant "weight_grad_invariant" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖w‖·‖∂E/∂w‖",
        source: "van Laarhoven 2017, arXiv 1706.05350",
        made_from: [],
        cost: "one pass over the weights",
    }
    /// Share over the shortcut: ‖shortcut part‖ / (‖shortcut part‖ + ‖branch part‖); absent at strength 0.
    SkipShare "skip_share" {
        shape: Block, unit: Share, schedule: Every(1),
        formula: "‖a·hᵀDg‖ / (‖a·hᵀDg‖ + ‖JᵀDg‖)",
        source: "He et al. 2016, arXiv 1603.05027, equation 5",
        made_from: [BranchGradL2, SkipGradL2],
        cost: "nothing: from the two parts",
    }
    /// ‖branch part‖ / ‖∂E/∂y‖, s in the literature.
    BranchGain "branch_gain" {
        shape: Block, unit: Ratio, schedule: Every(1),
        formula: "‖JᵀDg‖ / ‖∂E/∂y‖",
        source: "He et al. 2016, arXiv 1603.05027, equation 5",
        made_from: [BranchGradL2, GradInL2],
        cost: "nothing: from branch_grad_l2",
    }
    /// ‖D∂E/∂y‖² / ‖∂E/∂y‖² with D the derivative of the activation after the addition.
    MaskPass "mask_pass" {
        shape: Block, unit: Share, schedule: Every(1),
        formula: "‖D·∂E/∂y‖² / ‖∂E/∂y‖²",
        source: "He et al. 2016, arXiv 1603.05027, section 3",
        made_from: [GradInL2],
        cost: "one pass over the gradient",
    }
    /// ‖y‖ / √(number of elements).
    ActivationRms "activation_rms" {
        shape: Block, unit: Norm, schedule: Every(1),
        formula: "‖y‖ / √n",
        source: "De & Smith 2020, arXiv 2002.10444",
        made_from: [],
        cost: "one pass over the activations",
    }
    /// Mean cosine between the block's outputs of two different images of the batch.
    ActivationCosine "activation_cosine" {
        shape: Block, unit: Cosine, schedule: Every(10),
        formula: "mean cos(yᵢ, yⱼ)",
        source: "Balduzzi et al. 2017, arXiv 1702.08591",
        made_from: [],
        cost: "two passes over the activations",
    }
    /// Share of the channels behind the block's ReLUs that are 0 for the whole batch; absent without ReLU.
    DeadShare "dead_share" {
        shape: Block, unit: Share, schedule: Every(10),
        formula: "#{c: ReLU = 0} / #{c}",
        source: "Lu et al. 2019, arXiv 1903.06733",
        made_from: [],
        cost: "one pass over each ReLU's output",
    }
    /// Share of the numbers of ∂E/∂x that are 0, subnormal or not finite in f32.
    UnderflowShare "underflow_share" {
        shape: Block, unit: Share, schedule: Every(10),
        formula: "#{|∂E/∂x| < 1.2e−38} / n",
        source: "IEEE 754: the smallest normal value of f32",
        made_from: [],
        cost: "one pass over the gradient",
    }
    /// Change of the held-out loss, nats, when this block alone is left out.
    AblationLoss "ablation_loss" {
        shape: Block, unit: Nats, schedule: Evaluation,
        formula: "ΔE",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.1",
        made_from: [],
        cost: "one evaluation of the held-out images a block",
    }
    /// Change of the held-out accuracy when this block alone is left out.
    AblationAccuracy "ablation_accuracy" {
        shape: Block, unit: Share, schedule: Evaluation,
        formula: "Δaccuracy",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.1",
        made_from: [AblationLoss],
        cost: "nothing beside ablation_loss",
    }
    /// R = log10(‖∂E/∂x‖ of the first block / of the last).
    DepthRatio "depth_ratio" {
        shape: Scalar, unit: Decades, schedule: Every(1),
        formula: "log₁₀(‖∂E/∂x₁‖ / ‖∂E/∂xₙ‖)",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [GradInL2],
        cost: "nothing: from grad_in_l2",
    }
    /// Factor by which ‖∂E/∂x‖ grows a block on the way from the loss to the input: that of the straight line which fits the
    /// logarithms of all blocks best.
    LayerFactor "layer_factor" {
        shape: Scalar, unit: Ratio, schedule: Every(1),
        formula: "exp(−slope of ln ‖∂E/∂xₗ‖ over l), least squares",
        source: "Yang et al. 2019, arXiv 1902.08129",
        made_from: [GradInL2],
        cost: "nothing: from grad_in_l2",
    }
    /// log10(‖∂E/∂w‖ of the first block / of the last).
    WeightDepthRatio "weight_depth_ratio" {
        shape: Scalar, unit: Decades, schedule: Every(1),
        formula: "log₁₀(‖∂E/∂w₁‖ / ‖∂E/∂wₙ‖)",
        source: "Glorot & Bengio 2010, section 4.2",
        made_from: [WeightGradL2],
        cost: "nothing: from weight_grad_l2",
    }
    /// Σk‖G_k‖² / Σ‖G_k‖² with G_k the gradient over all paths through exactly k branches.
    EffectiveDepth "effective_depth" {
        shape: Scalar, unit: Branches, schedule: Log,
        formula: "Σk‖G_k‖² / Σ‖G_k‖²",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3, with what cancels cancelled",
        made_from: [PathEnergy],
        cost: "nothing beside path_energy",
    }
    /// ⟨g, ΣkG_k⟩ / ⟨g, g⟩ with g = ΣG_k.
    EffectiveDepthMean "effective_depth_mean" {
        shape: Scalar, unit: Branches, schedule: Log,
        formula: "⟨g, Σk·G_k⟩ / ⟨g, g⟩",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3, with what cancels cancelled",
        made_from: [],
        cost: "about a backward pass",
    }
    /// Σs²/(1+s²), s the branch part over the shortcut part: the closed form of `effective_depth`.
    EffectiveDepthClosed "effective_depth_closed" {
        shape: Scalar, unit: Branches, schedule: Every(1),
        formula: "Σs²/(1+s²), s = ‖JᵀDg‖ / ‖a·hᵀDg‖",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3, paths taken as orthogonal",
        made_from: [BranchGradL2, SkipGradL2],
        cost: "nothing: from the two parts",
    }
    /// Σs/(1+s): the same with the weights of the historical upper bound.
    EffectiveDepthBound "effective_depth_bound" {
        shape: Scalar, unit: Branches, schedule: Every(1),
        formula: "Σs/(1+s)",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3",
        made_from: [BranchGradL2, SkipGradL2],
        cost: "nothing: from the two parts",
    }
    /// Σr²/(1+r²) with r = `branch_ratio`: the same on the way forward.
    EffectiveDepthForward "effective_depth_forward" {
        shape: Scalar, unit: Branches, schedule: Every(1),
        formula: "Σr²/(1+r²), r = ‖F(x)‖ / ‖a·h(x)‖",
        source: "De & Smith 2020, arXiv 2002.10444",
        made_from: [BranchRatio, BranchRms],
        cost: "nothing: from branch_ratio",
    }
    /// Number of blocks without which the held-out loss rises by more than 0.1 nats.
    EffectiveDepthAblation "effective_depth_ablation" {
        shape: Scalar, unit: Blocks, schedule: Evaluation,
        formula: "#{l: ΔE_l > 0.1}",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.1",
        made_from: [AblationLoss],
        cost: "nothing beside ablation_loss",
    }
    /// Number of blocks whose branch took part in the step (all, without stochastic depth).
    ActiveBlocks "active_blocks" {
        shape: Scalar, unit: Blocks, schedule: Every(1),
        formula: "#{l: branch in use}",
        source: "Huang et al. 2016, arXiv 1603.09382, section 4",
        made_from: [],
        cost: "nothing",
    }
    /// ‖g‖² / E‖g_ε‖², g_ε the gradient with each branch's backward pass multiplied by a random sign.
    Coherence "coherence" {
        shape: Scalar, unit: Ratio, schedule: Log,
        formula: "‖g‖² / E‖g_ε‖²",
        source: "the energy of all paths, by random signs",
        made_from: [],
        cost: "32 backward passes without weight gradients",
    }
    /// ‖G_k‖², k = 0, …, n.
    PathEnergy "path_energy" {
        shape: Path, unit: Energy, schedule: Log,
        formula: "‖G_k‖², k = 0, …, n",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3, with what cancels cancelled",
        made_from: [],
        cost: "n/2 backward passes without weight gradients, n the number of blocks",
    }
    /// The closed form of `path_energy` with paths taken as orthogonal, as shares.
    PathEnergyClosed "path_energy_closed" {
        shape: Path, unit: Share, schedule: Every(1),
        formula: "Πₗ (1−pₗ + pₗt), pₗ = s²/(1+s²)",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3, paths taken as orthogonal",
        made_from: [BranchGradL2, SkipGradL2],
        cost: "nothing: from the two parts",
    }
    /// C(n, k) times the mean norm of a path through k branches: Veit's upper bound.
    PathBound "path_bound" {
        shape: Path, unit: Norm, schedule: OnDemand,
        formula: "C(n, k)·mean ‖path‖",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3",
        made_from: [PathNorm],
        cost: "20(n+1) backward passes without weight gradients",
    }
    /// Mean norm of a path through k branches.
    PathNorm "path_norm" {
        shape: Path, unit: Norm, schedule: OnDemand,
        formula: "mean ‖path‖",
        source: "Veit et al. 2016, arXiv 1605.06431, section 4.3",
        made_from: [],
        cost: "nothing beside path_bound",
    }
    /// Held-out loss, nats, with all strengths multiplied by each of 0, 0.25, 0.5, 0.75, 0.9, 1, 1.1, 1.25.
    SweepLoss "sweep_loss" {
        shape: Sweep, unit: Nats, schedule: Evaluation,
        formula: "E(c·a)",
        source: "He et al. 2016, arXiv 1603.05027, equation 8",
        made_from: [],
        cost: "seven evaluations of the held-out images",
    }
    /// Held-out accuracy, at each of these factors.
    SweepAccuracy "sweep_accuracy" {
        shape: Sweep, unit: Share, schedule: Evaluation,
        formula: "accuracy(c·a)",
        source: "He et al. 2016, arXiv 1603.05027, equation 8",
        made_from: [SweepLoss],
        cost: "nothing beside sweep_loss",
    }
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

    /// What the page's profile and history can show, in the order in which it is offered.
    pub const PLOTTED: [Self; 21] = [
        Self::GradInL2,
        Self::GradOutL2,
        Self::GradInRms,
        Self::GradInPerSample,
        Self::UnderflowShare,
        Self::WeightGradL2,
        Self::WeightGradRatio,
        Self::WeightGradInvariant,
        Self::WeightL2,
        Self::UpdateRatio,
        Self::SkipShare,
        Self::SkipGradL2,
        Self::BranchGradL2,
        Self::SkipBranchCosine,
        Self::BranchGain,
        Self::MaskPass,
        Self::BranchRatio,
        Self::BranchRms,
        Self::ActivationRms,
        Self::ActivationCosine,
        Self::DeadShare,
    ];

    /// The names of [`Quantity::PLOTTED`].
    pub const PLOTTED_NAMES: [&'static str; Self::PLOTTED.len()] = {
        let (mut names, mut index) = ([""; Self::PLOTTED.len()], 0);
        while index < names.len() {
            names[index] = Self::PLOTTED[index].name();
            index += 1;
        }
        names
    };

    /// What a run in the page measures: what the page shows beside what is usual.
    pub fn of_the_page() -> Vec<Self> {
        Self::USUAL.into_iter().chain([Self::ActivationRms]).collect()
    }

    /// Whether a run in the page measures it only while it is shown.
    pub fn is_measured_while_shown(self) -> bool {
        // What the page can derive from others it need not measure.
        self != Self::SkipShare && !Self::of_the_page().contains(&self)
    }

    /// The quantity of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|quantity| quantity.name() == name)
    }

    /// What [`Quantity::parse_list`] accepts, as the reason why anything else is not.
    pub fn accepted() -> Reason {
        let names = Self::ALL.iter().map(|quantity| quantity.name());
        Reason::ListOf(names.chain(["all", "none"]).map(str::to_owned).collect())
    }

    /// The list as [`Quantity::parse_list`] reads it.
    pub fn write_list(list: &[Self]) -> String {
        let names: Vec<_> = list.iter().map(|quantity| quantity.name()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(",") }
    }

    /// Parses a comma list of names; `all` (but what is measured on demand only) and `none` are accepted too.
    ///
    /// # Errors
    /// Names the first unknown entry and what is accepted.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, Reason> {
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
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        Self::named(text).ok_or_else(Self::accepted)
    }
}
