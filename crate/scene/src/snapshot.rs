//! The run so far: events reduced to what the charts need.

use crate::beginning::Beginning;
use crate::flow::branches_used;
use crate::smooth::Smoother;
use crate::track::Track;
use protocol::{
    Diagram, EndReason, Evaluation, Event, Fade, Mark, RunSetting, RunSpec, StepRecord, Strengths, TimedChanges,
};
use std::rc::Rc;

/// About how many bytes the records with all their quantities may take; when there are more, every second one goes.
const RECORD_BYTES: usize = 64_000_000;

/// The most records that are kept with all their quantities: about those that fit, at 54 blocks 6,000.
fn record_cap(record: &StepRecord) -> usize {
    let of_block = size_of::<Option<f64>>();
    let columns = record.measured.columns.iter().map(|column| 32 + of_block * column.values.len());
    let bytes = 256 + columns.sum::<usize>() + 24 * record.measured.scalars.len();
    (RECORD_BYTES / bytes).clamp(1024, 16_384)
}

/// A step's loss; kept for every step of a run, whatever becomes of its record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossPoint {
    /// The step.
    pub step: u64,
    /// Mean cross-entropy over the batch, nats, before the step's update.
    pub loss: f32,
    /// The debiased moving average of the finite losses so far; NaN where the loss is not finite.
    pub smoothed: f32,
    /// Through how many branches the gradient went on average; NaN where that was not measured or nothing came back.
    pub branches: f32,
}

/// The run so far.
///
/// Memory is bounded: every record is kept up to a cap; then only steps divisible by 2 are kept, then by 4, and so on, and
/// always the first and the latest. What charts show over all steps is kept for every step: losses, the branches used, and in
/// a [`Track`] what the history can show.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The network, and the settings at step 0.
    pub diagram: Rc<Diagram>,
    /// The settings, the live ones kept current by the marks; `None` if they are not known.
    pub spec: Option<RunSpec>,
    /// What was set of the strengths, and how they fade.
    set: Strengths,
    /// The strengths of the next step.
    strengths: Vec<f64>,
    measured_strengths: Vec<f64>,
    records: Beginning<Rc<StepRecord>>,
    stride: u64,
    losses: Beginning<LossPoint>,
    smoother: Smoother,
    /// The lowest smoothed loss so far.
    lowest: f32,
    track: Track,
    marks: Vec<Mark>,
    evaluations: Beginning<Evaluation>,
    end: Option<EndReason>,
}

impl Snapshot {
    /// A run before its first event.
    pub fn new(diagram: impl Into<Rc<Diagram>>) -> Self {
        let diagram = diagram.into();
        let strengths = diagram.strengths();
        Self {
            // A mark says where a fade begins.
            set: Strengths::new(strengths.clone(), None),
            measured_strengths: strengths.clone(),
            spec: diagram.spec.clone(),
            records: Beginning::default(),
            stride: 1,
            losses: Beginning::default(),
            smoother: Smoother::default(),
            lowest: f32::INFINITY,
            track: Track::new(diagram.blocks.len()),
            marks: Vec::new(),
            evaluations: Beginning::default(),
            end: None,
            diagram,
            strengths,
        }
    }

    /// Takes one event in. Steps arrive in order.
    pub fn apply(&mut self, event: Event) {
        match event {
            Event::Step(record) => self.take_step(record),
            Event::Eval(evaluation) => self.evaluations.push(evaluation),
            Event::Mark(mark) => self.take_mark(mark),
            Event::End(reason) => self.end = Some(reason),
            // The run is made of whole steps.
            Event::Phase(_) => {}
        }
    }

    fn take_step(&mut self, record: StepRecord) {
        self.track.push(&record);
        let smoothed = self.smoother.next(record.loss).map_or(f32::NAN, |average| average as f32);
        self.lowest = self.lowest.min(smoothed);
        let branches = branches_used(&record).map_or(f32::NAN, |branches| branches as f32);
        self.losses.push(LossPoint { step: record.step, loss: record.loss as f32, smoothed, branches });
        let cap = record_cap(&record);
        let is_measured = holds_measurements(&record);
        // The latest record is always kept; once a newer one is there, it stays only if the stride wants it.
        if self.records.len() > 1 && self.records.last().is_some_and(|last| last.step % self.stride != 0) {
            self.records.pop();
        }
        self.records.push(Rc::new(record));
        if self.records.len() > cap {
            self.stride *= 2;
            let (first, latest) = (self.records.first().map(|r| r.step), self.records.last().map(|r| r.step));
            let stride = self.stride;
            self.records.retain(|r| r.step % stride == 0 || Some(r.step) == first || Some(r.step) == latest);
        }
        if is_measured {
            self.measured_strengths.clone_from(&self.strengths);
        }
        self.fade(self.updates_done());
    }

