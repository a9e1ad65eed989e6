//! The closed list of measured per-block quantities: name, unit, and what each one is.

use crate::SpecError;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One number a block and step. With x the block's input, y its output, h the shortcut, F the branch, a the shortcut's
/// strength and E the batch's mean cross-entropy, a block computes y = f(a·h(x) + F(x)). All norms are L2 over batch
/// and features, accumulated in f64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// ‖∂E/∂x‖, the whole gradient at the block's input.
    GradInL2,
    /// ‖∂E/∂y‖, the gradient arriving at the block's output.
    GradOutL2,
    /// √Σ‖∂E/∂w‖² over all parameters of the block.
    WeightGradL2,
    /// Norm of the part of ∂E/∂x that comes back through the branch.
    BranchGradL2,
    /// Norm of the part of ∂E/∂x that comes back over the shortcut; absent at strength 0.
    SkipGradL2,
    /// Cosine between those two parts; absent at strength 0.
    SkipBranchCosine,
    /// ‖F(x)‖ / ‖a·h(x)‖ before the ReLU; absent at strength 0.
    BranchRatio,
    /// ‖F(x)‖ / √(number of elements).
    BranchRms,
}

impl Quantity {
    /// Every quantity, in the order of the table and of the columns of a record.
    pub const ALL: [Self; 8] = [
        Self::GradInL2,
        Self::GradOutL2,
        Self::WeightGradL2,
        Self::BranchGradL2,
        Self::SkipGradL2,
        Self::SkipBranchCosine,
        Self::BranchRatio,
        Self::BranchRms,
    ];

    /// The name in records, tables and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::GradInL2 => "grad_in_l2",
            Self::GradOutL2 => "grad_out_l2",
            Self::WeightGradL2 => "weight_grad_l2",
            Self::BranchGradL2 => "branch_grad_l2",
            Self::SkipGradL2 => "skip_grad_l2",
            Self::SkipBranchCosine => "skip_branch_cosine",
            Self::BranchRatio => "branch_ratio",
            Self::BranchRms => "branch_rms",
        }
    }

    /// Whether the quantity speaks of the shortcut and so does not exist where the strength is 0.
    pub fn needs_shortcut(self) -> bool {
        matches!(self, Self::SkipGradL2 | Self::SkipBranchCosine | Self::BranchRatio)
    }

    /// Parses a comma list of names; `all` and `none` are accepted too.
    ///
    /// # Errors
    /// Names the first unknown entry and what is accepted.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, SpecError> {
        match text {
            "all" => Ok(Self::ALL.to_vec()),
            "none" => Ok(Vec::new()),
            list => list.split(',').map(|name| name.trim().parse()).collect(),
        }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Quantity {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        Self::ALL.into_iter().find(|quantity| quantity.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|quantity| quantity.name()).collect();
            SpecError::new("quantities", text, format!("a comma list of {}, or all, or none", names.join(", ")))
        })
    }
}
