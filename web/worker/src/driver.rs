//! The engine's driver in this worker: between two messages it gets its ticks, by a message of the worker to itself.

use crate::loader;
use crate::outbox::{now_ms, send};
use dataset::Split;
use engine::{EngineError, Host, Session};
use protocol::{Command, Failure};
use std::cell::RefCell;
use std::ops::Deref;
use std::rc::Rc;
use wasm_bindgen::JsValue;
use web_sys::MessagePort;

/// How long a tick may go on before messages get their turn, milliseconds.
const TICK_MS: f64 = 16.0;

/// The most memory that a run in the page may need by the plan's estimate, which is on the safe side: where it says 0.7, 1.1
/// and 1.4 GB (ResNet-50 at 224 pixels, batch 2, 4 and 6) wasm's memory grew to 0.44, 0.76 and 1.0 GB. Wasm ends at 4 GB, and
/// browsers give out more than 2 GB unwillingly.
const MOST_BYTES: u64 = 2 << 30;

/// The worker's state.
pub struct Driver {
    own: engine::Driver,
    ticks: Option<MessagePort>,
    tick_is_due: bool,
}

impl Driver {
    /// A worker without a run.
    pub fn new() -> Self {
        let host = Host { say: Box::new(|reply| send(&reply)), clock: now_ms, most_bytes: MOST_BYTES };
        Self { own: engine::Driver::new(host), ticks: None, tick_is_due: false }
    }

    /// The port to which ticks are posted.
    pub fn tick_by(&mut self, port: MessagePort) {
        self.ticks = Some(port);
    }

    /// Does what the page says; a run that begins is loaded first.
    pub fn obey(driver: &Rc<RefCell<Self>>, command: Command) {
        let begins = driver.borrow_mut().own.obey(command);
        if let Some((run, start)) = begins {
            loader::load(driver.clone(), run, start);
        }
        driver.borrow_mut().schedule();
    }

    /// One tick.
    pub fn tick(&mut self) {
        self.tick_is_due = false;
        self.own.tick(TICK_MS);
        self.schedule();
    }

    /// Takes a new session, ready to train.
    pub fn begin(&mut self, session: Session) {
        self.own.begin(session);
    }

    /// Takes a data file that arrived late.
    pub fn insert(&mut self, split: Split, index: usize, file: &[u8]) -> Result<(), EngineError> {
        self.own.insert(split, index, file)?;
        self.schedule();
        Ok(())
    }

    /// Sends the held-out images that are shown.
    pub fn show_samples(&mut self) {
        self.own.show_samples();
    }

    /// Stops that run and says why.
    pub fn fail(&mut self, run: u32, failure: Failure) {
        self.own.fail(run, failure);
    }

    fn schedule(&mut self) {
        if let (Some(port), false, true) = (&self.ticks, self.tick_is_due, self.own.is_busy()) {
            self.tick_is_due = port.post_message(&JsValue::NULL).is_ok();
        }
    }
}

impl Deref for Driver {
    type Target = engine::Driver;

    fn deref(&self) -> &engine::Driver {
        &self.own
    }
}
