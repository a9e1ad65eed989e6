//! Reading a lesson: what does not hold together is said before anybody takes it.

use super::{Draw, Lesson, Measure, Step, Wanted};
use crate::{Complaint, Lane, Outcome, PageSetting, Plan, Quantity, RunSetting, RunSpec, Unit};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::Range;
use thiserror::Error;

/// What is wrong with a lesson, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("step {step:?}, {field}: {reason:?}")]
pub struct LessonFault {
    /// The number of the step, from 1; `None` outside of the steps.
    pub step: Option<usize>,
    /// The field, `change.depth` for one within another; empty for the whole.
    pub field: String,
    /// What is wrong there.
    pub reason: LessonReason,
}

/// What can be wrong with a lesson.
#[derive(Clone, Debug, PartialEq)]
pub enum LessonReason {
    /// It is no JSON: what the parser says, with line and column.
    NotJson(String),
    /// It is JSON of another form: what the parser says.
    Form(String),
    /// It was written for a newer version.
    Newer(u64),
    /// It has no step, or a step no outcome.
    Empty,
    /// A value of a setting is not taken.
    Value(Box<Complaint>),
    /// There is no setting of that name, or none that changes while a run goes on.
    NoSetting,
    /// It must be more than this, where the step before ends.
    NotAfter(u64),
    /// It must be at most this, where the step or its run ends.
    Beyond(u64),
    /// Something is named that is not there: a value, a prediction, a quantity, a run.
    Unknown(String),
    /// It does not say where it is measured, or says it of something that is not measured there.
    Where,
    /// Two have this name.
    Twice(String),
    /// It must lie between these.
    Range([u8; 2]),
}

impl LessonFault {
    fn new(field: impl Into<String>, reason: LessonReason) -> Self {
        Self { step: None, field: field.into(), reason }
    }

    fn in_step(self, index: usize) -> Self {
        Self { step: Some(index + 1), ..self }
    }
}

