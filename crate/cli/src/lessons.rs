//! The lessons that come with the page, played against the engine: what they expect is what comes.

use crate::data;
use engine::{Advance, Session};
use protocol::lesson::{Lesson, Outcome, Step, Wanted};
use protocol::{Diagram, RunSpec};
use scene::{Snapshot, lesson};
use std::collections::BTreeSet;
use std::path::Path;

/// The lessons, in the order of their folders.
fn all() -> Vec<Lesson> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/lessons");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_dir());
    files.sort();
    let read = |folder: &std::path::PathBuf| {
        let text = std::fs::read_to_string(folder.join("lesson.json")).unwrap();
        let lesson = Lesson::read(&text).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
        assert!(folder.ends_with(&lesson.id), "{} is called {}", folder.display(), lesson.id);
        lesson
    };
    files.iter().map(read).collect()
}

/// A lesson's runs up to the ends of its steps, in order; each with its step.
fn played(lesson: &Lesson, seed: u64) -> Vec<(&Step, Vec<Snapshot>)> {
    let mut found = Vec::new();
    for part in lesson.parts() {
        let runs: Vec<_> =
            lesson.played(part.clone()).unwrap().into_iter().map(|spec| run(RunSpec { seed, ..spec })).collect();
        // What came later is not known at the end of a step.
        let until = |step: &Step| runs.iter().map(|run| run.until(step.until - 1)).collect();
        found.extend(lesson.steps[part].iter().map(|step| (step, until(step))));
    }
    found
}

fn run(spec: RunSpec) -> Snapshot {
    let data = data::load(spec.data).unwrap();
    let mut session = Session::new(spec.clone(), data, candle_core::Device::Cpu).unwrap();
    let mut run = Snapshot::new(Diagram::new(&session.network().plan, Some(spec)));
    while session.complete_step().unwrap() != Advance::Ended {
        session.drain_events().into_iter().for_each(|event| run.apply(event));
    }
    session.drain_events().into_iter().for_each(|event| run.apply(event));
    run
}

/// What comes of each step: the outcome that applies, the only one.
fn play(lesson: &Lesson, seed: u64) -> Vec<&Outcome> {
    let told = |(step, runs): (&'_ Step, Vec<Snapshot>)| {
        let values = lesson::measured(step, &runs.iter().collect::<Vec<_>>());
        let told = step.told(|name| values.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value));
        println!("{} {} seed {seed}: {values:?}", lesson.id, step.until);
        let drawn = lesson::drawn(step, &runs.iter().collect::<Vec<_>>());
        assert!(drawn.iter().flatten().all(Option::is_some), "{} at {}: not measured", lesson.id, step.until);
        assert_eq!(told.len(), 1, "{} at {} with seed {seed}: {:?}", lesson.id, step.until, values);
        println!("    {}: {}", told[0].id, lesson::told(step, &told[0].text, &values));
        step.outcomes.iter().position(|outcome| outcome == told[0]).unwrap()
    };
    let numbers = played(lesson, seed).into_iter().map(told);
    numbers.zip(&lesson.steps).map(|(number, step)| &step.outcomes[number]).collect()
}

fn comes_out_as_expected(lesson: &Lesson, seed: u64) {
    for (outcome, step) in play(lesson, seed).into_iter().zip(&lesson.steps) {
        assert!(outcome.expected, "{} at {} with seed {seed}: {}", lesson.id, step.until, outcome.id);
    }
}

/// A lesson whose trainings are a twentieth as long: what is asked before anything is learnt stays as it is.
fn shortened(lesson: &Lesson) -> Lesson {
    let short = |step: u64| if step <= 2 { step } else { 2 + (step - 2).div_ceil(20) };
    fn places(wanted: &mut Wanted, short: impl Fn(u64) -> u64 + Copy) {
        wanted.at = wanted.at.map(short);
        wanted.over.as_mut().into_iter().for_each(|over| places(over, short));
    }
    let mut lesson = lesson.clone();
    for step in &mut lesson.steps {
        step.until = short(step.until);
        step.values.values_mut().for_each(|wanted| places(wanted, short));
    }
    let runs = lesson.steps.iter_mut().filter_map(|step| step.run.as_mut()).chain([&mut lesson.run]);
    for settings in runs {
        if let Some(every) = settings.get_mut("eval_every") {
            *every = every.parse::<u64>().unwrap().div_ceil(20).to_string();
        }
    }
    lesson
}

/// Before anything is learnt each comes out as it expects; of what a few steps make exactly one outcome is told.
#[test]
fn each_lesson_is_played() {
    for lesson in all() {
        let short = shortened(&lesson);
        for (outcome, step) in play(&short, 1).into_iter().zip(&lesson.steps) {
            assert!(outcome.expected || step.until > 2, "{} at {}: {}", lesson.id, step.until, outcome.id);
        }
    }
}

/// The experiments under the question, in full.
#[test]
fn each_experiment_comes_out_as_it_expects() {
    all().iter().filter(|lesson| lesson.short).for_each(|lesson| comes_out_as_expected(lesson, 1));
}

/// The lessons that `LESSONS` names, all without it.
fn wanted() -> Vec<Lesson> {
    let names = std::env::var("LESSONS").unwrap_or_default();
    all().into_iter().filter(|lesson| names.is_empty() || names.split(',').any(|name| name == lesson.id)).collect()
}

