//! A lesson that is being taken: it leads the page through its steps, and the visitor's own run waits.

use crate::state::State;
use protocol::lesson::{Draw, Folklore, Lesson, LessonFault, Outcome, Saying, Step};
use protocol::{Go, Lane, Place, Quantity, RunSpec, Weights};
use scene::lesson::told;
use scene::{Gap, Sketch, words};
use std::rc::Rc;
use std::sync::Arc;

/// The lessons that come with the page, in the order in which they are offered.
pub const SHIPPED: [&str; 14] = [
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
    include_str!("../../../../assets/lessons/real-ones/lesson.json"),
];

/// What is often said, and what was found.
const FOLKLORE: &str = include_str!("../../../../assets/lessons/folklore.json");

/// The lessons that come with the page.
pub fn shipped() -> Rc<[Rc<Lesson>]> {
    // A test reads each.
    SHIPPED.iter().filter_map(|text| Lesson::read(text).ok()).map(Rc::new).collect()
}

/// What is often said, and what was found.
pub fn folklore() -> Vec<Saying> {
    // A test reads it.
    Folklore::read(FOLKLORE).map(|read| read.items).unwrap_or_default()
}

/// Whether this names a file, and no lesson of the page.
pub fn is_address(name: &str) -> bool {
    name.contains(['/', '.', ':', '?'])
}

/// Why what lies at an address is not taken as a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonProblem {
    /// It could not be fetched.
    Unreachable {
        /// A status, or what the browser says.
        why: String,
        /// Whether it is on another site.
        elsewhere: bool,
    },
    /// It has so many bytes.
    TooLarge(u64),
    /// It does not hold together.
    Fault(LessonFault),
}

impl LessonProblem {
    /// The sentence about what lies at that address.
    pub fn sentence(&self, address: &str) -> String {
        match self {
            Self::Unreachable { why, elsewhere } => words::lesson_unreachable(address, why, *elsewhere),
            Self::TooLarge(bytes) => words::lesson_too_large(address, *bytes),
            Self::Fault(fault) => words::lesson_not_taken(address, fault),
        }
    }
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

/// What the visitor expected in a step, and what was measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// The prediction that was chosen.
    pub chosen: Option<usize>,
    /// What was drawn of each block, as a power of ten.
    pub drawn: Vec<Option<f64>>,
    /// What was measured of what is drawn, a value a block.
    pub curve: Vec<Option<f64>>,
    /// The values of the step, by their names, as far as they are measured.
    pub values: Vec<(String, Option<f64>)>,
    /// What came of it, once that is told: the outcome of that number, if one applies.
    pub told: Option<Option<usize>>,
}

/// What a lesson found, and gives back.
#[derive(Clone)]
pub struct Before {
    /// What profile and history showed, and whether relative to the last block.
    pub plot: (Quantity, bool),
    /// The place in focus.
    pub focus: Option<Place>,
    /// With which settings and weights each run is made again; `None` where the runs wait aside, whole.
    pub runs: Option<Vec<(RunSpec, Option<Arc<Weights>>)>>,
    /// Updates that they had done.
    pub updates: u64,
}

/// A lesson that is being taken.
#[derive(Clone)]
pub struct Taking {
    /// The lesson.
    pub lesson: Rc<Lesson>,
    /// Its name in links, or where its file lies.
    pub name: String,
    /// The number of the step that is shown.
    pub step: usize,
    /// The step with which the present runs began.
    pub ran: usize,
    /// Whether the runs are on their way to the end of the first step that is not told yet.
    pub goes: bool,
    /// Of each step.
    pub answers: Vec<Answer>,
    /// What was there before it.
    pub before: Before,
}

impl Taking {
    /// The step that is shown.
    pub fn now(&self) -> &Step {
        &self.lesson.steps[self.step]
    }

    /// What was expected and measured in it.
    pub fn answer(&self) -> &Answer {
        &self.answers[self.step]
    }

    /// What was expected and measured in it, to be changed.
    pub fn answer_mut(&mut self) -> &mut Answer {
        &mut self.answers[self.step]
    }

    /// What the page does in it.
    pub fn stage(&self) -> Stage {
        match self.answer().told {
            Some(outcome) => Stage::Told(outcome),
            None if self.goes => Stage::Goes,
            None => Stage::Asks,
        }
    }

