//! Changes that a run makes by itself at given steps, as written in a link: `480:skip=off;950:layer2.0=0.5;1000:lr=0.01`.
//! Each takes effect with the step that it names, as a [`crate::Mark`] says it.

use crate::{Change, Complaint, Diagram, Fade, Mark, Plan, Reason, RunSetting, RunSpec, Skip};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Changes in the order of their steps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TimedChanges(Vec<Timed>);

/// A change and its step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Timed {
    /// The first step that feels it.
    step: u64,
    what: What,
}

/// What is changed, by name: the network may be chosen later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum What {
    /// All shortcuts.
    Skip(Skip),
    /// The shortcut of one block, and its strength.
    Block(String, f64),
    /// The shortcuts fade out from that step on.
    Fade(Fade),
    /// The shortcuts are folded into the weights.
    Fold,
    /// Another live setting that is a number, and its value.
    Set(RunSetting, f64),
}

impl TimedChanges {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The changes of step `step`, for this network.
    ///
    /// # Errors
    /// Names a block that the network does not have.
    pub fn at(&self, step: u64, plan: &Plan) -> Result<Vec<Change>, Complaint> {
        self.changes(plan, |timed| timed.step == step)
    }

    /// Whether the network has every block that is named, and shortcuts if one is changed.
    ///
    /// # Errors
    /// Names what it does not have.
    pub fn check(&self, plan: &Plan) -> Result<(), Complaint> {
        self.changes(plan, |_| true).map(|_| ())
    }

