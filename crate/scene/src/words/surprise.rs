//! A sentence for what surprises: chosen by what was measured, the most telling first, or none.

use crate::change::last_changes;
use crate::flow::{compared, passed_on, value};
use crate::format::{number, percent, ratio, thousands};
use crate::plot::is_drawable;
use crate::settings::{LaneName, Moment, lane_name};
use crate::words;
use crate::{LaneView, Snapshot, lane_marker};
use protocol::{Activation, ActivationOrder, EndReason, Init, Norm, Place, Quantity, StepRecord};

/// What surprises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The sentence about it.
    pub sentence: String,
    /// Whether a smaller learning rate may have spared it.
    pub is_of_the_rate: bool,
}

/// The most surprising thing that is measured in any of the runs.
pub fn surprise(lanes: &[LaneView]) -> Option<Surprise> {
    // Of a run of the page's own that ended at a number that is not finite that is said elsewhere.
    let is_alive = |index: &usize| {
        let LaneView { file, snapshot, .. } = lanes[*index];
        file.is_some() || !matches!(snapshot.end(), Some(EndReason::NonFinite { .. }))
    };
    let one = |(finds, is_of_the_rate): &(Finds, bool)| {
        (0..lanes.len()).filter(is_alive).find_map(|index| {
            let snapshot = lanes[index].snapshot;
            let sentence = finds(&Look {
                snapshot,
                record: snapshot.measured()?,
                other: lanes.iter().map(|lane| lane.snapshot).find(|other| !std::ptr::eq(*other, snapshot)),
                name: lane_name(lanes, index, false, Moment::Measured),
            })?;
            let run = if lanes.len() > 1 { format!("{} ", lane_marker(lanes[index].lane)) } else { String::new() };
            Some(Surprise { sentence: run + &sentence, is_of_the_rate: *is_of_the_rate })
        })
    };
    SURPRISES.iter().find_map(one)
}

/// What is known about one run.
struct Look<'a> {
    snapshot: &'a Snapshot,
    record: &'a StepRecord,
    /// The run that it is compared with.
    other: Option<&'a Snapshot>,
    name: LaneName,
}

type Finds = fn(&Look) -> Option<String>;

/// What is looked for, the most telling first, and whether a smaller learning rate may spare it.
const SURPRISES: [(Finds, bool); 10] = [
    (lost_loss, true),
    (dead_network, true),
    (jump_of_the_loss, true),
    (exploding_start, false),
    (open_and_still_vanishing, false),
    (training_above_held_out, false),
    (learnt_and_small, false),
    (signal_dies_forwards, false),
    (flat_start, false),
    (first_above_last, false),
];

impl Look<'_> {
    /// What part of the last block's gradient the first one passes on.
    fn part(&self) -> Option<f64> {
        let [(_, first), (_, last)] = compared(self.record)?;
        (first.is_finite() && is_drawable(last)).then(|| first / last)
    }

    /// Which are the first and the last block.
    fn blocks(&self) -> Option<[usize; 2]> {
        Some(compared(self.record)?.map(|(block, _)| block))
    }

    /// A quantity of every block, if all have it.
    fn column(&self, quantity: Quantity) -> Option<Vec<f64>> {
        let blocks = self.snapshot.diagram.blocks.len();
        (0..blocks).map(|index| value(self.record, quantity, Place::Block(index))).collect()
    }

    /// Whether the smoothed loss is within 2 % of that of guessing.
    fn guesses(&self) -> bool {
        let Some(classes) = self.snapshot.diagram.classes else { return false };
        let smoothed = self.snapshot.losses().last().map_or(f64::NAN, |point| f64::from(point.smoothed));
        (smoothed / (classes as f64).ln() - 1.0).abs() < 0.02
    }

    /// Whether all skip connections were open.
    fn is_open(&self) -> bool {
        self.snapshot.diagram.has_shortcuts() && self.snapshot.measured_strengths().iter().all(|a| *a >= 0.99)
    }

    /// How far that step is after what was changed shortly before. Where something was, no other cause is guessed at.
    fn after_change(&self, step: u64) -> Option<String> {
        let (changed, changes) = last_changes(self.snapshot, step)?;
        let since = step - changed;
        (since <= WAKE).then(|| words::after_change(since, &changes))
    }

    /// What happened at a step: what the run has become since then is told after it.
    fn tell(&self, step: u64, what: &str) -> String {
        let is_past = self.name.since.is_some_and(|since| since > step);
        if is_past {
            words::what_was(&self.name.to_string(), what)
        } else {
            words::what_is(&self.name.to_string(), what)
        }
    }

    fn norm(&self) -> Option<Norm> {
        self.snapshot.spec.as_ref().map(|spec| spec.norm)
    }
}

