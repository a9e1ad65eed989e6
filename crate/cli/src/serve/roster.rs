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
    /// Which runs are present, as [`protocol::socket::Here::which`] counts.
    pub which: u64,
    /// Numbers that were given out.
    given: u64,
}

impl Roster {
    /// A number that nothing else has.
    pub fn give(&mut self) -> u64 {
        self.given += 1;
        self.given
    }

    /// The run of this lane that its page shows: the others are put aside.
    pub fn present(&self, lane: usize) -> Option<u64> {
        let shown = |run: &Run| run.lane == lane && run.is_shown && !run.is_dead;
        self.runs.iter().find(|(_, run)| shown(run)).map(|(number, _)| *number)
    }

    /// Whether another page than this one drives a run, shown or put aside.
    pub fn is_driven_beside(&self, page: u64) -> bool {
        self.runs.values().any(|run| run.driver.is_some() && run.owner.0 != page)
    }

    /// Its page shows a run, or has put it aside; then another one of its lane may be shown.
    pub fn show(&mut self, number: u64, is_shown: bool) {
        let Some(run) = self.runs.get_mut(&number) else { return };
        if std::mem::replace(&mut run.is_shown, is_shown) == is_shown {
            return;
        }
        let lane = run.lane;
        if is_shown {
            self.put_aside(lane, Some(number));
        }
        self.change();
    }

    /// No run of this lane is shown, but for one.
    fn put_aside(&mut self, lane: usize, but: Option<u64>) {
        let others = self.runs.iter_mut().filter(|(number, run)| run.lane == lane && Some(**number) != but);
        others.for_each(|(_, run)| run.is_shown = false);
    }

    /// Other runs are present: whoever watches is to join those.
    fn change(&mut self) {
        self.which += 1;
        for (number, run) in &mut self.runs {
            run.guests.clear();
            let driver = run.driver;
            let again = Ending::Said(Closing::Begun);
            self.seats.close_all(*number, |seat| (Some(seat) != driver).then_some(again));
        }
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

    /// A page that was not there before takes part: it drives if nobody else does, or if it insists. Who drives one of the
    /// runs that are present drives all of them, and who watches one watches all.
    pub fn join(&mut self, number: u64, visit: Visit) -> Result<Guest, Closing> {
        let drives = visit.drives || !self.is_driven_beside(visit.page) && !self.seats.watches(visit.page, &self.runs);
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
        if drives {
            self.hand_over(visit.page);
            let run = self.runs.get_mut(&number).ok_or(Closing::Gone)?;
            (run.owner, run.heard) = (source, run.guests.remove(&source).unwrap_or_default());
            run.log.taken(next);
            let credits = run.credits.taken(run.log.events_from(next));
            run.pay(credits);
        } else {
            run.guests.entry(source).or_default();
        }
        self.seat(number, visit, next, true, drives).ok_or(Closing::Gone)
    }

    /// The runs that are present are this page's from now on; those that another one has put aside end.
    fn hand_over(&mut self, page: u64) {
        let others: Vec<_> = self.runs.iter().filter(|(_, run)| run.owner.0 != page).map(|(own, _)| *own).collect();
        for number in others {
            let Some(run) = self.runs.get_mut(&number).filter(|run| run.is_shown) else {
                self.end(number, Ending::Said(Closing::Taken));
                continue;
            };
            // None of its sources has called yet.
            run.owner = (page, 0);
            let before = run.leave();
            self.seats.close(before, Ending::Said(Closing::Taken));
            self.seats.wake(number);
        }
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

    /// A page begins a run in this lane: those of other pages end, and those of its own here that it is not connected to.
    pub fn make_way(&mut self, lane: usize, page: u64) {
        let goes = |run: &Run| {
            let is_left = run.lane == lane && (run.driver.is_none() || run.is_dead);
            run.owner.0 != page || is_left
        };
        let ended: Vec<_> = self.runs.iter().filter(|(_, run)| goes(run)).map(|(own, _)| *own).collect();
        ended.into_iter().for_each(|number| self.end(number, Ending::Said(Closing::Begun)));
        self.put_aside(lane, None);
        self.change();
    }

    /// A run ends, whoever is connected to it.
    pub fn end(&mut self, number: u64, ending: Ending) {
        // Its thread ends with its commands.
        let Some(run) = self.runs.remove(&number) else { return };
        let of_driver = Ending::Said(Closing::Taken);
        self.seats.close_all(number, |seat| Some(if run.driver == Some(seat) { of_driver } else { ending }));
        if run.is_shown {
            self.change();
        }
    }

    /// A run has news.
    pub fn take(&mut self, number: u64, news: News) {
        match news {
            News::Says(reply) => self.say(number, &reply),
            News::Begins(begun) => {
                self.change();
                self.runs.get_mut(&number).into_iter().for_each(|run| run.begins(begun.clone()));
            }
            News::BeginsAnew(begun) => {
                self.change();
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
