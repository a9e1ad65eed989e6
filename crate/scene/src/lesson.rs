//! What a lesson finds in the runs, and how it says that.

use crate::charts::sketched;
use crate::flow::value;
use crate::format::{in_unit, number, percent, ratio};
use crate::{Snapshot, words};
use protocol::lesson::{Form, Measure, Site, Step, Wanted};
use protocol::{EndReason, Evaluation, Lane, Measured, Place, Quantity, QuantityShape, SWEEP_STRENGTHS, StepRecord};

/// What stands for a value that is not there.
const ABSENT: &str = "–";

/// The values of a step that were measured, by their names, in order.
pub fn measured(step: &Step, runs: &[&Snapshot]) -> Vec<(String, Option<f64>)> {
    step.values.iter().map(|(name, wanted)| (name.clone(), value_of(wanted, step.until, runs))).collect()
}

/// What was measured of what a step asks to draw, a value a block; `None` where it asks for nothing.
pub fn drawn(step: &Step, runs: &[&Snapshot]) -> Option<Vec<Option<f64>>> {
    let draw = step.draw?;
    Some(sketched(draw, runs.get(usize::from(draw.lane == Lane::B))?, step.until))
}

/// A text with each `{name}` replaced by that value; a dash where it is not there.
pub fn told(step: &Step, text: &str, values: &[(String, Option<f64>)]) -> String {
    let mut said = text.to_owned();
    for (name, value) in values {
        let written = step.values.get(name).map(|wanted| written(wanted, *value)).unwrap_or_default();
        said = said.replace(&format!("{{{name}}}"), &written);
    }
    said
}

fn value_of(wanted: &Wanted, until: u64, runs: &[&Snapshot]) -> Option<f64> {
    let part = single(wanted, until, runs)?;
    match &wanted.over {
        None => Some(part),
        Some(over) => Some(part / value_of(over, until, runs)?),
    }
}

fn single(wanted: &Wanted, until: u64, runs: &[&Snapshot]) -> Option<f64> {
    let run = runs.get(if wanted.lane == Some(Lane::B) { 1 } else { 0 })?;
    let at = wanted.at.unwrap_or(until);
    if matches!(run.end(), Some(EndReason::NonFinite { step, .. }) if *step < at) {
        // What was measured before it broke off is not what is asked for.
        return None;
    }
    let loss = || run.losses().iter().rev().find(|point| point.step <= at);
    let record = || run.measured_until(at).filter(|record| record.step <= at);
    match wanted.of {
        Measure::Loss => Some(f64::from(loss()?.loss)),
        Measure::SmoothedLoss => Some(f64::from(loss()?.smoothed)),
        Measure::Accuracy => Some(evaluations(run, at).next()?.accuracy),
        Measure::TrainAccuracy => Some(record()?.train_accuracy),
        Measure::Quantity(quantity) if quantity.shape() == QuantityShape::Block => match wanted.block? {
            Site::Largest => of_blocks(quantity, run, at)?.max_by(f64::total_cmp),
            Site::Smallest => of_blocks(quantity, run, at)?.min_by(f64::total_cmp),
            site => {
                let record = holding(quantity, run, at).or_else(record)?;
                value(record, quantity, place(site, record)?)
            }
        },
        Measure::Quantity(quantity) => {
            let steps = holding(quantity, run, at).map(|record| &record.measured);
            let measured =
                steps.or_else(|| evaluations(run, at).map(|one| &one.measured).find(|one| has(one, quantity)))?;
            match quantity.shape() {
                QuantityShape::Sweep => {
                    let index = SWEEP_STRENGTHS.iter().position(|factor| Some(*factor) == wanted.at_strength)?;
                    measured.vector(quantity)?.get(index).copied()
                }
                QuantityShape::Path => {
                    let values = measured.vector(quantity)?;
                    wanted.k.map_or_else(|| Some(values.iter().sum()), |k| values.get(k).copied())
                }
                QuantityShape::Block | QuantityShape::Scalar => measured.scalar(quantity),
            }
        }
    }
}

/// The evaluations up to a step, the last one first.
fn evaluations(run: &Snapshot, at: u64) -> impl Iterator<Item = &Evaluation> {
    run.evaluations().iter().rev().filter(move |evaluation| evaluation.step <= at)
}

