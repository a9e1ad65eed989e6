//! What a run has said, by number, until everybody has heard it: who joins hears all from its beginning on.

use axum::body::Bytes;
use std::collections::VecDeque;

/// A log that holds more than this, bytes, lets go of what its driver has heard; then nobody can join any more.
const MOST_BYTES: usize = 1 << 30;

/// The replies of one source, counted from 0.
#[derive(Debug, Default)]
pub struct Log {
    /// The number of the first that is kept.
    base: u64,
    kept: VecDeque<Said>,
    /// Bytes of those that are kept.
    bytes: usize,
    /// The number of the first of the run as it is since it began, or was reset.
    first: u64,
    /// What was said before and holds for that run too.
    before: Vec<Bytes>,
    /// The page that drives has heard so many.
    heard: u64,
}

/// One reply.
#[derive(Clone, Debug)]
pub struct Said {
    /// Encoded.
    pub frame: Bytes,
    /// The page that asked for it, if it is for that page alone.
    pub to: Option<u64>,
    /// Whether it tells of steps: it costs a credit.
    pub is_events: bool,
}

impl Log {
    /// The number of the next reply.
    pub fn end(&self) -> u64 {
        self.base + self.kept.len() as u64
    }

    /// One more.
    pub fn push(&mut self, said: Said) {
        self.bytes += said.frame.len();
        self.kept.push_back(said);
        self.let_go();
    }

    /// Another run begins, or the same one anew; of what was said before, these replies hold for it too.
    pub fn begin(&mut self, before: Vec<Bytes>) {
        self.first = self.end();
        // They were said, so their number is no larger.
        self.before = before;
        self.let_go();
    }

    /// The page that drives has heard so many.
    pub fn heard(&mut self, count: u64) {
        self.heard = self.heard.max(count.min(self.end()));
        self.let_go();
    }

    /// Another page drives: what is older than the run was not said to it.
    pub fn taken(&mut self, next: u64) {
        self.heard = next.max(self.first);
        self.let_go();
    }

    /// Whether it is worth to know what the page that drives has heard.
    pub fn is_long(&self) -> bool {
        self.base < self.first || self.bytes > MOST_BYTES
    }

    fn let_go(&mut self) {
        while self.base < self.heard && self.is_long() {
            let Some(said) = self.kept.pop_front() else { return };
            self.bytes -= said.frame.len();
            self.base += 1;
        }
    }

    /// The number from which on a page that joins hears the replies; `None` if the first of the run are not there any more.
    pub fn joined_from(&self) -> Option<u64> {
        (self.base <= self.first).then(|| self.first - self.before.len() as u64)
    }

    /// Whether the replies from that number on can be said again to the page that drives; the second, to one that has joined.
    pub fn has(&self, number: u64) -> (bool, bool) {
        let is_said = number <= self.end();
        let joined = self.joined_from().is_some_and(|from| number >= from);
        (is_said && number >= self.base, is_said && (joined || number >= self.base.max(self.first)))
    }

    /// The reply of that number, to a page; `joined` tells whether it heard the run from its beginning alone.
    pub fn get(&self, number: u64, joined: bool) -> Option<Said> {
        if joined && number < self.first {
            let index = number.checked_sub(self.first - self.before.len() as u64)?;
            let frame = self.before.get(index as usize)?.clone();
            return Some(Said { frame, to: None, is_events: false });
        }
        self.kept.get(number.checked_sub(self.base)? as usize).cloned()
    }

    /// How many buffers of events there are from that number on.
    pub fn events_from(&self, number: u64) -> u64 {
        let skipped = number.max(self.first).saturating_sub(self.base) as usize;
        self.kept.iter().skip(skipped).filter(|said| said.is_events).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(byte: u8) -> Said {
        Said { frame: Bytes::from(vec![byte]), to: None, is_events: byte >= 10 }
    }

    fn bytes(log: &Log, from: u64, joined: bool) -> Vec<u8> {
        (from..log.end()).map(|number| log.get(number, joined).unwrap().frame[0]).collect()
    }

    #[test]
    fn who_drives_hears_everything_and_who_joins_the_run_from_its_beginning() {
        let mut log = Log::default();
        [0, 1, 2, 10, 11].into_iter().for_each(|byte| log.push(said(byte)));
        assert_eq!((log.joined_from(), log.events_from(0), log.events_from(4)), (Some(0), 2, 1));
        log.begin(vec![said(0).frame, said(2).frame]);
        [3, 12].into_iter().for_each(|byte| log.push(said(byte)));
        // It has heard two before it was cut off.
        log.heard(2);
        assert_eq!(bytes(&log, 2, false), [2, 10, 11, 3, 12]);
        let from = log.joined_from().unwrap();
        assert_eq!((from, bytes(&log, from, true)), (3, vec![0, 2, 3, 12]));
        assert_eq!(bytes(&log, 4, true), [2, 3, 12]);
        assert_eq!(log.events_from(from), 1);
        assert!(log.is_long());
        log.heard(7);
        assert!(!log.is_long() && log.get(4, false).is_none());
        assert_eq!(bytes(&log, from, true), [0, 2, 3, 12]);
        assert_eq!((log.has(4), log.has(5), log.has(8)), ((false, true), (true, true), (false, false)));
    }

    #[test]
    fn a_log_that_is_too_long_keeps_what_was_not_heard_and_cannot_be_joined() {
        let mut log = Log::default();
        let large = Bytes::from(vec![0; MOST_BYTES / 4]);
        for _ in 0..6 {
            log.push(Said { frame: large.clone(), to: None, is_events: true });
        }
        assert_eq!((log.joined_from(), log.is_long()), (Some(0), true));
        log.heard(1);
        assert_eq!((log.joined_from(), log.has(1), log.end()), (None, (true, true), 6));
        log.heard(6);
        assert_eq!((log.has(1), log.has(2)), ((false, false), (true, true)));
        log.begin(Vec::new());
        assert_eq!(log.joined_from(), Some(6));
    }
}
