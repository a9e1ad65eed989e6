//! One run as the controls see it: its settings in force, its network, and what its source is doing.

use crate::state::fit::{Misfit, fit, usual_eval_every};
use crate::state::images::Images;
use protocol::{
    Change, Complaint, Diagram, EndReason, Fade, Lane, Mark, Plan, Quantity, Reason, RunSetting, RunSpec, RunState,
    Samples, Skip, StepPart, Strengths, Weights,
};
use scene::Text;
use std::rc::Rc;
use std::sync::Arc;

/// What a run's source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The source or the data are not there yet.
    Loading,
    /// At step 0.
    Ready,
    /// Training.
    Running,
    /// Can go on.
    Paused,
    /// The budget is used up, or the loss of this run is not finite.
    Done,
    /// An error, or no run can go on since a loss is not finite; the record is kept.
    Failed,
}

impl Phase {
    /// The value of `data-state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl From<RunState> for Phase {
    fn from(state: RunState) -> Self {
        match state {
            RunState::Ready => Self::Ready,
            RunState::Running => Self::Running,
            RunState::Paused => Self::Paused,
            RunState::Done => Self::Done,
        }
    }
}

/// One run as the controls see it.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneState {
    /// Which of the two.
    pub lane: Lane,
    /// The settings in force: what the controls show. The source may be a step behind.
    pub spec: RunSpec,
    /// The network.
    pub plan: Rc<Plan>,
    /// The network as it is drawn.
    pub diagram: Rc<Diagram>,
    /// The images that it can have, beyond the shipped ones.
    pub images: Images,
    /// What it starts from, if that is not drawn from the seed.
    pub weights: Option<Arc<Weights>>,
    /// What is set of the strengths of its shortcuts, and how they fade.
    set: Strengths,
    /// What the source must still be told of them.
    unsaid: Vec<Change>,
    /// The blocks whose fade was stopped on the way: how strong they are now only the source knows.
    stopped: Vec<bool>,
    /// Whether the run folded its skips into the weights.
    pub has_folded: bool,
    /// Number of updates done, as last read off.
    updates: u64,
    /// The strength of each block's shortcut, as the switches show it.
    pub strengths: Vec<f64>,
    /// What the source is doing.
    pub phase: Phase,
    /// Whether the run makes its changes by itself, as far as this page knows: it was begun by another one.
    pub follows: bool,
    /// Whether a source was made.
    pub launched: bool,
    /// Whether its source cannot begin a run with these settings.
    pub refused: bool,
    /// Whether the source listens.
    pub listening: bool,
    /// Whether the source is lost and a fresh one is needed.
    pub dead: bool,
    /// Whether the source listened and no longer answers; it may still come back.
    pub silent: bool,
    /// What the source was last told, once it was told to start.
    pub told: Option<RunSpec>,
    /// The settings with which the run began.
    pub begun: Option<RunSpec>,
    /// Whether the run is to catch up with the first one as soon as it is ready.
    pub catches_up: bool,
    /// Data that have arrived, of how many bytes.
    pub loading: Option<(u64, u64)>,
    /// Whether the network is being built.
    pub building: bool,
    /// Where a step or evaluation stands that takes long.
    pub progress: Option<StepPart>,
    /// Hash of the initial parameters.
    pub parameter_hash: Option<String>,
    /// Why the run ended.
    pub ended: Option<EndReason>,
    /// Whether it was said that a step of this run made no update.
    pub left_out: bool,
    /// The held-out images that are shown.
    pub samples: Option<Rc<Samples>>,
}