    /// The values that this setting, a number, is given, each with its step.
    pub fn values(&self, setting: RunSetting) -> impl Iterator<Item = (u64, f64)> + '_ {
        self.0.iter().filter_map(move |timed| match timed.what {
            What::Set(own, value) if own == setting => Some((timed.step, value)),
            _ => None,
        })
    }

    /// The least value that this setting is given, if it is given one.
    pub(crate) fn least(&self, setting: RunSetting) -> Option<f64> {
        self.values(setting).map(|(_, value)| value).reduce(f64::min)
    }

    fn changes(&self, plan: &Plan, wanted: impl Fn(&Timed) -> bool) -> Result<Vec<Change>, Complaint> {
        let mut changes = Vec::new();
        for timed in self.0.iter().filter(|timed| wanted(timed)) {
            let skip = match &timed.what {
                What::Set(setting, value) => {
                    changes.push(Change::Set { setting: *setting, value: *value });
                    continue;
                }
                What::Fade(fade) => {
                    changes.push(Change::Fade(Some(*fade)));
                    continue;
                }
                What::Fold => {
                    RunSpec { stochastic_depth: 1.0, ..RunSpec::page_default() }
                        .with_network(&plan.spec)
                        .check_fold(plan)
                        .map_err(|complaint| self.refused(complaint.reason))?;
                    changes.push(Change::Fold);
                    continue;
                }
                What::Skip(Skip::All(strength)) if plan.has_shortcuts() => {
                    changes.push(Change::Skip { block: None, strength: *strength });
                    continue;
                }
                What::Skip(skip) => skip.clone(),
                What::Block(name, strength) => Skip::List(vec![(name.clone(), *strength)]),
            };
            let strengths = skip.strengths(plan).map_err(|complaint| self.refused(complaint.reason))?;
            let listed = |index: &usize| match &timed.what {
                What::Block(name, _) => plan.blocks[*index].name == *name,
                _ => true,
            };
            let change = |index: usize| Change::Skip { block: Some(index), strength: strengths[index] };
            changes.extend((0..strengths.len()).filter(listed).map(change));
        }
        Ok(changes)
    }

    fn refused(&self, reason: Reason) -> Complaint {
        Complaint::new(RunSetting::Events, self, reason)
    }

    /// The changes that these marks of a run tell, in its order, from the strengths that were set before them.
    pub fn of_marks(marks: &[Mark], diagram: &Diagram, before: &[f64]) -> Self {
        let mut strengths = before.to_vec();
        let mut changes = Vec::new();
        for marks in marks.chunk_by(|a, b| (a.step, a.folded) == (b.step, b.folded)) {
            let step = marks[0].step;
            if marks[0].folded {
                strengths.fill(0.0);
                changes.push(Timed { step, what: What::Fold });
                continue;
            }
            let (skips, others): (Vec<_>, Vec<_>) = marks.iter().partition(|mark| mark.what == RunSetting::Skip);
            let mut named: Vec<(String, f64)> = Vec::new();
            for mark in &skips {
                let Some(index) = mark.block.as_deref().and_then(|name| diagram.block_index(name)) else { continue };
                strengths[index] = mark.to;
                named.retain(|(name, _)| *name != diagram.blocks[index].name);
                named.push((diagram.blocks[index].name.clone(), mark.to));
            }
            match strengths.first() {
                Some(first) if named.len() > 1 && strengths.iter().all(|own| own == first) => {
                    changes.push(Timed { step, what: What::Skip(Skip::All(*first)) });
                }
                _ => changes.extend(named.into_iter().map(|(name, to)| Timed { step, what: What::Block(name, to) })),
            }
            changes.extend(others.iter().map(|mark| Timed { step, what: what(mark) }));
        }
        Self(changes)
    }

    /// These changes, and before the first step the shortcuts are folded.
    #[must_use]
    pub fn with_fold_first(mut self) -> Self {
        self.0.insert(0, Timed { step: 0, what: What::Fold });
        self
    }

    /// These changes, and the shortcuts fade out so.
    #[must_use]
    pub fn with_fade(mut self, fade: Fade) -> Self {
        let after = self.0.partition_point(|timed| timed.step <= fade.from);
        self.0.insert(after, Timed { step: fade.from, what: What::Fade(fade) });
        self
    }

    /// Without this fade.
    #[must_use]
    pub fn without_fade(mut self, fade: Fade) -> Self {
        self.0.retain(|timed| timed.what != What::Fade(fade));
        self
    }

    /// Whether it is one of these changes that this mark tells of.
    pub fn made(&self, mark: &Mark) -> bool {
        self.0.iter().filter(|timed| timed.step == mark.step).any(|timed| match &timed.what {
            What::Fold => mark.folded,
            What::Skip(_) => mark.what == RunSetting::Skip && !mark.folded,
            What::Block(name, _) => mark.what == RunSetting::Skip && !mark.folded && mark.block.as_ref() == Some(name),
            What::Fade(_) => mark.what == RunSetting::Fade,
            What::Set(setting, _) => mark.what == *setting,
        })
    }

    /// These changes and those of `later` from step `from` on.
    #[must_use]
    pub fn and_then(mut self, later: &Self, from: u64) -> Self {
        self.0.extend(later.0.iter().filter(|timed| timed.step >= from).cloned());
        self
    }

    /// Without the changes of this setting; without those of the shortcuts nothing fades.
    #[must_use]
    pub fn without(mut self, setting: RunSetting) -> Self {
        self.0.retain(|timed| match timed.what {
            What::Skip(_) | What::Block(..) | What::Fade(_) | What::Fold => setting != RunSetting::Skip,
            What::Set(own, _) => own != setting,
        });
        self
    }
}

impl fmt::Display for TimedChanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Timed { step, what }) in self.0.iter().enumerate() {
            let separator = if index > 0 { ";" } else { "" };
            match what {
                What::Skip(skip) => write!(f, "{separator}{step}:skip={skip}")?,
                What::Block(name, strength) => write!(f, "{separator}{step}:{name}={strength}")?,
                What::Fold => write!(f, "{separator}{step}:skip={}", RunSpec::FOLD)?,
                What::Fade(fade) => write!(f, "{separator}{step}:fade={fade}")?,
                What::Set(setting, value) => write!(f, "{separator}{step}:{}={value}", setting.name())?,
            }
        }
        Ok(())
    }
}

