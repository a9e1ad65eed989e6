//! Reading a lesson: what does not hold together is said before anybody takes it.

use super::{Lesson, Measure, Step, Wanted};
use crate::{Complaint, Outcome, PageSetting, Quantity, RunSetting, RunSpec};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::Range;
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
    /// A value does not say where it is measured, or says it of something that is not measured there.
    Where(String),
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
        for part in lesson.parts() {
            let (mut spec, mut done) = (lesson.specs(part.start)?.remove(0), 0);
            for step in &lesson.steps[part] {
                // At the same number of updates one may ask once more, unless something changes.
                if step.until < done.max(1) || (step.until == done && !step.change.is_empty()) {
                    return Err(LessonFault::Order(step.until));
                }
                done = step.until;
                check(step, &mut spec)?;
            }
        }
        Ok(lesson)
    }

    /// The steps that go on with the same runs: a part of the lesson each.
    pub fn parts(&self) -> Vec<Range<usize>> {
        let begins = |index: &usize| *index == 0 || self.steps[*index].run.is_some();
        let starts: Vec<_> = (0..self.steps.len()).filter(begins).collect();
        let ends = starts.iter().skip(1).copied().chain([self.steps.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    /// The runs with which the part begins in which that step is: one, or two with `compare=1`; of the second every setting
    /// that differs is named. They measure what a page's runs do, and what the steps of the part ask for.
    ///
    /// # Errors
    /// A setting that is not taken, or is none.
    pub fn specs(&self, step: usize) -> Result<Vec<RunSpec>, LessonFault> {
        let Some(part) = self.parts().into_iter().find(|part| part.contains(&step)) else { return Ok(Vec::new()) };
        let settings = self.steps[part.start].run.as_ref().unwrap_or(&self.run);
        let known = |name: &str| {
            RunSetting::named(name.strip_suffix("_b").unwrap_or(name)).is_some() || PageSetting::named(name).is_some()
        };
        if let Some(name) = settings.keys().find(|name| !known(name)) {
            return Err(LessonFault::UnknownSetting(name.clone()));
        }
        let mut spec = RunSpec::page_default();
        set(settings, &mut spec, "")?;
        let asked = self.steps[part].iter().flat_map(|step| step.values.values()).flat_map(Wanted::parts);
        for wanted in asked {
            match wanted.of {
                Measure::Quantity(quantity) if !spec.quantities.contains(&quantity) => spec.quantities.push(quantity),
                _ => {}
            }
        }
        let mut specs = vec![spec];
        if settings.get(PageSetting::Compare.name()).is_some_and(|on| on == "1") {
            specs.push(specs[0].clone());
            set(settings, &mut specs[1], "_b")?;
        }
        Ok(specs)
    }

    /// The runs of a part, from its first step to the end of its last: what it changes on the way changes by itself.
    ///
    /// # Errors
    /// A setting that is not taken.
    pub fn played(&self, part: Range<usize>) -> Result<Vec<RunSpec>, LessonFault> {
        let mut specs = self.specs(part.start)?;
        let steps = &self.steps[part];
        let starts = std::iter::once(0).chain(steps.iter().map(|step| step.until));
        for (spec, ending) in specs.iter_mut().zip(["", "_b"]) {
            // Those of the settings stay.
            let mut events: Vec<_> = Some(spec.events.to_string()).into_iter().filter(|own| !own.is_empty()).collect();
            for (at, step) in starts.clone().zip(steps) {
                let own = |name: &str| name.strip_suffix(ending).filter(|own| !own.ends_with("_b")).map(str::to_owned);
                for (name, text) in step.change.iter().filter_map(|(name, text)| Some((own(name)?, text))) {
                    // A list of blocks is an event each.
                    let each = text
                        .split(',')
                        .map(|part| if part.contains('=') { part.to_owned() } else { format!("{name}={part}") });
                    events.extend(each.map(|change| format!("{at}:{change}")));
                }
            }
            spec.steps = steps.last().map_or(1, |step| step.until);
            take(RunSetting::Events.setting().set(spec, &events.join(";")))?;
        }
        Ok(specs)
    }
}

/// The settings with this ending of their names, in the order of the table: a network comes before what may be changed about
/// it.
fn set(settings: &BTreeMap<String, String>, spec: &mut RunSpec, ending: &str) -> Result<(), LessonFault> {
    for setting in RunSetting::ALL {
        if let Some(text) = settings.get(&format!("{}{ending}", setting.name())) {
            take(setting.setting().set(spec, text))?;
        }
    }
    Ok(())
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
    let astray = |(_, wanted): &(&String, &Wanted)| !wanted.parts().all(Wanted::says_where);
    if let Some((name, _)) = step.values.iter().find(astray) {
        return Err(LessonFault::Where(name.clone()));
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
        self.parts().filter_map(|part| part.at)
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
        let specs = lesson.specs(1).unwrap();
        assert_eq!((specs.len(), specs[0].skip == specs[1].skip), (2, false));
        let told = |value: Option<f64>| {
            let found: Vec<_> = lesson.steps[1].told(|_| value).into_iter().map(|outcome| outcome.id.clone()).collect();
            found.join(" ")
        };
        assert_eq!([told(Some(0.05)), told(Some(0.1)), told(None), told(Some(f64::NAN))], ["small", "large", "", ""]);
    }

    /// A step with a run of its own begins anew, and what the steps of a run ask for is measured in it.
    #[test]
    fn a_step_may_begin_a_run_of_its_own() {
        let other = GOOD
            .replace(r#""until": 20"#, r#""until": 5, "run": {"depth": "14", "events": "3:skip=on"}"#)
            .replace(r#""lane": "b", "#, "")
            .replace(r#""of": "grad_in_l2", "block": "first""#, r#""of": "path_energy", "k": 2"#);
        let lesson = Lesson::read(&other).unwrap();
        assert_eq!(lesson.parts(), [0..1, 1..2]);
        let [first, second] = [0, 1].map(|step| lesson.specs(step).unwrap());
        assert_eq!((first.len(), second.len(), second[0].model.depth()), (2, 1, 14));
        let of_paths = |spec: &RunSpec| spec.quantities.contains(&Quantity::PathEnergy);
        assert_eq!((of_paths(&first[0]), of_paths(&second[0])), (false, true));
        let [first, second] = lesson.parts().try_into().unwrap();
        assert_eq!(lesson.played(first).unwrap()[0].steps, 1);
        let second = lesson.played(second).unwrap();
        assert_eq!((second[0].steps, second[0].events.to_string().as_str()), (5, "0:skip=off;3:skip=on"));
    }

    #[test]
    fn where_no_number_came_one_outcome_says_so() {
        let unmeasured = r#"{"id": "small", "#;
        let none = r#"{"id": "none", "unmeasured": true, "text": "No number came of it."}, {"id": "small", "#;
        let step = Lesson::read(&GOOD.replace(unmeasured, none)).unwrap().steps.remove(1);
        for (value, told) in
            [(Some(0.5), "large"), (None, "none"), (Some(f64::NAN), "none"), (Some(f64::INFINITY), "none")]
        {
            assert_eq!(step.told(|_| value).iter().map(|outcome| outcome.id.as_str()).collect::<Vec<_>>(), [told]);
        }
    }

    /// Each planted fault is found before anybody takes the lesson.
    #[test]
    fn what_does_not_hold_together_is_said() {
        let unknown = |name: &str| LessonFault::Unknown(name.to_owned());
        for (good, bad, fault) in [
            (r#""lesson": 1"#, r#""lesson": 2"#, LessonFault::Newer(2)),
            (r#""until": 20"#, r#""until": 1"#, LessonFault::Order(1)),
            (r#""at": 0,"#, r#""at": 21,"#, LessonFault::Order(21)),
            (r#""block": "first", "#, "", LessonFault::Where("share".to_owned())),
            (r#""block": "3""#, r#""block": "3", "k": 1"#, LessonFault::Where("share".to_owned())),
            (
                r#""of": "grad_in_l2", "block": "first""#,
                r#""of": "loss", "block": "first""#,
                LessonFault::Where("share".to_owned()),
            ),
            (
                r#""of": "grad_in_l2", "block": "first""#,
                r#""of": "sweep_loss", "at_strength": 0.8"#,
                LessonFault::Where("share".to_owned()),
            ),
            (r#""change": {"skip": "off"}"#, r#""run": {"deep": "8"}"#, LessonFault::UnknownSetting("deep".to_owned())),
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
