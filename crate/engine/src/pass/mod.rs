//! One batch forward and its gradient back, measured on the way.
//!
//! [`Pass`] is the place to start: it does one phase of one block a call, so that a driver can stop between any two. A
//! [`Batch`] goes in. A [`Stopwatch`] tells how long measuring takes; `lost` finds where a number left its range.

mod batch;
mod lost;
#[expect(clippy::module_inception, reason = "the folder holds what a pass needs, this file the pass itself")]
mod pass;
mod stopwatch;

pub use batch::Batch;
pub use pass::{Measuring, Pass, PassResult};
pub use stopwatch::{Clock, Stopwatch};
