//! A run that was put aside.

use crate::source::Kind;
use crate::state::lane_state::LaneState;
use crate::state::url::Overrides;

/// A run that a reset or a new run ended: its settings here, its record and its sources in the world. It can be taken up again
/// until another one is put aside in its place.
#[derive(Clone)]
pub struct Aside {
    /// One run, or two that were compared.
    pub lanes: Vec<LaneState>,
    /// What the second had otherwise than the first.
    pub overrides: Overrides,
    /// What computes it.
    pub source: Kind,
    /// Updates done by the one that had done most.
    pub updates: u64,
    /// Whether leaving the page would have lost it.
    pub would_be_lost: bool,
}
