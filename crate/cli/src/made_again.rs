//! Whatever is changed while a run goes on: what was recorded of it makes the same run again, to the last bit.

use crate::data;
use engine::{Advance, Session};
use protocol::{Change, Diagram, Event, Fade, RunSetting, RunSpec};
use scene::Snapshot;

/// A stream of choices that is the same each time.
struct Choices(u64);

impl Choices {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn strength(&mut self) -> f64 {
        [0.0, 0.25, 1.0, 1.5][self.below(4) as usize]
    }

    fn change(&mut self, step: u64) -> Change {
        match self.below(8) {
            0 | 1 => Change::Skip { block: Some(self.below(3) as usize), strength: self.strength() },
            2 => Change::Skip { block: None, strength: self.strength() },
            3 => Change::Fade(None),
            4 => {
                let from = (step + self.below(5)).saturating_sub(1);
                Change::Fade(Some(Fade { from, to: from + self.below(6) }))
            }
            5 => Change::Set { setting: RunSetting::Lr, value: 0.01 * (1 + self.below(9)) as f64 },
            _ => Change::Fold,
        }
    }

    fn spec(&mut self) -> RunSpec {
        let mut spec = RunSpec { steps: 14, batch: 4, eval_every: 0, branch_layers: 1, ..RunSpec::page_default() };
        spec.set_model("mlp3".parse().unwrap());
        (spec.width, spec.norm) = (4, protocol::Norm::None);
        spec.skip = ["on", "off", "0.5", "layer1.1=0.25"][self.below(4) as usize].parse().unwrap();
        spec.fade = [None, None, Some(Fade { from: 0, to: 9 }), Some(Fade { from: 4, to: 7 })][self.below(4) as usize];
        let events = ["", "", "0:skip=fold", "2:fade=6-9", "3:skip=off;5:lr=0.3", "5:skip=fold;5:layer1.0=1"];
        spec.events = events[self.below(6) as usize].parse().unwrap();
        spec
    }
}

/// A run with these changes, each between two steps or in the middle of one, up to its end.
fn run(spec: RunSpec, mut changes: impl FnMut(&mut Session)) -> Snapshot {
    let data = data::load(spec.data).unwrap();
    let mut session = Session::new(spec.clone(), data, candle_core::Device::Cpu).unwrap();
    let mut run = Snapshot::new(Diagram::new(&session.network().plan, Some(spec)));
    loop {
        changes(&mut session);
        let advance = session.advance().unwrap();
        session.drain_events().into_iter().for_each(|event| run.apply(event));
        if advance == Advance::Ended {
            return run;
        }
    }
}

fn seen(run: &Snapshot) -> Vec<(u64, u64, Option<u64>)> {
    let record = |record: &protocol::StepRecord| {
        let grad = record.column(protocol::Quantity::GradInL2).and_then(|column| column[0]);
        (record.step, record.loss.to_bits(), grad.map(f64::to_bits))
    };
    run.records().map(record).collect()
}

#[test]
fn a_run_is_made_again_from_what_was_recorded_whatever_was_changed_in_it() {
    let (mut folds, mut fades) = (0, 0);
    for seed in 0..150 {
        let mut choices = Choices(seed);
        let spec = choices.spec();
        let mut asked = Vec::new();
        let first = run(spec.clone(), |session| {
            for _ in 0..choices.below(40) / 38 + choices.below(40) / 39 {
                let change = choices.change(session.step());
                asked.push((session.step(), change));
                session.change(change).unwrap();
            }
        });
        let replay = first.replay().unwrap();
        let again = run(replay.clone(), |_| {});
        let told = || format!("seed {seed}: {} {:?} {} and {asked:?} is {replay:?}", spec.skip, spec.fade, spec.events);
        assert_eq!(seen(&again), seen(&first), "{}", told());
        assert_eq!(again.strengths(), first.strengths(), "{}", told());
        folds += first.marks().iter().filter(|mark| mark.folded).count();
        fades += first.marks().iter().filter(|mark| mark.what == RunSetting::Fade).count();
        // The same from the lines of its recording.
        let lines = first.events().into_iter().map(|event| protocol::recording::line(protocol::Lane::A, &event));
        let diagram = Diagram::clone(&first.diagram);
        let mut file = protocol::recording::Reader::default();
        let origin = protocol::recording::Origin { producer: "p".into(), created: "c".into(), command: None };
        let header = protocol::recording::header(protocol::Lane::A, &origin, &diagram);
        let text: String = std::iter::once(header).chain(lines).map(|line| format!("{line}\n")).collect();
        let mut items = Vec::new();
        file.push(text.as_bytes(), &mut items).unwrap();
        file.finish(&mut items).unwrap();
        let mut read = Snapshot::new(diagram);
        for item in items {
            if let protocol::recording::Item::Event(_, event) = item {
                let event: Event = event;
                read.apply(event);
            }
        }
        assert_eq!(read.replay(), first.replay(), "{}", told());
    }
    assert!(folds > 100 && fades > 50, "{folds} {fades}");
}
