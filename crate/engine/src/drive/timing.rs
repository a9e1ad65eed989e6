//! Where the time of a step goes, and when the page hears of a long one.

use crate::Session;
use protocol::{Reply, Spent, StepPart};

/// A step or evaluation that takes longer than this is followed on the page, milliseconds.
const LONG_MS: f64 = 300.0;
/// The page hears of it at most once in this time, milliseconds.
const REPORT_REST_MS: f64 = 100.0;

/// Times the phases of a session's steps.
#[derive(Default)]
pub struct Timing {
    /// What the step or evaluation under way took so far.
    under_way_ms: f64,
    /// Whether it is an evaluation.
    evaluating: bool,
    /// Whether the last step took long: then the next one will; nothing before the first one.
    long: Option<bool>,
    reported_at: f64,
    reported: bool,
    /// When the page last heard of times.
    told_at: f64,
    /// The steps done of which it has not heard, and what they took.
    steps: u64,
    working_ms: f64,
    /// What the session had spent on measuring when that was last told.
    measured_ms: f64,
    told_ms: f64,
}

impl Timing {
    /// Whether the step under way is known to take no longer than a visitor would wait for a pause.
    pub fn is_short(&self) -> bool {
        self.long == Some(false)
    }

    /// A phase took `spent_ms`, and the session is not done with its step. What the page must hear of it.
    pub fn worked(&mut self, session: &Session, spent_ms: f64, now: f64) -> Option<Reply> {
        self.under_way_ms += spent_ms;
        let due = (self.long == Some(true) || self.under_way_ms > LONG_MS) && now - self.reported_at >= REPORT_REST_MS;
        let (done, all) = session.progress().filter(|_| due)?;
        (self.reported_at, self.reported) = (now, true);
        Some(Reply::Progress(StepPart { evaluation: self.evaluating, done: done as u64, all: all as u64 }))
    }

    /// That was the last phase of a step or of an evaluation.
    pub fn completed(&mut self, session: &Session, spent_ms: f64) -> Option<Reply> {
        let took = self.under_way_ms + spent_ms;
        if !self.evaluating {
            self.steps += 1;
            self.working_ms += took;
            self.measured_ms = session.measuring_ms();
            self.long = Some(took > LONG_MS);
        }
        self.under_way_ms = 0.0;
        let evaluation = std::mem::replace(&mut self.evaluating, !session.is_between_steps());
        std::mem::take(&mut self.reported).then_some(Reply::Progress(StepPart { evaluation, done: 1, all: 1 }))
    }

    /// The time of the steps done since the page last heard of it, if it is to hear again.
    pub fn spent(&mut self, now: f64) -> Option<Reply> {
        if self.steps == 0 || now - self.told_at < REPORT_REST_MS {
            return None;
        }
        self.told_at = now;
        let measuring_ms = self.measured_ms - std::mem::replace(&mut self.told_ms, self.measured_ms);
        let (steps, working_ms) = (std::mem::take(&mut self.steps), std::mem::take(&mut self.working_ms));
        Some(Reply::Spent(Spent { steps, working_ms, measuring_ms }))
    }
}
