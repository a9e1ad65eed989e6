//! Which network: family, depth, width, shapes, normalisation, initialisation.

use crate::SpecError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A network of one of the families.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Model {
    /// The CIFAR family of He et al. 2015 (arXiv 1512.03385, section 4.2): depth 6n+2, three stages of n basic blocks,
    /// parameter-free option-A shortcuts.
    Cifar {
        /// Number of weighted layers on the longest path, 6n+2.
        depth: usize,
    },
    /// The ImageNet family of He et al. 2015 (table 1) in torchvision's layout: four stages, projection shortcuts, stride
    /// on the 3×3 convolution of a bottleneck.
    ImageNet {
        /// 18, 34, 50, 101 or 152.
        depth: usize,
    },
    /// VGG (Simonyan & Zisserman 2014, arXiv 1409.1556) in torchvision's layout; a block is one convolution with what
    /// follows it. No shortcuts; dropout is off.
    Vgg {
        /// 16 or 19.
        depth: usize,
        /// Whether batch norm follows each convolution (torchvision's `_bn` models).
        bn: bool,
    },
    /// Residual blocks of fully connected layers on the flattened image.
    Mlp {
        /// Number of blocks.
        blocks: usize,
    },
}

/// What kind of network: decides which settings make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// [`Model::Cifar`].
    Cifar,
    /// [`Model::ImageNet`].
    ImageNet,
    /// [`Model::Vgg`].
    Vgg,
    /// [`Model::Mlp`].
    Mlp,
}

impl Model {
    /// What a model's name may be, in words.
    pub const ACCEPTED: &'static str = "resnet18, resnet34, resnet50, resnet101, resnet152, vgg16, vgg16_bn, vgg19, \
        vgg19_bn, mlpN with N from 1 to 1000 blocks, or resnetD with D = 6n+2 from 8 to 1202 except 50 and 152 \
        (resnet8, resnet14, resnet20, resnet32, …)";
    /// The depths of the ImageNet family.
    pub const IMAGENET_DEPTHS: [usize; 5] = [18, 34, 50, 101, 152];
    /// The names that `headwater models` lists.
    pub const PRESETS: [&'static str; 19] = [
        "resnet8",
        "resnet14",
        "resnet20",
        "resnet32",
        "resnet44",
        "resnet56",
        "resnet110",
        "resnet18",
        "resnet34",
        "resnet50",
        "resnet101",
        "resnet152",
        "vgg16",
        "vgg16_bn",
        "vgg19",
        "vgg19_bn",
        "mlp16",
        "mlp56",
        "mlp100",
    ];

    /// The CIFAR-family network of that depth, if there is one.
    pub fn cifar(depth: usize) -> Option<Self> {
        let ours = (8..=1202).contains(&depth) && depth % 6 == 2 && depth != 50 && depth != 152;
        ours.then_some(Self::Cifar { depth })
    }

    /// Its family.
    pub fn family(self) -> Family {
        match self {
            Self::Cifar { .. } => Family::Cifar,
            Self::ImageNet { .. } => Family::ImageNet,
            Self::Vgg { .. } => Family::Vgg,
            Self::Mlp { .. } => Family::Mlp,
        }
    }

    /// The number in its name: weighted layers on the longest path, or blocks of an `mlpN`.
    pub fn depth(self) -> usize {
        match self {
            Self::Cifar { depth } | Self::ImageNet { depth } | Self::Vgg { depth, .. } => depth,
            Self::Mlp { blocks } => blocks,
        }
    }

    /// The network's name for people, such as `ResNet-20`.
    pub fn title(self) -> String {
        match self {
            Self::Cifar { depth } | Self::ImageNet { depth } => format!("ResNet-{depth}"),
            Self::Vgg { depth, bn } => format!("VGG-{depth}{}", if bn { " with batch norm" } else { "" }),
            Self::Mlp { blocks } => format!("{blocks}-block perceptron"),
        }
    }
}

impl Family {
    /// The family's name, as `headwater models` prints it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cifar => "cifar",
            Self::ImageNet => "imagenet",
            Self::Vgg => "vgg",
            Self::Mlp => "mlp",
        }
    }

    /// Whether its networks take colour images of ImageNet's kind: three channels, 224 pixels, 1000 classes.
    pub fn is_imagenet_kind(self) -> bool {
        matches!(self, Self::ImageNet | Self::Vgg)
    }

    /// Height and width of the smallest image that its networks take, pixels: VGG halves it five times.
    pub fn least_image_size(self) -> usize {
        if self == Self::Vgg { 32 } else { 1 }
    }

    /// Width of its networks unless asked otherwise: channels of the first stage, or features of an `mlpN`.
    pub fn width(self) -> usize {
        if self == Self::Cifar { 16 } else { 64 }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cifar { depth } | Self::ImageNet { depth } => write!(f, "resnet{depth}"),
            Self::Vgg { depth, bn } => write!(f, "vgg{depth}{}", if *bn { "_bn" } else { "" }),
            Self::Mlp { blocks } => write!(f, "mlp{blocks}"),
        }
    }
}

