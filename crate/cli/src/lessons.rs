//! The lessons that come with the page, played against the engine: what they expect is what comes.

use crate::data;
use engine::{Advance, Session};
use protocol::lesson::Lesson;
use protocol::{Diagram, RunSetting};
use scene::{Snapshot, lesson};
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

/// What comes of each step: the outcomes that apply, and the values.
fn play(lesson: &Lesson, seed: u64) -> Vec<String> {
    let mut runs = Vec::new();
    for mut spec in lesson.played().unwrap() {
        spec.seed = seed;
        let mut session = Session::new(spec.clone(), data::load(spec.data).unwrap(), candle_core::Device::Cpu).unwrap();
        let mut run = Snapshot::new(Diagram::new(&session.network().plan, Some(spec)));
        while session.complete_step().unwrap() != Advance::Ended {
            session.drain_events().into_iter().for_each(|event| run.apply(event));
        }
        session.drain_events().into_iter().for_each(|event| run.apply(event));
        runs.push(run);
    }
    let told = |step: &protocol::lesson::Step| {
        // What came later is not known at its end.
        let past: Vec<_> = runs.iter().map(|run| run.until(step.until - 1)).collect();
        let values = lesson::measured(step, &past.iter().collect::<Vec<_>>());
        let told = step.told(|name| values.iter().find(|(own, _)| own == name).and_then(|(_, value)| *value));
        println!("{} {} seed {seed}: {values:?}", lesson.id, step.until);
        let drawn = lesson::drawn(step, &past.iter().collect::<Vec<_>>());
        assert!(drawn.iter().flatten().all(Option::is_some), "{} at {}: not measured", lesson.id, step.until);
        assert_eq!(told.len(), 1, "{} at {} with seed {seed}: {:?}", lesson.id, step.until, values);
        println!("    {}: {}", told[0].id, lesson::told(step, &told[0].text, &values));
        let expected = step.outcomes.iter().find(|outcome| outcome.expected);
        assert_eq!(Some(told[0]), expected, "{} at {} with seed {seed}: {values:?}", lesson.id, step.until);
        told[0].id.clone()
    };
    lesson.steps.iter().map(told).collect()
}

#[test]
fn each_lesson_comes_out_as_it_expects() {
    for lesson in all() {
        let seed: u64 = RunSetting::Seed.get(&lesson.specs().unwrap()[0]).parse().unwrap();
        assert_eq!(play(&lesson, seed).len(), lesson.steps.len());
    }
}

/// `cargo xtask lessons`.
#[test]
#[ignore = "three seeds take minutes: cargo xtask lessons"]
fn each_lesson_comes_out_as_it_expects_with_three_seeds() {
    for lesson in all() {
        for seed in 1..=3 {
            play(&lesson, seed);
        }
    }
}
