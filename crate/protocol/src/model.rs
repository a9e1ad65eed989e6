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
}

impl Model {
    /// What a model's name may be, in words.
    pub const ACCEPTED: &'static str =
        "resnetD with D = 6n+2 from 8 to 1202 except 50 and 152 (resnet8, resnet14, resnet20, resnet32, …)";
    /// The names that `headwater models` lists.
    pub const PRESETS: [&'static str; 7] =
        ["resnet8", "resnet14", "resnet20", "resnet32", "resnet44", "resnet56", "resnet110"];

    /// The CIFAR-family network of that depth, if there is one.
    pub fn cifar(depth: usize) -> Option<Self> {
        let ours = (8..=1202).contains(&depth) && depth % 6 == 2 && depth != 50 && depth != 152;
        ours.then_some(Self::Cifar { depth })
    }

    /// The family's name, as `headwater models` prints it.
    pub fn family(self) -> &'static str {
        match self {
            Self::Cifar { .. } => "cifar",
        }
    }

    /// Number of weighted layers on the longest path.
    pub fn depth(self) -> usize {
        match self {
            Self::Cifar { depth } => depth,
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resnet{}", self.depth())
    }
}

impl FromStr for Model {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        text.strip_prefix("resnet")
            .and_then(|depth| depth.parse().ok())
            .and_then(Self::cifar)
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
    }
}

/// The network's shape, all that a [`crate::Plan`] needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// Family and depth.
    pub model: Model,
    /// Channels of the first stage; each further stage doubles them.
    pub width: usize,
    /// Channels of the input image.
    pub channels: usize,
    /// Height and width of the input image, pixels.
    pub image_size: usize,
    /// Number of classes (logits).
    pub classes: usize,
    /// Normalisation.
    pub norm: Norm,
}
