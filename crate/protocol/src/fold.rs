//! Folding skips into the weights: which networks it can be done with, and what it changed.

use crate::complaint::Because;
use crate::{
    ActivationOrder, BlockPlan, Complaint, LayerPlan, Merge, Norm, Plan, Reason, RunSetting, RunSpec, Shortcut,
};
use serde::{Deserialize, Serialize};

/// A fold that was done.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Folded {
    /// The first step without the skips.
    pub step: u64,
    /// What it changed; `None` where the images of the next batch had not all arrived.
    pub logits: Option<FoldedLogits>,
}

/// What a fold changed of the answers to one batch: nothing but rounding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldedLogits {
    /// The largest difference of a logit, before and after.
    pub difference: f64,
    /// The largest logit before, without its sign.
    pub largest: f64,
}

impl FoldedLogits {
    /// The difference in parts of the largest logit.
    pub fn relative(self) -> f64 {
        if self.difference == 0.0 { 0.0 } else { self.difference / self.largest }
    }
}

impl BlockPlan {
    /// The weight of the one linear layer that the branch is, beside a shortcut that is the identity: then a·x + W·x is
    /// (W + a·I)·x (Zagoruyko and Komodakis 2017, arXiv 1706.00388, equation 4; Ding et al. 2021, arXiv 2101.03697).
    pub fn folds_into(&self) -> Option<String> {
        let is_same = self.shortcut == Shortcut::Identity && self.merge == Merge::Add && self.input == self.output;
        match self.branch.as_slice() {
            [LayerPlan::Linear { name, .. }] if is_same => Some(format!("{name}.weight")),
            [LayerPlan::Conv { name, stride: 1, kernel, .. }] if is_same && kernel % 2 == 1 => {
                Some(format!("{name}.weight"))
            }
            _ => None,
        }
    }
}

impl RunSpec {
    /// Whether the skips of this run can be folded into the weights of its network.
    ///
    /// # Errors
    /// The setting that stands in the way.
    pub fn check_fold(&self, plan: &Plan) -> Result<(), Complaint> {
        let refused = |other: RunSetting, because| {
            let reason = Reason::NotWith { other, value: other.get(self), because };
            Err(Complaint::new(RunSetting::Skip, Self::FOLD, reason))
        };
        if !plan.has_shortcuts() {
            return refused(RunSetting::Model, Because::NoShortcuts);
        }
        if self.stochastic_depth != 1.0 {
            return refused(RunSetting::StochasticDepth, Because::NotOneLayer);
        }
        if plan.blocks.iter().all(|block| block.folds_into().is_some()) {
            return Ok(());
        }
        let other = match self {
            _ if !RunSetting::BranchLayers.goes_with(self.model) => RunSetting::Model,
            Self { branch_layers: 2.., .. } => RunSetting::BranchLayers,
            Self { order: ActivationOrder::Pre, .. } => RunSetting::Order,
            Self { norm: Norm::Bn, .. } => RunSetting::Norm,
            _ => RunSetting::Init,
        };
        refused(other, Because::NotOneLayer)
    }

    /// How a change of a link says that skips are folded: `skip=fold`.
    pub const FOLD: &'static str = "fold";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Init;

    fn check(change: impl Fn(&mut RunSpec)) -> Result<(), RunSetting> {
        let mut spec = RunSpec { branch_layers: 1, ..RunSpec::page_default() };
        spec.set_model("mlp5".parse().unwrap());
        spec.norm = Norm::None;
        change(&mut spec);
        let plan = Plan::new(spec.model_spec()).unwrap();
        spec.check_fold(&plan).map_err(|complaint| match complaint.reason {
            Reason::NotWith { other, .. } => other,
            reason => panic!("{reason:?}"),
        })
    }

    #[test]
    fn what_is_one_linear_layer_a_branch_can_be_folded_and_all_else_says_why_not() {
        assert_eq!(check(|_| {}), Ok(()));
        assert_eq!(check(|spec| spec.order = ActivationOrder::Sum), Ok(()));
        assert_eq!(check(|spec| spec.branch_layers = 2), Err(RunSetting::BranchLayers));
        assert_eq!(check(|spec| spec.norm = Norm::Bn), Err(RunSetting::Norm));
        assert_eq!(check(|spec| spec.order = ActivationOrder::Pre), Err(RunSetting::Order));
        assert_eq!(check(|spec| spec.init = Init::SkipInit), Err(RunSetting::Init));
        assert_eq!(check(|spec| spec.stochastic_depth = 0.5), Err(RunSetting::StochasticDepth));
        let resnet = |spec: &mut RunSpec| {
            spec.branch_layers = 2;
            spec.set_model("resnet20".parse().unwrap());
        };
        assert_eq!(check(resnet), Err(RunSetting::Model));
        let vgg = |spec: &mut RunSpec| {
            (spec.branch_layers, spec.image_size) = (2, 32);
            spec.set_model("vgg16".parse().unwrap());
        };
        assert_eq!(check(vgg), Err(RunSetting::Model));
    }
}