/// The last record up to a step in which the quantity was measured: not every one is at every step.
fn holding(quantity: Quantity, run: &Snapshot, at: u64) -> Option<&StepRecord> {
    run.records().rev().find(|record| record.step <= at && has(&record.measured, quantity))
}

fn has(measured: &Measured, quantity: Quantity) -> bool {
    match quantity.shape() {
        QuantityShape::Block => measured.column(quantity).is_some(),
        QuantityShape::Scalar => measured.scalars.iter().any(|scalar| scalar.quantity == quantity),
        QuantityShape::Path | QuantityShape::Sweep => measured.vector(quantity).is_some(),
    }
}

/// What was measured at the blocks, if that are numbers at all of them.
fn of_blocks(quantity: Quantity, run: &Snapshot, at: u64) -> Option<impl Iterator<Item = f64>> {
    let values = holding(quantity, run, at)?.column(quantity)?;
    values.iter().all(|value| value.is_some_and(f64::is_finite)).then(|| values.iter().copied().flatten())
}

fn place(site: Site, record: &StepRecord) -> Option<Place> {
    let blocks = record.measured.columns.first()?.values.len();
    match site {
        Site::Stem => Some(Place::Stem),
        Site::First => Some(Place::Block(0)),
        Site::Block(number) => (number <= blocks).then(|| Place::Block(number - 1)),
        Site::Last => Some(Place::Block(blocks.checked_sub(1)?)),
        Site::Head => Some(Place::Head),
        Site::Largest | Site::Smallest => None,
    }
}

/// The measured values of a step in rows: what each is, as it is written, and in full.
pub fn rows(step: &Step, values: &[(String, Option<f64>)]) -> Vec<[String; 3]> {
    let row = |(name, value): &(String, Option<f64>)| {
        let wanted = step.values.get(name)?;
        Some([words::wanted(wanted), written(wanted, *value), value.map(|value| value.to_string()).unwrap_or_default()])
    };
    values.iter().filter_map(row).collect()
}

