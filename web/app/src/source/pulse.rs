//! Whether a source begins to listen, and then whether it still does: it is asked every few seconds, and answers between the
//! phases of its steps.

use super::Source;
use crate::host::browser;
use protocol::{Command, Reply};
use std::cell::Cell;
use std::rc::{Rc, Weak};

/// A source that has said nothing yet, and of which nothing arrives for this time, is reported, milliseconds.
const SILENCE: f64 = 15_000.0;
/// Time between two questions, milliseconds.
const BEAT: i32 = 5_000;
/// So many questions in a row without a word in answer are reported. They are counted rather than the time: a computer that
/// slept asks once when it wakes.
const UNANSWERED: u32 = 3;

/// What was heard of a source.
pub struct Pulse {
    /// When a piece of its program last arrived, or it was made.
    last_piece: Cell<f64>,
    /// Whether it has said anything.
    is_alive: Cell<bool>,
    /// Questions since its last word.
    unanswered: Cell<u32>,
    /// Whether it was reported since then.
    is_silent: Cell<bool>,
}

impl Default for Pulse {
    /// Of a source that is made now.
    fn default() -> Self {
        Self {
            last_piece: Cell::new(browser::now()),
            is_alive: Cell::default(),
            unanswered: Cell::default(),
            is_silent: Cell::default(),
        }
    }
}

impl Pulse {
    /// A piece of the source's program has arrived.
    pub fn arriving(&self) {
        self.last_piece.set(browser::now());
    }

    /// Reports the source if it says nothing for too long after the last piece of its program.
    pub fn await_first_word(self: Rc<Self>, say: impl Fn(Reply) + 'static) {
        let left = self.last_piece.get() + SILENCE - browser::now();
        browser::after(left.ceil() as i32, move || {
            if self.is_alive.get() {
                return;
            }
            if self.last_piece.get() + SILENCE > browser::now() {
                self.await_first_word(say);
            } else {
                self.is_silent.set(true);
                say(Reply::Silent);
            }
        });
    }

    /// The source said something; whether that ends a silence of which the page was told.
    pub fn heard(&self) -> bool {
        self.unanswered.set(0);
        self.is_alive.set(true);
        self.is_silent.replace(false)
    }

    /// Asks, and goes on asking until the source is dropped.
    pub fn beat(self: Rc<Self>, source: Weak<dyn Source>, say: impl Fn(Reply) + 'static) {
        browser::after(BEAT, move || {
            let Some(asked) = source.upgrade() else { return };
            if self.is_alive.get() {
                let unanswered = self.unanswered.get();
                if unanswered == UNANSWERED {
                    self.is_silent.set(true);
                    say(Reply::Silent);
                }
                self.unanswered.set(unanswered + 1);
                asked.send(&Command::Ping);
            }
            self.beat(source, say);
        });
    }
}
