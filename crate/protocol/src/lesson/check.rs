//! Reading a lesson: what does not hold together is said before anybody takes it.

use super::{Draw, Lesson, Step, Wanted};
use crate::{Complaint, Lane, Outcome, PageSetting, Plan, Quantity, RunSetting, RunSpec, Unit};
use serde_json::Value;
use std::collections::BTreeSet;
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
        let specs = lesson.specs()?;
        for spec in &specs {
            let plan = Plan::new(spec.model_spec())
                .map_err(|complaint| LessonFault::new("run", LessonReason::Value(Box::new(complaint))))?;
            let fits = spec.skip.strengths(&plan).map(drop);
            fits.map_err(|complaint| LessonFault::new("run.skip", LessonReason::Value(Box::new(complaint))))?;
        }
        let (runs, last) = (specs.len(), specs.iter().map(|spec| spec.steps).min().unwrap_or(0));
        let (mut spec, mut done) = (specs[0].clone(), 0);
        for (index, step) in lesson.steps.iter().enumerate() {
            let order = match step.until {
                until if until <= done => Some(LessonReason::NotAfter(done)),
                until if until > last => Some(LessonReason::Beyond(last)),
                _ => None,
            };
            let found = order.map_or(Ok(()), |reason| Err(LessonFault::new("until", reason)));
            found.and_then(|()| check(step, &mut spec, runs)).map_err(|fault| fault.in_step(index))?;
            done = step.until;
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
            return Err(LessonFault::new(format!("run.{name}"), LessonReason::NoSetting));
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
            }
            spec.steps = self.steps.last().map_or(1, |step| step.until);
            take("change", RunSetting::Events.setting().set(spec, &events.join(";")))?;
        }
        Ok(specs)
    }

    /// The settings with this ending of their names, in the order of the table: a network comes before what may be changed
    /// about it.
    fn set(&self, spec: &mut RunSpec, ending: &str) -> Result<(), LessonFault> {
        for setting in RunSetting::ALL {
            let name = format!("{}{ending}", setting.name());
            if let Some(text) = self.run.get(&name) {
                take(format!("run.{name}"), setting.setting().set(spec, text))?;
            }
        }
        Ok(())
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
        let over = self.over.as_ref().and_then(|over| over.at);
        self.at.into_iter().chain(over)
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
        let specs = lesson.specs().unwrap();
        assert_eq!((specs.len(), specs[0].skip == specs[1].skip), (2, false));
        let told = |value: Option<f64>| {
            let found: Vec<_> = lesson.steps[1].told(|_| value).into_iter().map(|outcome| outcome.id.clone()).collect();
            found.join(" ")
        };
        assert_eq!([told(Some(0.05)), told(Some(0.1)), told(None), told(Some(f64::NAN))], ["small", "large", "", ""]);
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
