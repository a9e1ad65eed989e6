//! The program that serves the page, if one does, and how the page stands with it.

use crate::source::Kind;
use crate::state::State;
use crate::state::images::Images;
use crate::state::notice::{Remedy, Topic};
use crate::state::url::{Request, override_of, overrides, twin};
use protocol::setting::ComputedBy;
use protocol::socket::{Begun, Here};
use protocol::{PageSetting, RunSetting, RunSpec};
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
    /// Whether no page drives the runs that this one watches, and they rest for that.
    pub rests: bool,
    /// Whether the connection is lost, and being taken up again.
    pub parted: bool,
    /// Whether the program does not answer.
    pub silent: bool,
    /// Whether the program that answers is another one, which does not know this page.
    pub stranger: bool,
    /// The runs that the link asks for, where those of the program go before them.
    pub link: Option<Vec<RunSpec>>,
    /// Whether a connection has ever stood.
    pub met: bool,
}

impl Native {
    /// The page was opened from this program: the runs that are there are its own, or are watched.
    pub fn new(here: Here) -> Self {
        // Nothing is lost with a run that has made no step, unless it is somebody else's.
        let is_worth_it = here.trained || here.driven || here.runs.iter().any(|run| run.weights.is_some());
        let joins = !here.runs.is_empty() && is_worth_it;
        Self {
            images: Images::of(&here.data),
            joins,
            insists: false,
            watches: joins && here.driven,
            rests: false,
            parted: false,
            silent: false,
            stranger: false,
            link: None,
            met: false,
            here,
        }
    }
}

/// What a link asks for in a page that this program serves, if one does. Runs that are there go before what the link says of
/// a run, which it can still begin.
pub fn request(link: &[(String, String)], mut native: Option<&mut Native>) -> Request {
    let names_source = link.iter().any(|(name, _)| name == PageSetting::Source.name());
    let mut pairs = link.to_vec();
    if native.is_some() && !names_source {
        pairs.push((PageSetting::Source.name().to_owned(), ComputedBy::Native.name().to_owned()));
    }
    let offered = native.as_ref().map(|native| native.images.clone()).unwrap_or_default();
    let mut request = Request::read_with(&pairs, &offered);
    request.page.served = native.is_some();
    match &mut native {
        None if request.page.source == ComputedBy::Native => {
            request.page.source = ComputedBy::Browser;
            request.problems.push((Topic::Program, Text::NoProgram.words().to_owned()));
        }
        Some(Native { here, joins: true, link: asked, .. }) if request.page.source == ComputedBy::Native => {
            let [first, rest @ ..] = here.runs.as_slice() else { return request };
            let names_run =
                |(name, _): &(String, String)| RunSetting::named(name).is_some() || override_of(name).is_some();
            if link.iter().any(names_run) {
                *asked = Some(runs_of(&request)).filter(|runs| is_another(runs, &here.runs));
            }
            request.spec = first.spec.clone();
            request.overrides = rest.first().map(|second| overrides(&first.spec, &second.spec)).unwrap_or_default();
            request.page.compare = !rest.is_empty();
            (request.page.play, request.page.lesson, request.page.step) = (false, None, None);
        }
        _ => {}
    }
    request
}

/// The runs that a link asks for.
fn runs_of(request: &Request) -> Vec<RunSpec> {
    let second = request.page.compare.then(|| twin(&request.spec, &request.overrides));
    [request.spec.clone()].into_iter().chain(second).collect()
}

/// Whether these runs are others than those that are there, whatever was changed in these on the way.
fn is_another(asked: &[RunSpec], there: &[Begun]) -> bool {
    let changes = [RunSetting::Events, RunSetting::Fade, RunSetting::Steps];
    let differs = |(one, other): (&RunSpec, &Begun)| {
        let of_beginning = RunSetting::written().filter(|setting| !changes.contains(setting));
        of_beginning.into_iter().any(|setting| setting.get(one) != setting.get(&other.spec))
    };
    asked.len() != there.len() || asked.iter().zip(there).any(differs)
}

impl State {
    /// The page with what computes its runs: this program, if the link does not say otherwise, or what the browser has.
    pub fn computed_by(mut self, native: Option<Native>, browser: Kind) -> Self {
        self.source = browser;
        if let Some(native) = native.filter(|_| browser.trains()) {
            if self.page.source == ComputedBy::Native {
                let runs = if native.joins { native.here.runs.clone() } else { Vec::new() };
                if native.link.is_some() {
                    self.notices.say(Topic::Link, Text::LinkWaits.words(), Some(Remedy::LinkRun));
                }
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

    /// Whether nothing is heard of the program that computes the runs.
    pub fn is_cut_off(&self) -> bool {
        self.computed_natively().is_some_and(|native| native.parted || native.silent)
    }

    /// Whether the runs that the page watches rest, since nobody drives them.
    pub fn rests_undriven(&self) -> bool {
        self.computed_natively().is_some_and(|native| native.watches && native.rests)
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
