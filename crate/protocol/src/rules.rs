//! Which settings of a network go together. What a family takes stands in its file; what holds for every family, here.

use crate::complaint::{Because, owned};
use crate::setting::{ProgramSetting, RunSetting, RunSpec};
use crate::{ActivationOrder, Complaint, Init, LrSchedule, Model, ModelSpec, Norm, Plan, Reason};

/// The settings that say how a network is made, beside its sizes.
const DESIGN: [RunSetting; 7] = [
    RunSetting::Norm,
    RunSetting::Init,
    RunSetting::Order,
    RunSetting::Activation,
    RunSetting::Merge,
    RunSetting::BranchLayers,
    RunSetting::OptionA,
];

/// Whether the settings are in range and go together.
///
/// # Errors
/// The complaint about the first setting that is out of range or does not go with the others.
pub(crate) fn check(spec: &ModelSpec) -> Result<(), Complaint> {
    RunSetting::Width.setting().check(spec.width)?;
    ProgramSetting::Channels.setting().check(spec.channels)?;
    ProgramSetting::Classes.setting().check(spec.classes)?;
    RunSetting::BranchLayers.setting().check(spec.branch_layers)?;
    check_image_size(spec)?;
    let run = RunSpec::page_default().with_network(spec);
    DESIGN.iter().try_for_each(|setting| check_design(*setting, &run))
}

fn check_image_size(spec: &ModelSpec) -> Result<(), Complaint> {
    let least = spec.model.family().least_image_size();
    match RunSetting::ImageSize.setting().range() {
        Reason::Whole { max, .. } if !(least..=max as usize).contains(&spec.image_size) => {
            Err(Complaint::new(RunSetting::ImageSize, &spec.image_size, Reason::Whole { min: least as u64, max }))
        }
        _ => Ok(()),
    }
}

/// Whether the value of this setting goes with the others.
fn check_design(setting: RunSetting, run: &RunSpec) -> Result<(), Complaint> {
    let value = setting.get(run);
    let against = |other: RunSetting, because| {
        let reason = Reason::NotWith { other, value: other.get(run), because };
        Err(Complaint::new(setting, &value, reason))
    };
    if let Some(values) = taken(run.model, setting).filter(|values| !values.contains(&value.as_str())) {
        let named = setting == RunSetting::Norm;
        let because = if named { Because::NameSaysIt } else { Because::Takes(owned(values)) };
        return against(RunSetting::Model, because);
    }
    match (setting, run.init, run.norm, run.order) {
        (RunSetting::Init, Init::ZeroGamma, Norm::None, _) => against(RunSetting::Norm, Because::NoGamma),
        (RunSetting::Init, Init::ZeroGamma, _, ActivationOrder::Pre) => {
            against(RunSetting::Order, Because::GammaStaysZero)
        }
        _ => Ok(()),
    }
}

/// The values of a setting that the network takes, the usual one first; `None` if it takes every value.
fn taken(model: Model, setting: RunSetting) -> Option<&'static [&'static str]> {
    let definition = model.family().definition();
    match setting {
        RunSetting::Skip if !definition.has_shortcuts => Some(&["on"]),
        RunSetting::Fade if !definition.has_shortcuts => Some(&[""]),
        RunSetting::StochasticDepth if !definition.has_shortcuts => Some(&["1"]),
        other => (definition.takes)(model, other),
    }
}

impl RunSpec {
    /// Whether every batch norm of the run's network has more than one value a channel, at each step.
    ///
    /// # Errors
    /// The complaint about the batch, or about the change that makes it so small.
    pub fn check_batch(&self, plan: &Plan) -> Result<(), Complaint> {
        let Some(norm) = &plan.one_pixel_norm else { return Ok(()) };
        let setting = match self.events.least(RunSetting::Batch) {
            _ if self.batch < 2 => RunSetting::Batch,
            Some(least) if least < 2.0 => RunSetting::Events,
            _ => return Ok(()),
        };
        let because = Because::OneValue { norm: norm.as_str().into() };
        let reason = Reason::NotWith { other: RunSetting::Norm, value: Norm::Bn.to_string(), because };
        Err(Complaint::new(setting, &setting.get(self), reason))
    }
}

impl RunSpec {
    /// Whether a run with these settings that has made steps may have this budget instead: made again with it, each step
    /// must be the one that it was.
    ///
    /// # Errors
    /// If its learning rate follows the budget.
    pub fn check_budget(&self, steps: u64) -> Result<(), Complaint> {
        if self.lr_schedule != LrSchedule::Cosine || steps == self.steps {
            return Ok(());
        }
        let (other, because) = (RunSetting::LrSchedule, Because::RatesFollowBudget);
        Err(Complaint::new(RunSetting::Steps, &steps, Reason::NotWith { other, value: other.get(self), because }))
    }
}

impl RunSetting {
    /// Whether the network leaves a choice.
    pub fn goes_with(self, model: Model) -> bool {
        self.only_value(model).is_none()
    }

    /// The one value that the network takes; `None` if it leaves a choice.
    pub fn only_value(self, model: Model) -> Option<&'static str> {
        match taken(model, self)? {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Why a value does not go with the other settings of a run; `None` if it does.
    pub fn against(self, run: &RunSpec, value: &str) -> Option<Complaint> {
        let mut trial = run.clone();
        let _taken = self.setting().set(&mut trial, value);
        check_design(self, &trial).err()
    }
}
