//! Whether a file of weights fits, before a run gives way to one that starts from it.

use candle_core::{DType, Device};
use engine::{EngineError, Network, Tensors, read_tensors};
use protocol::{Check, Plan, Reply, RunSpec, Unfit, WeightsProblem};

/// The answer to a [`Check`].
pub fn check(check: &Check) -> Reply {
    let fits = read_tensors(&check.weights.bytes).map_err(|problem| Unfit { lane: 0, problem });
    let fits = fits.and_then(|tensors| {
        let each = |(lane, spec)| fit(&tensors, spec).map_err(|problem| Unfit { lane, problem });
        check.specs.iter().enumerate().try_for_each(each)
    });
    Reply::Checked { number: check.number, unfit: fits.err() }
}

fn fit(tensors: &Tensors, spec: &RunSpec) -> Result<(), WeightsProblem> {
    // What else is wrong with the run is said when it begins.
    let Ok(plan) = Plan::new(spec.model_spec()) else { return Ok(()) };
    match Network::from_tensors(plan, tensors.clone(), DType::F32, &Device::Cpu) {
        Err(EngineError::Weights(problem)) => Err(problem),
        _ => Ok(()),
    }
}
