//! A prediction that is drawn: a quantity over the blocks, on a logarithmic axis.

use crate::{Lane, Quantity};
use serde::Deserialize;

/// What is to be drawn, and the axis on which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// The quantity, one of [`Quantity::PLOTTED`] that is no share.
    pub of: Quantity,
    /// Of which run; the first, if missing.
    #[serde(default = "first")]
    pub lane: Lane,
    /// Relative to the last block's: that one is 1, and not drawn.
    #[serde(default)]
    pub relative: bool,
    /// How many powers of ten the axis spans, 1 to [`Draw::MOST_DECADES`].
    pub decades: u8,
    /// The power of ten at the upper end of the axis; 0 is 1.
    #[serde(default)]
    pub top: i8,
}

fn first() -> Lane {
    Lane::A
}

impl Draw {
    /// The most powers of ten of an axis.
    pub const MOST_DECADES: u8 = 40;

    /// The powers of ten at the ends of the axis.
    pub fn ends(self) -> [f64; 2] {
        let top = f64::from(self.top);
        [top - f64::from(self.decades), top]
    }
}