impl LaneState {
    /// A run whose source is still to come, and what of its settings did not fit.
    ///
    /// # Errors
    /// When there is no such network.
    pub fn new(lane: Lane, mut spec: RunSpec, images: &Images) -> Result<(Self, Vec<Misfit>), Complaint> {
        let (plan, misfits) = fit(&mut spec, images)?;
        let plan = Rc::new(plan);
        let strengths = spec.skip.strengths(&plan)?;
        let spec_fade = spec.fade;
        let own = Self {
            lane,
            diagram: Rc::new(Diagram::new(&plan, Some(spec.clone()))),
            spec,
            images: images.clone(),
            weights: None,
            plan,
            set: Strengths::new(strengths.clone(), spec_fade),
            unsaid: Vec::new(),
            stopped: vec![false; strengths.len()],
            has_folded: false,
            updates: 0,
            strengths,
            phase: Phase::Loading,
            follows: false,
            launched: false,
            refused: false,
            listening: false,
            dead: false,
            silent: false,
            told: None,
            begun: None,
            catches_up: false,
            loading: None,
            building: false,
            progress: None,
            parameter_hash: None,
            ended: None,
            left_out: false,
            samples: None,
        };
        Ok((own, misfits))
    }

    /// Takes other settings for a new run, which starts from what this one started from; returns what of them did not fit.
    ///
    /// # Errors
    /// When there is no such network; nothing is changed then.
    pub fn replace(&mut self, spec: RunSpec) -> Result<Vec<Misfit>, Complaint> {
        let (Self { spec, plan, diagram, strengths, set, stopped, .. }, misfits) =
            Self::new(self.lane, spec, &self.images.clone())?;
        (self.spec, self.plan, self.diagram, self.strengths) = (spec, plan, diagram, strengths);
        (self.set, self.stopped, self.updates) = (set, stopped, 0);
        self.forget_changes();
        self.start_from(self.weights.clone());
        Ok(misfits)
    }

    /// What the run starts from: weights that fit its network, or what is drawn from the seed.
    pub fn start_from(&mut self, weights: Option<Arc<Weights>>) {
        let file = weights.as_ref().map(|weights| weights.file.clone());
        if self.diagram.weights != file {
            self.diagram = Rc::new(Diagram { weights: file, ..(*self.diagram).clone() });
        }
        self.weights = weights;
    }

    /// The source is told to begin the run that the controls show.
    pub fn begin(&mut self) {
        (self.told, self.begun) = (Some(self.spec.clone()), Some(self.spec.clone()));
        self.follows = false;
        self.forget_changes();
        (self.left_out, self.refused) = (false, false);
        self.set = Strengths::new(self.set.set().to_vec(), self.spec.fade);
        self.passed(0);
    }

    /// The run is there already, and began with the settings that the controls show.
    pub fn join(&mut self) {
        self.begin();
        (self.follows, self.listening, self.building) = (true, true, false);
    }

    /// A fresh source is made for the run.
    pub fn launch_again(&mut self) {
        (self.told, self.launched, self.listening) = (None, true, false);
        (self.dead, self.silent) = (false, false);
        (self.phase, self.ended, self.progress, self.samples) = (Phase::Loading, None, None, None);
    }

    /// What was changed in the run before it is nothing to the one that begins.
    fn forget_changes(&mut self) {
        self.has_folded = false;
        self.unsaid.clear();
        self.stopped.fill(false);
    }

    /// So many updates are done: shortcuts that fade are weaker.
    pub fn passed(&mut self, updates: u64) {
        self.updates = updates;
        self.strengths = self.set.at(updates);
    }

    /// The settings in force are what is set of the strengths.
    fn take_over(&mut self) {
        self.strengths = self.set.at(self.updates);
        (self.spec.skip, self.spec.fade) = (Skip::from_strengths(&self.plan, self.set.set()), self.set.fade());
    }

    /// These settings for a run from step 0: a run that changes by itself begins as it did before its first change.
    pub fn at_first(&self, spec: RunSpec) -> RunSpec {
        match &self.begun {
            Some(begun) if !spec.events.is_empty() && begun.events == spec.events => {
                let RunSpec { skip, fade, lr, momentum, batch, .. } = begun.clone();
                RunSpec { skip, fade, lr, momentum, batch, ..spec }
            }
            _ => spec,
        }
    }

