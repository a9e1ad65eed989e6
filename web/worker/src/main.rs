//! The Web Worker that trains. A command arrives in [`inbox`], the [`driver`] obeys it (a new run is built by the [`loader`])
//! and advances the session between messages, and its events leave by the [`outbox`]. No Yew and no words for visitors here:
//! what goes wrong is a [`protocol::Failure`], which the page puts into a sentence.

mod driver;
mod inbox;
mod loader;
mod one_file;
mod outbox;

use driver::Driver;
use std::cell::RefCell;
use std::rc::Rc;

/// The build that page and worker compare in their handshake.
const BUILD: &str = match option_env!("HEADWATER_BUILD") {
    Some(build) => build,
    None => "dev",
};

fn main() {
    outbox::report_panics();
    let driver = Rc::new(RefCell::new(Driver::new()));
    inbox::listen(&driver);
    outbox::send(&protocol::Reply::Ready { build: BUILD.to_owned() });
}
