//! What a page can hold: a run that needs more is refused before it starts.

use protocol::{Plan, RunSpec};

/// The most memory that a run in the page may need; wasm ends at four times that.
const MOST_BYTES: u64 = 1 << 30;

/// Refuses a network that the page's memory cannot hold.
pub fn check_size(spec: &RunSpec) -> Result<(), String> {
    let plan = Plan::new(spec.model_spec()).map_err(|error| format!("{error}."))?;
    let bytes = plan.training_bytes(spec.batch);
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let gigabytes = bytes as f64 / MOST_BYTES as f64;
    Err(format!(
        "{} of width {} with batch {} needs about {gigabytes:.1} GB to train, and a page has 1 GB: choose a smaller depth, width or batch.",
        spec.model, spec.width, spec.batch
    ))
}
