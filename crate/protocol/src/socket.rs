//! What a page and the program that serves it (`headwater serve`) say to each other beside a run's messages.
//!
//! The page asks [`PATH`] once, with the token as a bearer's, and is answered by a [`Here`] as JSON. Each of its sources is then a
//! WebSocket of its own at the same path, whose query is a [`Visit`] and whose subprotocols are [`SUBPROTOCOL`] and
//! [`subprotocol_of`] the token. Binary frames are [`Command`](crate::Command)s and [`Reply`](crate::Reply)s, encoded as in the
//! page; text frames come from the program alone, and are [`Told`] as JSON. A connection that is lost is taken up again by the
//! same visit: both ends count the binary frames that they heard, so that none is lost and none is heard twice.

use crate::{Data, RunSpec};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

/// Where the program listens, without the first slash.
pub const PATH: &str = "engine";

/// The subprotocol of the socket: the version of what is said here.
pub const SUBPROTOCOL: &str = "headwater.1";

/// The subprotocol that carries the token; it is never agreed on, only read.
pub fn subprotocol_of(token: &str) -> String {
    format!("token.{token}")
}

/// Buffers of events that a source may send before the page has painted any of them.
pub const CREDITS: u32 = 3;

/// The program that serves the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Here {
    /// The build, which is that of its page.
    pub build: String,
    /// Where it computes: `cpu` or `cuda:N`.
    pub device: String,
    /// On so many threads.
    pub threads: usize,
    /// The images that it has, the shipped sets among them.
    pub data: Vec<Offered>,
    /// The runs that are there, lane A first: a page that comes joins them.
    pub runs: Vec<Begun>,
    /// Which runs these are: others, or one of them begun anew, have another number.
    pub which: u64,
    /// Whether another page drives them; then this one watches.
    pub driven: bool,
    /// Whether one of them has told of a step.
    pub trained: bool,
}

/// Images that a program has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Which.
    pub data: Data,
    /// Their name for people.
    pub title: String,
}

/// A run that is there, as it began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Begun {
    /// The settings with which it began, or was reset.
    pub spec: RunSpec,
    /// The name of the file of weights that it began from.
    pub weights: Option<String>,
}

/// Which source of which page a connection is. Written as a query string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The page: a random number.
    pub page: u64,
    /// The lane, 0 or 1.
    pub lane: usize,
    /// Which of the sources that the lane has had, counted in the page.
    pub source: u32,
    /// How many lanes the page has.
    pub lanes: usize,
    /// How many replies of this source it has heard.
    pub heard: u64,
    /// Whether it joins the run that is there instead of beginning one.
    pub joins: bool,
    /// Which runs it knows of ([`Here::which`]): it joins those, or none.
    pub which: u64,
    /// Whether it wants to drive, also if another page does.
    pub drives: bool,
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { page, lane, source, lanes, heard, joins, which, drives } = *self;
        let (joins, drives) = (u8::from(joins), u8::from(drives));
        write!(f, "page={page:x}&lane={lane}&source={source}&lanes={lanes}&heard={heard}")?;
        write!(f, "&joins={joins}&which={which}&drives={drives}")
    }
}

/// A query string that is no [`Visit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the query must be page=HEX&lane=0|1&source=N&lanes=1|2&heard=N&joins=0|1&which=N&drives=0|1")]
pub struct NoVisit;

impl FromStr for Visit {
    type Err = NoVisit;

    fn from_str(query: &str) -> Result<Self, NoVisit> {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(own, _)| *own == name).map(|(_, value)| value).ok_or(NoVisit)
        };
        let number = |name| value(name)?.parse::<u64>().map_err(|_| NoVisit);
        let within = |name, least: u64, most: u64| {
            number(name)
                .and_then(|found| if (least..=most).contains(&found) { Ok(found as usize) } else { Err(NoVisit) })
        };
        Ok(Self {
            page: u64::from_str_radix(value("page")?, 16).map_err(|_| NoVisit)?,
            lane: within("lane", 0, 1)?,
            source: value("source")?.parse().map_err(|_| NoVisit)?,
            lanes: within("lanes", 1, 2)?,
            heard: number("heard")?,
            joins: within("joins", 0, 1)? == 1,
            which: number("which")?,
            drives: within("drives", 0, 1)? == 1,
        })
    }
}