/// No block gets any gradient: every number of it is 0.
fn dead_network(look: &Look) -> Option<String> {
    let norms = look.column(Quantity::GradInL2)?;
    let still = look.column(Quantity::WeightGradL2).is_none_or(|norms| norms.iter().all(|norm| *norm == 0.0));
    if norms.is_empty() || norms.iter().any(|norm| *norm != 0.0) || !still {
        return None;
    }
    let flowed =
        |record: &&StepRecord| value(record, Quantity::GradInL2, Place::Block(0)).is_some_and(|norm| norm != 0.0);
    let closed = look.snapshot.measured_strengths().iter().all(|strength| *strength == 0.0);
    let silent = look.snapshot.spec.as_ref().is_some_and(|spec| spec.init == Init::ZeroGamma);
    // Never any gradient is no work of the training, and neither is what a change took away.
    let cause = match look.snapshot.records().rev().find(flowed).map(|record| record.step) {
        None if closed && silent => words::DeathCause::Silent,
        None => words::DeathCause::Born,
        Some(last) => {
            let since = look.snapshot.records().map(|record| record.step).find(|step| *step > last);
            let after = since.and_then(|step| look.after_change(step));
            let silent = |index: &usize| value(look.record, Quantity::ActivationRms, Place::Block(*index)) == Some(0.0);
            let block = (0..look.snapshot.diagram.blocks.len()).find(silent);
            after.map_or(words::DeathCause::Trained { step: since, block }, words::DeathCause::Changed)
        }
    };
    let since = match &cause {
        words::DeathCause::Trained { step, .. } => *step,
        _ => None,
    };
    Some(look.tell(since.unwrap_or(u64::MAX), &words::dead_network(&cause)))
}

/// The loss is not finite any more: since when, and where it left the size that it began with.
fn lost_loss(look: &Look) -> Option<String> {
    let losses = look.snapshot.losses();
    let is_finite = |index: &usize| losses[*index].loss.is_finite();
    let since = (0..losses.len()).rfind(is_finite).map_or(0, |index| index + 1);
    let lost = losses.get(since)?.step;
    let Some(first) = losses[..since].first() else {
        return (losses[0].step == 0).then(|| look.tell(0, words::never_finite()));
    };
    let usual = 10.0 * first.loss.max(0.5);
    let jump = (1..=since).rfind(|index| losses[*index - 1].loss <= usual).filter(|index| *index < since);
    let jumped = jump.map(|index| {
        let [from, to] = [index - 1, index].map(|index| number(f64::from(losses[index].loss)));
        (from, to, thousands(losses[index].step))
    });
    let after = look.after_change(losses[jump.unwrap_or(since)].step);
    let jumped = jumped.as_ref().map(|(from, to, step)| [from.as_str(), to, step]);
    Some(look.tell(lost, &words::lost_loss(&thousands(lost), jumped, after.as_deref())))
}

/// Of how many newest steps a jump is news.
const NEWS: u64 = 40;

/// For how many steps after a change what happens is told as coming after it.
const WAKE: u64 = 60;

/// The loss has become much larger from one step to the next.
fn jump_of_the_loss(look: &Look) -> Option<String> {
    let losses = look.snapshot.losses();
    let recent = losses.len().saturating_sub(NEWS as usize).max(1);
    let jumps = |index: &usize| {
        let (before, now) = (f64::from(losses[index - 1].smoothed), f64::from(losses[*index].loss));
        // The first steps are restless.
        if *index < 10 { now > 10.0 * before + 5.0 } else { now > 2.0 * before + 0.5 }
    };
    let index = (recent..losses.len()).find(jumps)?;
    let point = losses[index];
    let [from, to] = [losses[index - 1].smoothed, point.loss].map(|loss| number(f64::from(loss)));
    let after = look.after_change(point.step);
    Some(look.tell(point.step, &words::jump_of_the_loss(&from, &to, &thousands(point.step), after.as_deref())))
}