impl FromStr for TimedChanges {
    type Err = Reason;

    fn from_str(text: &str) -> Result<Self, Reason> {
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        let mut changes = parts.map(timed).collect::<Result<Vec<_>, _>>()?;
        changes.sort_by_key(|timed| timed.step);
        Ok(Self(changes))
    }
}

/// What a mark that is not of a strength tells.
fn what(mark: &Mark) -> What {
    mark.fade().map_or(What::Set(mark.what, mark.to), What::Fade)
}

/// `STEP:WHAT=VALUE`.
fn timed(text: &str) -> Result<Timed, Reason> {
    let refused = || Reason::Events;
    let (step, change) = text.split_once(':').ok_or_else(refused)?;
    let (name, value) = change.split_once('=').ok_or_else(refused)?;
    let (name, value) = (name.trim(), value.trim());
    let what = match RunSetting::named(name) {
        Some(RunSetting::Skip) if value == RunSpec::FOLD => What::Fold,
        Some(RunSetting::Skip) => What::Skip(value.parse()?),
        Some(RunSetting::Fade) => What::Fade(value.parse()?),
        Some(setting) if TimedChanges::SETTINGS.contains(&setting) => {
            let number = value.parse().map_err(|_| refused())?;
            setting.setting().set_number(&mut RunSpec::page_default(), number).map_err(|error| error.reason)?;
            What::Set(setting, number)
        }
        Some(_) => return Err(refused()),
        None => match value.parse()? {
            Skip::All(strength) => What::Block(name.to_owned(), strength),
            Skip::List(_) => return Err(refused()),
        },
    };
    let step = step.trim().parse().map_err(|_| refused())?;
    // It is a change from the step on at which it begins.
    let step = if let What::Fade(fade) = what { fade.not_before(step).from } else { step };
    Ok(Timed { step, what })
}

