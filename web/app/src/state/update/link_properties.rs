//! Whatever was done to the page, its link leads to the same state.

use super::tests::page;
use super::update;
use crate::state::url::Request;
use crate::state::{Action, State};
use protocol::setting::{Theme, entries};
use protocol::{Lane, PageOptions, Place, Quantity, Reason, RunSetting};

/// A stream of choices that is the same each time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// A setting of a run, and a text for it; most are accepted, none needs a large network.
    fn setting(&mut self) -> (RunSetting, String) {
        let all: Vec<_> = RunSetting::written().collect();
        let setting = self.one_of(&all);
        let accepts = entries().into_iter().find(|entry| entry.name == setting.name()).and_then(|entry| entry.accepts);
        let text = match accepts {
            Some(Reason::OneOf(names)) if !names.is_empty() => self.one_of(&names),
            Some(Reason::Whole { min, max }) => (min + self.below(40) as u64).min(max).to_string(),
            Some(Reason::Real { min, max }) => (min + (max - min) * self.below(1000) as f64 / 1000.0).to_string(),
            Some(Reason::Model) => self.one_of(&["resnet8", "resnet20", "mlp5", "resnet32"]).to_owned(),
            Some(Reason::Strengths) => {
                self.one_of(&["on", "off", "0.5", "layer1.0=0", "layer1.0=0.25,layer2.0=0"]).to_owned()
            }
            Some(Reason::Events) => {
                self.one_of(&["", "5:skip=off", "3:lr=0.01;9:layer1.0=0.5", "2:batch=8;4:skip=on"]).to_owned()
            }
            Some(Reason::Schedule) => self.one_of(&["log", "own", "7"]).to_owned(),
            Some(Reason::LrSchedule) => self.one_of(&["constant", "cosine", "step:3,9*0.1"]).to_owned(),
            Some(Reason::Fade) => self.one_of(&["", "3-9", "0-40"]).to_owned(),
            _ => String::new(),
        };
        (setting, text)
    }

    fn action(&mut self, state: &State) -> Action {
        match self.below(12) {
            0..=3 => {
                let (setting, text) = self.setting();
                Action::Edit(setting, text)
            }
            4 => Action::NewRun,
            5 => Action::Toggle { lane: self.below(2), block: self.below(9) },
            6 => Action::ToggleAll { lane: self.below(2) },
            7 => Action::Compare(self.below(3) > 0),
            8 => Action::FormOf(self.one_of(&Lane::ALL)),
            9 => Action::Plot(self.one_of(&Quantity::PLOTTED)),
            10 => Action::Theme(self.one_of(&[Theme::Light, Theme::Dark, Theme::Auto])),
            _ => match self.below(4) {
                0 => Action::Relative(!state.page.relative),
                1 => Action::Keys(!state.page.keys),
                2 => Action::Background(!state.page.background),
                _ => Action::Focus(Some(Place::Block(self.below(9)))),
            },
        }
    }
}

fn opened(query: &str) -> State {
    let decode = |text: &str| text.replace("%3B", ";").replace("%2A", "*");
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), decode(value)));
    let request = Request::read(&query.split('&').filter_map(pair).collect::<Vec<_>>());
    assert!(request.problems.is_empty(), "{query}: {:?}", request.problems);
    State::new(request).unwrap()
}

#[test]
fn a_link_leads_to_the_state_that_it_was_taken_of() {
    let mut tried = 0;
    for seed in 0..300 {
        let mut choices = Choices(seed);
        let mut state = page("compare=1&v=1&future=1");
        state.unknown.clear();
        for _ in 0..1 + choices.below(14) {
            let action = choices.action(&state);
            update(&mut state, action);
        }
        for query in [state.query(), state.framed()] {
            let again = opened(&query);
            let of = |state: &State| state.lanes.iter().map(|lane| lane.spec.clone()).collect::<Vec<_>>();
            assert_eq!(of(&again), of(&state), "seed {seed}: {query}");
            let page = |page: &PageOptions| PageOptions { embed: false, ..page.clone() };
            assert_eq!(page(&again.page), page(&state.page), "seed {seed}: {query}");
            assert_eq!(opened(&again.query()).query(), again.query());
            tried += usize::from(!query.is_empty());
        }
    }
    assert!(tried > 500, "{tried}");
}
