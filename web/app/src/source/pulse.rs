//! Whether a source that has begun to listen still does: it is asked every few seconds, and answers between the phases of its
//! steps.

use super::Source;
use crate::host::browser;
use protocol::{Command, Reply};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// Time between two questions, milliseconds.
const BEAT: i32 = 5_000;
/// So many questions in a row without a word in answer are reported. They are counted rather than the time: a computer that
/// slept asks once when it wakes.
const UNANSWERED: u32 = 3;

/// What was heard of a source.
#[derive(Default)]
pub struct Pulse {
    /// Whether it has said anything.
    is_alive: Cell<bool>,
    /// Questions since its last word.
    unanswered: Cell<u32>,
}

impl Pulse {
    /// Whether the source has said anything.
    pub fn is_alive(&self) -> bool {
        self.is_alive.get()
    }

    /// The source said this; whether the page should hear of it: of the answers only that which ends a silence.
    pub fn heard(&self, reply: &Reply) -> bool {
        let was_silent = self.unanswered.replace(0) > UNANSWERED;
        self.is_alive.set(true);
        was_silent || !matches!(reply, Reply::Here)
    }

    /// Asks, and goes on asking until the source is dropped.
    pub fn beat(self: Rc<Self>, source: Weak<dyn Source>, say: impl Fn(Reply) + 'static) {
        browser::after(BEAT, move || {
            let Some(asked) = source.upgrade() else { return };
            if self.is_alive.get() {
                let unanswered = self.unanswered.get();
                if unanswered == UNANSWERED {
                    say(Reply::Silent);
                }
                self.unanswered.set(unanswered + 1);
                asked.send(&Command::Ping);
            }
            self.beat(source, say);
        });
    }
}
