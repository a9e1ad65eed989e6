//! The families of networks: what each is, in a file of its own, and the list of them. To add one: its file with a
//! [`Definition`] and its published sizes as tests, a line here, and its words in `scene`.

mod branch;
mod cifar;
mod imagenet;
mod mlp;
mod vgg;

use crate::layer::LayerPlan;
use crate::setting::RunSetting;
use crate::{BlockKind, Model, ModelSpec, Norm, Shortcut};
use std::ops::RangeInclusive;

/// Declares [`Family`]: a line a family, its variant and its file.
macro_rules! families {
    ($($(#[$doc:meta])* $variant:ident $file:ident;)+) => {
        /// What kind of network: decides which settings make sense.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Family { $($(#[$doc])* $variant),+ }

        impl Family {
            /// Every family, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            pub(crate) fn definition(self) -> &'static Definition {
                match self { $(Self::$variant => &$file::FAMILY),+ }
            }
        }
    };
}

families! {
    /// The CIFAR family of He et al. 2015 (arXiv 1512.03385, section 4.2): depth 6n+2, three stages of n basic blocks,
    /// parameter-free option-A shortcuts.
    Cifar cifar;
    /// The ImageNet family of He et al. 2015 (table 1) in torchvision's layout: four stages, projection shortcuts, stride
    /// on the 3×3 convolution of a bottleneck.
    ImageNet imagenet;
    /// VGG (Simonyan & Zisserman 2014, arXiv 1409.1556) in torchvision's layout; a block is one convolution with what
    /// follows it. No shortcuts; dropout is off.
    Vgg vgg;
    /// Residual blocks of fully connected layers on the flattened image.
    Mlp mlp;
}

/// Everything that tells one family from the others.
pub(crate) struct Definition {
    /// The family's name, which `headwater models` prints.
    pub name: &'static str,
    /// What its networks' names begin with, before the depth.
    pub prefix: &'static str,
    /// The networks that lists offer: depth, and what the name ends in.
    pub presets: &'static [(usize, &'static str)],
    /// From the least depth of its networks to the greatest.
    pub depths: RangeInclusive<usize>,
    /// Whether there is a network of that depth, one of `depths`, whose name ends in this.
    pub has: fn(depth: usize, variant: &str) -> bool,
    /// What its networks' names may end in after the depth.
    pub variants: &'static [&'static str],
    /// A network's name for people.
    pub title: fn(Model) -> String,
    /// Channels of the first stage, or features of an `mlpN`, unless asked otherwise.
    pub width: usize,
    /// Whether its networks take colour images of ImageNet's kind: three channels, 224 pixels, 1000 classes.
    pub imagenet_kind: bool,
    /// Height and width of the smallest image that its networks take, pixels.
    pub least_image_size: usize,
    /// Whether its blocks have shortcuts.
    pub has_shortcuts: bool,
    /// The norm that its authors gave the network.
    pub norm: fn(Model) -> Norm,
    /// The values of a setting that the network takes, the usual one first; `None` if it takes every value.
    pub takes: fn(Model, RunSetting) -> Option<&'static [&'static str]>,
    /// The network's layers.
    pub layers: fn(&ModelSpec) -> Layers,
}

impl Family {
    /// The family's name, which `headwater models` prints.
    pub fn name(self) -> &'static str {
        self.definition().name
    }

    /// Whether its networks take colour images of ImageNet's kind: three channels, 224 pixels, 1000 classes.
    pub fn is_imagenet_kind(self) -> bool {
        self.definition().imagenet_kind
    }

    /// Height and width of the smallest image that its networks take, pixels.
    pub fn least_image_size(self) -> usize {
        self.definition().least_image_size
    }

    /// Width of its networks unless asked otherwise: channels of the first stage, or features of an `mlpN`.
    pub fn width(self) -> usize {
        self.definition().width
    }

    /// Whether its blocks have shortcuts.
    pub fn has_shortcuts(self) -> bool {
        self.definition().has_shortcuts
    }

    /// From the least depth of its networks to the greatest; not every one between is a network's.
    pub fn depths(self) -> RangeInclusive<usize> {
        self.definition().depths.clone()
    }

    /// The networks that lists offer.
    pub fn presets(self) -> impl Iterator<Item = Model> {
        self.definition().presets.iter().map(move |(depth, variant)| Model::of(self, *depth, variant))
    }

    /// Its network of that name, if it has one.
    pub(crate) fn named(self, name: &str) -> Option<Model> {
        let Definition { prefix, variants, depths, has, .. } = self.definition();
        let rest = name.strip_prefix(prefix)?;
        let digits = rest.trim_end_matches(|letter: char| !letter.is_ascii_digit());
        // No leading zeros: a network has one name.
        let depth = digits.parse().ok().filter(|depth: &usize| depth.to_string() == digits)?;
        let variant = variants.iter().find(|variant| **variant == &rest[digits.len()..])?;
        (depths.contains(&depth) && has(depth, variant)).then_some(Model::of(self, depth, variant))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_networks_name_is_of_one_family_and_is_read_as_it_is_written() {
        for model in Model::presets() {
            let name = model.to_string();
            let own: Vec<_> = Family::ALL.iter().filter_map(|family| family.named(&name)).collect();
            assert_eq!(own, [model], "{name}");
            assert_eq!(name.parse(), Ok(model), "{name}");
        }
        for depth in 0..2000 {
            let name = format!("resnet{depth}");
            assert!(Family::ALL.iter().filter_map(|family| family.named(&name)).count() <= 1, "{name}");
        }
    }

    /// The first value that a network takes of a setting is the one that it has by itself.
    #[test]
    fn what_a_family_takes_begins_with_its_own() {
        for model in Model::presets() {
            let spec = ModelSpec::standard(model);
            let usual = crate::RunSpec { model, norm: spec.norm, init: spec.init, ..crate::RunSpec::page_default() };
            for setting in RunSetting::ALL {
                if let Some(values) = (model.family().definition().takes)(model, *setting) {
                    assert_eq!(values.first().copied(), Some(setting.get(&usual).as_str()), "{model} {setting:?}");
                }
            }
        }
    }
}
