//! What the sources have said and the page has not yet taken in. Pure: no browser here.
//!
//! Two runs are taken in in lock-step: a step of one only together with the same step of the other, unless that is ahead
//! already: then the one that is behind catches up. Since credits go back when a buffer has been taken in, the source that is
//! ahead waits by itself.

use protocol::{Event, Reply, RunState};
use std::collections::VecDeque;

/// The replies of all sources, in order, a queue each.
#[derive(Default)]
pub struct Inbox {
    queues: Vec<Queue>,
}

#[derive(Default)]
struct Queue {
    items: VecDeque<Item>,
    gate: Gate,
    /// The step that is taken in next.
    next: u64,
    /// What the source last said that it does.
    does: Option<RunState>,
    /// Whether it was found to be behind, and has said nothing since.
    nudged: bool,
    /// Whether what arrives was said before the page joined: what the run does now is still to come.
    past: bool,
}

/// Something to take in.
#[derive(Debug, PartialEq)]
pub enum Item {
    /// A measurement, an evaluation, a mark or an end.
    Event(Event),
    /// A buffer ends here: a credit is due for it.
    Credit,
    /// Anything else that a source said.
    Reply(Reply),
    /// This run rests while the other one has done this number of updates; whether that one trains.
    Behind(u64, bool),
}

/// Which replies belong to a run that is over.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Gate {
    #[default]
    Open,
    /// The source was told to reset this number of times: everything before its answers is of the past.
    UntilReady(u32),
    /// The source was told to start another run.
    UntilStarted,
}

impl Inbox {
    /// Empty queues for this number of runs.
    pub fn new(lanes: usize) -> Self {
        Self { queues: (0..lanes).map(|_| Queue::default()).collect() }
    }

    /// More or fewer runs.
    pub fn resize(&mut self, lanes: usize) {
        self.queues.resize_with(lanes, Queue::default);
    }

    /// A source that has just been made.
    pub fn launched(&mut self, lane: usize) {
        if let Some(queue) = self.queues.get_mut(lane) {
            *queue = Queue::default();
        }
    }

    /// The source was told to start another run.
    pub fn started(&mut self, lane: usize) {
        if let Some(queue) = self.queues.get_mut(lane) {
            *queue = Queue { gate: Gate::UntilStarted, ..Queue::default() };
        }
    }

    /// The source was told to reset; returns the credits for what will not be taken in any more.
    pub fn reset(&mut self, lane: usize) -> usize {
        let Some(queue) = self.queues.get_mut(lane) else { return 0 };
        queue.next = 0;
        let credits = queue.items.iter().filter(|item| matches!(item, Item::Credit)).count();
        queue.items.retain(|item| matches!(item, Item::Reply(reply) if !matches!(reply, Reply::State(_))));
        queue.gate = match queue.gate {
            Gate::Open => Gate::UntilReady(1),
            Gate::UntilReady(count) => Gate::UntilReady(count + 1),
            Gate::UntilStarted => Gate::UntilStarted,
        };
        credits
    }

    /// The connection to a source stands: what was said before comes first.
    pub fn catches_up(&mut self, lane: usize) {
        self.queues.get_mut(lane).into_iter().for_each(|queue| queue.past = true);
    }

    /// A source said something; returns the credits for what is of the past.
    pub fn receive(&mut self, lane: usize, reply: Reply) -> usize {
        let Some(queue) = self.queues.get_mut(lane) else { return 0 };
        queue.nudged = false;
        queue.past &= reply != Reply::CaughtUp;
        match (queue.gate, &reply) {
            (_, Reply::Failed(_) | Reply::Ready { .. }) => queue.gate = Gate::Open,
            // Of no run, or asked for by whoever sees this one.
            (_, Reply::Checked { .. } | Reply::Weights { .. } | Reply::CaughtUp) => {}
            (Gate::UntilStarted, Reply::Started { .. }) => queue.gate = Gate::Open,
            // Whichever run it is that is being built: the page waits for it.
            (Gate::UntilStarted, Reply::Building) => {}
            (Gate::UntilStarted, _) => return 0,
            (Gate::UntilReady(1), Reply::State(RunState::Ready)) => queue.gate = Gate::Open,
            (Gate::UntilReady(count), Reply::State(RunState::Ready)) => {
                queue.gate = Gate::UntilReady(count - 1);
                return 0;
            }
            (Gate::UntilReady(_), Reply::Events(_)) => return 1,
            (Gate::UntilReady(_), Reply::State(_) | Reply::Progress(_) | Reply::Spent(_)) => return 0,
            _ => {}
        }
        match reply {
            Reply::Events(events) => {
                queue.items.extend(events.into_iter().map(Item::Event));
                queue.items.push_back(Item::Credit);
            }
            reply => {
                if let Reply::State(state) = &reply {
                    queue.does = Some(*state);
                }
                queue.items.push_back(Item::Reply(reply));
            }
        }
        0
    }

