//! The settings of a run: the struct that holds them, and their lines of the table. A new one is a field and a line here,
//! its words in `scene`, and what it does in the engine.

use super::kind::Taken;
use super::table::{Planned, choice_of, real, settings, whole};
use super::{Id, Kind};
use crate::model::{Activation, ActivationOrder, Augment, Init, Labels, Merge, NoDecay, Norm, OnNonfinite, OptionA};
use crate::{Data, Fade, LrSchedule, Model, Quantity, Reason, Schedule, Skip, TimedChanges};
use serde::{Deserialize, Serialize};

/// Everything that determines a run: the same spec on the same build gives the same run, bit for bit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// Family and depth.
    pub model: Model,
    /// Channels of the first stage.
    pub width: usize,
    /// Normalisation.
    pub norm: Norm,
    /// Initialisation.
    pub init: Init,
    /// Where the activation stands.
    pub order: ActivationOrder,
    /// The activation function.
    pub activation: Activation,
    /// How branch and shortcut come together.
    pub merge: Merge,
    /// Weight layers in a branch of an `mlpN`.
    pub branch_layers: usize,
    /// Where option A's channels of zeros stand.
    pub option_a: OptionA,
    /// Data set.
    pub data: Data,
    /// Labels of the training images.
    pub labels: Labels,
    /// How the training images are changed at random.
    pub augment: Augment,
    /// Height and width to which the images are enlarged or reduced, pixels; 0 is the data's own, or the least that the
    /// network takes.
    pub image_size: usize,
    /// Probability that the last block takes part in a step (stochastic depth, Huang et al. 2016, arXiv 1603.09382); block
    /// l of L takes part with probability 1 − (l/L)(1 − p). 1 is every block at every step.
    pub stochastic_depth: f64,
    /// Strengths of the shortcuts at step 0.
    pub skip: Skip,
    /// How the shortcuts fade out, if they do.
    pub fade: Option<Fade>,
    /// Learning rate.
    pub lr: f64,
    /// What becomes of the learning rate over the run.
    pub lr_schedule: LrSchedule,
    /// Steps over which the learning rate rises evenly to the one that is set.
    pub warmup: u64,
    /// Momentum of SGD, as torch.optim.SGD defines it.
    pub momentum: f64,
    /// Weight decay of SGD, as torch.optim.SGD defines it.
    pub weight_decay: f64,
    /// What weight decay spares.
    pub no_decay: NoDecay,
    /// Label smoothing of the training loss, as torch.nn.CrossEntropyLoss defines it.
    pub label_smoothing: f64,
    /// Images a step.
    pub batch: usize,
    /// Seed of every random stream.
    pub seed: u64,
    /// Budget: the number of updates after which the run ends.
    pub steps: u64,
    /// The held-out set is evaluated each time this number of updates is done and after the last one; 0 is never.
    pub eval_every: u64,
    /// When quantities are measured, in place of each quantity's own schedule.
    pub measure_every: Option<Schedule>,
    /// Changes that the run makes by itself at given steps.
    pub events: TimedChanges,
    /// What becomes of the run if its loss is not finite.
    pub on_nonfinite: OnNonfinite,
    /// The quantities measured; in a header they have a field of their own.
    pub quantities: Vec<Quantity>,
}