impl TimedChanges {
    /// What can change besides the shortcuts.
    pub const SETTINGS: [RunSetting; 3] = [RunSetting::Lr, RunSetting::Momentum, RunSetting::Batch];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::new(RunSpec::page_default().model_spec()).unwrap()
    }

    fn read(text: &str) -> TimedChanges {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_is_read_in_order_and_written_as_it_was() {
        let text = "480:skip=off;920:skip=on;950:layer2.0=0.5;1000:lr=0.01";
        assert_eq!(read(text).to_string(), text);
        assert_eq!(read(" 20:lr=0.1; 3:skip=0.5 ;").to_string(), "3:skip=0.5;20:lr=0.1");
        assert_eq!(read("").to_string(), "");
        let changes = read(text);
        assert_eq!(changes.at(480, &plan()).unwrap(), [Change::Skip { block: None, strength: 0.0 }]);
        assert_eq!(changes.at(950, &plan()).unwrap(), [Change::Skip { block: Some(3), strength: 0.5 }]);
        assert_eq!(changes.at(1000, &plan()).unwrap(), [Change::Set { setting: RunSetting::Lr, value: 0.01 }]);
        assert_eq!(changes.at(0, &plan()).unwrap(), []);
    }

    #[test]
    fn shortcuts_fade_out_from_a_step_on() {
        let changes = read("480:fade=480-980");
        assert_eq!(changes.to_string(), "480:fade=480-980");
        let fade = Fade { from: 480, to: 980 };
        assert_eq!(changes.at(480, &plan()).unwrap(), [Change::Fade(Some(fade))]);
        let mark = Mark::of_fade(fade);
        assert!(changes.made(&mark));
        assert_eq!(TimedChanges::of_marks(&[mark], &Diagram::new(&plan(), None), &[1.0; 9]), changes);
        assert_eq!(changes.clone().without(RunSetting::Skip).to_string(), "");
        assert_eq!(read("3:lr=1;500:lr=2").with_fade(fade).to_string(), "3:lr=1;480:fade=480-980;500:lr=2");
        assert_eq!(changes.without_fade(fade).to_string(), "");
        // Set before it begins or after, it is a change of its first step.
        assert_eq!(read("5:fade=10-20;15:fade=12-30").to_string(), "10:fade=10-20;15:fade=12-30");
    }

    #[test]
    fn a_fold_is_told_by_its_marks_between_what_was_set_before_and_after() {
        let mark = |block: usize, from, to, folded| {
            let block = Some(plan().blocks[block].name.clone());
            Mark { step: 9, what: RunSetting::Skip, block, from, to, folded }
        };
        // One is weaker before, and one opened afterwards.
        let marks =
            [mark(0, 1.0, 0.5, false), mark(0, 0.5, 0.0, true), mark(2, 1.0, 0.0, true), mark(2, 0.0, 1.0, false)];
        let found = TimedChanges::of_marks(&marks, &Diagram::new(&plan(), None), &[1.0; 9]);
        assert_eq!(found.to_string(), "9:layer1.0=0.5;9:skip=fold;9:layer1.2=1");
        let made = |text: &str| marks.each_ref().map(|mark| read(text).made(mark));
        assert_eq!(made("9:skip=fold"), [false, true, true, false]);
        assert_eq!(made("9:skip=off;9:layer1.0=1"), [true, false, false, true]);
        assert!(read("9:skip=fold").check(&plan()).is_err(), "a branch of two layers");
        let mut spec = RunSpec { branch_layers: 1, ..RunSpec::page_default() };
        spec.set_model("mlp3".parse().unwrap());
        spec.norm = crate::Norm::None;
        let one_layer = Plan::new(spec.model_spec()).unwrap();
        assert_eq!(read("9:skip=fold").at(9, &one_layer).unwrap(), [Change::Fold]);
    }

    #[test]
    fn what_is_no_change_is_refused() {
        for text in [
            "5",
            "5:skip",
            "x:skip=on",
            "5:width=3",
            "5:steps=10",
            "5:lr=fast",
            "5:skip=9",
            "5:fade=9",
            "5:fade=",
            "5:layer1.0=on,a=2",
        ] {
            assert!(text.parse::<TimedChanges>().is_err(), "{text}");
        }
        assert!(read("5:layer9.9=0").check(&plan()).is_err());
        assert!(read("5:skip=layer9.9=0").check(&plan()).is_err());
        let mut vgg = RunSpec { image_size: 32, ..RunSpec::page_default() };
        vgg.set_model("vgg16".parse().unwrap());
        assert!(read("5:skip=off").check(&Plan::new(vgg.model_spec()).unwrap()).is_err());
    }

    #[test]
    fn the_changes_of_a_run_are_those_of_its_marks() {
        let plan = plan();
        let mark = |step, block: Option<usize>, what, to| {
            let block = block.map(|index: usize| plan.blocks[index].name.clone());
            Mark { step, what, block, from: -1.0, to, folded: false }
        };
        let mut marks = vec![mark(2, Some(1), RunSetting::Skip, 0.0), mark(4, None, RunSetting::Lr, 0.1)];
        marks.extend((0..9).map(|block| mark(7, Some(block), RunSetting::Skip, 0.0)));
        marks.push(mark(9, Some(2), RunSetting::Skip, 1.0));
        let found = TimedChanges::of_marks(&marks, &Diagram::new(&plan, None), &[1.0; 9]);
        assert_eq!(found.to_string(), "2:layer1.1=0;4:lr=0.1;7:skip=off;9:layer1.2=1");
        assert!(found.made(&marks[3]) && !read("7:skip=off").made(&marks[0]));
        let later = read("2:lr=1;8:lr=0.3;12:skip=on");
        assert_eq!(
            found.clone().and_then(&later, 10).to_string(),
            "2:layer1.1=0;4:lr=0.1;7:skip=off;9:layer1.2=1;12:skip=on"
        );
        assert_eq!(found.without(RunSetting::Skip).to_string(), "4:lr=0.1");
    }
}
