//! A lesson as data: the settings of its run, and steps in which one predicts, sees and reads why. Its file is JSON
//! (`assets/schema/lesson-1.json`); texts in it are Markdown.
//!
//! ```
//! use protocol::lesson::Lesson;
//!
//! let text = r#"{
//!     "lesson": 1, "id": "one", "title": "One step", "about": "what arrives?", "run": {"compare": "0"},
//!     "steps": [{
//!         "ask": "How much arrives at the stem?", "until": 1, "seconds": 1,
//!         "values": {"arrives": {"of": "grad_out_l2", "block": "stem"}},
//!         "outcomes": [{"id": "any", "when": [], "text": "It was {arrives}."}]
//!     }]
//! }"#;
//! assert_eq!(Lesson::read(text).unwrap().steps[0].until, 1);
//! assert!(Lesson::read("{}").is_err());
//! ```

mod check;
mod draw;
mod folklore;
mod wanted;

pub use check::{LessonFault, LessonReason};
pub use draw::Draw;
pub use folklore::{Folklore, Saying};
pub use wanted::{Form, Measure, Site, Wanted};

use serde::Deserialize;
use std::collections::BTreeMap;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// The version of the format: 1.
    pub lesson: u64,
    /// Its name in links.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it asks, in a few words.
    pub about: String,
    /// Whether it is the short form, one of the experiments under the question.
    #[serde(default)]
    pub short: bool,
    /// The name of the lesson that goes on where this one ends.
    #[serde(default)]
    pub leads_to: Option<String>,
    /// The settings of the run that it begins with, as in a link: what is not named is the page's default.
    pub run: BTreeMap<String, String>,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

/// A step of a lesson: the question, the run up to an update, and what is said of what was measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The question, in plain words; `{name}` in it and in `text` is a value of the steps before.
    pub ask: String,
    /// What one needs to know for it, Markdown.
    #[serde(default)]
    pub text: String,
    /// The predictions to choose from; none where there is nothing to predict.
    #[serde(default)]
    pub options: Vec<Prediction>,
    /// What is predicted by drawing it.
    #[serde(default)]
    pub draw: Option<Draw>,
    /// The settings of a new run that begins with this step, whole, as in the lesson's `run`; if missing, the run goes on.
    #[serde(default)]
    pub run: Option<BTreeMap<String, String>>,
    /// Live settings that change before it goes on, as in a link.
    #[serde(default)]
    pub change: BTreeMap<String, String>,
    /// Whether the skips are folded into the weights before it goes on, in every run.
    #[serde(default)]
    pub fold: bool,
    /// The number of updates of its run after which that rests and the outcome is told.
    pub until: u64,
    /// About how long that takes on a slow core, s.
    pub seconds: u64,
    /// What profile and history show meanwhile, by the name of its column.
    #[serde(default)]
    pub plot: Option<String>,
    /// What is measured for the conditions and the texts, by name.
    #[serde(default)]
    pub values: BTreeMap<String, Wanted>,
    /// What may come of it. Exactly one applies to any numbers.
    pub outcomes: Vec<Outcome>,
}

/// An answer that one may expect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prediction {
    /// Its name.
    pub id: String,
    /// What it says.
    pub text: String,
}

/// What may come of a step.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Its name.
    pub id: String,
    /// The prediction that comes true with it, if one does.
    #[serde(default)]
    pub option: Option<String>,
    /// Whether it is what comes of the step as it stands here: another one says that the lesson no longer holds.
    #[serde(default)]
    pub expected: bool,
    /// Whether it is what is told where a value that the others ask for is not there or not finite.
    #[serde(default)]
    pub unmeasured: bool,
    /// What holds when it applies: all of it.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Why, Markdown; `{name}` is that value as it was measured.
    pub text: String,
}

/// A value lies between two bounds; one that is not there, or not finite, does not.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The name of the value.
    pub value: String,
    /// The least that it may be; any if missing.
    #[serde(default)]
    pub from: Option<f64>,
    /// What it must stay below; anything if missing.
    #[serde(default)]
    pub below: Option<f64>,
}

impl Lesson {
    /// The largest file of a lesson, bytes.
    pub const MOST_BYTES: u64 = 1 << 20;

    /// About how long all of its steps take on a slow core, s.
    pub fn seconds(&self) -> u64 {
        self.steps.iter().fold(0, |sum, step| sum.saturating_add(step.seconds))
    }
}

impl Condition {
    /// Whether a measured value meets it.
    pub fn holds(&self, value: Option<f64>) -> bool {
        let within =
            |value: &f64| self.from.is_none_or(|from| *value >= from) && self.below.is_none_or(|below| *value < below);
        value.filter(|value| value.is_finite()).as_ref().is_some_and(within)
    }
}

impl Step {
    /// The outcomes that apply to these values, by their names: one, if the lesson holds.
    pub fn told(&self, value: impl Fn(&str) -> Option<f64>) -> Vec<&Outcome> {
        let conditions = || self.outcomes.iter().flat_map(|outcome| &outcome.when);
        let measured = conditions().all(|condition| value(&condition.value).is_some_and(f64::is_finite));
        let applies = |outcome: &&Outcome| {
            let holds = |condition: &Condition| condition.holds(value(&condition.value));
            outcome.unmeasured != measured && outcome.when.iter().all(holds)
        };
        self.outcomes.iter().filter(applies).collect()
    }
}
