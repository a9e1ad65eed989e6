//! What a lesson was for the one who took it, as a sheet of paper holds it.

use crate::state::State;
use crate::state::lesson::Taking;
use scene::{Sketch, Taken, Worksheet, lesson};

impl State {
    /// The sheet of the lesson that is taken, as far as that has come. `plain` makes plain paragraphs of Markdown, `address` is that
    /// of the page without a query.
    pub fn worksheet(&self, plain: impl Fn(&str) -> Vec<String>, address: &str) -> Option<Worksheet<'_>> {
        let taking = self.taking.as_ref()?;
        Some(Worksheet {
            title: taking.lesson.title.clone(),
            settings: self.settings_words(),
            build: crate::BUILD.to_owned(),
            link: format!("{address}?lesson={}", taking.name),
            steps: (0..taking.lesson.steps.len()).map(|index| taken(taking, index, &plain)).collect(),
        })
    }
}

fn taken<'a>(taking: &'a Taking, index: usize, plain: &impl Fn(&str) -> Vec<String>) -> Taken<'a> {
    let (step, answer) = (&taking.lesson.steps[index], &taking.answers[index]);
    let chosen = answer.chosen.and_then(|chosen| step.options.get(chosen));
    let one = |text: &str| plain(&taking.says_in(index, text)).join(" ");
    let is_told = answer.told.is_some();
    Taken {
        ask: one(&step.ask),
        chosen: chosen.map(|option| one(&option.text)),
        sketch: taking.sketch(index).filter(|sketch: &Sketch| is_told || sketch.curve().is_some()),
        came: match taking.outcome_of(index) {
            Some(outcome) => plain(&taking.says_in(index, &outcome.text)),
            None if is_told => vec![scene::Text::NoOutcome.words().to_owned()],
            None => Vec::new(),
        },
        values: if is_told { lesson::rows(step, &answer.values) } else { Vec::new() },
    }
}
