//! Makes settings fit together: what does not go with the network becomes what does, and the page says so.

use crate::state::notice::Topic;
use protocol::{KEYS, Key, Lane, ModelSpec, Plan, RunSpec, SpecError, key};
use scene::english;

/// A setting that did not go with the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Its key.
    key: &'static str,
    /// What was wrong with it.
    error: SpecError,
    /// The value in its place.
    now: String,
}

impl Misfit {
    /// What is said about it, as a setting of that run.
    pub fn notice(self, lane: Lane) -> (Topic, String) {
        let Self { key, error, now } = self;
        match lane {
            Lane::A => (Topic::Value(key), english::value_not_taken(&error, Some(&now))),
            Lane::B => {
                let error = SpecError { name: format!("{}_b", error.name), ..error };
                (Topic::TwinValue(key), english::value_not_taken(&error, Some(&now)))
            }
        }
    }
}

/// The run's network. Settings that do not go with it are mended, one after the other.
///
/// # Errors
/// A sentence, when there is no such network whatever is mended.
pub fn fit(spec: &mut RunSpec) -> Result<(Plan, Vec<Misfit>), String> {
    let mut misfits: Vec<Misfit> = Vec::new();
    // A mended setting may call for another one, but not for ever.
    for _ in 0..2 * KEYS.len() {
        let (name, error) = match attempt(spec) {
            Ok(plan) => return Ok((plan, misfits)),
            Err(misfit) => misfit,
        };
        let Some(key) = key(&name) else { return Err(format!("{error}.")) };
        mend(spec, key);
        misfits.retain(|misfit| misfit.key != key.name);
        misfits.push(Misfit { key: key.name, error, now: (key.get)(spec) });
    }
    Err(misfits.pop().map(|misfit| misfit.notice(Lane::A).1).unwrap_or_default())
}

/// The network, or the key that stands in its way.
fn attempt(spec: &RunSpec) -> Result<Plan, (String, SpecError)> {
    let model = spec.model_spec();
    let plan = Plan::new(model).map_err(|mut error| {
        if error.name == "image_size" {
            // The plan names the size that is left in its depth.
            error.value = model.image_size.to_string();
        }
        (error.name.clone(), error)
    })?;
    match spec.skip.strengths(&plan) {
        Ok(_) => Ok(plan),
        Err(error) => Err(("skip".to_owned(), error)),
    }
}

/// Gives this setting the first of its usual values that stands in nobody's way.
fn mend(spec: &mut RunSpec, key: &Key) {
    let with = |value: &String| {
        let mut trial = spec.clone();
        let _taken = key.set(&mut trial, value);
        trial
    };
    let values = usual_values(spec, key);
    let works = |trial: &RunSpec| attempt(trial).err().is_none_or(|(name, _)| name != key.name);
    let mended = values.iter().map(with).find(works).or_else(|| values.first().map(with));
    *spec = mended.unwrap_or_else(RunSpec::page_default);
}

/// What this setting usually is with the run's network, the most usual first.
fn usual_values(spec: &RunSpec, key: &Key) -> Vec<String> {
    if key.name == "image_size" {
        return [0, 32, 64, 224].map(|size: usize| size.to_string()).to_vec();
    }
    let ModelSpec { width, norm, init, order, activation, merge, branch_layers, .. } = ModelSpec::standard(spec.model);
    let usual = RunSpec { width, norm, init, order, activation, merge, branch_layers, ..RunSpec::page_default() };
    vec![(key.get)(&usual)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{Data, Init, Merge, Model, Norm, Order, Skip};

    #[test]
    fn every_setting_that_does_not_fit_is_mended_and_said() {
        let mut spec = RunSpec::page_default();
        spec.set_model(Model::Vgg { depth: 16, bn: false });
        (spec.norm, spec.init, spec.order) = (Norm::Bn, Init::SkipInit, Order::Pre);
        (spec.merge, spec.branch_layers, spec.data) = (Merge::Concat, 1, Data::Digits);
        (spec.skip, spec.image_size) = (Skip::All(0.0), 16);
        let (plan, misfits) = fit(&mut spec).unwrap();
        let mut keys: Vec<_> = misfits.iter().map(|misfit| misfit.key).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["branch_layers", "image_size", "init", "merge", "norm", "order", "skip"]);
        assert_eq!((plan.blocks.len(), spec.image_size, spec.skip.clone()), (13, 0, Skip::All(1.0)));
        assert_eq!(fit(&mut spec).unwrap().1, []);
        let said: Vec<_> = misfits.into_iter().map(|misfit| misfit.notice(Lane::B).1).collect();
        assert!(said.iter().any(|sentence| sentence.starts_with("order_b \"pre\"")), "{said:?}");
        let size = said.iter().find(|sentence| sentence.starts_with("image_size_b \"16\"")).unwrap();
        assert!(size.ends_with("; 0 is used."), "{size}");
    }

    #[test]
    fn whatever_is_combined_there_is_a_network() {
        let values = |name: &str| -> Vec<String> {
            let list = match name {
                "model" => "resnet8 resnet18 resnet50 vgg16 vgg19_bn mlp3",
                "norm" => "bn none",
                "init" => "he zero-gamma skipinit",
                "order" => "post pre sum",
                "merge" => "add concat",
                _ => "0 1 8 1024",
            };
            list.split(' ').map(str::to_owned).collect()
        };
        for (a, b, c) in [("model", "init", "order"), ("model", "merge", "norm"), ("model", "image_size", "order")] {
            for (one, other) in values(a).iter().flat_map(|one| values(b).into_iter().map(move |other| (one, other))) {
                for third in values(c) {
                    let mut spec = RunSpec { data: Data::Digits, ..RunSpec::page_default() };
                    for (name, value) in [(a, one), (b, &other), (c, &third)] {
                        let _taken = key(name).unwrap().set(&mut spec, value);
                    }
                    assert!(fit(&mut spec).is_ok(), "{one} {other} {third}");
                }
            }
        }
    }
}
