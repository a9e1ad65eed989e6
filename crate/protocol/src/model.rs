//! Which network: family, depth, width, shapes, normalisation, initialisation.

use crate::families::Family;
use crate::setting::RunSetting;
use crate::{Complaint, ParameterRole, Reason};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A network of one of the families. There are those only that a family knows by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Model {
    family: Family,
    depth: usize,
    variant: Variant,
}

/// What a network's name ends in after the depth; a name of its own, because serde would borrow what it sees as a reference.
type Variant = &'static str;

impl Model {
    /// The CIFAR family's network of 20 layers.
    pub const RESNET20: Self = Self { family: Family::Cifar, depth: 20, variant: "" };

    /// A network that its family vouches for.
    pub(crate) const fn of(family: Family, depth: usize, variant: &'static str) -> Self {
        Self { family, depth, variant }
    }

    /// The names that `headwater models` lists, a family after the other.
    pub fn presets() -> impl Iterator<Item = Self> {
        Family::ALL.iter().flat_map(|family| family.presets())
    }

    /// The CIFAR family's network of that depth, if there is one.
    pub fn cifar(depth: usize) -> Option<Self> {
        format!("resnet{depth}").parse().ok().filter(|model: &Self| model.family == Family::Cifar)
    }

    /// The depths of the CIFAR family's networks.
    pub fn cifar_depths() -> impl Iterator<Item = usize> {
        Family::Cifar.depths().filter(|depth| Self::cifar(*depth).is_some())
    }

    /// The CIFAR family's network whose depth is nearest.
    pub fn nearest_cifar(depth: usize) -> Option<Self> {
        Self::cifar_depths().min_by_key(|own| own.abs_diff(depth)).and_then(Self::cifar)
    }

    /// Its family.
    pub fn family(self) -> Family {
        self.family
    }

    /// The number in its name: weighted layers on the longest path, or blocks of an `mlpN`.
    pub fn depth(self) -> usize {
        self.depth
    }

    /// What its name ends in after the depth: `_bn`, or nothing.
    pub(crate) fn variant(self) -> &'static str {
        self.variant
    }

    /// The network's name for people, such as `ResNet-20`.
    pub fn title(self) -> String {
        (self.family.definition().title)(self)
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.family.definition().prefix, self.depth, self.variant)
    }
}

impl FromStr for Model {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        Family::ALL.iter().find_map(|family| family.named(text)).ok_or(Reason::Model)
    }
}

impl From<Model> for String {
    fn from(model: Model) -> Self {
        model.to_string()
    }
}

impl TryFrom<String> for Model {
    type Error = Complaint;

    fn try_from(name: String) -> Result<Self, Complaint> {
        name.parse().map_err(|reason| Complaint::new(RunSetting::Model, &name, reason))
    }
}

/// A closed choice with a name for each variant.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every choice, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Their names, in that order.
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// The name on the command line, in the URL and in records.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) }
        }

        impl FromStr for $name {
            type Err = $crate::Reason;
            fn from_str(text: &str) -> Result<Self, $crate::Reason> {
                Self::ALL.iter().copied().find(|choice| choice.name() == text)
                    .ok_or_else(|| $crate::Reason::one_of(Self::NAMES))
            }
        }
    };
}
pub(crate) use choice;

choice! {
    /// Normalisation after each convolution.
    Norm {
        /// Batch normalisation with batch statistics while training (Ioffe & Szegedy 2015, arXiv 1502.03167).
        Bn = "bn",
        /// No normalisation, and no BN parameters.
        None = "none",
    }
}

choice! {
    /// How the initial weights are drawn. Biases are 0 except under `pytorch`; BN weight 1, bias 0.
    Init {
        /// Normal, variance 2/fan_out for convolutions (as torchvision), 2/fan_in for linear layers (He et al. 2015, arXiv 1502.01852).
        He = "he",
        /// Uniform ±√(6/(fan_in+fan_out)) (Glorot & Bengio 2010).
        Xavier = "xavier",
        /// Uniform ±1/√fan_in for weights and biases: the default of `nn.Conv2d` and `nn.Linear`.
        Pytorch = "pytorch",
        /// `he`, with the last BN weight of each branch 0 (Goyal et al. 2017, arXiv 1706.02677).
        ZeroGamma = "zero-gamma",
        /// `he`, with a learnable scalar, 0 at first, on each branch (De & Smith 2020, arXiv 2002.10444).
        SkipInit = "skipinit",
        /// `he`, with each branch multiplied by 1/√(number of blocks), for good.
        Scaled = "scaled",
    }
}

