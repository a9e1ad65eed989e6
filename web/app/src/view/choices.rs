//! The values that a setting of the form can have, where they can be listed, with their words; what cannot be chosen now
//! stands there with its reason.

use protocol::socket::Offered;
use protocol::{Family, Model, RunSetting, RunSpec};
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

/// The values of a setting, if they can be listed; of the images also those beyond the shipped sets.
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
    let beyond = images.iter().filter(|_| setting == RunSetting::Data).map(beyond);
    let values = setting.setting().offers()?.into_iter().map(choice).chain(beyond).collect();
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
