//! The connections to the runs of a [`super::room`], and what waits for each of them.

use super::run::{Run, frame};
use axum::body::Bytes;
use protocol::Reply;
use protocol::socket::{Closing, Told};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;

/// The connections, by their numbers.
#[derive(Default)]
pub struct Seats(BTreeMap<u64, Seat>);

/// A connection.
pub struct Seat {
    /// The run that it hears.
    pub run: u64,
    /// The page, and which of its sources this is.
    pub source: (u64, u32),
    /// The number of the next reply that it hears.
    pub next: u64,
    /// Whether it joined the run, and hears it from its beginning alone.
    joined: bool,
    /// How many commands it was last told were heard.
    told: u64,
    /// What it was last asked to confirm.
    asked: u64,
    /// Whether it was last told that a page drives the run.
    driven: bool,
    /// Wakes it when there is something for it.
    pub wake: Arc<Notify>,
    /// How it ends, once it does.
    pub closing: Option<Ending>,
}

/// Who has a connection.
pub struct Guest {
    /// Its number.
    pub seat: u64,
    /// What it is told first.
    pub welcome: Told,
    /// Wakes it when there is something for it.
    pub wake: Arc<Notify>,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// For this reason.
    Said(Closing),
    /// Another connection of the same source has taken its place.
    Replaced,
}

/// What there is for a connection.
#[derive(Default)]
pub struct Waiting {
    /// Commands were heard.
    pub heard: Option<u64>,
    /// Replies.
    pub frames: Vec<Bytes>,
    /// It is to confirm that it has heard all up to this number.
    pub confirm: Option<u64>,
    /// Who drives the run that it watches.
    pub driving: Option<Told>,
    /// It ends.
    pub ending: Option<Ending>,
}

impl From<Ending> for Waiting {
    fn from(ending: Ending) -> Self {
        Self { ending: Some(ending), ..Self::default() }
    }
}

/// Replies that are handed out at once.
const AT_ONCE: usize = 64;

impl Seats {
    /// Another connection, and what it is told first.
    pub fn add(&mut self, number: u64, seat: Seat, welcome: Told) -> Guest {
        let guest = Guest { seat: number, welcome, wake: seat.wake.clone() };
        self.0.insert(number, seat);
        guest
    }

    /// This one, if it is still there.
    pub fn get(&mut self, number: u64) -> Option<&mut Seat> {
        self.0.get_mut(&number)
    }

    /// This one is over.
    pub fn remove(&mut self, number: u64) -> Option<Seat> {
        self.0.remove(&number)
    }

    /// Whether this page is there and watches a run.
    pub fn watches(&self, page: u64, runs: &BTreeMap<u64, Run>) -> bool {
        let drives = |number, own: &Seat| runs.get(&own.run).is_some_and(|run| run.driver == Some(number));
        self.0.iter().any(|(number, own)| own.source.0 == page && own.closing.is_none() && !drives(*number, own))
    }

    /// There is something for everybody who hears a run.
    pub fn wake(&self, run: u64) {
        self.0.values().filter(|own| own.run == run).for_each(|own| own.wake.notify_one());
    }

    /// One ends.
    pub fn close(&mut self, number: Option<u64>, ending: Ending) {
        number.and_then(|number| self.0.get_mut(&number)).into_iter().for_each(|seat| seat.close(ending));
    }

    /// Those of a run end, as is said of each.
    pub fn close_all(&mut self, run: u64, ending: impl Fn(u64) -> Option<Ending>) {
        for (number, own) in self.0.iter_mut().filter(|(_, own)| own.run == run) {
            ending(*number).into_iter().for_each(|ending| own.close(ending));
        }
    }
}

impl Seat {
    /// A connection of this source to a run, from this reply on; so many of its commands were heard before.
    pub fn new(run: u64, source: (u64, u32), next: u64, joined: bool, heard: u64) -> Self {
        let wake = Arc::new(Notify::new());
        Self { run, source, next, joined, told: heard, asked: next, driven: true, wake, closing: None }
    }

    fn close(&mut self, ending: Ending) {
        self.closing.get_or_insert(ending);
        self.wake.notify_one();
    }

    /// What there is for it, whose number this is, of the run that it hears; it counts as said. Runs that nobody drives may go
    /// on alone.
    pub fn waiting(&mut self, number: u64, run: &Run, goes_alone: bool) -> Waiting {
        let mut waiting = Waiting::default();
        let drives = run.driver == Some(number);
        let driven = run.driver.is_some();
        if std::mem::replace(&mut self.driven, driven) != driven && !drives {
            waiting.driving = Some(Told::Driving { driven, rests: !driven && !goes_alone });
        }
        let heard = if drives { Some(&run.heard) } else { run.guests.get(&self.source) };
        if let Some(&heard) = heard.filter(|heard| **heard != self.told) {
            self.told = heard;
            waiting.heard = Some(heard);
        }
        while waiting.frames.len() < AT_ONCE && self.next < run.log.end() {
            let Some(said) = run.log.get(self.next, self.joined) else {
                waiting.ending = Some(Ending::Said(Closing::TooLong));
                break;
            };
            self.next += 1;
            waiting.frames.push(match said.to {
                // Its place is taken, so that all count alike.
                Some(page) if page != self.source.0 => frame(&Reply::Here),
                _ => said.frame,
            });
        }
        if drives && self.next > self.asked && run.log.is_long() {
            self.asked = self.next;
            waiting.confirm = Some(self.next);
        }
        waiting
    }
}
