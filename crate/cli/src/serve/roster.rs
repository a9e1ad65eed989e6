//! Which runs there are in the [`super::room`], who hears and who drives them, and which ends when another one begins.

use super::driving::News;
use super::run::Run;
use super::seats::{Ending, Guest, Seat, Seats};
use protocol::Reply;
use protocol::socket::{Closing, Told, Visit};
use std::collections::BTreeMap;

/// The runs and the connections.
#[derive(Default)]
pub struct Roster {
    /// Each run, by its number.
    pub runs: BTreeMap<u64, Run>,
    /// The connections to them.
    pub seats: Seats,
    /// Numbers that were given out.
    pub given: u64,
}

impl Roster {
    /// A number that nothing else has.
    pub fn give(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    /// The run that a lane's page last told something.
    pub fn present(&self, lane: usize) -> Option<u64> {
        let there = self.runs.iter().filter(|(_, run)| run.lane == lane && !run.is_dead);
        there.max_by_key(|(_, run)| run.told_at).map(|(number, _)| *number)
    }

    /// A source's own page is there, again or for the first time.
    pub fn resume(&mut self, number: u64, visit: Visit) -> Option<Guest> {
        let run = self.runs.get_mut(&number)?;
        let (own, joined) = run.log.has(visit.heard);
        if !own && !joined {
            return None;
        }
        let before = run.driver;
        run.log.heard(visit.heard);
        let guest = self.seat(number, visit, visit.heard, !own, true)?;
        self.seats.close(before, Ending::Replaced);
        let run = self.runs.get_mut(&number)?;
        run.credits.back();
        Some(guest)
    }

    /// A page that was not there before takes part: it drives if nobody else does, or if it insists.
    pub fn join(&mut self, number: u64, visit: Visit) -> Result<Guest, Closing> {
        let run = self.runs.get_mut(&number).ok_or(Closing::Gone)?;
        let source = (visit.page, visit.source);
        let is_back = run.guests.contains_key(&source);
        if visit.heard > 0 && !is_back {
            return Err(Closing::Begun);
        }
        let from = run.log.joined_from().ok_or(Closing::TooLong)?;
        let next = if visit.heard > 0 { visit.heard } else { from };
        if !run.log.has(next).1 {
            return Err(Closing::TooLong);
        }
        let before = run.driver;
        let drives = visit.drives || before.is_none();
        if drives {
            (run.owner, run.heard) = (source, run.guests.remove(&source).unwrap_or_default());
            run.log.taken(next);
            let credits = run.credits.taken(run.log.events_from(next));
            run.pay(credits);
        } else {
            run.guests.entry(source).or_default();
        }
        let lane = run.lane;
        let guest = self.seat(number, visit, next, true, drives).ok_or(Closing::Gone)?;
        if drives {
            self.seats.close(before, Ending::Said(Closing::Taken));
            self.make_way_but(lane, visit.page, Some(number));
        }
        Ok(guest)
    }

    fn seat(&mut self, number: u64, visit: Visit, next: u64, joined: bool, drives: bool) -> Option<Guest> {
        let seat = self.give();
        let run = self.runs.get_mut(&number)?;
        let source = (visit.page, visit.source);
        let heard = if drives { run.heard } else { run.guests.get(&source).copied().unwrap_or_default() };
        if drives {
            run.driver = Some(seat);
        }
        let welcome = Told::Welcome { heard, next, past: run.log.end(), drives };
        let guest = self.seats.add(seat, Seat::new(number, source, next, joined, heard), welcome);
        self.seats.wake(number);
        Some(guest)
    }

    /// A page begins a run in this lane: those of other pages end, and those of its own that it is not connected to.
    pub fn make_way(&mut self, lane: usize, page: u64) {
        self.make_way_but(lane, page, None);
    }

    fn make_way_but(&mut self, lane: usize, page: u64, stays: Option<u64>) {
        let goes = |(number, run): (&u64, &Run)| {
            let is_kept = run.owner.0 == page && run.driver.is_some() && !run.is_dead;
            (run.lane == lane && !is_kept && Some(*number) != stays).then_some(*number)
        };
        let ended: Vec<_> = self.runs.iter().filter_map(goes).collect();
        for number in ended {
            self.end(number, Ending::Said(Closing::Begun));
        }
        // Who watches what was the present run is to watch this one.
        let left: Vec<_> = self
            .runs
            .iter()
            .filter(|(own, run)| run.lane == lane && Some(**own) != stays)
            .map(|(own, _)| *own)
            .collect();
        left.into_iter().for_each(|number| self.dismiss(number));
    }

    /// A run ends, whoever is connected to it.
    pub fn end(&mut self, number: u64, ending: Ending) {
        // Its thread ends with its commands.
        let Some(run) = self.runs.remove(&number) else { return };
        let of_driver = Ending::Said(Closing::Taken);
        self.seats.close_all(number, |seat| Some(if run.driver == Some(seat) { of_driver } else { ending }));
    }

    /// Those who watch are to join again.
    fn dismiss(&mut self, number: u64) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.guests.clear();
        let driver = run.driver;
        let again = Ending::Said(Closing::Begun);
        self.seats.close_all(number, |seat| (Some(seat) != driver).then_some(again));
    }

    /// A run has news.
    pub fn take(&mut self, number: u64, news: News) {
        match news {
            News::Says(reply) => self.say(number, &reply),
            News::Begins(begun) => {
                self.dismiss(number);
                self.runs.get_mut(&number).into_iter().for_each(|run| run.begins(begun.clone()));
            }
            News::BeginsAnew(begun) => {
                self.dismiss(number);
                self.runs.get_mut(&number).into_iter().for_each(|run| run.begins_anew(begun.clone()));
            }
        }
    }

    /// A run says something.
    pub fn say(&mut self, number: u64, reply: &Reply) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        run.say(reply);
        self.seats.wake(number);
    }
}