    /// A source says what it changed, and with which step. Where the run made the change by itself the controls show it, and
    /// the source need not hear of it.
    pub fn take_mark(&mut self, mark: &Mark) {
        let by_itself = self.follows || self.spec.events.made(mark);
        let index = mark.block.as_deref().and_then(|name| self.plan.block_index(name));
        self.has_folded |= mark.folded;
        match (mark.what, index, mark.fade()) {
            (RunSetting::Skip, Some(index), _) if by_itself || std::mem::take(&mut self.stopped[index]) => {
                self.set.put(Some(index), mark.to, mark.step);
            }
            (RunSetting::Skip, Some(index), _) => self.set.confirm(index, mark.step),
            (_, _, Some(fade)) if by_itself => self.set.fade_out(Some(fade), mark.step),
            (_, _, Some(fade)) => self.set.begins(fade),
            _ if by_itself => {
                for spec in [Some(&mut self.spec), self.told.as_mut()].into_iter().flatten() {
                    // A run marks no value that the setting does not take.
                    let _taken = mark.what.setting().set_number(spec, mark.to);
                }
                return;
            }
            _ => return,
        }
        self.updates = self.updates.max(mark.step);
        self.take_over();
        if let Some(told) = self.told.as_mut().filter(|_| self.unsaid.is_empty()) {
            (told.skip, told.fade) = (self.spec.skip.clone(), self.spec.fade);
        }
    }

    /// Why the held-out images are not evaluated, if they are not.
    pub fn why_not_evaluated(&self) -> Option<Text> {
        let of_size = usual_eval_every(&self.spec) == 0;
        (self.spec.eval_every == 0).then_some(if of_size { Text::NotEvaluated } else { Text::NotEvaluatedAsSet })
    }

    /// Sets the strength of one shortcut, or of all.
    pub fn set_skip(&mut self, block: Option<usize>, strength: f64) {
        self.put(block, strength);
        self.unsaid.retain(|other| !matches!(other, Change::Skip { block: of, .. } if block.is_none() || *of == block));
        self.unsaid.push(Change::Skip { block, strength });
        self.take_over();
    }

    fn put(&mut self, block: Option<usize>, strength: f64) {
        self.set.put(block, strength, self.updates);
        let of = |index| block.is_none_or(|block| block == index);
        self.stopped.iter_mut().enumerate().filter(|(index, _)| of(*index)).for_each(|(_, stopped)| *stopped = false);
    }

    /// The shortcuts fade out, or do not any more.
    pub fn set_fade(&mut self, fade: Option<Fade>) {
        if fade != self.set.fade() {
            let is_on_its_way = self.set.fade().is_some_and(|own| own.from < self.updates);
            self.stopped.fill(fade.is_none() && is_on_its_way);
            self.set.fade_out(fade, self.updates);
            self.unsaid.push(Change::Fade(fade));
            self.take_over();
        }
    }

    /// The shortcuts are folded into the weights.
    pub fn fold(&mut self) {
        if self.told.is_none() {
            // No run is there yet: the one that begins does it by itself, before its first step.
            let events = std::mem::take(&mut self.spec.events);
            self.spec.events = events.with_fold_first();
            return;
        }
        self.put(None, 0.0);
        self.unsaid.push(Change::Fold);
        self.take_over();
    }

    /// The shortcuts fade out over this number of steps, from the next one on.
    pub fn fade_over(&mut self, steps: u64) {
        self.set_fade(Some(Fade { from: self.updates, to: self.updates + steps }));
    }

    /// These quantities are measured, no others.
    pub fn measure(&mut self, wanted: &[Quantity]) {
        let now = std::mem::replace(&mut self.spec.quantities, wanted.to_vec());
        let on = wanted.iter().filter(|own| !now.contains(own)).map(|own| (*own, true));
        let off = now.iter().filter(|own| !wanted.contains(own)).map(|own| (*own, false));
        self.unsaid.extend(on.chain(off).map(|(quantity, on)| Change::Measure { quantity, on }));
    }