    /// Whether it is the last one.
    pub fn is_last(&self) -> bool {
        self.step + 1 == self.lesson.steps.len()
    }

    /// Whether there is a step before, which can be shown again.
    pub fn may_go_back(&self) -> bool {
        !self.goes && self.step > 0
    }

    /// Whether the present runs are those of the step that is shown; else they are of a later one.
    pub fn has_its_runs(&self) -> bool {
        self.lesson.part_of(self.step).start == self.ran
    }

    /// A text of a step, with the values in it.
    pub fn says_in(&self, index: usize, text: &str) -> String {
        told(&self.lesson.steps[index], text, &self.answers[index].values)
    }

    /// A text of the step that is shown.
    pub fn says(&self, text: &str) -> String {
        self.says_in(self.step, text)
    }

    /// What is drawn in a step, if that asks for it.
    pub fn sketch(&self, index: usize) -> Option<Sketch<'_>> {
        let Answer { drawn, curve, told, .. } = &self.answers[index];
        let measured = if told.is_some() { curve.as_slice() } else { &[] };
        self.lesson.steps[index].draw.map(|draw| Sketch { draw, set: drawn, measured })
    }

    /// Whether the visitor may go and see: where there is something to predict, that comes first.
    pub fn may_see(&self) -> bool {
        let chose = self.answer().chosen.is_some() || self.now().options.is_empty();
        let drew = self.sketch(self.step).is_none_or(|sketch| sketch.curve().is_some());
        self.stage() == Stage::Asks && chose && drew
    }

    /// What came of a step, once that is told.
    pub fn outcome_of(&self, index: usize) -> Option<&Outcome> {
        self.lesson.steps[index].outcomes.get(self.answers[index].told??)
    }

    /// What came of the step that is shown.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome_of(self.step)
    }

    /// Where what was drawn is furthest from what was measured.
    pub fn gap(&self) -> Option<(Draw, Gap)> {
        let sketch = self.sketch(self.step)?;
        Some((sketch.draw, sketch.gap()?))
    }

    /// Whether what was predicted came true; `None` where nothing was.
    pub fn came_true(&self) -> Option<bool> {
        let chosen = self.now().options.get(self.answer().chosen?)?;
        Some(self.outcome()?.option.as_deref() == Some(chosen.id.as_str()))
    }

    /// The outcome that applies to the values, if exactly one does.
    pub fn judged(&self) -> Option<usize> {
        let (step, values) = (self.now(), &self.answer().values);
        let value = |name: &str| values.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value);
        match step.told(value).as_slice() {
            [one] => step.outcomes.iter().position(|outcome| outcome == *one),
            _ => None,
        }
    }
}

impl State {
    /// Whether the runs are on their way to the end of a lesson's step.
    pub fn lesson_goes(&self) -> bool {
        self.taking.as_ref().is_some_and(|taking| taking.goes)
    }

    /// What it means to go on: to the end of a lesson's step, or as far as the budget allows.
    pub fn onward(&self) -> Go {
        match self.taking.as_ref().filter(|taking| taking.goes) {
            Some(taking) => Go::Until(taking.now().until),
            None => Go::Train,
        }
    }

    /// The number of updates after which the runs rest by themselves: where a lesson's step ends, or the budget.
    pub fn goal(&self) -> u64 {
        self.taking.as_ref().map_or(self.lanes[0].spec.steps, |taking| taking.now().until)
    }

    /// The lesson of that name, if the page has it.
    pub fn lesson(&self, id: &str) -> Option<&Rc<Lesson>> {
        self.lessons.iter().find(|lesson| lesson.id == id)
    }

    /// Whether what this run owes at that number of updates is there: an evaluation, where one is due.
    pub fn is_evaluated(&self, lane: usize, updates: u64) -> bool {
        let due = self.lanes[lane].spec.eval_every.max(1);
        let last = self.own_readout().lanes.get(lane).and_then(|read| read.last_evaluated);
        self.lanes[lane].spec.eval_every == 0
            || !updates.is_multiple_of(due)
            || last.is_some_and(|last| last >= updates)
    }

    /// Of how many blocks a step's prediction is drawn.
    pub fn blocks_of(&self, lane: Lane) -> usize {
        self.lanes.get(usize::from(lane == Lane::B)).map_or(0, |own| own.plan.blocks.len())
    }
}
