//! Headwater's charts as data: events in, drawings and words out. No Candle, no browser, no files, no clocks.
//!
//! In reading order: [`Snapshot`] reduces a run's events; [`LaneView`] and [`View`] say what is looked at; a [`Chart`] draws
//! it with the parts in `plot`; [`Scene`] is a drawing, [`Class`] the CSS classes of its shapes and [`svg_inner`] its
//! markup; [`reading`] says in words what is drawn; [`Text`] holds every word of the page. Nothing is drawn that was not
//! measured.
//!
//! ```
//! use protocol::{BlockKind, Column, Diagram, DiagramBlock, Ends, Event, Lane, Measured, Quantity, ShortcutKind, StepRecord};
//! use scene::{Chart, LaneView, Snapshot, View, svg_inner};
//!
//! let block = |name: &str| (1, DiagramBlock::named(name, BlockKind::Basic, ShortcutKind::Identity));
//! let quantities = vec![Quantity::GradInL2];
//! let mut run = Snapshot::new(Diagram::foreign(["layer1.0", "layer1.1"].map(block), quantities));
//!
//! let column = Column { quantity: Quantity::GradInL2, values: vec![Some(1e-4), Some(1e-2)] };
//! let measured = Measured { columns: vec![column], ..Measured::default() };
//! let (step, loss, train_accuracy, lr, ends) = (0, 2.3, 0.1, 0.05, Ends::default());
//! run.apply(Event::Step(StepRecord { step, loss, train_accuracy, lr, measured, ends }));
//!
//! let lane = LaneView { lane: Lane::A, snapshot: &run, whole: &run, strengths: run.strengths(), walk: None, file: None };
//! let scene = Chart::Profile.draw(&[lane], &View { width: 400.0, height: 160.0, ..View::default() });
//! let svg = svg_inner(&scene);
//! assert!(svg.contains(r#"<path class="line lane-a""#) && svg.contains(">0.0001</text>"));
//! assert_eq!(scene.summary, "Skips open: gradient passed on 0.0100 at block 2, 1.00e-04 at block 1.");
//! ```

mod agreement;
mod beginning;
mod change;
mod charts;
mod drawing;
mod export;
mod flow;
mod format;
#[cfg(test)]
mod gallery;
mod lane;
pub mod lesson;
mod overlaid;
mod plot;
#[cfg(test)]
mod properties;
mod settings;
mod smooth;
mod snapshot;
#[cfg(test)]
mod testing;
mod track;
pub mod words;
mod worksheet;

pub use agreement::{Agreement, agreement};
pub use charts::{
    BlockLayout, Chart, EndLayout, Gap, LaneLayout, Sketch, Work, profile_place_at, river_layout, river_scale_words,
};
pub use drawing::{Anchor, Class, Classes, Form, Part, Pixels, Scene, Shape, escaped, svg_inner};
pub use export::{Exhibit, Looks, Picture, colour_bar, file_name, raster_box, raster_markup, style, wrapped};
pub use flow::{Plot, branches_used, share_over_shortcut, value};
pub use format::{in_unit, number, percent, setting, thousands};
pub use lane::{LaneView, View, lane_class, lane_marker};
pub use overlaid::{MOST_OPEN_RUNS, Overlaid, overlaid_classes};
pub use plot::{Axis, Decades, Margin, NARROW, Tick};
pub use settings::{Ground, Moment, ground, lane_name, other_settings, run_title, settings_line};
pub use snapshot::{LossPoint, Snapshot};
pub use track::history_colours;
pub use words::{Piece, QuantityWords, Reading, Surprise, Text, quantity_words, reading};
pub use worksheet::{Taken, Worksheet};