    /// Gives a live setting the value that it has in these settings.
    ///
    /// # Errors
    /// If the network cannot have it; nothing is changed then.
    pub fn set_live(&mut self, setting: RunSetting, wanted: &RunSpec) -> Result<(), Complaint> {
        // With another value it may begin.
        self.refused = false;
        match setting {
            RunSetting::Skip => {
                let strengths = wanted.skip.strengths(&self.plan)?;
                match &wanted.skip {
                    Skip::All(strength) => self.set_skip(None, *strength),
                    Skip::List(_) => {
                        for (index, strength) in strengths.into_iter().enumerate() {
                            if [self.strengths[index], self.set.set()[index]] != [strength; 2] {
                                self.set_skip(Some(index), strength);
                            }
                        }
                    }
                }
            }
            RunSetting::Fade => self.set_fade(wanted.fade),
            // Any other setting is a number or a word that the settings themselves hold.
            other => {
                let mut spec = self.spec.clone();
                let _taken = other.setting().set(&mut spec, &other.get(wanted));
                spec.check_batch(&self.plan)?;
                if self.updates > 0 || !matches!(self.phase, Phase::Loading | Phase::Ready) {
                    self.spec.check_budget(spec.steps)?;
                }
                self.spec = spec;
            }
        }
        Ok(())
    }

    /// Whether the run may have this budget: it has not made more steps already.
    ///
    /// # Errors
    /// Names how many it has made.
    pub fn check_made(&self, steps: u64) -> Result<(), Complaint> {
        let refused = || Complaint::new(RunSetting::Steps, &steps, Reason::StepsMade(self.updates));
        if steps < self.updates { Err(refused()) } else { Ok(()) }
    }

    /// Whether the switch for all shortcuts is on: none of them is closed.
    pub fn all_open(&self) -> bool {
        self.strengths.iter().all(|strength| *strength > 0.0)
    }

    /// What the source must be told so that its live settings are those in force; remembers that it was told. While it
    /// loads it cannot be told: the differences are kept for later.
    pub fn take_changes(&mut self) -> Vec<Change> {
        let Some(told) = self.told.as_mut().filter(|_| self.phase != Phase::Loading && !self.dead) else {
            return Vec::new();
        };
        let told = std::mem::replace(told, self.spec.clone());
        changes(&told, &self.spec).into_iter().chain(std::mem::take(&mut self.unsaid)).collect()
    }
}

/// The live settings that differ and are numbers.
fn changes(from: &RunSpec, to: &RunSpec) -> Vec<Change> {
    let number = |setting: RunSetting, spec| setting.setting().number(spec);
    let live = RunSetting::ALL.iter().copied().filter(|setting| setting.is_live());
    let differing = live.filter_map(|own| Some((own, number(own, to)?)).filter(|to| number(own, from) != Some(to.1)));
    differing.map(|(setting, value)| Change::Set { setting, value }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_what_differs() {
        let (mut lane, _) = LaneState::new(Lane::A, RunSpec::page_default(), &Images::default()).unwrap();
        assert_eq!(lane.take_changes(), []);
        lane.told = Some(lane.spec.clone());
        lane.phase = Phase::Running;
        lane.set_skip(Some(3), 0.0);
        assert_eq!(lane.take_changes(), [Change::Skip { block: Some(3), strength: 0.0 }]);
        assert_eq!((lane.spec.skip.to_string().as_str(), lane.all_open()), ("layer2.0=0", false));
        lane.set_skip(None, 0.0);
        lane.spec.lr = 0.1;
        assert_eq!(
            lane.take_changes(),
            [Change::Set { setting: RunSetting::Lr, value: 0.1 }, Change::Skip { block: None, strength: 0.0 }]
        );
        assert_eq!(lane.take_changes(), []);
    }

    #[test]
    fn what_changes_while_it_loads_is_told_when_it_has_loaded() {
        let (mut lane, _) = LaneState::new(Lane::A, RunSpec::page_default(), &Images::default()).unwrap();
        lane.told = Some(lane.spec.clone());
        lane.set_skip(Some(0), 0.0);
        assert_eq!(lane.phase, Phase::Loading);
        assert_eq!(lane.told.as_ref().unwrap().skip, Skip::All(1.0));
        lane.phase = Phase::Ready;
        assert_eq!(lane.take_changes(), [Change::Skip { block: Some(0), strength: 0.0 }]);
    }
}
