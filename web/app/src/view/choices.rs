//! The values that a setting of the form can have, where they can be listed, and its label.

use crate::state::families::inits;
use protocol::{Activation, Data, Family, Labels, Merge, Model, Norm, Order, RunSpec};
use scene::{Text, english};

/// Values under one heading, each with its words.
pub struct Choices {
    /// The heading, where there are several.
    pub heading: Option<&'static str>,
    /// Value in the URL, and words.
    pub values: Vec<(String, String)>,
}

/// Sizes of images that are offered, px; 0 is the data's own.
const IMAGE_SIZES: [usize; 5] = [0, 32, 64, 112, 224];

/// The values that a setting can have with the other ones as they are, if they can be listed.
pub fn choices(key: &str, spec: &RunSpec) -> Option<Vec<Choices>> {
    let named = |name: &str, words: &str| (name.to_owned(), words.to_owned());
    let values: Vec<_> = match key {
        "model" => return Some(models(spec.model)),
        "norm" => Norm::ALL.iter().map(|norm| named(norm.name(), english::norm(*norm))).collect(),
        "init" => {
            let offered = inits(spec.model.family(), spec.order, spec.norm);
            offered.iter().map(|init| named(init.name(), english::init(*init))).collect()
        }
        "order" => Order::ALL.iter().map(|order| named(order.name(), english::order(*order))).collect(),
        "activation" => Activation::ALL.iter().map(|one| named(one.name(), english::activation(*one))).collect(),
        "merge" => Merge::ALL.iter().map(|merge| named(merge.name(), english::merge(*merge))).collect(),
        "branch_layers" => [1, 2].iter().map(|count| named(&count.to_string(), &count.to_string())).collect(),
        "labels" => Labels::ALL.iter().map(|labels| named(labels.name(), english::labels(*labels))).collect(),
        "data" => Data::ALL.iter().map(|data| named(data.name(), data.title())).collect(),
        "image_size" => {
            let size = |size: &usize| named(&size.to_string(), &english::image_size(*size));
            IMAGE_SIZES.iter().map(size).collect()
        }
        _ => return None,
    };
    Some(vec![Choices { heading: None, values }])
}

/// The networks of each family.
fn models(present: Model) -> Vec<Choices> {
    let presets: Vec<Model> = Model::PRESETS.iter().filter_map(|name| name.parse().ok()).collect();
    let families = [
        (Family::Cifar, Text::FamilyCifar),
        (Family::ImageNet, Text::FamilyImageNet),
        (Family::Vgg, Text::FamilyVgg),
        (Family::Mlp, Text::FamilyMlp),
    ];
    let choices = |(family, heading): (Family, Text)| {
        let own = present.family() == family && !presets.contains(&present);
        let models = presets.iter().copied().filter(|model| model.family() == family).chain(own.then_some(present));
        let values = models.map(|model| (model.to_string(), model.title())).collect();
        Choices { heading: Some(heading.words()), values }
    };
    families.into_iter().map(choices).collect()
}

/// What a setting is called.
pub fn label(key: &str) -> &'static str {
    let text = match key {
        "model" => Text::Network,
        "width" => Text::Width,
        "norm" => Text::Norm,
        "init" => Text::Init,
        "order" => Text::Order,
        "activation" => Text::Activation,
        "merge" => Text::Merge,
        "branch_layers" => Text::BranchLayers,
        "data" => Text::Data,
        "labels" => Text::Labels,
        "image_size" => Text::ImageSize,
        "stochastic_depth" => Text::StochasticDepth,
        "lr" => Text::LearningRate,
        "momentum" => Text::Momentum,
        "weight_decay" => Text::WeightDecay,
        "batch" => Text::Batch,
        "seed" => Text::Seed,
        _ => Text::Budget,
    };
    text.words()
}

/// What a setting means, where its name does not say it.
pub fn explanation(key: &str) -> Option<&'static str> {
    (key == "stochastic_depth").then(|| Text::StochasticDepthExplained.words())
}
