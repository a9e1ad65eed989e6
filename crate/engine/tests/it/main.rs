//! The engine's tests, one binary: a file a subject, fixtures in `support`. The comparison of every quantity with its slow
//! twin stands beside the quantities, in `src/quantities/twins`.

mod data;
mod families;
mod faults;
mod fuzz;
mod golden;
mod gradients;
mod initial;
mod paths;
mod proof;
mod quantities_laws;
mod question;
mod reference;
mod saved;
mod science;
mod session;
mod support;
mod training;
mod walk;
mod weights;