impl Lesson {
    /// Reads a lesson from its file.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn read(text: &str) -> Result<Self, LessonFault> {
        let lesson: Self = serde_json::from_str(text).map_err(|error| form(text, &error))?;
        if lesson.lesson != 1 {
            return Err(LessonFault::new("lesson", LessonReason::Newer(lesson.lesson)));
        }
        if lesson.steps.is_empty() {
            return Err(LessonFault::new("steps", LessonReason::Empty));
        }
        lesson.parts().into_iter().try_for_each(|part| lesson.check(part))?;
        Ok(lesson)
    }

    fn check(&self, part: Range<usize>) -> Result<(), LessonFault> {
        let specs = self.specs(part.start)?;
        for spec in &specs {
            let run = |own: &str, complaint| self.in_run(&part, own, LessonReason::Value(Box::new(complaint)));
            let plan = Plan::new(spec.model_spec()).map_err(|complaint| run("", complaint))?;
            spec.skip.strengths(&plan).map(drop).map_err(|complaint| run("skip", complaint))?;
            spec.check_batch(&plan).map_err(|complaint| run(complaint.setting.name(), complaint))?;
        }
        let (runs, last) = (specs.len(), specs.iter().map(|spec| spec.steps).min().unwrap_or(0));
        let (mut spec, mut done) = (specs[0].clone(), 0);
        for index in part {
            let step = &self.steps[index];
            // At the same number of updates one may ask once more, unless something changes.
            let order = match step.until {
                0 => Some(LessonReason::NotAfter(0)),
                until if until < done || until == done && (step.fold || !step.change.is_empty()) => {
                    Some(LessonReason::NotAfter(done))
                }
                until if until > last => Some(LessonReason::Beyond(last)),
                _ => None,
            };
            let found = order.map_or(Ok(()), |reason| Err(LessonFault::new("until", reason)));
            found.and_then(|()| check(step, &mut spec, runs)).map_err(|fault| fault.in_step(index))?;
            if step.fold {
                let fault =
                    |complaint| LessonFault::new("fold", LessonReason::Value(Box::new(complaint))).in_step(index);
                specs.iter().try_for_each(|spec| can_be_folded(spec).map_err(fault))?;
            }
            done = step.until;
        }
        Ok(())
    }

    /// A fault in the settings with which a part begins.
    fn in_run(&self, part: &Range<usize>, own: &str, reason: LessonReason) -> LessonFault {
        let fault = LessonFault::new(["run", own].join(if own.is_empty() { "" } else { "." }), reason);
        if self.steps[part.start].run.is_some() { fault.in_step(part.start) } else { fault }
    }

    /// The steps that go on with the same runs: a part of the lesson each.
    pub fn parts(&self) -> Vec<Range<usize>> {
        let begins = |index: &usize| *index == 0 || self.steps[*index].run.is_some();
        let starts: Vec<_> = (0..self.steps.len()).filter(begins).collect();
        let ends = starts.iter().skip(1).copied().chain([self.steps.len()]);
        starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect()
    }

    /// The part in which that step is.
    pub fn part_of(&self, step: usize) -> Range<usize> {
        self.parts().into_iter().find(|part| part.contains(&step)).unwrap_or(0..0)
    }

    /// The runs with which the part begins in which that step is: one, or two with `compare=1`; of the second every setting
    /// that differs is named. They measure what a page's runs do, and what the steps of the part ask for.
    ///
    /// # Errors
    /// A setting that is not taken, or is none.
    pub fn specs(&self, step: usize) -> Result<Vec<RunSpec>, LessonFault> {
        let part = self.part_of(step);
        let Some(first) = self.steps.get(part.start) else { return Ok(Vec::new()) };
        let settings = first.run.as_ref().unwrap_or(&self.run);
        let known = |name: &str| {
            RunSetting::named(name.strip_suffix("_b").unwrap_or(name)).is_some() || PageSetting::named(name).is_some()
        };
        if let Some(name) = settings.keys().find(|name| !known(name)) {
            return Err(self.in_run(&part, name, LessonReason::NoSetting));
        }
        // In the order of the table: a network comes before what may be changed about it.
        let set = |spec: &mut RunSpec, ending: &str| {
            RunSetting::ALL.iter().try_for_each(|setting| {
                let name = format!("{}{ending}", setting.name());
                let Some(text) = settings.get(&name) else { return Ok(()) };
                let taken = setting.setting().set(spec, text).strict();
                taken.map_err(|complaint| self.in_run(&part, &name, LessonReason::Value(Box::new(complaint))))
            })
        };
        let mut spec = RunSpec::page_default();
        set(&mut spec, "")?;
        let asked = self.steps[part.clone()].iter().flat_map(|step| step.values.values()).flat_map(Wanted::parts);
        for wanted in asked {
            match wanted.of {
                Measure::Quantity(quantity) if !spec.quantities.contains(&quantity) => spec.quantities.push(quantity),
                _ => {}
            }
        }
        let mut specs = vec![spec];
        if settings.get(PageSetting::Compare.name()).is_some_and(|on| on == "1") {
            specs.push(specs[0].clone());
            set(&mut specs[1], "_b")?;
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
                if step.fold {
                    events.push(format!("{at}:{}={}", RunSetting::Skip.name(), RunSpec::FOLD));
                }
            }
            spec.steps = steps.last().map_or(1, |step| step.until);
            take("change", RunSetting::Events.setting().set(spec, &events.join(";")))?;
        }
        Ok(specs)
    }
}

/// A file that cannot be read; where it is a step that cannot, which.
fn form(text: &str, error: &serde_json::Error) -> LessonFault {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return LessonFault::new("", LessonReason::NotJson(error.to_string()));
    };
    let steps = value.get("steps").and_then(Value::as_array).into_iter().flatten();
    // As text again, which is read by the same code.
    let bad = steps
        .enumerate()
        .find_map(|(index, step)| Some((index, serde_json::from_str::<Step>(&step.to_string()).err()?)));
    let (step, said) = bad.map_or((None, error.to_string()), |(index, own)| (Some(index + 1), own.to_string()));
    // The place is that of the step.
    let said = said.split(" at line ").next().unwrap_or_default().to_owned();
    LessonFault { step, field: String::new(), reason: LessonReason::Form(said) }
}

fn can_be_folded(spec: &RunSpec) -> Result<(), Complaint> {
    let plan = Plan::new(spec.model_spec())?;
    spec.check_fold(&plan)
}

fn take(field: impl Into<String>, outcome: Outcome) -> Result<(), LessonFault> {
    outcome.strict().map_err(|complaint| LessonFault::new(field, LessonReason::Value(Box::new(complaint))))
}

fn unknown(field: impl Into<String>, name: &str) -> LessonFault {
    LessonFault::new(field, LessonReason::Unknown(name.to_owned()))
}

