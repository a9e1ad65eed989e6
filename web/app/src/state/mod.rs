//! What the page knows apart from the records: everything that its text and controls show. Pure: no browser, no worker and no
//! clock here, and every line of it is tested natively.
//!
//! A link is read ([`url`], [`page_options`], mended by [`fit`] where settings do not go together) into the [`page`]'s state;
//! after that only [`update`] changes it, and returns what must happen outside as effects. Start at [`page`], then
//! [`update`].

pub mod families;
pub mod fit;
pub mod lane_state;
pub mod notice;
pub mod page;
pub mod page_options;
pub mod readout;
pub mod shared;
pub mod update;
pub mod url;

pub use page::{Action, Effect, Go, State, WorkerNews};
