//! Reading a lesson: what does not hold together is said before anybody takes it.

use super::{Lesson, Step, Wanted};
use crate::{Complaint, Outcome, PageSetting, Plan, Quantity, RunSetting, RunSpec};
use std::collections::BTreeSet;
use std::fmt;
use thiserror::Error;

/// What is wrong with a lesson.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LessonFault {
    /// It is no lesson of this form: what the parser says, with line and column.
    Form(String),
    /// It was written for a newer version.
    Newer(u64),
    /// It has no step.
    NoStep,
    /// A setting is not taken.
    Setting(Complaint),
    /// There is no setting of that name, or none that changes while a run goes on.
    UnknownSetting(String),
    /// A step ends before the one before it does, or at update 0.
    Order(u64),
    /// Something is named that is not there: a value, a prediction, a quantity.
    Unknown(String),
    /// Two predictions or outcomes of a step have the same name.
    Twice(String),
}

impl fmt::Display for LessonFault {
    /// For those who write lessons; a visitor meets only such as a test has read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Lesson {
    /// Reads a lesson from its file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(text: &str) -> Result<Self, LessonFault> {
        let lesson: Self = serde_json::from_str(text).map_err(|error| LessonFault::Form(error.to_string()))?;
        if lesson.lesson != 1 {
            return Err(LessonFault::Newer(lesson.lesson));
        }
        if lesson.steps.is_empty() {
            return Err(LessonFault::NoStep);
        }
        let (mut spec, mut done) = (lesson.specs()?.remove(0), 0);
        for step in &lesson.steps {
            if step.until <= done {
                return Err(LessonFault::Order(step.until));
            }
            done = step.until;
            check(step, &mut spec)?;
            if step.fold {
                lesson.specs()?.iter().try_for_each(can_be_folded)?;
            }
        }
        Ok(lesson)
    }

    /// The runs that it begins with: one, or two with `compare=1`; of the second every setting that differs is named.
    ///
    /// # Errors
    /// A setting that is not taken, or is none.
    pub fn specs(&self) -> Result<Vec<RunSpec>, LessonFault> {
        let known = |name: &str| {
            RunSetting::named(name.strip_suffix("_b").unwrap_or(name)).is_some() || PageSetting::named(name).is_some()
        };
        if let Some(name) = self.run.keys().find(|name| !known(name)) {
            return Err(LessonFault::UnknownSetting(name.clone()));
        }
        let mut specs = vec![RunSpec::page_default()];
        self.set(&mut specs[0], "")?;
        if self.run.get(PageSetting::Compare.name()).is_some_and(|on| on == "1") {
            specs.push(specs[0].clone());
            self.set(&mut specs[1], "_b")?;
        }
        Ok(specs)
    }

    /// The runs of the whole lesson, from its first step to the end of its last: what it changes on the way changes by itself.
    ///
    /// # Errors
    /// A setting that is not taken.
    pub fn played(&self) -> Result<Vec<RunSpec>, LessonFault> {
        let mut specs = self.specs()?;
        let starts = std::iter::once(0).chain(self.steps.iter().map(|step| step.until));
        for (spec, ending) in specs.iter_mut().zip(["", "_b"]) {
            let mut events = Vec::new();
            for (at, step) in starts.clone().zip(&self.steps) {
                let own = |name: &str| name.strip_suffix(ending).filter(|own| !own.ends_with("_b")).map(str::to_owned);
                for (name, text) in step.change.iter().filter_map(|(name, text)| Some((own(name)?, text))) {
                    // A list of blocks is an event each.
                    let each = text
                        .split(',')
                        .map(|part| if part.contains('=') { part.to_owned() } else { format!("{name}={part}") });
                    events.extend(each.map(|change| format!("{at}:{change}")));
                }
                if step.fold {
                    events.push(format!("{at}:{}={}", RunSetting::Skip.name(), RunSpec::FOLD));
                }
            }
            spec.steps = self.steps.last().map_or(1, |step| step.until);
            take(RunSetting::Events.setting().set(spec, &events.join(";")))?;
        }
        Ok(specs)
    }

    /// The settings with this ending of their names, in the order of the table: a network comes before what may be changed
    /// about it.
    fn set(&self, spec: &mut RunSpec, ending: &str) -> Result<(), LessonFault> {
        for setting in RunSetting::ALL {
            if let Some(text) = self.run.get(&format!("{}{ending}", setting.name())) {
                take(setting.setting().set(spec, text))?;
            }
        }
        Ok(())
    }
}

fn can_be_folded(spec: &RunSpec) -> Result<(), LessonFault> {
    let plan = Plan::new(spec.model_spec()).map_err(LessonFault::Setting)?;
    spec.check_fold(&plan).map_err(LessonFault::Setting)
}

fn take(outcome: Outcome) -> Result<(), LessonFault> {
    outcome.strict().map_err(LessonFault::Setting)
}

