//! A lesson that is being taken: it leads the page through its steps, and the visitor's own run waits.

use crate::state::State;
use protocol::lesson::{Lesson, Outcome, Step};
use protocol::{Go, PageOptions, Place, RunSpec, Weights};
use scene::lesson::told;
use std::rc::Rc;
use std::sync::Arc;

/// The lessons that come with the page, in the order in which they are offered.
const SHIPPED: [&str; 13] = [
    include_str!("../../../../assets/lessons/close-now/lesson.json"),
    include_str!("../../../../assets/lessons/one-open/lesson.json"),
    include_str!("../../../../assets/lessons/silent-branches/lesson.json"),
    include_str!("../../../../assets/lessons/batch-norm/lesson.json"),
    include_str!("../../../../assets/lessons/fifty-six/lesson.json"),
    include_str!("../../../../assets/lessons/what-vanishes/lesson.json"),
    include_str!("../../../../assets/lessons/batch-norm-cures/lesson.json"),
    include_str!("../../../../assets/lessons/healthy-norms/lesson.json"),
    include_str!("../../../../assets/lessons/at-a-join/lesson.json"),
    include_str!("../../../../assets/lessons/restored/lesson.json"),
    include_str!("../../../../assets/lessons/remove-skips/lesson.json"),
    include_str!("../../../../assets/lessons/paths/lesson.json"),
    include_str!("../../../../assets/lessons/added/lesson.json"),
];

/// The lessons that come with the page.
pub fn shipped() -> Rc<[Rc<Lesson>]> {
    // A test reads each.
    SHIPPED.iter().filter_map(|text| Lesson::read(text).ok()).map(Rc::new).collect()
}

/// What the page does in a step of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// It asks.
    Asks,
    /// The runs are on their way to the end of the step.
    Goes,
    /// It tells what came of it: the outcome of that number, if one applies.
    Told(Option<usize>),
}

/// What a lesson found, and gives back.
#[derive(Clone)]
pub struct Before {
    /// The page's own settings.
    pub page: PageOptions,
    /// The settings of each run at its beginning, and the weights that it started from, if those were a file's.
    pub runs: Vec<(RunSpec, Option<Arc<Weights>>)>,
    /// The place in focus.
    pub focus: Option<Place>,
}

/// A lesson that is being taken.
#[derive(Clone)]
pub struct Taking {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// The number of the present step.
    pub step: usize,
    /// What the page does in it.
    pub stage: Stage,
    /// The prediction that was chosen in it.
    pub chosen: Option<usize>,
    /// The values of the step, by their names, as far as they are measured.
    pub values: Vec<(String, Option<f64>)>,
    /// What was there before it.
    pub before: Before,
    /// Whether the visitor's run was put aside for it.
    pub keeps_run: bool,
}

impl Taking {
    /// The present step.
    pub fn now(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// A text of the step, with the values in it.
    pub fn says(&self, text: &str) -> String {
        told(self.now(), text, &self.values)
    }

    /// Whether the visitor may go and see: where there is something to predict, that comes first.
    pub fn may_see(&self) -> bool {
        self.stage == Stage::Asks && (self.chosen.is_some() || self.now().options.is_empty())
    }

    /// What came of the step, once that is told.
    pub fn outcome(&self) -> Option<&Outcome> {
        match self.stage {
            Stage::Told(outcome) => self.now().outcomes.get(outcome?),
            Stage::Asks | Stage::Goes => None,
        }
    }

    /// Whether what was predicted came true; `None` where nothing was.
    pub fn came_true(&self) -> Option<bool> {
        let chosen = self.now().options.get(self.chosen?)?;
        Some(self.outcome()?.option.as_deref() == Some(chosen.id.as_str()))
    }

    /// The outcome that applies to the values, if exactly one does.
    pub fn judged(&self) -> Option<usize> {
        let step = self.now();
        let value = |name: &str| self.values.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value);
        match step.told(value).as_slice() {
            [one] => step.outcomes.iter().position(|outcome| outcome == *one),
            _ => None,
        }
    }
}

impl State {
    /// Whether the runs are on their way to the end of a lesson's step.
    pub fn lesson_goes(&self) -> bool {
        self.taking.as_ref().is_some_and(|taking| taking.stage == Stage::Goes)
    }

    /// What it means to go on: to the end of a lesson's step, or as far as the budget allows.
    pub fn onward(&self) -> Go {
        match self.taking.as_ref().filter(|_| self.lesson_goes()) {
            Some(taking) => Go::Until(taking.now().until),
            None => Go::Train,
        }
    }
}
