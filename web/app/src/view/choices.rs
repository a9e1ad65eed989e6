//! The values that a setting of the form can have, where they can be listed, with their words.

use protocol::{Family, Model, RunSetting, RunSpec};
use scene::words;

/// Values under one heading, each with its words.
pub struct Choices {
    /// The heading, where there are several.
    pub heading: Option<&'static str>,
    /// Value in the URL, and words.
    pub values: Vec<(String, String)>,
}

/// The values that a setting can have with the other ones as they are, if they can be listed.
pub fn choices(setting: RunSetting, spec: &RunSpec) -> Option<Vec<Choices>> {
    if setting == RunSetting::Model {
        return Some(models(spec.model));
    }
    let values = setting.offered(spec)?.into_iter().map(|value| {
        let words = words::value(setting, &value);
        (value, words)
    });
    Some(vec![Choices { heading: None, values: values.collect() }])
}

/// The networks of each family.
fn models(present: Model) -> Vec<Choices> {
    let choices = |family: &Family| {
        let own = present.family() == *family && !family.presets().any(|preset| preset == present);
        let models = family.presets().chain(own.then_some(present));
        let values = models.map(|model| (model.to_string(), model.title())).collect();
        Choices { heading: Some(words::family(*family)), values }
    };
    Family::ALL.iter().map(choices).collect()
}
