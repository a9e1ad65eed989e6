//! The values that a setting of the form can have, where they can be listed, with their words; what cannot be chosen now
//! stands there with its reason.

use protocol::socket::Offered;
use protocol::{Data, Family, Model, ModelSpec, RunSetting, RunSpec};
use scene::words;

/// Values under one heading.
#[derive(Clone, PartialEq)]
pub struct Choices {
    /// The heading, where there are several.
    pub heading: Option<&'static str>,
    /// Each value.
    pub values: Vec<Choice>,
}

/// One value.
#[derive(Clone, PartialEq)]
pub struct Choice {
    /// Its text in a URL.
    pub value: String,
    /// Its words, with the reason if it cannot be chosen.
    pub words: String,
    /// Whether it can be chosen with the other settings as they are.
    pub goes: bool,
}

/// The values of a setting, if they can be listed; of the images first those beyond the shipped sets, at the size for the network
/// before others.
pub fn choices(setting: RunSetting, spec: &RunSpec, images: &[Offered]) -> Option<Vec<Choices>> {
    if setting == RunSetting::Model {
        return Some(models(spec.model));
    }
    let choice = |value: String| {
        let words = words::value(setting, &value);
        match setting.against(spec, &value) {
            None => Choice { value, words, goes: true },
            Some(complaint) => Choice { value, words: words::not_now(&words, &complaint), goes: false },
        }
    };
    let beyond = |own: &Offered| Choice { value: own.data.to_string(), words: own.title.clone(), goes: true };
    let fits =
        |own: &&Offered| matches!(own.data, Data::Own(own) if own.size == ModelSpec::standard(spec.model).image_size);
    let (first, others): (Vec<_>, Vec<_>) = images.iter().filter(|_| setting == RunSetting::Data).partition(fits);
    let beyond = first.into_iter().chain(others).map(beyond);
    let values = beyond.chain(setting.setting().offers()?.into_iter().map(choice)).collect();
    Some(vec![Choices { heading: None, values }])
}

/// The networks of each family.
fn models(present: Model) -> Vec<Choices> {
    let choices = |family: &Family| {
        let own = present.family() == *family && !family.presets().any(|preset| preset == present);
        let models = family.presets().chain(own.then_some(present));
        let choice = |model: Model| Choice { value: model.to_string(), words: model.title(), goes: true };
        Choices { heading: Some(words::family(*family)), values: models.map(choice).collect() }
    };
    Family::ALL.iter().map(choices).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_pictures_come_first_and_those_of_the_network_s_size_before_others() {
        let own = [224, 32].map(|size| {
            let data = format!("folder:3x{size}x{size}:2").parse().unwrap();
            Offered { data, title: String::new() }
        });
        for (model, expected) in [("resnet20", [32, 224]), ("resnet18", [224, 32])] {
            let mut spec = RunSpec::page_default();
            spec.set_model(model.parse().unwrap());
            let listed = choices(RunSetting::Data, &spec, &own).unwrap().remove(0).values;
            let first: Vec<_> = listed.iter().map(|choice| choice.value.as_str()).collect();
            assert_eq!(first[..2], expected.map(|size| format!("folder:3x{size}x{size}:2")), "{first:?}");
            assert!(first.contains(&"digits"));
        }
    }
}
