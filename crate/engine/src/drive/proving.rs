//! A proof of the gradients, between ticks, while the run rests.

use crate::{Clock, EngineError, Proof, Session};
use protocol::{ProofPart, Reply};

/// The page hears of it at most once in this time, milliseconds.
const REPORT_REST_MS: f64 = 100.0;

/// A proof that was asked for.
#[derive(Default)]
pub struct Proving {
    /// It, once it has begun.
    proof: Option<Proof>,
    /// When the passes were done and the losses began, and how many parts were done then.
    since: Option<(f64, u64)>,
    told_at: f64,
}

/// What came of working on it.
pub enum Worked {
    /// It goes on; what the page is to hear.
    On(Option<Reply>),
    /// Nothing: images that it needs have not arrived.
    NeedsData,
    /// It is done.
    Done(Reply),
}

impl Proving {
    /// The run goes on: the proof will be of the network that it leads to.
    pub fn begin_again(&mut self) {
        *self = Self::default();
    }

    /// Does part after part of it until this time.
    pub fn work(&mut self, session: &Session, end: f64, clock: Clock) -> Result<Worked, EngineError> {
        let mut proof = match self.proof.take() {
            Some(proof) => proof,
            None => match session.proof()? {
                Some(proof) => proof,
                None => return Ok(Worked::NeedsData),
            },
        };
        loop {
            if !proof.advance(session.network())? {
                return Ok(Worked::Done(Reply::Proved(Some(Box::new(proof.into_found())))));
            }
            if clock() >= end {
                break;
            }
        }
        let (done, all) = proof.progress();
        self.proof = Some(proof);
        Ok(Worked::On(self.report(done as u64, all as u64, clock())))
    }

    fn report(&mut self, done: u64, all: u64, now: f64) -> Option<Reply> {
        if done == 0 || now - self.told_at < REPORT_REST_MS {
            return None;
        }
        self.told_at = now;
        let (since, from) = *self.since.get_or_insert((now, done));
        if done == from {
            return None;
        }
        let left_ms = (now - since) / (done - from) as f64 * (all - done) as f64;
        Some(Reply::Proving(ProofPart { done, all, left_ms }))
    }
}
