//! What a page can hold: a run that needs more is refused before it starts.

use engine::Session;
use protocol::{Failure, Plan, RunSpec};

/// The most memory that a run in the page may need by the plan's estimate, which is on the safe side: where it says 0.7, 1.1
/// and 1.4 GB (ResNet-50 at 224 pixels, batch 2, 4 and 6) wasm's memory grew to 0.44, 0.76 and 1.0 GB. Wasm ends at 4 GB, and
/// browsers give out more than 2 GB unwillingly.
const MOST_BYTES: u64 = 2 << 30;

/// Refuses a network that the page's memory cannot hold.
pub fn check_size(spec: &RunSpec) -> Result<(), Failure> {
    let plan = Plan::new(spec.model_spec()).map_err(Failure::Settings)?;
    let needed = plan.training_bytes(spec.batch);
    if needed <= MOST_BYTES {
        return Ok(());
    }
    let [_, height, width] = plan.input;
    Err(Failure::Memory {
        model: spec.model.to_string(),
        width: spec.width,
        batch: spec.batch,
        image: [height, width],
        needed,
        available: MOST_BYTES,
    })
}

/// Whether a proof of the gradients fits beside the run: it holds each weight in float64, moved in float64 and in float32,
/// and two gradients of it. A worker without memory would lose its run.
pub fn has_room_for_proof(session: &Session) -> bool {
    let plan = &session.network().plan;
    plan.training_bytes(session.spec().batch) + 28 * plan.parameter_count as u64 <= MOST_BYTES
}
