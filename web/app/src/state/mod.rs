//! What the page knows apart from the records: everything that its text and controls show. Pure: no browser, no worker and no
//! clock here, and every line of it is tested natively.
//!
//! A link, or what stands for one, is [`given`] and read ([`url`], mended by [`fit`] where settings do not go together) into the [`page`]'s state;
//! after that only [`update`] changes it: an [`action`] goes in, effects on the world come out. Start at [`page`], then
//! [`action`] and [`update`]. [`aside`] is a run that was put aside, [`opened`] a recording; [`slow`] is a step that is walked through; [`told`] is what an embedding page hears
//! of it; [`native`] is the program that serves the page, if one does.

pub mod action;
pub mod aside;
pub mod export;
pub mod fit;
pub mod given;
pub mod images;
pub mod keys;
pub mod lane_state;
pub mod lesson;
pub mod library;
pub mod native;
pub mod notice;
pub mod opened;
pub mod page;
pub mod panel;
pub mod projector;
pub mod readout;
pub mod shared;
pub mod sharing;
pub mod slow;
pub mod told;
pub mod update;
pub mod url;
pub mod worksheet;

pub use action::{Action, Effect};
pub use page::{Proving, State};
pub use panel::Panel;