settings! {
    /// A setting of a run.
    RunSetting of RunSpec in Run;
    Model "model" fixed NETWORKS Kind::Text {
        accepts: || Reason::Model,
        get: |spec| spec.model.to_string(),
        set: |spec, text| text.parse().map(|model| spec.set_model(model)).into(),
    };
    Depth "depth" fixed NONE Kind::ShortFor {
        other: Id::Run(RunSetting::Model),
        accepts: || Reason::CifarDepth,
        get: |spec| spec.model.depth().to_string(),
        set: set_depth,
    };
    Width "width" fixed NETWORKS whole!(width, 1..=1024);
    Norm "norm" fixed NETWORKS choice_of!(Norm, norm);
    Init "init" fixed NETWORKS choice_of!(Init, init);
    Order "order" fixed NETWORKS choice_of!(ActivationOrder, order);
    Activation "activation" fixed NETWORKS choice_of!(Activation, activation);
    Merge "merge" fixed NETWORKS choice_of!(Merge, merge);
    BranchLayers "branch_layers" fixed NETWORKS whole!(branch_layers, 1..=2, offers [1, 2]);
    OptionA "option_a" fixed NETWORKS choice_of!(OptionA, option_a);
    Data "data" fixed RUNS Kind::Named {
        names: Data::NAMES,
        accepts: || Reason::Data,
        get: |spec| spec.data.to_string(),
        set: |spec, text| text.parse().map(|data| spec.data = data).into(),
    };
    Labels "labels" fixed TRAIN choice_of!(Labels, labels);
    Augment "augment" fixed TRAIN choice_of!(Augment, augment);
    ImageSize "image_size" fixed SIZED whole!(image_size, 0..=1024, offers [0, 32, 64, 112, 224]);
    StochasticDepth "stochastic_depth" fixed RUNS real!(stochastic_depth, 0.0..=1.0);
    Skip "skip" live RUNS Kind::Text {
        accepts: || Reason::Strengths,
        get: |spec| spec.skip.to_string(),
        set: |spec, text| text.parse().map(|skip| spec.skip = skip).into(),
    };
    Fade "fade" live TRAIN Kind::Text {
        accepts: || Reason::Fade,
        get: |spec| Fade::write(spec.fade),
        set: |spec, text| Fade::read(text).map(|fade| spec.fade = fade).into(),
    };
    Lr "lr" live RUNS real!(lr, 0.0..=100.0);
    LrSchedule "lr_schedule" fixed TRAIN Kind::Text {
        accepts: || Reason::LrSchedule,
        get: |spec| spec.lr_schedule.to_string(),
        set: |spec, text| text.parse().map(|schedule| spec.lr_schedule = schedule).into(),
    };
    Warmup "warmup" fixed TRAIN whole!(warmup, 0..=1_000_000);
    Momentum "momentum" live RUNS real!(momentum, 0.0..=0.999);
    WeightDecay "weight_decay" fixed RUNS real!(weight_decay, 0.0..=1.0);
    NoDecay "no_decay" fixed RUNS choice_of!(NoDecay, no_decay);
    LabelSmoothing "label_smoothing" fixed TRAIN real!(label_smoothing, 0.0..=1.0);
    Batch "batch" live RUNS whole!(batch, 1..=512);
    Seed "seed" fixed RUNS whole!(seed, 0..=u32::MAX as u64);
    Steps "steps" live TRAIN whole!(steps, 1..=1_000_000);
    EvalEvery "eval_every" fixed TRAIN whole!(eval_every, 0..=1_000_000);
    MeasureEvery "measure_every" fixed TRAIN Kind::Text {
        accepts: || Reason::Schedule,
        get: |spec| Schedule::write(spec.measure_every),
        set: |spec, text| Schedule::read(text).map(|schedule| spec.measure_every = schedule).into(),
    };
    Events "events" fixed TRAIN Kind::Text {
        accepts: || Reason::Events,
        get: |spec| spec.events.to_string(),
        set: |spec, text| text.parse().map(|events| spec.events = events).into(),
    };
    OnNonfinite "on_nonfinite" fixed TRAIN choice_of!(OnNonfinite, on_nonfinite);
}

/// Settings of a run that are planned.
pub(super) const PLANNED: &[Planned] = &[];

impl RunSetting {
    /// The settings that links, forms and headers write: all but what is short for another one.
    pub fn written() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|setting| setting.setting().is_written())
    }

    /// The value in a run, as it is written in a URL.
    pub fn get(self, spec: &RunSpec) -> String {
        self.setting().get(spec)
    }

    /// Whether it may change while a run goes on; the others need a new run.
    pub fn is_live(self) -> bool {
        self.setting().live
    }
}

fn set_depth(spec: &mut RunSpec, text: &str) -> Taken {
    let Ok(depth) = text.trim().parse::<usize>() else { return Taken::Not(Reason::CifarDepth) };
    if let Some(nearest) = Model::nearest_cifar(depth) {
        spec.set_model(nearest);
    }
    if spec.model.depth() == depth { Taken::AsGiven } else { Taken::Nearest(Reason::CifarDepth) }
}

impl RunSpec {
    /// The page's default: a network whose plain twin vanishes, on images that it learns within seconds. ResNet-20, width 8,
    /// no norm, PyTorch's own initialisation, the 8×8 digits.
    pub fn page_default() -> Self {
        Self {
            model: Model::RESNET20,
            width: 8,
            norm: Norm::None,
            init: Init::Pytorch,
            order: ActivationOrder::Post,
            activation: Activation::Relu,
            merge: Merge::Add,
            branch_layers: 2,
            option_a: OptionA::After,
            data: Data::Digits,
            labels: Labels::True,
            augment: Augment::None,
            image_size: 0,
            stochastic_depth: 1.0,
            skip: Skip::All(1.0),
            fade: None,
            lr: 0.05,
            lr_schedule: LrSchedule::Constant,
            warmup: 0,
            momentum: 0.9,
            weight_decay: 0.0,
            no_decay: NoDecay::None,
            label_smoothing: 0.0,
            batch: 32,
            seed: 1,
            steps: 1000,
            eval_every: 50,
            measure_every: None,
            events: TimedChanges::default(),
            on_nonfinite: OnNonfinite::Stop,
            quantities: Quantity::of_the_page(),
        }
    }

    /// The program's default: batch norm and He initialisation, base width 16, Fashion-MNIST.
    pub fn program_default() -> Self {
        let quantities = Quantity::USUAL.to_vec();
        let (norm, init, data) = (Norm::Bn, Init::He, Data::FashionMnist);
        Self { width: 16, norm, init, data, steps: 2000, eval_every: 0, quantities, ..Self::page_default() }
    }
}