/// At the start the gradient grows from block to block on its way back.
fn exploding_start(look: &Look) -> Option<String> {
    let part = look.part().filter(|part| *part >= 100.0 && look.record.step < 20)?;
    let blocks = look.blocks()?;
    let factor = part.powf(1.0 / (blocks[1] - blocks[0]).max(1) as f64);
    let bn = look.norm() == Some(Norm::Bn);
    Some(words::exploding_start(&look.name.to_string(), &ratio(part, 1.0)?, blocks, &number(factor), bn))
}

/// The skip connections are open, and still little comes through: the activation behind each addition takes it away.
fn open_and_still_vanishing(look: &Look) -> Option<String> {
    let part = look.part().filter(|part| *part < 1e-3 && look.is_open())?;
    let spec = look.snapshot.spec.as_ref()?;
    let post = spec.order == ActivationOrder::Post;
    let activation = Some(spec.activation).filter(|own| post && *own != Activation::Relu && *own != Activation::Linear);
    let blocks = look.blocks()?;
    let activation = activation.map(words::activation);
    Some(words::open_and_still_vanishing(&look.name.to_string(), &ratio(part, 1.0)?, blocks, activation))
}

/// The training images are classified far better than the held-out ones.
fn training_above_held_out(look: &Look) -> Option<String> {
    let held_out = look.snapshot.evaluations().last()?;
    // Of the same moment: what was learnt since the evaluation is not yet known of the held-out images.
    let until = held_out.step;
    let then = look.snapshot.records().filter(|record| (until.saturating_sub(16)..until).contains(&record.step));
    let then: Vec<f64> = then.map(|record| record.train_accuracy).collect();
    let training = then.iter().sum::<f64>() / then.len().max(1) as f64;
    // An evaluation of long ago, or of another network, says nothing about now.
    let fresh = held_out.step + 100 >= look.record.step && !look.snapshot.is_outdated(held_out);
    (fresh && training - held_out.accuracy > 0.25).then(|| {
        let averages = look.norm() == Some(Norm::Bn) && look.snapshot.updates_done() < 500;
        let [training, held_out] = [training, held_out.accuracy].map(percent);
        words::training_above_held_out(&look.name.to_string(), &training, &held_out, &thousands(until), averages)
    })
}

/// The signal gets small on its way forward, so that the weight gradients, which are gradient times signal, are equally
/// small everywhere, although the gradient is not.
fn signal_dies_forwards(look: &Look) -> Option<String> {
    // In the first steps nothing has lasted yet.
    let part = look.part().filter(|part| *part < 1e-3 && look.record.step >= 20)?;
    let weights = look.column(Quantity::WeightGradL2)?;
    let (least, most) =
        weights.iter().fold((f64::INFINITY, 0.0f64), |(low, high), norm| (low.min(*norm), high.max(*norm)));
    // By far less than the gradient does, and all of them small beside the head's.
    let even = most / least < 0.03 / part;
    let head = look.record.ends.head_weight_grad_l2?;
    let signal = look.column(Quantity::ActivationRms)?;
    let (first, last) = (*signal.first()?, *signal.last()?);
    (even && most < 0.1 * head && last < 0.1 * first)
        .then(|| ratio(last, first))
        .flatten()
        .map(|part| words::signal_dies_forwards(&look.name.to_string(), &part, signal.len()))
}

/// The loss is still that of guessing after the first steps, although a gradient arrives everywhere.
fn flat_start(look: &Look) -> Option<String> {
    let flows = look.part().is_some_and(|part| part > 1e-2);
    let early = (10..=200).contains(&look.snapshot.updates_done());
    (early && flows && look.guesses() && !look.snapshot.has_learnt()).then(|| words::flat_start(&look.name.to_string()))
}

/// The gradient that leaves the head is smaller than in the other run because this one has learnt, not because less comes
/// through: a river says the opposite of what it is there to show.
fn learnt_and_small(look: &Look) -> Option<String> {
    let other = look.other?;
    let loss = |snapshot: &Snapshot| snapshot.losses().last().map(|point| f64::from(point.smoothed));
    let own = loss(look.snapshot)?;
    // Beside a run that went astray any loss is small. Where nobody knows the classes, it begins near that of guessing.
    let guessing = match look.snapshot.diagram.classes {
        Some(classes) => (classes as f64).ln(),
        None => f64::from(look.snapshot.losses().first()?.loss),
    };
    let learnt = own < 0.1 * loss(other)? && own < 0.9 * guessing;
    // A river's width is the logarithm: less than that is hardly seen.
    let smaller = look.record.ends.head_grad_in_l2? < 0.1 * other.measured()?.ends.head_grad_in_l2?;
    (learnt && smaller).then(|| words::learnt_and_small(&look.name.to_string()))
}

