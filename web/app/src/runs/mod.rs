//! What the runs have sent: taken in in lock-step where two are compared ([`inbox`]), kept ([`records`]; all steps of them in an [`archive`]), or taken from a recording ([`reading`]), and read off for
//! the text and the charts. Pure: no browser and no worker here, and nothing of Yew. Start at [`inbox`].

pub mod archive;
pub mod inbox;
pub mod pace;
pub mod reading;
mod records;

pub use records::{Runs, own_origin};
