//! The Web Worker: takes commands from the page, drives a session between messages, sends what it says.

mod driver;
mod inbox;
mod loader;
mod memory;
mod outbox;
mod timing;

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