/// What the program tells beside the replies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// The first frame of each connection.
    Welcome {
        /// How many commands of this source were heard so far.
        heard: u64,
        /// The number of the reply that comes next: those before it are of a run that is over.
        next: u64,
        /// The number of the first reply that was not said yet: those before it tell of what is past.
        past: u64,
        /// Whether this page drives; if not, its commands are not obeyed.
        drives: bool,
    },
    /// So many commands were heard by now: none of them will be asked for again.
    Heard(u64),
    /// To a page that watches: who drives the run now.
    Driving {
        /// Whether a page does.
        driven: bool,
        /// Whether the run rests for want of one.
        rests: bool,
    },
}

/// Why the program closes a connection: the code of the closing frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closing {
    /// Other runs are there now, or one of them began anew: the page, which watches, is to join those.
    Begun = 4001,
    /// The run is too long to be joined from its beginning.
    TooLong = 4002,
    /// Another page drives from now on.
    Taken = 4003,
    /// A frame could not be read: page and program are not of one build, or somebody else spoke.
    Unreadable = 4004,
    /// There is no such run any more, or not yet: the page begins one.
    Gone = 4005,
}

impl Closing {
    /// What a code says; `None` is an ordinary loss.
    pub fn of(code: u16) -> Option<Self> {
        [Self::Begun, Self::TooLong, Self::Taken, Self::Unreadable, Self::Gone]
            .into_iter()
            .find(|own| *own as u16 == code)
    }
}

/// Frames that the other end may have to be sent again: those that it has not said it heard.
#[derive(Debug, Default)]
pub struct Unheard {
    /// The number of the first that is kept.
    first: u64,
    kept: VecDeque<Vec<u8>>,
}

impl Unheard {
    /// One more, which is sent or will be.
    pub fn push(&mut self, frame: Vec<u8>) {
        self.kept.push_back(frame);
    }

    /// The other end has heard so many in all.
    pub fn heard(&mut self, count: u64) {
        let done = usize::try_from(count.saturating_sub(self.first)).unwrap_or(usize::MAX).min(self.kept.len());
        self.kept.drain(..done);
        self.first += done as u64;
    }

    /// Those that are to be sent on a new connection, in order.
    pub fn frames(&self) -> impl Iterator<Item = &[u8]> {
        self.kept.iter().map(Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_is_read_as_it_is_written() {
        let visit =
            Visit { page: u64::MAX, lane: 1, source: 7, lanes: 2, heard: 12, joins: true, which: 5, drives: false };
        assert_eq!(visit.to_string().parse(), Ok(visit));
        for wrong in [
            "",
            "page=zz",
            "page=1&lane=2&source=1&lanes=2&heard=0&joins=0&which=0&drives=0",
            "page=1&lane=0&source=-1&lanes=1&heard=0&joins=0&which=0&drives=0",
        ] {
            assert_eq!(wrong.parse::<Visit>(), Err(NoVisit), "{wrong}");
        }
    }

    #[test]
    fn closing_codes_are_those_that_applications_may_use() {
        for code in 0..=u16::MAX {
            assert!(Closing::of(code).is_none_or(|own| (4000..5000).contains(&code) && own as u16 == code));
        }
        assert_eq!(Closing::of(4003), Some(Closing::Taken));
    }

    #[test]
    fn whatever_is_lost_every_frame_is_heard_once() {
        // The other end counts; connections break after 0 to 4 frames, acknowledged or not.
        for pattern in 0..625_u32 {
            let (mut unheard, mut got, mut sent) = (Unheard::default(), Vec::new(), 0_u8);
            for round in 0..4 {
                let arrives = pattern / 5_u32.pow(round) % 5;
                unheard.heard(got.len() as u64);
                let mut frames: Vec<Vec<u8>> = unheard.frames().map(<[u8]>::to_vec).collect();
                for _ in 0..3 {
                    frames.push(vec![sent]);
                    unheard.push(vec![sent]);
                    sent += 1;
                }
                got.extend(frames.into_iter().take(arrives as usize));
                if pattern % 2 == 0 {
                    unheard.heard(got.len() as u64);
                }
            }
            unheard.heard(got.len() as u64);
            got.extend(unheard.frames().map(<[u8]>::to_vec));
            assert_eq!(got, (0..sent).map(|number| vec![number]).collect::<Vec<_>>(), "{pattern}");
        }
    }
}