    /// Whether events wait here: these are taken in when the next frame is painted. Other replies alone need not wait.
    pub fn waits_for_frame(&self) -> bool {
        self.queues.iter().any(|queue| queue.items.iter().any(|item| !matches!(item, Item::Reply(_))))
    }

    /// Everything that can be taken in now, in order, each with the index of its run.
    pub fn drain(&mut self) -> Vec<(usize, Item)> {
        let mut taken = Vec::new();
        loop {
            for (lane, queue) in self.queues.iter_mut().enumerate() {
                queue.until_next_step(lane, &mut taken);
            }
            if self.queues.iter().all(|queue| queue.items.is_empty()) {
                return taken;
            }
            // What still waits is a step at the head of some queue.
            let Some(lowest) = self.queues.iter().filter_map(Queue::head).min() else { return taken };
            let is_missing = |lane: &usize| self.is_awaited(*lane) && self.queues[*lane].next <= lowest;
            let missing: Vec<_> = (0..self.queues.len()).filter(is_missing).collect();
            if !missing.is_empty() {
                let goes = self.queues.iter().any(|queue| queue.does == Some(RunState::Running));
                let past = self.queues.iter().any(|queue| queue.past);
                // Who is further behind rests on purpose.
                for lane in missing {
                    if !past && self.queues[lane].next == lowest && self.queues[lane].nudge() {
                        taken.push((lane, Item::Behind(lowest + 1, goes)));
                    }
                }
                return taken;
            }
            for (lane, queue) in self.queues.iter_mut().enumerate() {
                if queue.head() == Some(lowest) {
                    queue.next = lowest + 1;
                    taken.extend(queue.items.pop_front().map(|step| (lane, step)));
                }
            }
        }
    }

    /// Whether the others must wait for this run's next step: it is not there yet, but may still come.
    fn is_awaited(&self, lane: usize) -> bool {
        let queue = &self.queues[lane];
        queue.items.is_empty() && matches!(queue.does, Some(RunState::Running | RunState::Paused | RunState::Ready))
    }
}

impl Queue {
    /// The step that stands first.
    fn head(&self) -> Option<u64> {
        match self.items.front() {
            Some(Item::Event(Event::Step(record))) => Some(record.step),
            _ => None,
        }
    }

    /// Takes out everything before the next step.
    fn until_next_step(&mut self, lane: usize, taken: &mut Vec<(usize, Item)>) {
        while !matches!(self.items.front(), None | Some(Item::Event(Event::Step(_)))) {
            taken.extend(self.items.pop_front().map(|item| (lane, item)));
        }
    }

