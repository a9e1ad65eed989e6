//! A run as the room has it: whose it is, what it has said, and how it is told something.

use super::credits::Credits;
use super::log::{Log, Said};
use axum::body::Bytes;
use protocol::codec::Message;
use protocol::socket::{Begun, Visit};
use protocol::{Command, Reply, RunSetting};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// A run.
pub struct Run {
    /// The lane of that page, 0 or 1.
    pub lane: usize,
    /// The page that drives it, and which of its sources it is.
    pub owner: (u64, u32),
    /// The connection of that page, if it is there.
    pub driver: Option<u64>,
    /// Pages that watch, which of their sources does, and how many commands came from it, which nobody obeyed.
    pub guests: BTreeMap<(u64, u32), u64>,
    commands: Sender<Command>,
    /// How many commands of its source it has heard.
    pub heard: u64,
    /// Whether its page shows it; if not, that has put it aside.
    pub is_shown: bool,
    /// What it has said.
    pub log: Log,
    /// What every run of the source begins with: that it listens.
    listens: Vec<Bytes>,
    /// What is said once of a network, and holds after a reset.
    lasting: Vec<Bytes>,
    /// How it began; `None` until then.
    pub begun: Option<Begun>,
    /// Who pays for its buffers.
    pub credits: Credits,
    /// Whether it has panicked.
    pub is_dead: bool,
}

impl Run {
    /// A run that has said nothing yet.
    pub fn new(visit: Visit, commands: Sender<Command>, goes_alone: bool) -> Self {
        Self {
            lane: visit.lane,
            owner: (visit.page, visit.source),
            driver: None,
            guests: BTreeMap::new(),
            commands,
            heard: 0,
            is_shown: true,
            log: Log::default(),
            listens: Vec::new(),
            lasting: Vec::new(),
            begun: None,
            credits: Credits::new(goes_alone),
            is_dead: false,
        }
    }

    /// It is to obey.
    pub fn tell(&self, command: Command) {
        // A run that died has said so.
        let _dead = self.commands.send(command);
    }

    /// Its page has changed the budget. No event tells of that.
    pub fn budget(&mut self, steps: f64) {
        let Some(begun) = &mut self.begun else { return };
        // What is not accepted the run does not take either.
        if RunSetting::Steps.setting().set_number(&mut begun.spec, steps).is_ok() {
            let steps = begun.spec.steps;
            self.say(&Reply::Budget(steps));
        }
    }

    /// The page that drives is away; returns which connection that was.
    pub fn leave(&mut self) -> Option<u64> {
        let before = self.driver.take();
        if before.is_some() {
            let credits = self.credits.left();
            self.pay(credits);
        }
        before
    }

    /// It is given credits.
    pub fn pay(&self, credits: u64) {
        (0..credits).for_each(|_| self.tell(Command::Credit));
    }

    /// The source begins another run.
    pub fn begins(&mut self, begun: Begun) {
        self.lasting.clear();
        self.credits.started();
        self.begins_anew(begun);
    }

    /// It begins anew.
    pub fn begins_anew(&mut self, begun: Begun) {
        self.begun = Some(begun);
        self.log.begin(self.listens.iter().chain(&self.lasting).cloned().collect());
    }

    /// It has said this.
    pub fn say(&mut self, reply: &Reply) {
        let frame = frame(reply);
        match reply {
            Reply::Ready { .. } => self.listens.push(frame.clone()),
            Reply::Started { .. } | Reply::Samples(_) => self.lasting.push(frame.clone()),
            Reply::Lost(_) => self.is_dead = true,
            _ => {}
        }
        let is_answer = matches!(
            reply,
            Reply::Checked { .. } | Reply::Weights { .. } | Reply::Here | Reply::Proving(_) | Reply::Proved(_)
        );
        let is_events = matches!(reply, Reply::Events(_));
        self.log.push(Said { frame, to: is_answer.then_some(self.owner.0), is_events });
        if is_events {
            let credits = self.credits.told();
            self.pay(credits);
        }
    }
}

/// A reply as bytes.
pub fn frame(reply: &Reply) -> Bytes {
    // Every reply has bytes.
    reply.encode().map(Bytes::from).unwrap_or_default()
}