/// The first block passes on more than the last one.
fn first_above_last(look: &Look) -> Option<String> {
    let part = look.part().filter(|part| *part >= 2.0)?;
    let blocks = passed_on(look.record).len();
    let shares: Vec<f64> =
        (0..blocks).filter_map(|index| value(look.record, Quantity::SkipShare, Place::Block(index))).collect();
    // Whether more comes over the skip connections than through the branches.
    let over = shares.iter().sum::<f64>() / shares.len().max(1) as f64 > 0.6;
    let ways = (look.is_open() && !shares.is_empty()).then_some(over);
    Some(words::first_above_last(&look.name.to_string(), &ratio(part, 1.0)?, look.blocks()?, ways))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, spec, step};
    use protocol::{Column, Diagram, Evaluation, Event, Mark, Measured, Plan, RunSetting, RunSpec, Skip};

    fn says(run: &Snapshot) -> Option<String> {
        surprise(&lanes(run, run)[..1]).map(|surprise| surprise.sentence)
    }

    fn with(change: impl FnOnce(&mut RunSpec)) -> Snapshot {
        let mut spec = spec(20);
        change(&mut spec);
        Snapshot::new(Diagram::new(&Plan::new(spec.model_spec()).unwrap(), Some(spec)))
    }

    /// A step with further columns.
    fn more(at: u64, joins: &[f64], further: &[(Quantity, [f64; 2])], head: f64) -> Event {
        let Event::Step(mut record) = step(at, 2.303, joins, false) else { panic!("a step") };
        for (quantity, [first, last]) in further {
            let values = (0..9).map(|i| Some(first * (last / first).powf(f64::from(i) / 8.0))).collect();
            record.measured.columns.push(Column { quantity: *quantity, values });
        }
        record.ends.head_weight_grad_l2 = Some(head);
        Event::Step(record)
    }

    #[test]
    fn where_block_1_passes_on_no_gradient_the_first_that_does_is_named() {
        let Event::Step(mut record) = step(100, 1.0, &falling(9, 1.0, 5.0), true) else { panic!("a step") };
        record.measured.columns[0].values[0] = None;
        let mut run = snapshot(20, 1.0);
        run.apply(Event::Step(record));
        let said = says(&run).unwrap();
        assert!(said.contains("block 2 passes on more than block 9, 3.5×"), "{said}");
    }

    #[test]
    fn what_is_as_usual_has_no_sentence() {
        let mut run = snapshot(20, 1.0);
        assert_eq!(says(&run), None);
        for at in 0..100 {
            run.apply(step(at, 2.3 - 0.02 * at as f64, &falling(9, 0.036, 0.9), true));
        }
        assert_eq!(says(&run), None);
    }

    #[test]
    fn a_river_that_is_thin_since_its_run_has_learnt_is_said_to_be() {
        let signal = [(Quantity::WeightGradL2, [8e-10, 2e-9]), (Quantity::ActivationRms, [0.1, 1e-6])];
        let runs = |loss: f64, head: f64| {
            let (mut learnt, mut guesses) = (snapshot(20, 1.0), snapshot(20, 0.0));
            for at in 0..200 {
                learnt.apply(step(at, (2.3 - 0.02 * at as f64).max(loss), &falling(9, head, 6.4), true));
                guesses.apply(more(at, &falling(9, 0.05, 3.6e-8), &signal, 0.1));
            }
            [learnt, guesses]
        };
        let [learnt, guesses] = &runs(0.001, 3e-6);
        let expected = "● Skips open: it has learnt";
        assert!(
            surprise(&lanes(learnt, guesses)).unwrap().sentence.starts_with(expected),
            "before what dies forwards in the other"
        );
        assert!(
            surprise(&lanes(guesses, learnt)).unwrap().sentence.starts_with(&expected.replace('●', "▲")),
            "whichever it is"
        );
        assert!(!says(learnt).unwrap().contains("learnt"), "nothing to compare with");
        for [slow, guesses] in [runs(0.3, 3e-6), runs(0.001, 0.03)] {
            let sentence = surprise(&lanes(&slow, &guesses)).unwrap().sentence;
            assert!(sentence.contains("dies forwards"), "its loss or its gradient is not that small: {sentence}");
        }
    }

    /// Its loss is small beside that of a run which went astray, and is still that of guessing.
    #[test]
    fn a_run_that_guesses_has_not_learnt_whatever_became_of_the_other() {
        for classes in [Some(10), None] {
            let [mut astray, mut guesses] = [1.0, 0.0].map(|strength| {
                let mut diagram = snapshot(20, strength).diagram.as_ref().clone();
                diagram.classes = classes;
                Snapshot::new(diagram)
            });
            for at in 0..60 {
                astray.apply(step(at, 2.303 * 1.3f64.powi(at as i32), &falling(9, 50.0, 900.0), true));
                guesses.apply(step(at, 2.303, &falling(9, 0.05, 3.6e-8), false));
            }
            let end = EndReason::NonFinite { step: 60, lost: protocol::Lost::Loss, block: None };
            astray.apply(Event::End(end));
            let said = surprise(&lanes(&astray, &guesses)).map(|own| own.sentence).unwrap_or_default();
            assert!(!said.contains("it has learnt"), "{said}");
        }
    }

    #[test]
    fn a_flat_start_is_usual_and_said_to_be() {
        let mut run = snapshot(20, 1.0);
        (0..30).for_each(|at| run.apply(step(at, 2.303, &falling(9, 0.036, 0.9), true)));
        assert!(says(&run).unwrap().contains("first steps"));
        // Not of a network that no gradient gets through.
        let mut plain = snapshot(20, 0.0);
        (0..30).for_each(|at| plain.apply(step(at, 2.303, &falling(9, 2e-3, 1e-7), false)));
        assert_eq!(says(&plain), None);
    }

    #[test]
    fn a_jump_of_the_loss_names_its_step_and_its_cause() {
        let mut run = snapshot(20, 1.0);
        let train = |run: &mut Snapshot, steps: std::ops::Range<u64>, loss: f64| {
            steps.for_each(|at| run.apply(step(at, loss, &falling(9, 0.036, 0.9), true)));
        };
        train(&mut run, 0..60, 0.3);
        let mut other = run.clone();
        train(&mut run, 60..65, 2.9);
        assert!(says(&run).unwrap().contains("from 0.300 (smoothed) to 2.90 at step 60"));
        train(&mut run, 65..140, 0.3);
        assert_eq!(says(&run), None, "old news");
        assert!(says(&other).is_none());
        train(&mut other, 60..65, 2.9);
        assert!(says(&other).unwrap().contains("a step was too large"));
    }

    #[test]
    fn a_loss_that_is_not_finite_any_more_names_the_step_where_it_first_jumped() {
        let losses = [1.22, 599_874.0, 1.08e9, 1.2e14, 5.6e17, 7.1e35, f64::NAN, f64::NAN];
        let until = |losses: &[f64]| {
            let mut run = snapshot(20, 1.0);
            for (at, loss) in losses.iter().enumerate() {
                run.apply(step(at as u64, *loss, &falling(9, 0.036, 0.9), true));
            }
            says(&run)
        };
        let said = until(&losses).unwrap();
        assert!(said.contains("the loss jumped from 1.22 to "), "{said}");
        assert!(said.contains(" at step 1, and is not finite since step 6: a step was too large"), "{said}");
        let before = until(&losses[..4]).unwrap();
        assert!(
            before.contains("the loss jumped from 1.22 (smoothed) to ") && before.contains(" at step 1: "),
            "{before}"
        );
        let at_once = until(&[2.7e6, f64::NAN]).unwrap();
        assert!(at_once.contains(": the loss is not finite since step 1: a step was too large"), "{at_once}");
        assert!(until(&[f64::NAN; 3]).unwrap().contains("not finite from the first step on"));
        let mut ended = snapshot(20, 1.0);
        ended.apply(step(0, 2.3, &falling(9, 0.036, 0.9), true));
        ended.apply(step(1, f64::NAN, &falling(9, 0.036, 0.9), true));
        ended.apply(Event::End(EndReason::NonFinite { step: 1, lost: protocol::Lost::Loss, block: None }));
        assert_eq!(says(&ended), None, "the page says that of its own run as a whole");
        let recorded = LaneView { file: Some("run.gz"), ..lanes(&ended, &ended)[0] };
        assert!(surprise(&[recorded]).unwrap().sentence.contains("not finite since step 1"));
        // What is over is not held against it, and neither is an early jump that was.
        assert_eq!(until(&[2.3, f64::NAN, 2.2]), None);
        let mut late = vec![2.3, 60.0, 2.2, 2.1];
        late.extend([2.0; 80]);
        late.extend([1e9, f64::NAN]);
        assert!(until(&late).unwrap().contains("at step 84, and is not finite since step 85"));
    }

    #[test]
    fn a_jump_in_the_wake_of_a_change_blames_nothing_else() {
        let block = || Some("layer2.2".to_owned());
        let mark = |what, block, to| Mark { step: 100, what, block, from: 1.0, to, folded: false };
        let jumped = |marks: Vec<Mark>, at: u64| {
            let mut run = snapshot(20, 1.0);
            let train = |run: &mut Snapshot, steps: std::ops::Range<u64>, loss: f64| {
                steps.for_each(|at| run.apply(step(at, loss, &falling(9, 0.036, 0.9), true)));
            };
            train(&mut run, 0..100, 0.3);
            marks.into_iter().for_each(|mark| run.apply(Event::Mark(mark)));
            train(&mut run, 100..at, 0.3);
            train(&mut run, at..at + 3, 2.9);
            says(&run).unwrap()
        };
        for (what, block, to, expected) in [
            (RunSetting::Skip, block(), 0.0, "block 6’s skip was closed"),
            (RunSetting::Skip, None, 1.0, "the skips were opened"),
            (RunSetting::Skip, None, 0.5, "the skips were set to 0.5"),
            (RunSetting::Lr, None, 0.4, "learning rate was set to 0.4"),
            (RunSetting::Momentum, None, 0.99, "momentum was set to 0.99"),
        ] {
            let sentence = |at| jumped(vec![mark(what, block.clone(), to)], at);
            let is_said = |at: u64, when: &str| {
                let sentence = sentence(at);
                assert!(sentence.ends_with(&format!("at step {at}, {when} after {expected}.")), "{sentence}");
            };
            is_said(100, "right");
            is_said(101, "1 step");
            is_said(118, "18 steps");
            is_said(160, "60 steps");
            assert!(sentence(161).contains("a step was too large"), "{}", sentence(161));
        }
        let two = ["layer1.0", "layer2.2"].map(|name| mark(RunSetting::Skip, Some(name.to_owned()), 0.0));
        assert!(jumped(two.to_vec(), 110).contains("10 steps after 2 skips were changed"));
        let both = vec![mark(RunSetting::Skip, block(), 0.0), mark(RunSetting::Lr, None, 0.4)];
        assert!(jumped(both, 110).contains("10 steps after 2 settings were changed"));
    }

    /// The run is named by what it is now; what was at an earlier step was of another one.
    #[test]
    fn what_a_run_has_become_since_the_jump_is_told_after_it() {
        let mark = |step, from: f64| {
            let block = Some("layer2.1".to_owned());
            Event::Mark(Mark { step, what: RunSetting::Skip, block, from, to: 1.0 - from, folded: false })
        };
        let said = |lost: f64| {
            let mut run = snapshot(20, 1.0);
            (0..100).for_each(|at| run.apply(step(at, 0.3, &falling(9, 0.036, 0.9), true)));
            run.apply(mark(100, 1.0));
            (100..103).for_each(|at| run.apply(step(at, 2.9, &falling(9, 0.036, 0.9), false)));
            run.apply(mark(103, 0.0));
            (103..106).for_each(|at| run.apply(step(at, lost, &falling(9, 0.036, 0.9), true)));
            says(&run).unwrap()
        };
        let jump = "The loss jumped from 0.300 (smoothed) to 2.90 at step 100, right after block 5’s skip was closed.";
        assert_eq!(said(2.9), format!("{jump} Skips open since step 103."));
        // What is the matter now is said of what it is now.
        assert!(said(f64::NAN).starts_with("Skips open since step 103: the loss is not finite"), "{}", said(f64::NAN));
    }

    #[test]
    fn batch_norm_explodes_at_the_start_only() {
        let mut run = with(|spec| spec.norm = Norm::Bn);
        run.apply(step(0, 2.5, &falling(9, 0.1, 8100.0), false));
        let sentence = says(&run).unwrap();
        assert!(sentence.contains("batch norm") && sentence.contains("block 9"), "{sentence}");
        run.apply(step(40, 2.0, &falling(9, 0.1, 8100.0), false));
        assert!(says(&run).unwrap().contains("passes on more than block 9"));
    }

    #[test]
    fn sigmoids_take_the_gradient_away_with_skips_open() {
        let mut run = with(|spec| spec.activation = Activation::Sigmoid);
        run.apply(step(100, 2.0, &falling(9, 0.1, 1e-9), true));
        assert!(says(&run).unwrap().contains("sigmoid"));
    }

    #[test]
    fn training_far_above_held_out_is_said() {
        let mut run = with(|spec| spec.norm = Norm::Bn);
        for at in 0..60 {
            let Event::Step(mut record) = step(at, 0.8, &falling(9, 0.036, 0.9), true) else { panic!("a step") };
            record.train_accuracy = 0.75;
            run.apply(Event::Step(record));
        }
        run.apply(Event::Eval(Evaluation {
            step: 50,
            loss: 3.0,
            accuracy: 0.23,
            measured: Measured::default(),
            answers: Vec::new(),
        }));
        let sentence = says(&run).unwrap();
        assert!(sentence.contains("75 %") && sentence.contains("23 %") && sentence.contains("averages"), "{sentence}");
        assert!(sentence.contains("at step 50"), "{sentence}");
    }

    #[test]
    fn what_was_learnt_since_the_evaluation_is_not_held_against_it() {
        let mut run = snapshot(20, 1.0);
        for at in 0..86 {
            let Event::Step(mut record) = step(at, 1.5, &falling(9, 0.036, 0.9), true) else { panic!("a step") };
            record.train_accuracy = if at < 50 { 0.35 } else { 0.69 };
            run.apply(Event::Step(record));
            if at == 49 {
                let (measured, answers) = (Measured::default(), Vec::new());
                run.apply(Event::Eval(Evaluation { step: 50, loss: 2.0, accuracy: 0.32, measured, answers }));
            }
        }
        assert_eq!(says(&run), None);
    }

    #[test]
    fn a_dead_network_has_no_gradient_at_all() {
        let mut run = snapshot(20, 1.0);
        run.apply(step(0, 2.303, &[0.0; 10], true));
        assert!(says(&run).unwrap().contains("from the first step on"));
        run = snapshot(20, 1.0);
        run.apply(step(0, 2.303, &falling(9, 0.036, 0.9), true));
        run.apply(step(5, 2.303, &[0.0; 10], true));
        assert!(says(&run).unwrap().contains("dead since step 5: some layer puts out 0"));
        assert!(surprise(&lanes(&run, &run)[..1]).unwrap().is_of_the_rate);
        let mut closed = snapshot(20, 1.0);
        closed.apply(step(0, 2.303, &falling(9, 0.036, 0.9), true));
        closed.apply(Event::Mark(Mark {
            step: 5,
            what: RunSetting::Skip,
            block: None,
            from: 1.0,
            to: 0.0,
            folded: false,
        }));
        closed.apply(step(5, 2.303, &[0.0; 10], false));
        assert!(
            says(&closed)
                .unwrap()
                .ends_with("no gradient comes back at all: so it is right after the skips were closed.")
        );
        let mut silent = with(|spec| (spec.norm, spec.init, spec.skip) = (Norm::Bn, Init::ZeroGamma, Skip::All(0.0)));
        silent.apply(step(0, 2.303, &[0.0; 10], true));
        assert!(says(&silent).unwrap().contains("silent"));
    }

    #[test]
    fn a_signal_that_dies_forwards_is_told_from_a_gradient_that_dies_backwards() {
        let mut run = snapshot(20, 0.0);
        let weights = (Quantity::WeightGradL2, [8e-10, 2e-9]);
        run.apply(more(300, &falling(9, 2e-3, 1e-7), &[weights, (Quantity::ActivationRms, [0.1, 1e-6])], 0.1));
        assert!(says(&run).unwrap().contains("1.0·10⁻⁵×"));
        let mut alive = snapshot(20, 0.0);
        alive.apply(more(300, &falling(9, 2e-3, 1e-7), &[weights, (Quantity::ActivationRms, [0.1, 0.2])], 0.1));
        assert_eq!(says(&alive), None);
    }
}