/// A value as its unit wants it, or as the lesson does.
fn written(wanted: &Wanted, value: Option<f64>) -> String {
    let Some(value) = value else { return ABSENT.to_owned() };
    let usual = match wanted.of {
        _ if wanted.over.is_some() => Form::Factor,
        Measure::Accuracy | Measure::TrainAccuracy => Form::Percent,
        Measure::Loss | Measure::SmoothedLoss => Form::Number,
        Measure::Quantity(quantity) if wanted.form.is_none() => return in_unit(quantity.unit(), value),
        Measure::Quantity(_) => Form::Number,
    };
    match wanted.form.unwrap_or(usual) {
        Form::Number => number(value),
        Form::Percent => percent(value),
        Form::Factor => ratio(value, 1.0).unwrap_or_else(|| number(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, snapshot, step};
    use protocol::lesson::Lesson;
    use protocol::{Event, Scalar, Vector};

    fn lesson(values: &str, text: &str) -> Step {
        let read = Lesson::read(&format!(
            r#"{{"lesson": 1, "id": "l", "title": "L", "about": "?", "run": {{}}, "steps": [{{
                "ask": "?", "until": 2, "seconds": 1, "values": {values},
                "outcomes": [{{"id": "any", "when": [], "text": "{text}"}}]
            }}]}}"#
        ));
        read.unwrap().steps.remove(0)
    }

    fn run(first: f64) -> Snapshot {
        let mut run = snapshot(20, 1.0);
        for at in 0..2 {
            run.apply(step(at, 2.3 - at as f64, &falling(9, 1.0, first), true));
        }
        let (measured, answers) = (Measured::default(), Vec::new());
        run.apply(Event::Eval(Evaluation { step: 2, loss: 2.0, accuracy: 0.25, measured, answers }));
        run
    }

    #[test]
    fn values_are_those_of_the_record_and_written_as_they_are_meant() {
        let step = lesson(
            r#"{
                "part": {"of": "grad_in_l2", "block": "first", "over": {"of": "grad_in_l2", "block": "last"}},
                "twin": {"of": "grad_in_l2", "block": "1", "lane": "b"},
                "start": {"of": "loss", "at": 0},
                "right": {"of": "accuracy"},
                "none": {"of": "grad_in_l2", "block": "10"}
            }"#,
            "{part} {twin} {start} {right} {none}",
        );
        let (a, b) = (run(0.001), run(0.5));
        let values = measured(&step, &[&a, &b]);
        let text = told(&step, &step.outcomes[0].text, &values);
        assert_eq!(text, "2.2·10⁻³× 0.500 2.30 25 % –");
        let record = a.latest().unwrap();
        let part = value(record, Quantity::GradInL2, Place::Block(0)).unwrap()
            / value(record, Quantity::GradInL2, Place::Block(8)).unwrap();
        assert_eq!(values.iter().find(|(name, _)| name == "part").unwrap().1, Some(part));
        assert_eq!(told(&step, "{twin}", &measured(&step, &[&a])), ABSENT, "there is no second run");
    }

    /// Over all blocks, along paths and over strengths, each as it was measured last; not every quantity is at every step.
    #[test]
    fn what_is_no_single_value_is_found_too() {
        let values = r#"{
            "spread": {"of": "grad_in_l2", "block": "largest", "over": {"of": "grad_in_l2", "block": "smallest"}},
            "depth": {"of": "effective_depth"},
            "k1": {"of": "path_energy", "k": 1}, "paths": {"of": "path_energy"}, "longer": {"of": "path_energy", "k": 3},
            "weak": {"of": "sweep_accuracy", "at_strength": 0.25}
        }"#;
        let asked = lesson(values, "-");
        let vector = |quantity, values: &[f64]| Vector { quantity, values: values.to_vec() };
        let mut run = snapshot(20, 1.0);
        for at in 0..2 {
            let Event::Step(mut record) = step(at, 2.3, &falling(9, 1.0, 0.001), true) else { panic!("a step") };
            if at == 0 {
                record.measured.scalars.push(Scalar { quantity: Quantity::EffectiveDepth, value: Some(2.5) });
                record.measured.vectors.push(vector(Quantity::PathEnergy, &[1.0, 2.0, 4.0]));
            }
            run.apply(Event::Step(record));
        }
        let swept = Measured { vectors: vec![vector(Quantity::SweepAccuracy, &[0.1, 0.2])], ..Measured::default() };
        run.apply(Event::Eval(Evaluation { step: 2, loss: 2.0, accuracy: 0.25, measured: swept, answers: Vec::new() }));
        let found = measured(&asked, &[&run]);
        let value = |name: &str| found.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value);
        assert!((value("spread").unwrap() / falling(9, 1.0, 0.001)[8] * 0.001 - 1.0).abs() < 1e-9);
        let others = ["depth", "k1", "paths", "longer", "weak"].map(value);
        assert_eq!(others, [Some(2.5), Some(2.0), Some(7.0), None, Some(0.2)]);
        run.apply(Event::End(EndReason::NonFinite { step: 2, lost: protocol::Lost::Loss, block: None }));
        assert!(
            measured(&asked, &[&run]).iter().any(|(_, value)| value.is_some()),
            "it broke off after the step's end"
        );
        let later = Step { until: 3, ..asked };
        assert!(measured(&later, &[&run]).iter().all(|(_, value)| value.is_none()), "it broke off before");
    }

    #[test]
    fn a_row_says_what_was_measured_where_and_when() {
        let step = lesson(
            r#"{
                "part": {"of": "grad_in_l2", "block": "first", "lane": "b", "at": 1, "over": {"of": "grad_in_l2", "block": "last"}},
                "right": {"of": "accuracy"}
            }"#,
            "",
        );
        let a = run(0.001);
        let said: Vec<_> = rows(&step, &measured(&step, &[&a, &a])).into_iter().map(|row| row.join(" | ")).collect();
        assert!(
            said[0].starts_with(
                "▲ gradient passed on, block 1, at step 1 ÷ ● gradient passed on, last block | 2.2·10⁻³× | 0.00"
            ),
            "{said:?}"
        );
        assert_eq!(said[1], "● held-out accuracy | 25 % | 0.25");
    }

    #[test]
    fn before_anything_is_measured_there_is_no_value() {
        let step = lesson(r#"{"right": {"of": "accuracy"}, "loss": {"of": "smoothed_loss"}}"#, "{right} {loss}");
        let values = measured(&step, &[&snapshot(20, 1.0)]);
        assert!(values.iter().all(|(_, value)| value.is_none()) && values.len() == 2);
    }
}
