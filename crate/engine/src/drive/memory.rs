//! What a run may need: one that needs more is refused before it starts.

use crate::Session;
use protocol::{Failure, Plan, RunSpec};

/// Refuses a network that this memory cannot hold.
pub fn check_size(spec: &RunSpec, most_bytes: u64) -> Result<(), Failure> {
    let plan = Plan::new(spec.model_spec()).map_err(Failure::Settings)?;
    let needed = plan.training_bytes(spec.batch);
    if needed <= most_bytes {
        return Ok(());
    }
    let [_, height, width] = plan.input;
    Err(Failure::Memory {
        model: spec.model.to_string(),
        width: spec.width,
        batch: spec.batch,
        image: [height, width],
        needed,
        available: most_bytes,
    })
}

/// Whether a proof of the gradients fits beside the run: it holds each weight in float64, moved in float64 and in float32,
/// and two gradients of it. Without memory the run would be lost.
pub fn has_room_for_proof(session: &Session, most_bytes: u64) -> bool {
    let plan = &session.network().plan;
    plan.training_bytes(session.spec().batch) + 28 * plan.parameter_count as u64 <= most_bytes
}
