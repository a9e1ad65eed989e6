//! The program that serves the page, if one does, and how the page stands with it.

use crate::source::Kind;
use crate::state::State;
use crate::state::images::Images;
use crate::state::notice::Topic;
use crate::state::url::{Request, overrides};
use protocol::PageSetting;
use protocol::setting::ComputedBy;
use protocol::socket::Here;
use scene::{Text, words};

/// A program that can compute the page's runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Native {
    /// What it said of itself when the page was opened.
    pub here: Here,
    /// The images that it has beyond the shipped sets.
    pub images: Images,
    /// Whether the page takes part in the runs that are there, instead of beginning its own.
    pub joins: bool,
    /// Whether it asks to drive them although another page does.
    pub insists: bool,
    /// Whether another page drives them, and this one watches.
    pub watches: bool,
    /// Whether the connection is lost, and being taken up again.
    pub parted: bool,
    /// Whether a connection has ever stood.
    pub met: bool,
}

impl Native {
    /// The page was opened from this program: the runs that are there are its own, or are watched.
    pub fn new(here: Here) -> Self {
        let (joins, watches) = (!here.runs.is_empty(), !here.runs.is_empty() && here.driven);
        Self { images: Images::of(&here.data), here, joins, insists: false, watches, parted: false, met: false }
    }
}

/// What a link asks for in a page that this program serves, if one does. Runs that are there go before what the link says of
/// a run.
pub fn request(link: &[(String, String)], native: Option<&Native>) -> Request {
    let names_source = link.iter().any(|(name, _)| name == PageSetting::Source.name());
    let mut pairs = link.to_vec();
    if native.is_some() && !names_source {
        pairs.push((PageSetting::Source.name().to_owned(), ComputedBy::Native.name().to_owned()));
    }
    let offered = native.map(|native| native.images.clone()).unwrap_or_default();
    let mut request = Request::read_with(&pairs, &offered);
    request.page.served = native.is_some();
    match native {
        None if request.page.source == ComputedBy::Native => {
            request.page.source = ComputedBy::Browser;
            request.problems.push((Topic::Program, Text::NoProgram.words().to_owned()));
        }
        Some(Native { here, joins: true, .. }) if request.page.source == ComputedBy::Native => {
            let [first, rest @ ..] = here.runs.as_slice() else { return request };
            request.spec = first.spec.clone();
            request.overrides = rest.first().map(|second| overrides(&first.spec, &second.spec)).unwrap_or_default();
            request.page.compare = !rest.is_empty();
            (request.page.play, request.page.lesson, request.page.step) = (false, None, None);
        }
        _ => {}
    }
    request
}

impl State {
    /// The page with what computes its runs: this program, if the link does not say otherwise, or what the browser has.
    pub fn computed_by(mut self, native: Option<Native>, browser: Kind) -> Self {
        self.source = browser;
        if let Some(native) = native.filter(|_| browser.trains()) {
            if self.page.source == ComputedBy::Native {
                let runs = if native.joins { native.here.runs.clone() } else { Vec::new() };
                (self.source, self.native) = (Kind::Native, Some(native));
                return self.with_runs(&runs);
            }
            // What the browser computes has nothing to do with the runs that are there.
            self.native = Some(Native { joins: false, watches: false, ..native });
        }
        self
    }

    /// The program that computes the page's runs, if one does.
    pub fn computed_natively(&self) -> Option<&Native> {
        self.native.as_ref().filter(|_| self.source == Kind::Native)
    }

    /// Whether the page only watches what another one drives.
    pub fn watches(&self) -> bool {
        self.computed_natively().is_some_and(|native| native.watches)
    }

    /// The value of `data-engine`: with what the runs are computed.
    pub fn engine(&self) -> Option<String> {
        match self.source {
            Kind::Live => Some("simd128".to_owned()),
            Kind::Native => self.native.as_ref().map(|own| words::engine_of(&own.here.device, own.here.threads)),
            Kind::Absent => None,
        }
    }
}