fn check(step: &Step, spec: &mut RunSpec, runs: usize) -> Result<(), LessonFault> {
    for (name, text) in &step.change {
        let (field, own) = (format!("change.{name}"), name.strip_suffix("_b").unwrap_or(name));
        let setting = RunSetting::named(own).filter(|setting| setting.is_live());
        let setting = setting.ok_or_else(|| LessonFault::new(field.clone(), LessonReason::NoSetting))?;
        take(field, setting.setting().set(spec, text))?;
    }
    if let Some(plot) = step.plot.as_ref().filter(|plot| !Quantity::PLOTTED_NAMES.contains(&plot.as_str())) {
        return Err(unknown("plot", plot));
    }
    if let Some(draw) = &step.draw {
        check_drawn(draw, runs)?;
    }
    let options: Vec<_> = step.options.iter().map(|option| option.id.as_str()).collect();
    once("options", &options)?;
    once("outcomes", &step.outcomes.iter().map(|outcome| outcome.id.as_str()).collect::<Vec<_>>())?;
    let is_not_there = |name: &&str| !step.values.contains_key(*name);
    for outcome in &step.outcomes {
        let field = |own: &str| format!("outcomes.{}.{own}", outcome.id);
        if let Some(option) = outcome.option.as_deref().filter(|option| !options.contains(option)) {
            return Err(unknown(field("option"), option));
        }
        let mut named = outcome.when.iter().map(|condition| condition.value.as_str());
        if let Some(name) = named.find(is_not_there) {
            return Err(unknown(field("when"), name));
        }
        if let Some(name) = names(&outcome.text).find(is_not_there) {
            return Err(unknown(field("text"), name));
        }
    }
    for (field, text) in [("ask", &step.ask), ("text", &step.text)] {
        if let Some(name) = names(text).find(is_not_there) {
            return Err(unknown(field, name));
        }
    }
    if step.outcomes.is_empty() {
        return Err(LessonFault::new("outcomes", LessonReason::Empty));
    }
    let astray = |(_, wanted): &(&String, &Wanted)| !wanted.parts().all(Wanted::says_where);
    if let Some((name, _)) = step.values.iter().find(astray) {
        return Err(LessonFault::new(format!("values.{name}"), LessonReason::Where));
    }
    let ahead = |(_, wanted): &(&String, &Wanted)| wanted.steps().any(|at| at > step.until);
    match step.values.iter().find(ahead) {
        Some((name, _)) => Err(LessonFault::new(format!("values.{name}.at"), LessonReason::Beyond(step.until))),
        None => Ok(()),
    }
}

fn check_drawn(draw: &Draw, runs: usize) -> Result<(), LessonFault> {
    let is_drawn = Quantity::PLOTTED.contains(&draw.of) && draw.of.unit() != Unit::Share;
    let most = Draw::MOST_DECADES;
    match draw {
        _ if !is_drawn => Err(unknown("draw.of", draw.of.name())),
        _ if draw.lane == Lane::B && runs < 2 => Err(unknown("draw.lane", "b")),
        _ if !(1..=most).contains(&draw.decades) => {
            Err(LessonFault::new("draw.decades", LessonReason::Range([1, most])))
        }
        _ => Ok(()),
    }
}

impl Wanted {
    /// The steps that it names.
    fn steps(&self) -> impl Iterator<Item = u64> {
        self.parts().filter_map(|part| part.at)
    }
}

