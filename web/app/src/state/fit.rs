//! Makes settings fit together: what does not go with the network becomes what does, and the page says so.

use crate::state::images::Images;
use crate::state::notice::NotTaken;
use protocol::setting::Id;
use protocol::{Complaint, Lane, ModelSpec, Plan, RunSetting, RunSpec};

/// With more multiplications an image than this, evaluating the held-out images takes longer than training.
const MOST_EVALUATED: u64 = 500_000_000;

/// How often the held-out images are evaluated with this run's network unless somebody says otherwise: never, if it is
/// large.
pub fn usual_eval_every(spec: &RunSpec) -> u64 {
    let is_large = |(plan, _): (Plan, _)| plan.multiply_accumulates > MOST_EVALUATED;
    if fit(&mut spec.clone(), &Images::with(spec.data)).is_ok_and(is_large) {
        0
    } else {
        RunSpec::page_default().eval_every
    }
}

/// A setting that did not go with the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    setting: RunSetting,
    /// What was wrong with it.
    complaint: Complaint,
    /// The value in its place.
    now: String,
}

impl Misfit {
    /// What is to be said about it, as a setting of that run.
    pub fn not_taken(self, lane: Lane) -> NotTaken {
        NotTaken { complaint: self.complaint.of(lane), now: Some(self.now) }
    }
}

/// What is wrong with this setting, if it is what stands in the way of a network.
pub fn misfit(spec: &RunSpec, setting: RunSetting, images: &Images) -> Option<Complaint> {
    attempt(spec, images).err().filter(|complaint| complaint.setting == setting.into())
}

/// The run's network. Settings that do not go with it are mended, one after the other.
///
/// # Errors
/// When there is no such network whatever is mended.
pub fn fit(spec: &mut RunSpec, images: &Images) -> Result<(Plan, Vec<Misfit>), Complaint> {
    let mut misfits: Vec<Misfit> = Vec::new();
    // A mended setting may call for another one, but not for ever.
    for _ in 0..2 * RunSetting::ALL.len() {
        let complaint = match attempt(spec, images) {
            Ok(plan) => return Ok((plan, misfits)),
            Err(complaint) => complaint,
        };
        let Id::Run(setting) = complaint.setting else { return Err(complaint) };
        mend(spec, setting, images);
        misfits.retain(|misfit| misfit.setting != setting);
        misfits.push(Misfit { setting, complaint, now: setting.get(spec) });
    }
    attempt(spec, images).map(|plan| (plan, misfits))
}

/// The network, or the setting that stands in its way.
fn attempt(spec: &RunSpec, images: &Images) -> Result<Plan, Complaint> {
    images.check(spec.data)?;
    let plan = Plan::new(spec.model_spec())?;
    spec.skip.strengths(&plan)?;
    spec.events.check(&plan)?;
    spec.check_batch(&plan).map(|()| plan)
}

/// Gives this setting the first of its usual values that stands in nobody's way.
fn mend(spec: &mut RunSpec, setting: RunSetting, images: &Images) {
    let with = |value: &String| {
        let mut trial = spec.clone();
        let _taken = setting.setting().set(&mut trial, value);
        trial
    };
    let values = usual_values(spec, setting);
    let works =
        |trial: &RunSpec| attempt(trial, images).err().is_none_or(|complaint| complaint.setting != setting.into());
    let mended = values.iter().map(with).find(works).or_else(|| values.first().map(with));
    *spec = mended.unwrap_or_else(RunSpec::page_default);
}

/// What this setting usually is, the page's default first, then what is usual with the run's network.
fn usual_values(spec: &RunSpec, setting: RunSetting) -> Vec<String> {
    if let (RunSetting::ImageSize, Some(sizes)) = (setting, setting.setting().offers()) {
        return sizes;
    }
    let standard = ModelSpec::standard(spec.model);
    let ModelSpec { width, norm, init, order, activation, merge, branch_layers, option_a, .. } = standard;
    let page = RunSpec::page_default();
    let usual = RunSpec { width, norm, init, order, activation, merge, branch_layers, option_a, ..page.clone() };
    vec![setting.get(&page), setting.get(&usual)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{ActivationOrder, Data, Init, Merge, Norm, Skip};

    #[test]
    fn images_of_ones_own_are_not_in_the_page_which_says_so_and_takes_its_own() {
        let mut spec = RunSpec { data: "folder:3x224x224:20".parse().unwrap(), ..RunSpec::page_default() };
        let (plan, misfits) = fit(&mut spec, &Images::default()).unwrap();
        assert_eq!((spec.data, plan.spec.classes), (Data::Digits, 10));
        let said: Vec<_> = misfits.into_iter().map(|misfit| misfit.not_taken(Lane::A).sentence()).collect();
        assert!(
            said.len() == 1 && said[0].contains("--data-dir") && said[0].ends_with("; digits is used."),
            "{said:?}"
        );
    }

    #[test]
    fn every_setting_that_does_not_fit_is_mended_and_said() {
        let mut spec = RunSpec::page_default();
        spec.set_model("vgg16".parse().unwrap());
        (spec.norm, spec.init, spec.order) = (Norm::Bn, Init::SkipInit, ActivationOrder::Pre);
        (spec.merge, spec.branch_layers, spec.data) = (Merge::Concat, 1, Data::Digits);
        (spec.skip, spec.image_size) = (Skip::All(0.0), 16);
        let (plan, misfits) = fit(&mut spec, &Images::default()).unwrap();
        let mut keys: Vec<_> = misfits.iter().map(|misfit| misfit.setting.name()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["branch_layers", "image_size", "init", "merge", "norm", "order", "skip"]);
        assert_eq!((plan.blocks.len(), spec.image_size, spec.skip.clone()), (13, 0, Skip::All(1.0)));
        assert_eq!(fit(&mut spec, &Images::default()).unwrap().1, []);
        let said: Vec<_> = misfits.into_iter().map(|misfit| misfit.not_taken(Lane::B).sentence()).collect();
        assert!(said.iter().any(|sentence| sentence.starts_with("order_b \"pre\"")), "{said:?}");
        let size = said.iter().find(|sentence| sentence.starts_with("image_size_b \"16\"")).unwrap();
        assert!(size.ends_with("; 0 is used."), "{size}");
    }

    #[test]
    fn a_batch_of_which_batch_norm_leaves_nothing_is_mended_and_said() {
        for (batch, events, said) in [(1, "", "batch \"1\""), (8, "5:batch=1", "events \"5:batch=1\"")] {
            let mut spec =
                RunSpec { norm: Norm::Bn, batch, events: events.parse().unwrap(), ..RunSpec::page_default() };
            spec.set_model("mlp3".parse().unwrap());
            spec.norm = Norm::Bn;
            let (_, misfits) = fit(&mut spec, &Images::default()).unwrap();
            let sentences: Vec<_> = misfits.into_iter().map(|misfit| misfit.not_taken(Lane::A).sentence()).collect();
            assert!(matches!(&sentences[..], [one] if one.starts_with(said) && one.contains("bn1")), "{sentences:?}");
            assert!(spec.batch > 1 && spec.events.is_empty());
            spec.norm = Norm::None;
            spec.batch = 1;
            assert_eq!(fit(&mut spec, &Images::default()).unwrap().1, []);
        }
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
                        let _taken = RunSetting::named(name).unwrap().setting().set(&mut spec, value);
                    }
                    assert!(fit(&mut spec, &Images::default()).is_ok(), "{one} {other} {third}");
                }
            }
        }
    }
}