impl FromStr for Model {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let number = |prefix: &str, suffix: &str| -> Option<usize> {
            let digits = text.strip_prefix(prefix)?.strip_suffix(suffix)?;
            digits.parse().ok().filter(|number: &usize| number.to_string() == digits)
        };
        let vgg = |suffix: &str, bn: bool| {
            let depth = number("vgg", suffix).filter(|depth| [16, 19].contains(depth));
            depth.map(|depth| Self::Vgg { depth, bn })
        };
        let imagenet = number("resnet", "").filter(|depth| Self::IMAGENET_DEPTHS.contains(depth));
        imagenet
            .map(|depth| Self::ImageNet { depth })
            .or_else(|| number("resnet", "").and_then(Self::cifar))
            .or_else(|| vgg("", false))
            .or_else(|| vgg("_bn", true))
            .or_else(|| number("mlp", "").filter(|n| (1..=1000).contains(n)).map(|blocks| Self::Mlp { blocks }))
            .ok_or_else(|| SpecError::new("model", text, Self::ACCEPTED))
    }
}

/// A closed choice with a name for each variant.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $key:literal { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every choice, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The accepted names, in words.
            pub const ACCEPTED: &'static str = concat!("one of", $(" ", $text),+);

            /// The name on the command line, in the URL and in records.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(self.name()) }
        }

        impl FromStr for $name {
            type Err = SpecError;
            fn from_str(text: &str) -> Result<Self, SpecError> {
                Self::ALL.iter().copied().find(|choice| choice.name() == text)
                    .ok_or_else(|| SpecError::new($key, text, Self::ACCEPTED))
            }
        }
    };
}
pub(crate) use choice;

choice! {
    /// Normalisation after each convolution.
    Norm, "norm" {
        /// Batch normalisation with batch statistics while training (Ioffe & Szegedy 2015, arXiv 1502.03167).
        Bn = "bn",
        /// No normalisation, and no BN parameters.
        None = "none",
    }
}

choice! {
    /// How the initial weights are drawn. Biases are 0 except under `pytorch`; BN weight 1, bias 0.
    Init, "init" {
        /// Normal, variance 2/fan_out for convolutions (as torchvision), 2/fan_in for linear layers (He et al. 2015, arXiv 1502.01852).
        He = "he",
        /// Uniform ±√(6/(fan_in+fan_out)) (Glorot & Bengio 2010).
        Xavier = "xavier",
        /// Uniform ±1/√fan_in for weights and biases: the default of `nn.Conv2d` and `nn.Linear`.
        Pytorch = "pytorch",
        /// As `he`, with the last BN weight of each branch 0 (Goyal et al. 2017, arXiv 1706.02677).
        ZeroGamma = "zero-gamma",
        /// As `he`, with a learnable scalar, 0 at first, on each branch (De & Smith 2020, arXiv 2002.10444).
        SkipInit = "skipinit",
        /// As `he`, with each branch multiplied by 1/√(number of blocks), for good.
        Scaled = "scaled",
    }
}

choice! {
    /// Where the activation stands in a residual block.
    Order, "order" {
        /// After the addition: y = f(a·h(x) + F(x)) (He et al. 2015).
        Post = "post",
        /// Before each weight layer of the branch, none after the addition (He et al. 2016, arXiv 1603.05027).
        Pre = "pre",
        /// Between the branch's weight layers only, none after the addition: y = a·h(x) + F(x) with the branch of `post`.
        Sum = "sum",
    }
}

choice! {
    /// The activation function.
    Activation, "activation" {
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
    Merge, "merge" {
        /// Element-wise addition (He et al. 2015).
        Add = "add",
        /// The branch's channels are appended to the shortcut's (Huang et al. 2016, arXiv 1608.06993): each block appends
        /// `width` channels.
        Concat = "concat",
    }
}

choice! {
    /// Which labels a run is trained on.
    Labels, "labels" {
        /// The data's own.
        True = "true",
        /// One drawn at random for each training image, for good (Zhang et al. 2016, arXiv 1611.03530).
        Random = "random",
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
    pub order: Order,
    /// The activation function.
    pub activation: Activation,
    /// How branch and shortcut come together.
    pub merge: Merge,
    /// Weight layers in a branch of an `mlpN`, 1 or 2.
    pub branch_layers: usize,
}

impl ModelSpec {
    /// The network as its authors have it: CIFAR's or ImageNet's image size and classes, batch norm, He initialisation.
    pub fn standard(model: Model) -> Self {
        let imagenet = model.family().is_imagenet_kind();
        Self {
            model,
            width: model.family().width(),
            channels: 3,
            image_size: if imagenet { 224 } else { 32 },
            classes: if imagenet { 1000 } else { 10 },
            norm: if matches!(model, Model::Vgg { bn: false, .. }) { Norm::None } else { Norm::Bn },
            init: Init::He,
            order: Order::Post,
            activation: Activation::Relu,
            merge: Merge::Add,
            branch_layers: 2,
        }
    }
}