fn once(field: &str, names: &[&str]) -> Result<(), LessonFault> {
    let mut seen = BTreeSet::new();
    match names.iter().find(|name| !seen.insert(**name)) {
        Some(name) => Err(LessonFault::new(field, LessonReason::Twice((*name).to_owned()))),
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
                "draw": {"of": "grad_in_l2", "lane": "b", "relative": true, "decades": 8},
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

    /// Each planted fault is found before anybody takes the lesson, and named by step and field.
    #[test]
    fn what_does_not_hold_together_is_said() {
        let unknown = |name: &str| LessonReason::Unknown(name.to_owned());
        for (good, bad, step, field, reason) in [
            (r#""lesson": 1"#, r#""lesson": 2"#, None, "lesson", LessonReason::Newer(2)),
            (r#""until": 20"#, r#""until": 1"#, Some(2), "until", LessonReason::NotAfter(1)),
            (r#""until": 20"#, r#""until": 1001"#, Some(2), "until", LessonReason::Beyond(1000)),
            (r#""at": 0,"#, r#""at": 21,"#, Some(2), "values.share.at", LessonReason::Beyond(20)),
            (r#""block": "first", "#, "", Some(2), "values.share", LessonReason::Where),
            (r#""block": "3""#, r#""block": "3", "k": 1"#, Some(2), "values.share", LessonReason::Where),
            (
                r#""of": "grad_in_l2", "block""#,
                r#""of": "loss", "block""#,
                Some(2),
                "values.share",
                LessonReason::Where,
            ),
            (
                r#""of": "grad_in_l2", "block": "first""#,
                r#""of": "sweep_loss", "at_strength": 0.8"#,
                Some(2),
                "values.share",
                LessonReason::Where,
            ),
            (r#""change": {"skip": "off"}"#, r#""run": {"deep": "8"}"#, Some(2), "run.deep", LessonReason::NoSetting),
            (r#""change": {"skip""#, r#""change": {"depth""#, Some(2), "change.depth", LessonReason::NoSetting),
            (r#""depth": "8""#, r#""deep": "8""#, None, "run.deep", LessonReason::NoSetting),
            (r#""plot": "grad_in_l2""#, r#""plot": "gradient""#, Some(2), "plot", unknown("gradient")),
            (r#""option": "falls""#, r#""option": "grows""#, Some(2), "outcomes.small.option", unknown("grows")),
            (
                r#"{"value": "share", "below""#,
                r#"{"value": "part", "below""#,
                Some(2),
                "outcomes.small.when",
                unknown("part"),
            ),
            ("Only {share}", "Only {part}", Some(2), "outcomes.small.text", unknown("part")),
            ("B?", "B? {part}", Some(2), "ask", unknown("part")),
            (r#""id": "large""#, r#""id": "small""#, Some(2), "outcomes", LessonReason::Twice("small".to_owned())),
            (r#"{"id": "any", "when": [], "text": "So."}"#, "", Some(1), "outcomes", LessonReason::Empty),
            (r#""decades": 8"#, r#""decades": 0"#, Some(2), "draw.decades", LessonReason::Range([1, 40])),
            (
                r#""of": "grad_in_l2", "lane""#,
                r#""of": "skip_share", "lane""#,
                Some(2),
                "draw.of",
                unknown("skip_share"),
            ),
            (r#""compare": "1""#, r#""compare": "0""#, Some(2), "draw.lane", unknown("b")),
        ] {
            let bad_lesson = GOOD.replacen(good, bad, 1);
            assert_ne!(bad_lesson, GOOD, "{good}");
            assert_eq!(Lesson::read(&bad_lesson), Err(LessonFault { step, field: field.to_owned(), reason }), "{bad}");
        }
        for (bad, field) in [
            (r#""depth": "9""#, "run.depth"),
            (r#""depth": "8", "init": "zero-gamma""#, "run"),
            (r#""depth": "8", "skip": "layer9.0=1""#, "run.skip"),
        ] {
            let fault = Lesson::read(&GOOD.replacen(r#""depth": "8""#, bad, 1)).unwrap_err();
            assert!(fault.field == field && matches!(fault.reason, LessonReason::Value(_)), "{fault}");
        }
    }

    #[test]
    fn what_is_no_lesson_at_all_is_said_with_its_step() {
        for bad in ["", "<html>", &GOOD[..GOOD.len() - 1]] {
            let fault = Lesson::read(bad).unwrap_err();
            assert!(matches!(fault.reason, LessonReason::NotJson(_)), "{bad}: {fault}");
        }
        for bad in ["[]", "{}"] {
            let fault = Lesson::read(bad).unwrap_err();
            assert!(fault.step.is_none() && matches!(fault.reason, LessonReason::Form(_)), "{bad}: {fault}");
        }
        for (good, bad, said) in [
            (r#""seconds": 1, "change""#, r#""change""#, "seconds"),
            (r#""until": 20"#, r#""until": -1"#, "-1"),
            ("grad_in_l2\", \"block", "grad\", \"block", "grad"),
        ] {
            let bad_lesson = GOOD.replacen(good, bad, 1);
            assert_ne!(bad_lesson, GOOD, "{good}");
            let fault = Lesson::read(&bad_lesson).unwrap_err();
            assert_eq!(fault.step, Some(2), "{fault}");
            assert!(matches!(&fault.reason, LessonReason::Form(words) if words.contains(said)), "{fault}");
        }
    }
}