choice! {
    /// Where the activation stands in a residual block.
    ActivationOrder {
        /// After the addition: y = f(a·h(x) + F(x)) (He et al. 2015).
        Post = "post",
        /// Before each weight layer of the branch, none after the addition (He et al. 2016, arXiv 1603.05027).
        Pre = "pre",
        /// Between the branch's weight layers only, none after the addition: y = a·h(x) + F(x) with the branch of `post`.
        Sum = "sum",
    }
}

choice! {
    /// Where the channels of zeros of option A's shortcut stand (He et al. 2015, section 4.2, leaves it open).
    OptionA {
        /// After the input's channels.
        After = "after",
        /// Half of them before the input's channels and half after, as in much copied code for CIFAR-10; of an odd number
        /// the smaller half before.
        Around = "around",
    }
}

choice! {
    /// The activation function.
    Activation {
        /// max(x, 0).
        Relu = "relu",
        /// Hyperbolic tangent.
        Tanh = "tanh",
        /// 1/(1 + e^−x).
        Sigmoid = "sigmoid",
        /// The identity.
        Linear = "linear",
    }
}

choice! {
    /// How branch and shortcut come together.
    Merge {
        /// Element-wise addition (He et al. 2015).
        Add = "add",
        /// The branch's channels are appended to the shortcut's (Huang et al. 2016, arXiv 1608.06993): each block appends
        /// `width` channels.
        Concat = "concat",
    }
}

choice! {
    /// Which labels a run is trained on.
    Labels {
        /// The data's own.
        True = "true",
        /// One drawn at random for each training image, for good (Zhang et al. 2016, arXiv 1611.03530).
        Random = "random",
    }
}

choice! {
    /// What weight decay spares.
    NoDecay {
        /// Nothing, as torch.optim.SGD does.
        None = "none",
        /// Batch norm's weights and all biases (Goyal et al. 2017, arXiv 1706.02677, section 5.3).
        NormsBiases = "norms-biases",
    }
}

impl NoDecay {
    /// Whether a parameter of this role is spared.
    pub fn spares(self, role: ParameterRole) -> bool {
        use ParameterRole::{Bias, NormBias, NormWeight};
        self == Self::NormsBiases && matches!(role, NormWeight { .. } | NormBias | Bias { .. })
    }
}

choice! {
    /// What becomes of a run whose loss is not finite.
    OnNonfinite {
        /// It ends.
        Stop = "stop",
        /// It goes on with the next batch, and that step makes no update.
        Continue = "continue",
    }
}

choice! {
    /// How the training images are changed at random, each time that they are seen.
    Augment {
        /// Not at all.
        None = "none",
        /// Another part of the image.
        Crop = "crop",
        /// Left and right exchanged, or not.
        Flip = "flip",
        /// Both.
        CropFlip = "crop,flip",
    }
}

impl Augment {
    /// Whether another part of the image is seen each time.
    pub fn crops(self) -> bool {
        matches!(self, Self::Crop | Self::CropFlip)
    }

    /// Whether left and right may be exchanged.
    pub fn flips(self) -> bool {
        matches!(self, Self::Flip | Self::CropFlip)
    }
}

/// The network's shape, all that a [`crate::Plan`] needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Family and depth.
    pub model: Model,
    /// Channels of the first stage, each further stage doubling them; features of an `mlpN`.
    pub width: usize,
    /// Channels of the input image.
    pub channels: usize,
    /// Height and width of the input image, pixels.
    pub image_size: usize,
    /// Number of classes (logits).
    pub classes: usize,
    /// Normalisation.
    pub norm: Norm,
    /// Initialisation; `skipinit` and `scaled` add a factor to each branch.
    pub init: Init,
    /// Where the activation stands.
    pub order: ActivationOrder,
    /// The activation function.
    pub activation: Activation,
    /// How branch and shortcut come together.
    pub merge: Merge,
    /// Weight layers in a branch of an `mlpN`, 1 or 2.
    pub branch_layers: usize,
    /// Where option A's channels of zeros stand.
    pub option_a: OptionA,
}

impl ModelSpec {
    /// The network as its authors have it: CIFAR's or ImageNet's image size and classes, batch norm, He initialisation.
    pub fn standard(model: Model) -> Self {
        let definition = model.family().definition();
        let [image_size, classes] = if definition.imagenet_kind { [224, 1000] } else { [32, 10] };
        Self {
            model,
            width: definition.width,
            channels: 3,
            image_size,
            classes,
            norm: (definition.norm)(model),
            init: Init::He,
            order: ActivationOrder::Post,
            activation: Activation::Relu,
            merge: Merge::Add,
            branch_layers: 2,
            option_a: OptionA::After,
        }
    }
}