fn check(step: &Step, spec: &mut RunSpec) -> Result<(), LessonFault> {
    for (name, text) in &step.change {
        let own = name.strip_suffix("_b").unwrap_or(name);
        let setting = RunSetting::named(own).filter(|setting| setting.is_live());
        let setting = setting.ok_or_else(|| LessonFault::UnknownSetting(name.clone()))?;
        take(setting.setting().set(spec, text))?;
    }
    if let Some(plot) = step.plot.as_ref().filter(|plot| Quantity::named(plot).is_none()) {
        return Err(LessonFault::Unknown(plot.clone()));
    }
    let options: Vec<_> = step.options.iter().map(|option| option.id.as_str()).collect();
    once(&options)?;
    once(&step.outcomes.iter().map(|outcome| outcome.id.as_str()).collect::<Vec<_>>())?;
    for outcome in &step.outcomes {
        let expected = outcome.option.as_deref().filter(|option| !options.contains(option));
        let unknown = |name: &&str| !step.values.contains_key(*name);
        let mut named = outcome.when.iter().map(|condition| condition.value.as_str()).chain(names(&outcome.text));
        if let Some(name) = expected.or_else(|| named.find(unknown)) {
            return Err(LessonFault::Unknown(name.to_owned()));
        }
    }
    let mut asked = names(&step.ask).chain(names(&step.text));
    if let Some(name) = asked.find(|name| !step.values.contains_key(*name)) {
        return Err(LessonFault::Unknown(name.to_owned()));
    }
    if step.outcomes.is_empty() {
        return Err(LessonFault::Unknown("outcomes".to_owned()));
    }
    let ahead = |wanted: &&Wanted| wanted.steps().any(|at| at > step.until);
    match step.values.values().find(ahead) {
        Some(wanted) => Err(LessonFault::Order(wanted.steps().max().unwrap_or(0))),
        None => Ok(()),
    }
}

impl Wanted {
    /// The steps that it names.
    fn steps(&self) -> impl Iterator<Item = u64> {
        let over = self.over.as_ref().and_then(|over| over.at);
        self.at.into_iter().chain(over)
    }
}

fn once(names: &[&str]) -> Result<(), LessonFault> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(**name)) {
        Some(name) => Err(LessonFault::Twice((*name).to_owned())),
        None => Ok(()),
    }
}

/// The names in braces of a text.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{
        "lesson": 1, "id": "one", "title": "One", "about": "which?", "run": {"depth": "8", "compare": "1", "skip_b": "off"},
        "steps": [
            {"ask": "A?", "until": 1, "seconds": 1, "outcomes": [{"id": "any", "when": [], "text": "So."}]},
            {
                "ask": "B?", "until": 20, "seconds": 1, "change": {"skip": "off"}, "plot": "grad_in_l2",
                "options": [{"id": "falls", "text": "It falls."}],
                "values": {"share": {
                    "of": "grad_in_l2", "block": "first", "lane": "b", "at": 0,
                    "over": {"of": "grad_in_l2", "block": "3", "lane": "b", "at": 0}, "form": "factor"
                }},
                "outcomes": [
                    {"id": "small", "option": "falls", "when": [{"value": "share", "below": 0.1}], "text": "Only {share}."},
                    {"id": "large", "when": [{"value": "share", "from": 0.1}], "text": "{share}."}
                ]
            }
        ]
    }"#;

    #[test]
    fn a_lesson_is_read() {
        let lesson = Lesson::read(GOOD).unwrap();
        let specs = lesson.specs().unwrap();
        assert_eq!((specs.len(), specs[0].skip == specs[1].skip), (2, false));
        let told = |value: Option<f64>| {
            let found: Vec<_> = lesson.steps[1].told(|_| value).into_iter().map(|outcome| outcome.id.clone()).collect();
            found.join(" ")
        };
        assert_eq!([told(Some(0.05)), told(Some(0.1)), told(None), told(Some(f64::NAN))], ["small", "large", "", ""]);
    }

    /// Each planted fault is found before anybody takes the lesson.
    #[test]
    fn what_does_not_hold_together_is_said() {
        let unknown = |name: &str| LessonFault::Unknown(name.to_owned());
        for (good, bad, fault) in [
            (r#""lesson": 1"#, r#""lesson": 2"#, LessonFault::Newer(2)),
            (r#""until": 20"#, r#""until": 1"#, LessonFault::Order(1)),
            (r#""at": 0,"#, r#""at": 21,"#, LessonFault::Order(21)),
            (r#""change": {"skip""#, r#""change": {"depth""#, LessonFault::UnknownSetting("depth".to_owned())),
            (r#""depth": "8""#, r#""deep": "8""#, LessonFault::UnknownSetting("deep".to_owned())),
            (r#""plot": "grad_in_l2""#, r#""plot": "gradient""#, unknown("gradient")),
            (r#""option": "falls""#, r#""option": "grows""#, unknown("grows")),
            (r#"{"value": "share", "below""#, r#"{"value": "part", "below""#, unknown("part")),
            ("Only {share}", "Only {part}", unknown("part")),
            (r#""id": "large""#, r#""id": "small""#, LessonFault::Twice("small".to_owned())),
        ] {
            assert_eq!(Lesson::read(&GOOD.replacen(good, bad, 1)), Err(fault), "{bad}");
        }
        assert!(matches!(
            Lesson::read(&GOOD.replacen(r#""depth": "8""#, r#""depth": "9""#, 1)),
            Err(LessonFault::Setting(_))
        ));
        for bad in ["", "[]", "{}", &GOOD[..GOOD.len() - 1], &GOOD.replace("grad_in_l2\", \"block", "grad\", \"block")]
        {
            assert!(matches!(Lesson::read(bad), Err(LessonFault::Form(_))), "{bad}");
        }
    }
}
