//! What a page can hold: a run that needs more is refused before it starts.

use protocol::{Plan, RunSpec};

/// The most memory that a run in the page may need by the plan's estimate, which is on the safe side: where it says 0.7, 1.1
/// and 1.4 GB (ResNet-50 at 224 pixels, batch 2, 4 and 6) wasm's memory grew to 0.44, 0.76 and 1.0 GB. Wasm ends at 4 GB, and
/// browsers give out more than 2 GB unwillingly.
const MOST_BYTES: u64 = 2 << 30;

/// Refuses a network that the page's memory cannot hold.
pub fn check_size(spec: &RunSpec) -> Result<(), String> {
    let plan = Plan::new(spec.model_spec()).map_err(|error| format!("{error}."))?;
    let bytes = plan.training_bytes(spec.batch);
    if bytes <= MOST_BYTES {
        return Ok(());
    }
    let gigabytes = bytes as f64 / f64::from(1 << 30);
    let [_, height, width] = plan.input;
    Err(format!(
        "{} of width {} with batch {} of {height}×{width} images needs about {gigabytes:.1} GB to train, and a page has \
         2 GB: choose a smaller depth, width, image size or batch.",
        spec.model, spec.width, spec.batch
    ))
}
