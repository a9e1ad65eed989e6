//! The one table of settings. From it come the page's URL parameters and its form, the program's flags, the recording's
//! header, and the tables of the documentation.
//!
//! A setting of a run is one entry (and its field) in [`run`], one of the page in [`page`], one of the program alone in
//! [`program`]; its words are in `scene`. What is [`planned`] but not there yet stands in the same files.

mod kind;
mod page;
mod program;
mod run;
mod table;

pub use kind::{Kind, Outcome, Setting};
pub use page::{ComputedBy, ControlGroup, Instrument, PageOptions, PageSetting, Theme};
pub use program::{Device, ExportFormat, NumberType, ProgramOptions, ProgramSetting, WhenAlone};
pub use run::{RunSetting, RunSpec};
pub use table::{Entry, Id, Planned, Scope, Subcommand, entries, planned};