    /// The strengths are those of this step.
    fn fade(&mut self, step: u64) {
        if self.set.fade().is_some() {
            self.strengths = self.set.at(step);
        }
    }

    fn take_mark(&mut self, mark: Mark) {
        if mark.what == RunSetting::Skip {
            let block = mark.block.as_deref().map(|name| self.diagram.block_index(name));
            // What names no block of the network is nothing.
            if block != Some(None) {
                self.set.put(block.flatten(), mark.to, mark.step);
            }
            self.strengths = self.set.at(mark.step);
        }
        if let Some(fade) = mark.fade() {
            self.set.fade_out(Some(fade), mark.step);
            self.strengths = self.set.at(mark.step);
        }
        if let Some(spec) = &mut self.spec {
            match mark.what {
                RunSetting::Skip | RunSetting::Fade => {
                    (spec.skip, spec.fade) = (self.diagram.skip(self.set.set()), self.set.fade());
                }
                setting => {
                    // A session marks no value that the setting does not take.
                    let _taken = setting.setting().set_number(spec, mark.to);
                }
            }
        }
        let same = |own: &Mark| own.step == mark.step && own.what == mark.what && own.block == mark.block;
        // A fold changes the weights: what was set before one and what is set after it stay apart.
        let fold = self.marks.iter().rposition(|own| own.folded).map_or(0, |last| last + 1);
        let earlier = self.marks[fold..].iter().rposition(same).map(|index| fold + index);
        // What left a fade and was set back is not as it was: the fade would have gone on.
        let faded = mark.what == RunSetting::Skip && self.marks.iter().any(|own| own.what == RunSetting::Fade);
        match earlier.filter(|_| !mark.folded) {
            // There and back again before the next step is no change.
            Some(index) if self.marks[index].from == mark.to && mark.what != RunSetting::Fade && !faded => {
                self.marks.remove(index);
            }
            Some(index) => self.marks[index].to = mark.to,
            None => self.marks.push(mark),
        }
    }

    /// The newest measurement; `None` before the first one, and then nothing is drawn.
    pub fn latest(&self) -> Option<&StepRecord> {
        self.records.last().map(Rc::as_ref)
    }

    /// The newest record in which something was measured; the newest of all where that is true of none.
    pub fn measured(&self) -> Option<&StepRecord> {
        self.measured_until(u64::MAX)
    }

    /// What was measured last up to that step; the last record up to it where nothing was.
    pub fn measured_until(&self, step: u64) -> Option<&StepRecord> {
        let past = &self.records[..self.records.partition_point(|record| record.step <= step)];
        past.iter().rev().find(|record| holds_measurements(record)).or(past.last()).map(Rc::as_ref)
    }

    /// Steps completed: the latest one's number plus 1; 0 before the first.
    pub fn updates_done(&self) -> u64 {
        self.latest().map_or(0, |record| record.step + 1)
    }

    /// The record of exactly that step, if it is (still) kept.
    pub fn at(&self, step: u64) -> Option<&StepRecord> {
        self.records.binary_search_by_key(&step, |record| record.step).ok().map(|index| self.records[index].as_ref())
    }

    /// The records kept, in order.
    pub fn records(&self) -> impl DoubleEndedIterator<Item = &StepRecord> + ExactSizeIterator {
        self.records.iter().map(Rc::as_ref)
    }

    /// The loss of every step, in order.
    pub fn losses(&self) -> &[LossPoint] {
        &self.losses
    }

    /// The strength of each block's shortcut, from the spec and the marks.
    pub fn strengths(&self) -> &[f64] {
        &self.strengths
    }

    /// Whether its shortcuts are fading out.
    pub fn is_fading(&self) -> bool {
        self.set.fade().is_some_and(|fade| self.updates_done() <= fade.to)
    }

