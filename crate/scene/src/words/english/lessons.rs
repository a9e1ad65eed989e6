//! Words of the lessons that come from no lesson.

use super::recordings::other_site;
use super::{complaint, cut, quantity};
use crate::charts::Gap;
use crate::format::{number, part, setting, thousands};
use protocol::Lane;
use protocol::lesson::{Draw, Lesson, LessonFault, LessonReason, Measure, Site, Wanted};

/// Where one is: `Batch norm · 1 of 2`.
pub fn lesson_where(title: &str, step: usize, steps: usize) -> String {
    format!("{title} · {step} of {steps}")
}

/// About how long a step takes.
pub fn takes_about(seconds: u64) -> String {
    match seconds {
        0 | 1 => "Takes about a second.".to_owned(),
        seconds => format!("Takes about {seconds} s."),
    }
}

/// About how much waiting a whole lesson is.
pub fn waits_about(seconds: u64) -> String {
    match seconds {
        0 | 1 => "about a second of waiting".to_owned(),
        seconds => format!("about {seconds} s of waiting"),
    }
}

/// The way from what is said to where one sees it.
pub fn see_it(title: &str, said: &str) -> String {
    format!("See it: {title}, on “{said}”")
}

/// The way from one lesson into the next.
pub fn leads_to(title: &str) -> String {
    format!("Go on: {title}")
}

/// A lesson that could not be fetched; `why` is a status, or what the browser says, which is little where the file is on another
/// site.
pub fn lesson_unreachable(address: &str, why: &str, elsewhere: bool) -> String {
    let site = other_site(elsewhere);
    format!("The lesson {} could not be fetched: {why}.{site}", cut(address))
}

/// A lesson's file that is too large to be one.
pub fn lesson_too_large(address: &str, bytes: u64) -> String {
    let most = Lesson::MOST_BYTES >> 20;
    format!(
        "The lesson {} is not taken: it has {} kB, and at most {most} MB is read.",
        cut(address),
        thousands(bytes >> 10)
    )
}

/// A file that is no lesson as it stands.
pub fn lesson_not_taken(address: &str, fault: &LessonFault) -> String {
    let fault = lesson_fault(fault);
    format!("The lesson {} is not taken: {fault}. Lessons follow assets/schema/lesson-1.json.", cut(address))
}

/// What is wrong with a lesson, and where.
pub fn lesson_fault(fault: &LessonFault) -> String {
    let LessonFault { step, field, reason } = fault;
    let what = match reason {
        LessonReason::NotJson(said) => format!("it is no JSON ({said})"),
        LessonReason::Form(said) => format!("it has another form than a lesson ({said})"),
        LessonReason::Newer(version) => format!("it is of version {version}, and this page reads version 1"),
        LessonReason::Empty => "there must be at least one".to_owned(),
        LessonReason::Value(own) => complaint(own),
        LessonReason::NoSetting if field.starts_with("change") => {
            "it is no setting that can change while a run goes on".to_owned()
        }
        LessonReason::NoSetting => "it is no setting".to_owned(),
        LessonReason::NotAfter(0) => "it must be more than 0".to_owned(),
        LessonReason::NotAfter(end) => {
            format!("the step before ends at {}; it must be more, or as much if nothing changes", thousands(*end))
        }
        LessonReason::Where => {
            "it must say where it is measured (block, k, at_strength), if it is measured at several places".to_owned()
        }
        LessonReason::Beyond(end) => format!("it must be at most {}", thousands(*end)),
        LessonReason::Unknown(name) => format!("there is no {name:?}"),
        LessonReason::Twice(name) => format!("{name:?} stands there twice"),
        LessonReason::Range([least, most]) => format!("it must be from {least} to {most}"),
    };
    let place: Vec<_> =
        step.iter().map(|step| format!("step {step}")).chain((!field.is_empty()).then(|| field.clone())).collect();
    if place.is_empty() { what } else { format!("{}: {what}", place.join(", ")) }
}

/// How far the runs of a lesson have come.
pub fn lesson_goes(updates: u64, until: u64) -> String {
    format!("Step {} of {}.", thousands(updates.min(until)), thousands(until))
}

/// That the charts show other runs than those of the step that is read again.
pub fn runs_of_step(step: usize) -> String {
    format!("Read again; the charts show the runs of step {step}.")
}

/// A value that is drawn or measured, as the axis has it.
pub fn sketch_value(draw: Draw, value: f64) -> String {
    match value {
        value if !value.is_finite() => "not finite".to_owned(),
        0.0 => "0".to_owned(),
        value if draw.relative => part(value),
        value => number(value),
    }
}