    /// Whether a run that rests is to be told, for the first time, that it is behind.
    fn nudge(&mut self) -> bool {
        self.does != Some(RunState::Running) && !std::mem::replace(&mut self.nudged, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{EndReason, Ends, Failure, Measured, StepPart, StepRecord};

    fn steps(range: std::ops::Range<u64>) -> Reply {
        let step = |step| {
            let (measured, ends) = (Measured::default(), Ends::default());
            StepRecord { step, loss: 1.0, train_accuracy: 0.0, lr: 0.1, measured, ends }
        };
        Reply::Events(range.map(|index| Event::Step(step(index))).collect())
    }

    fn taken(inbox: &mut Inbox) -> String {
        let word = |(lane, item)| match item {
            Item::Event(Event::Step(record)) => format!("{lane}:{}", record.step),
            Item::Event(_) => format!("{lane}:event"),
            Item::Credit => format!("{lane}:credit"),
            Item::Reply(Reply::State(state)) => format!("{lane}:{state:?}"),
            Item::Reply(_) => format!("{lane}:reply"),
            Item::Behind(updates, _) => format!("{lane}:behind {updates}"),
        };
        inbox.drain().into_iter().map(word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn one_run_is_taken_in_as_it_comes() {
        let mut inbox = Inbox::new(1);
        inbox.receive(0, Reply::State(RunState::Running));
        assert!(!inbox.waits_for_frame());
        inbox.receive(0, steps(0..2));
        inbox.receive(0, Reply::State(RunState::Paused));
        assert!(inbox.waits_for_frame());
        assert_eq!(taken(&mut inbox), "0:Running 0:0 0:1 0:credit 0:Paused");
    }

    #[test]
    fn a_run_is_not_behind_while_what_was_said_before_the_page_joined_arrives() {
        let mut inbox = Inbox::new(2);
        [0, 1].into_iter().for_each(|lane| inbox.catches_up(lane));
        for state in [RunState::Ready, RunState::Running] {
            inbox.receive(0, Reply::State(state));
        }
        inbox.receive(0, steps(0..3));
        inbox.receive(0, Reply::State(RunState::Paused));
        inbox.receive(0, Reply::CaughtUp);
        // It is on its way still.
        inbox.receive(1, Reply::State(RunState::Ready));
        assert_eq!(taken(&mut inbox), "0:Ready 0:Running 1:Ready");
        inbox.receive(1, Reply::State(RunState::Running));
        inbox.receive(1, steps(0..2));
        inbox.receive(1, Reply::State(RunState::Paused));
        inbox.receive(1, Reply::CaughtUp);
        let all = inbox.drain();
        assert_eq!(all.last(), Some(&(1, Item::Behind(3, false))), "{all:?}");
    }

    #[test]
    fn after_a_reset_the_past_is_dropped_and_its_credits_go_back() {
        let mut inbox = Inbox::new(1);
        inbox.receive(0, steps(0..1));
        assert_eq!(inbox.reset(0), 1);
        assert_eq!(inbox.receive(0, steps(1..2)), 1);
        assert_eq!(inbox.receive(0, Reply::State(RunState::Paused)), 0);
        assert_eq!(inbox.reset(0), 0);
        inbox.receive(0, Reply::State(RunState::Ready));
        assert_eq!((inbox.receive(0, steps(0..1)), taken(&mut inbox).as_str()), (1, ""));
        assert_eq!(inbox.receive(0, Reply::Progress(StepPart { evaluation: false, done: 1, all: 9 })), 0);
        inbox.receive(0, Reply::State(RunState::Ready));
        inbox.receive(0, steps(0..1));
        assert_eq!(taken(&mut inbox), "0:Ready 0:0 0:credit");
    }

    #[test]
    fn a_new_run_begins_with_its_own_first_word() {
        let mut inbox = Inbox::new(1);
        inbox.started(0);
        for reply in [steps(5..6), Reply::State(RunState::Ready), Reply::Loading { received: 1, total: 2 }] {
            assert_eq!(inbox.receive(0, reply), 0);
        }
        inbox.receive(0, Reply::Started { parameter_hash: String::new() });
        inbox.receive(0, Reply::State(RunState::Ready));
        assert_eq!(taken(&mut inbox), "0:reply 0:Ready");
        inbox.started(0);
        inbox.receive(0, Reply::Failed(Failure::Internal("no".to_owned())));
        assert_eq!(taken(&mut inbox), "0:reply");
    }

    #[test]
    fn two_runs_are_taken_in_in_lock_step() {
        let mut inbox = Inbox::new(2);
        for lane in 0..2 {
            inbox.receive(lane, Reply::State(RunState::Running));
        }
        inbox.receive(0, steps(0..2));
        assert_eq!(taken(&mut inbox), "0:Running 1:Running");
        inbox.receive(1, steps(0..1));
        assert_eq!(taken(&mut inbox), "0:0 1:0 1:credit");
        inbox.receive(0, Reply::State(RunState::Paused));
        assert_eq!(taken(&mut inbox), "");
        inbox.receive(1, Reply::State(RunState::Paused));
        assert_eq!(taken(&mut inbox), "1:Paused 1:behind 2");
        assert_eq!(taken(&mut inbox), "");
        inbox.receive(1, Reply::State(RunState::Running));
        inbox.receive(1, steps(1..2));
        inbox.receive(1, Reply::State(RunState::Paused));
        assert_eq!(taken(&mut inbox), "1:Running 0:1 1:1 0:credit 0:Paused 1:credit 1:Paused");
    }

    #[test]
    fn a_second_run_catches_up_with_the_first_and_then_both_go_on_together() {
        let mut inbox = Inbox::new(1);
        inbox.receive(0, Reply::State(RunState::Running));
        inbox.receive(0, steps(0..3));
        assert_eq!(taken(&mut inbox), "0:Running 0:0 0:1 0:2 0:credit");
        inbox.resize(2);
        inbox.receive(1, Reply::State(RunState::Running));
        inbox.receive(0, steps(3..4));
        assert_eq!(taken(&mut inbox), "1:Running");
        inbox.receive(1, steps(0..2));
        assert_eq!(taken(&mut inbox), "1:0 1:1 1:credit");
        // Paused on its way: nobody urges it.
        inbox.receive(1, Reply::State(RunState::Paused));
        assert_eq!(taken(&mut inbox), "1:Paused");
        inbox.receive(1, Reply::State(RunState::Running));
        inbox.receive(1, steps(2..4));
        assert_eq!(taken(&mut inbox), "1:Running 1:2 0:3 1:3 0:credit 1:credit");
    }

    #[test]
    fn nobody_waits_for_a_run_that_has_ended() {
        let mut inbox = Inbox::new(2);
        inbox.receive(0, Reply::State(RunState::Running));
        inbox.receive(1, Reply::Events(vec![Event::End(EndReason::Done)]));
        inbox.receive(1, Reply::State(RunState::Done));
        inbox.receive(0, steps(3..5));
        assert_eq!(taken(&mut inbox), "0:Running 1:event 1:credit 1:Done 0:3 0:4 0:credit");
    }
}