    /// The strengths under which [`Self::latest`] was measured: a mark that came after it is not in them.
    pub fn measured_strengths(&self) -> &[f64] {
        &self.measured_strengths
    }

    /// What the history shows, of every step; empty in a moment of the past.
    pub(crate) fn track(&self) -> &Track {
        &self.track
    }

    /// What was changed while the run went on, in order.
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The settings with which the same run is made again, to the last bit: those of step 0, and as events what was changed
    /// since then and what is still to change by itself. `None` if they are not known: of a recording that begins later than
    /// its run, unless it tells what was changed before.
    pub fn replay(&self) -> Option<RunSpec> {
        if self.records.first().is_some_and(|first| first.step > self.diagram.begins) {
            return None;
        }
        let mut first = Self::new(self.diagram.clone());
        let settings = self.marks.iter().take_while(|mark| mark.step == 0 && !mark.folded).count();
        self.marks[..settings].iter().for_each(|mark| first.take_mark(mark.clone()));
        let mut spec = first.spec?;
        let changes = TimedChanges::of_marks(&self.marks[settings..], &self.diagram, first.set.set());
        let begun = |fade: Fade| self.marks.iter().any(|mark| mark.fade() == Some(fade));
        // One that did not begin was taken back, or another one took its place.
        spec.fade = spec.fade.filter(|fade| self.updates_done() <= fade.from || begun(*fade));
        // What the settings of step 0 say is no change.
        let changes = spec.fade.map_or(changes.clone(), |fade| changes.without_fade(fade));
        spec.events = changes.and_then(&spec.events, self.updates_done());
        Some(spec)
    }

    /// Whether something was changed since that evaluation, or with its step.
    pub fn is_outdated(&self, evaluation: &Evaluation) -> bool {
        let changed = |mark: &Mark| mark.step >= evaluation.step;
        self.marks.last().is_some_and(changed) && self.updates_done() > evaluation.step
    }

    /// Whether the smoothed loss was ever 10 % below that of guessing.
    pub fn has_learnt(&self) -> bool {
        let Some(classes) = self.diagram.classes else { return false };
        let below = 0.9 * (classes as f64).ln();
        f64::from(self.lowest) < below
    }

    /// The evaluations on the held-out set, in order.
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations
    }

    /// Why the run ended, if it did.
    pub fn end(&self) -> Option<&EndReason> {
        self.end.as_ref()
    }

    /// The events that are kept, in order: at each step its marks, then what was measured, then the evaluation after its
    /// update.
    pub fn events(&self) -> Vec<Event> {
        self.events_with(Box::new(self.records().cloned())).collect()
    }

    /// The events in that order, with these steps of the run, from wherever all of them are kept.
    pub fn events_with<'a>(
        &self,
        steps: Box<dyn Iterator<Item = StepRecord> + 'a>,
    ) -> impl Iterator<Item = Event> + use<'a> {
        let marks = self.marks.iter().map(|mark| (2 * mark.step, Event::Mark(mark.clone())));
        // An evaluation at s follows s updates, and comes before step s.
        let evaluations =
            self.evaluations.iter().map(|one| ((2 * one.step).saturating_sub(1), Event::Eval(one.clone())));
        let mut others: Vec<_> = marks.chain(evaluations).collect();
        others.sort_by_key(|(at, _)| *at);
        let (mut others, mut steps) = (others.into_iter().peekable(), steps.peekable());
        let next = move || {
            let step = steps.peek().map_or(u64::MAX, |record| 2 * record.step);
            let before = others.next_if(|(at, _)| *at <= step).map(|(_, event)| event);
            before.or_else(|| steps.next().map(Event::Step))
        };
        std::iter::from_fn(next).chain(self.end.clone().map(Event::End))
    }

    /// The run as it was right after that step: what to draw when the reader looks back. Records are shared, not copied.
    pub fn until(&self, step: u64) -> Self {
        let mut past = Self::new(self.diagram.clone());
        past.stride = self.stride;
        past.records = self.records.while_true(|record| record.step <= step);
        let measured_at = past.measured().map_or(step, |record| record.step);
        let (before, after): (Vec<_>, Vec<_>) =
            self.marks.iter().filter(|mark| mark.step <= step).partition(|mark| mark.step <= measured_at);
        before.into_iter().for_each(|mark| past.take_mark(mark.clone()));
        past.fade(measured_at);
        past.measured_strengths.clone_from(&past.strengths);
        past.fade(past.updates_done());
        after.into_iter().for_each(|mark| past.take_mark(mark.clone()));
        past.losses = self.losses.while_true(|point| point.step <= step);
        past.lowest = past.losses.iter().fold(f32::INFINITY, |lowest, point| lowest.min(point.smoothed));
        past.evaluations = self.evaluations.while_true(|one| one.step <= step.saturating_add(1));
        past.end = self.end.clone().filter(|_| self.updates_done() <= step.saturating_add(1));
        past
    }
}