/// What is drawn: the quantity, of which run, and whether relative to the last block.
pub fn sketch_title(draw: Draw) -> String {
    let of = if draw.relative { ", as part of the last block’s" } else { "" };
    format!("{} {}{of}", crate::lane_marker(draw.lane), quantity(draw.of).title)
}

/// Nothing is drawn yet.
pub fn sketch_empty(draw: Draw) -> String {
    format!("Nothing drawn yet. The axis spans {} powers of ten.", draw.decades)
}

/// What is drawn at the first block.
pub fn sketch_drawn(first: &str) -> String {
    format!("Drawn: {first} at block 1.")
}

/// A block as a slider says it.
pub fn sketch_block(draw: Draw, block: usize, value: Option<f64>) -> String {
    let of = if draw.relative { " of the last block’s" } else { "" };
    match value {
        Some(value) => format!("block {}: {}{of}", block + 1, sketch_value(draw, value)),
        None => format!("block {}: nothing drawn", block + 1),
    }
}

/// What a lesson measures: of which run, what, where, when, and over what.
pub fn wanted(wanted: &Wanted) -> String {
    let what = match wanted.of {
        Measure::Loss => "loss",
        Measure::SmoothedLoss => "smoothed loss",
        Measure::Accuracy => "held-out accuracy",
        Measure::TrainAccuracy => "training accuracy",
        Measure::Quantity(own) => quantity(own).title,
    };
    let place = match wanted.block {
        None => String::new(),
        Some(Site::Stem) => ", stem".to_owned(),
        Some(Site::First) => ", block 1".to_owned(),
        Some(Site::Block(number)) => format!(", block {number}"),
        Some(Site::Last) => ", last block".to_owned(),
        Some(Site::Head) => ", head".to_owned(),
        Some(Site::Largest) => ", largest of all blocks".to_owned(),
        Some(Site::Smallest) => ", smallest of all blocks".to_owned(),
    };
    let path = wanted.k.map(|k| format!(", k = {k}")).unwrap_or_default();
    let strength = wanted.at_strength.map(|factor| format!(", strengths × {}", setting(factor))).unwrap_or_default();
    let at = wanted.at.map(|at| format!(", at step {}", thousands(at))).unwrap_or_default();
    let over = wanted.over.as_deref().map(|over| format!(" ÷ {}", self::wanted(over))).unwrap_or_default();
    format!("{} {what}{place}{path}{strength}{at}{over}", crate::lane_marker(wanted.lane.unwrap_or(Lane::A)))
}

/// Under so many powers of ten a drawing counts as right.
pub const RIGHT_WITHIN: f64 = 0.5;

/// How far what was drawn is from what was measured, where it is furthest.
pub fn sketch_gap(draw: Draw, gap: &Gap) -> String {
    let Gap { block, drawn, measured, decades } = *gap;
    let [drawn, found] = [drawn, measured].map(|value| sketch_value(draw, value));
    let there = format!("block {} you drew {drawn}; it is {found}", block + 1);
    match decades {
        _ if !measured.is_finite() => format!("At {there}."),
        decades if decades.is_infinite() => format!("At {there}, which no power of ten reaches."),
        decades if decades < RIGHT_WITHIN => format!("Nowhere more than {decades:.1} powers of ten apart: at {there}."),
        decades => format!("At {there}: {decades:.1} powers of ten apart."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of each fault the step, the field and what would be accepted.
    #[test]
    fn a_fault_is_said_with_its_step_and_field() {
        let fault = |step, field: &str, reason| lesson_fault(&LessonFault { step, field: field.to_owned(), reason });
        assert_eq!(
            fault(Some(2), "until", LessonReason::NotAfter(1000)),
            "step 2, until: the step before ends at 1,000; it must be more, or as much if nothing changes"
        );
        assert_eq!(fault(None, "run.deep", LessonReason::NoSetting), "run.deep: it is no setting");
        let text = r#"{"lesson": 1, "id": "l", "title": "L", "about": "?", "run": {"depth": "9"}, "steps": [{}]}"#;
        let said = lesson_not_taken("https://example.org/l.json", &Lesson::read(text).unwrap_err());
        assert!(said.contains("example.org/l.json is not taken: step 1: ") && said.contains("`ask`"), "{said}");
        let no_json = lesson_not_taken("l.json", &Lesson::read("<html>").unwrap_err());
        assert!(
            no_json.contains("l.json is not taken: it is no JSON (") && no_json.contains("lesson-1.json"),
            "{no_json}"
        );
        assert!(lesson_too_large("l.json", 3 << 20).contains("3,072 kB, and at most 1 MB is read"));
        assert!(lesson_unreachable("l.json", "status 404", false).ends_with("could not be fetched: status 404."));
        assert!(lesson_unreachable("l.json", "Failed to fetch", true).contains("Access-Control-Allow-Origin"));
    }
}