/// `cargo xtask lessons`.
#[test]
#[ignore = "three seeds take minutes: cargo xtask lessons"]
fn each_lesson_comes_out_as_it_expects_with_three_seeds() {
    for lesson in wanted() {
        (1..=3).for_each(|seed| comes_out_as_expected(&lesson, seed));
    }
}

/// Numbers of which each condition on that value is met by some and by others not: its bounds, what lies next to them on
/// either side, and the ends of the line.
fn telling(step: &Step, name: &str) -> Vec<f64> {
    let conditions = step.outcomes.iter().flat_map(|outcome| &outcome.when).filter(|condition| condition.value == name);
    let bounds = conditions.flat_map(|condition| [condition.from, condition.below]).flatten();
    let around = bounds.flat_map(|bound| [bound.next_down(), bound, bound.next_up()]);
    around.chain([f64::MIN, -1.0, 0.0, 1.0, f64::MAX]).collect()
}

/// The texts follow the measurement: whatever the numbers are, one outcome is told and no other; each is told of some; and
/// where there is no number, at most the one that says so.
#[test]
fn of_any_numbers_exactly_one_outcome_is_told() {
    for lesson in all() {
        for step in &lesson.steps {
            let place = format!("{} at {}", lesson.id, step.until);
            let mut names: Vec<_> =
                step.outcomes.iter().flat_map(|one| &one.when).map(|one| one.value.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            let mut points = vec![Vec::new()];
            for name in &names {
                let with = |point: &Vec<f64>| {
                    telling(step, name).into_iter().map(|value| [&point[..], &[value]].concat()).collect()
                };
                points = points.iter().flat_map(|point| -> Vec<Vec<f64>> { with(point) }).collect();
            }
            let told = |point: &[Option<f64>]| -> Vec<&str> {
                let value = |name: &str| point[names.iter().position(|own| *own == name).unwrap()];
                step.told(value).into_iter().map(|outcome| outcome.id.as_str()).collect()
            };
            let mut seen = BTreeSet::new();
            for point in &points {
                let point: Vec<_> = point.iter().copied().map(Some).collect();
                let found = told(&point);
                assert_eq!(found.len(), 1, "{place}: {names:?} {point:?}: {found:?}");
                seen.extend(found);
                for (index, none) in (0..names.len())
                    .flat_map(|index| [None, Some(f64::NAN), Some(f64::INFINITY)].map(|none| (index, none)))
                {
                    let mut point = point.clone();
                    point[index] = none;
                    seen.extend(
                        step.told(|name| point[names.iter().position(|own| *own == name).unwrap()])
                            .iter()
                            .inspect(|one| assert!(one.unmeasured))
                            .map(|one| one.id.as_str()),
                    );
                    assert!(told(&point).len() <= 1, "{place}: {names:?} {point:?}");
                }
            }
            assert_eq!(seen.len(), step.outcomes.len(), "{place}: only {seen:?} can be told");
            assert_eq!(step.outcomes.iter().filter(|outcome| outcome.expected).count(), 1, "{place}");
            let plain = step.options.iter().map(|option| &option.text).chain([&step.ask]);
            assert!(plain.clone().all(|text| !text.contains('*')), "{place}: question and answers are no Markdown");
        }
    }
}

/// What a step says of runs of which something is otherwise than in the lesson.
fn oddly(id: &str, step: usize, settings: &[(&str, &str)]) -> String {
    let mut lesson = all().into_iter().find(|lesson| lesson.id == id).unwrap();
    let begins = lesson.parts().into_iter().find(|part| part.contains(&step)).unwrap().start;
    let run = lesson.steps[begins].run.clone().unwrap_or(lesson.run.clone());
    let settings = settings.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
    lesson.run = run.into_iter().chain(settings).collect();
    lesson.steps = lesson.steps.drain(begins..=step).collect();
    lesson.steps[0].run = None;
    play(&lesson, 1).pop().unwrap().id.clone()
}

/// Of other runs other outcomes are told, the ones that are right of them.
#[test]
fn odd_runs_are_told_of_rightly() {
    for (id, step, settings, outcome) in [
        ("what-vanishes", 0, &[("activation", "tanh"), ("activation_b", "sigmoid")][..], "sigmoid"),
        ("what-vanishes", 1, &[("init", "he")], "both"),
        ("what-vanishes", 2, &[("skip", "on")], "few"),
        ("batch-norm-cures", 0, &[("norm", "none"), ("init", "pytorch")], "vanishes"),
        ("batch-norm-cures", 0, &[("norm", "none")], "even"),
        ("healthy-norms", 1, &[("norm", "bn")], "differ"),
        ("healthy-norms", 2, &[("lr", "10")], "none"),
        ("at-a-join", 0, &[("order_b", "sum")], "all"),
        ("at-a-join", 0, &[("skip", "off")], "closed"),
        ("at-a-join", 3, &[("norm_b", "none"), ("init_b", "pytorch")], "neither"),
        ("restored", 0, &[("init", "zero-gamma")], "none"),
        ("paths", 0, &[("norm", "none"), ("init", "skipinit")], "none"),
        ("paths", 2, &[("norm", "bn")], "same"),
        ("added", 0, &[("merge_b", "add")], "both"),
        ("added", 1, &[("init", "zero-gamma")], "level"),
    ] {
        assert_eq!(oddly(id, step, settings), outcome, "{id}, step {step} with {settings:?}");
    }
}