/// Whether anything was measured at a step: a run need not measure at each.
fn holds_measurements(record: &StepRecord) -> bool {
    !record.measured.columns.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, snapshot, step};
    use protocol::{Fade, Measured, Skip};

    fn mark(step: u64, what: RunSetting, block: Option<&str>, to: f64) -> Event {
        Event::Mark(Mark { step, what, block: block.map(str::to_owned), from: 0.0, to, folded: false })
    }

    #[test]
    fn strengths_fade_from_their_mark_on_as_they_did_in_the_run() {
        let fade = Fade { from: 2, to: 6 };
        let mut run = snapshot(20, 1.0);
        let mut seen = Vec::new();
        for number in 0..8 {
            if number == 2 {
                run.apply(Event::Mark(Mark::of_fade(fade)));
            }
            if number == 4 {
                let block = Some("layer2.0".to_owned());
                run.apply(Event::Mark(Mark {
                    step: 4,
                    what: RunSetting::Skip,
                    block,
                    from: 0.5,
                    to: 1.0,
                    folded: false,
                }));
            }
            run.apply(step(number, 1.0, &[1.0; 10], true));
            seen.push([run.measured_strengths()[0], run.measured_strengths()[3]]);
        }
        let expected = [[1.0; 2], [1.0; 2], [1.0; 2], [0.75; 2], [0.5, 1.0], [0.25, 1.0], [0.0, 1.0], [0.0, 1.0]];
        assert_eq!(seen, expected);
        for (number, strengths) in (0..8).zip(expected) {
            let past = run.until(number);
            assert_eq!([past.measured_strengths()[0], past.measured_strengths()[3]], strengths, "{number}");
        }
        let replay = run.replay().unwrap();
        assert_eq!((replay.events.to_string().as_str(), replay.fade), ("2:fade=2-6;4:layer2.0=1", None));
        // What the settings said from the beginning is no change.
        let mut planned = (*run.diagram).clone();
        planned.spec.as_mut().unwrap().fade = Some(fade);
        let mut planned = Snapshot::new(planned);
        planned.apply(Event::Mark(Mark::of_fade(fade)));
        let replay = planned.replay().unwrap();
        assert_eq!((replay.events.to_string().as_str(), replay.fade), ("", Some(fade)));
    }

    #[test]
    fn between_two_measurements_the_last_one_is_what_was_measured() {
        let mut run = snapshot(20, 1.0);
        for at in 0..25 {
            if at == 22 {
                let block = Some("layer1.0".to_owned());
                run.apply(Event::Mark(Mark {
                    step: 22,
                    what: RunSetting::Skip,
                    block,
                    from: 1.0,
                    to: 0.0,
                    folded: false,
                }));
            }
            let mut event = step(at, 2.3, &falling(9, 1e-3, 1e-4), true);
            if let Event::Step(record) = &mut event
                && at % 10 > 0
            {
                record.measured = Measured::default();
            }
            run.apply(event);
        }
        let seen = |run: &Snapshot| {
            let measured = run.measured().map(|record| record.step);
            (run.latest().map(|record| record.step), measured, run.measured_strengths()[0], run.strengths()[0])
        };
        assert_eq!(seen(&run), (Some(24), Some(20), 1.0, 0.0), "the closed skip was not measured yet");
        assert_eq!(seen(&run.until(23)), (Some(23), Some(20), 1.0, 0.0));
        assert_eq!(seen(&run.until(9)), (Some(9), Some(0), 1.0, 1.0));
    }

    #[test]
    fn events_are_reduced() {
        let mut run = snapshot(20, 1.0);
        assert_eq!((run.updates_done(), run.latest()), (0, None));
        run.apply(step(0, 2.3, &falling(9, 1.0, 0.1), true));
        run.apply(Event::Eval(Evaluation {
            step: 1,
            loss: 2.2,
            accuracy: 0.2,
            measured: Measured::default(),
            answers: Vec::new(),
        }));
        run.apply(mark(1, RunSetting::Skip, Some("layer2.0"), 0.5));
        assert_eq!((run.strengths()[3], run.measured_strengths()[3]), (0.5, 1.0));
        run.apply(step(1, 2.2, &falling(9, 1.0, 0.1), true));
        assert_eq!(run.measured_strengths()[3], 0.5);
        run.apply(mark(2, RunSetting::Skip, None, 0.0));
        run.apply(mark(2, RunSetting::Lr, None, 0.01));
        run.apply(mark(2, RunSetting::Momentum, None, 0.5));
        run.apply(mark(2, RunSetting::Batch, None, 64.0));
        run.apply(mark(2, RunSetting::Skip, Some("elsewhere"), 2.0));
        run.apply(Event::End(EndReason::Done));
        let spec = run.spec.clone().unwrap();
        assert_eq!((spec.lr, spec.momentum, spec.batch), (0.01, 0.5, 64));
        assert_eq!((spec.skip, run.strengths()), (Skip::All(0.0), &[0.0; 9][..]));
        assert_eq!((run.updates_done(), run.marks().len(), run.evaluations().len()), (2, 6, 1));
        assert_eq!((run.at(0).unwrap().loss, run.at(1).unwrap().loss, run.at(2)), (2.3, 2.2, None));
        assert_eq!(run.end(), Some(&EndReason::Done));
    }

    #[test]
    fn there_and_back_before_the_next_step_is_no_change() {
        let mut run = snapshot(20, 1.0);
        run.apply(step(0, 2.3, &falling(9, 1.0, 0.1), true));
        let mark = |from, to| {
            let block = Some("layer1.0".to_owned());
            Event::Mark(Mark { step: 1, what: RunSetting::Skip, block, from, to, folded: false })
        };
        run.apply(mark(1.0, 0.0));
        run.apply(mark(0.0, 0.5));
        assert_eq!((run.marks().len(), run.marks()[0].from, run.marks()[0].to), (1, 1.0, 0.5));
        run.apply(mark(0.5, 1.0));
        assert_eq!((run.marks(), run.strengths()), (&[][..], &[1.0; 9][..]));
    }

    #[test]
    fn looking_back_shows_the_run_as_it_was() {
        let mut run = snapshot(20, 1.0);
        for i in 0..10 {
            if i == 5 {
                run.apply(mark(5, RunSetting::Skip, None, 0.0));
            }
            run.apply(step(i, i as f64, &falling(9, 1.0, 0.1), i < 5));
        }
        run.apply(Event::End(EndReason::Done));
        let past = run.until(4);
        assert_eq!((past.updates_done(), past.strengths()[0], past.marks().len()), (5, 1.0, 0));
        assert_eq!((past.latest(), past.end(), past.losses().len()), (run.at(4), None, 5));
        assert_eq!(run.until(5).measured_strengths(), [0.0; 9]);
        let all = run.until(9);
        assert_eq!((all.end(), all.latest(), all.losses()), (run.end(), run.latest(), run.losses()));
    }

    #[test]
    fn thinning_keeps_the_first_and_the_latest_and_is_even() {
        let mut run = snapshot(8, 1.0);
        let Event::Step(first) = step(0, 2.0, &falling(3, 1.0, 0.1), true) else { panic!("a step") };
        let cap = record_cap(&first);
        let steps = 3 * cap as u64 + 7;
        for i in 0..steps {
            run.apply(step(i + 3, 2.0, &falling(3, 1.0, 0.1), true));
            assert!(run.records().len() <= cap + 1);
            assert_eq!(run.latest().unwrap().step, i + 3);
        }
        let kept: Vec<u64> = run.records().map(|record| record.step).collect();
        assert_eq!((kept[0], kept[kept.len() - 1]), (3, steps + 2));
        assert!(kept[1..kept.len() - 1].windows(2).all(|w| w[1] - w[0] == 4), "{:?}", &kept[..9]);
        assert_eq!(run.losses().len(), steps as usize);
        assert_eq!((run.at(1000).map(|record| record.step), run.at(1001)), (Some(1000), None));
    }
}
