//! Which of two runs that are compared.

use serde::{Deserialize, Serialize};

/// Which of two runs that are compared; a run alone is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lane {
    /// The first.
    A,
    /// The second.
    B,
}

impl Lane {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::A, Self::B];

    /// The name in recordings, in messages to an embedding page, and in the page's `data-lane`.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}
