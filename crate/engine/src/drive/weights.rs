//! Whether a file of weights fits, before a run gives way to one that starts from it.

use crate::{EngineError, Network, Tensors, read_tensors, torchvision_names};
use candle_core::{DType, Device};
use protocol::{Check, Plan, Renaming, Reply, RunSpec, Unfit, WeightsProblem};

/// The answer to a [`Check`].
pub fn check(check: &Check) -> Reply {
    let fits = read_tensors(&check.weights.bytes).map_err(|problem| Unfit { lane: 0, problem });
    let fits = fits.and_then(|tensors| {
        let each = |(lane, spec)| fit(&tensors, spec).map_err(|problem| Unfit { lane, problem });
        let read = check.specs.iter().enumerate().map(each).collect::<Result<Vec<_>, _>>()?;
        Ok(read.into_iter().next().unwrap_or_default())
    });
    Reply::Checked { number: check.number, fits }
}

/// How the names of the tensors are read, if they fit.
fn fit(tensors: &Tensors, spec: &RunSpec) -> Result<Vec<Renaming>, WeightsProblem> {
    // What else is wrong with the run is said when it begins.
    let Ok(plan) = Plan::new(spec.model_spec()) else { return Ok(Vec::new()) };
    let (tensors, renamings) = torchvision_names(&plan, tensors.clone());
    match Network::from_tensors(plan, tensors, DType::F32, &Device::Cpu) {
        Err(EngineError::Weights(problem)) => Err(problem),
        _ => Ok(renamings),
    }
}
