//! The line that states every setting in force, and the names that runs have from their settings.

use crate::format::setting;
use crate::words::{self, SkipState};
use crate::{LaneView, Snapshot};
use protocol::{Diagram, Event, Init, Mark, Plan, RunSetting, RunSpec};
use std::fmt;

/// All settings in force, on one line, or what is known of the network where they are not known; `strengths` are those of
/// the shortcuts, a block each.
pub fn settings_line(spec: Option<&RunSpec>, diagram: &Diagram, strengths: &[f64]) -> String {
    let skips = runs(strengths);
    spec.map_or_else(|| words::network(diagram, &skips), |spec| words::settings(spec, diagram, &skips))
}

/// What a second run has otherwise, the shortcuts as the switches stand; nothing if it has all the same.
pub fn other_settings(first: &RunSpec, second: &RunSpec, strengths: &[f64]) -> String {
    let differs = |own: &RunSetting| own.get(first) != own.get(second);
    let words = |own: RunSetting| match own {
        RunSetting::Skip => words::skip_runs(&runs(strengths)),
        RunSetting::Fade => second.fade.map(words::fade).unwrap_or_default(),
        _ => words::setting_mark(own, &own.get(second)),
    };
    // What a run changes by itself is of its past.
    let own = RunSetting::written().filter(|own| *own != RunSetting::Events).filter(differs);
    own.map(words).filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What a run is, in a few words: network, images, norm, an initialisation that silences branches, and how its shortcuts stand
/// at its first step, or what becomes of them.
pub fn run_title(run: &Snapshot) -> String {
    let diagram = &run.diagram;
    let skips = words::skips(&skips_of(run));
    let parts: Vec<_> = match &diagram.spec {
        Some(spec) => {
            let size = (spec.image_size > 0).then(|| words::image_size(spec.image_size));
            let silent = matches!(spec.init, Init::ZeroGamma | Init::SkipInit | Init::Scaled);
            let init = silent.then(|| words::init(spec.init).to_owned());
            let network = [spec.model.title(), spec.data.title()];
            let norm = words::norm(spec.norm).to_owned();
            network.into_iter().chain(size).chain([norm]).chain(init).chain([skips]).collect()
        }
        None => {
            let blocks = words::blocks(diagram.blocks.len());
            // How its shortcuts stand is said where nothing better is known.
            let said = (diagram.model.is_none() || !diagram.has_shortcuts()).then_some(skips);
            diagram.model.iter().cloned().chain([blocks]).chain(said).collect()
        }
    };
    parts.join(" · ")
}

/// What two compared runs share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// The network has the same shape and starts from the same numbers.
    pub same_parameters: bool,
    /// Each step sees the same images.
    pub same_batches: bool,
    /// One sentence: that it is so, or what differs.
    pub words: String,
}

/// The settings on which the initial parameters depend, the seed apart.
const NETWORK: [RunSetting; 7] = [
    RunSetting::Model,
    RunSetting::Width,
    RunSetting::Order,
    RunSetting::Merge,
    RunSetting::BranchLayers,
    RunSetting::Norm,
    RunSetting::Init,
];
/// The settings on which the images of each step depend.
const IMAGES: [RunSetting; 6] = [
    RunSetting::Data,
    RunSetting::ImageSize,
    RunSetting::Labels,
    RunSetting::Augment,
    RunSetting::Batch,
    RunSetting::Seed,
];

/// What these two runs share, with the changes that they make on the way.
pub fn ground(a: &RunSpec, b: &RunSpec) -> Ground {
    let differs = |settings: &[RunSetting]| -> Vec<RunSetting> {
        settings.iter().copied().filter(|setting| setting.get(a) != setting.get(b)).collect()
    };
    let (network, images) = (differs(&NETWORK), differs(&IMAGES));
    let differing: Vec<_> = network.iter().chain(&images).map(|setting| words::setting_words(*setting).label).collect();
    let same_parameters = a.seed == b.seed && a.init == b.init && same_shapes(a, b);
    let same_at_first = images.is_empty();
    let parting = parting(a, b).filter(|_| same_at_first);
    Ground {
        same_parameters,
        same_batches: same_at_first && parting.is_none(),
        words: words::ground(&differing, same_parameters, same_at_first, parting),
    }
}

/// The first step at which the batches of two runs that begin alike are of different sizes: from there on each sees other
/// images.
fn parting(a: &RunSpec, b: &RunSpec) -> Option<u64> {
    let changes = |spec: &RunSpec| spec.events.values(RunSetting::Batch).collect::<Vec<_>>();
    let (a, b) = (changes(a), changes(b));
    let alike = a.iter().zip(&b).take_while(|(one, other)| one == other).count();
    let next = |changes: &[(u64, f64)]| changes.get(alike).map(|(step, _)| *step);
    [next(&a), next(&b)].into_iter().flatten().min()
}

/// Whether both networks have the same parameters, by name and shape.
fn same_shapes(a: &RunSpec, b: &RunSpec) -> bool {
    let (a, b) = (a.model_spec(), b.model_spec());
    let parameters = |spec| Plan::new(spec).map(|plan| plan.parameters);
    a == b || parameters(a).is_ok_and(|own| parameters(b).is_ok_and(|other| own == other))
}

/// Runs of neighbouring blocks with the same strength: first and last number, strength.
fn runs(strengths: &[f64]) -> Vec<(usize, usize, f64)> {
    let mut runs: Vec<(usize, usize, f64)> = Vec::new();
    for (index, strength) in strengths.iter().enumerate() {
        match runs.last_mut() {
            Some((_, last, same)) if same == strength => *last = index + 1,
            _ => runs.push((index + 1, index + 1, *strength)),
        }
    }
    runs
}

/// How these shortcuts of a network stand.
fn skip_state(diagram: &Diagram, strengths: &[f64]) -> SkipState {
    if !diagram.has_shortcuts() {
        return SkipState::Absent;
    }
    let open = strengths.iter().filter(|a| **a != 0.0).count();
    let of = strengths.len();
    match strengths.first() {
        Some(1.0) if runs(strengths).len() == 1 => SkipState::Open,
        None | Some(0.0) if open == 0 => SkipState::Closed,
        Some(same) if runs(strengths).len() == 1 => SkipState::At(words::strength(*same)),
        _ if open < of => SkipState::Some { open, of },
        _ => SkipState::Mixed,
    }
}

/// How the shortcuts of a run stand from its first step on, or what becomes of them.
fn skips_of(run: &Snapshot) -> SkipState {
    let is_set = |mark: &&Mark| mark.what == RunSetting::Skip;
    let mut first = Snapshot::new(run.diagram.clone());
    let (at_first, later): (Vec<_>, Vec<_>) = run.marks().iter().filter(is_set).partition(|mark| mark.step == 0);
    at_first.into_iter().for_each(|mark| first.apply(Event::Mark(mark.clone())));
    let falls = later.iter().all(|mark| mark.to < mark.from) && run.strengths().iter().all(|strength| *strength == 0.0);
    let fades = run.marks().iter().any(|mark| mark.what == RunSetting::Fade);
    match later.as_slice() {
        [] if fades && falls => SkipState::FadedOut,
        _ if fades => SkipState::Changed,
        [] => skip_state(&run.diagram, first.strengths()),
        [first, .., last] if falls && first.step < last.step => SkipState::FadedOut,
        _ => SkipState::Changed,
    }
}

/// Whether it says that shortcuts change.
fn is_of_skips(mark: &Mark) -> bool {
    matches!(mark.what, RunSetting::Skip | RunSetting::Fade)
}

/// The name of one of the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneName {
    /// What it is now.
    pub state: String,
    /// Since which step, if it was otherwise before.
    pub since: Option<u64>,
}

impl fmt::Display for LaneName {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.since {
            Some(step) => f.write_str(&words::since(&self.state, step)),
            None => f.write_str(&self.state),
        }
    }
}

/// Of which moment the shortcuts are that name a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Of the latest measurement.
    Measured,
    /// Of now, as the switches show them.
    Switched,
}

/// The name of one of the runs: its shortcuts and when they were last changed; where the other run's are alike, the first
/// other setting that differs, or the name of its file. Of a run from elsewhere it is the model's.
pub fn lane_name(lanes: &[LaneView], index: usize, short: bool, moment: Moment) -> LaneName {
    let skips = |lane: &LaneView| {
        let strengths = match moment {
            Moment::Measured => lane.snapshot.measured_strengths(),
            Moment::Switched => lane.strengths,
        };
        let diagram = &lane.snapshot.diagram;
        if let Some(model) = diagram.model.as_ref().filter(|_| diagram.spec.is_none()) {
            return model.clone();
        }
        let state = skip_state(diagram, strengths);
        if short { words::skips_short(&state) } else { words::skips(&state) }
    };
    let own = skips(&lanes[index]);
    let others: Vec<&LaneView> = lanes.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, lane)| lane).collect();
    // What was changed after the moment is not yet of its past, and what a source has not yet confirmed has no step.
    let since = |lane: &LaneView| {
        let until = match moment {
            Moment::Measured => lane.snapshot.measured()?.step,
            Moment::Switched if lane.snapshot.strengths() == lane.strengths => u64::MAX,
            Moment::Switched => return None,
        };
        let is_past = |mark: &&Mark| mark.step > 0 && mark.step <= until;
        let last = lane.snapshot.marks().iter().rev().filter(is_past).find(|mark| is_of_skips(mark))?;
        // While they fade they change at every step.
        last.fade().map_or(Some(last.step), |fade| Some(fade.to).filter(|to| *to < lane.snapshot.updates_done()))
    };
    let own_since = since(&lanes[index]);
    let is_alike = others.iter().any(|other| skips(other) == own && since(other) == own_since);
    let by_past = LaneName { state: own, since: own_since };
    if !is_alike {
        return by_past;
    }
    let differs = |what: Distinction| {
        let mine = what(lanes[index].snapshot.spec.as_ref()?, short);
        let mut theirs = others.iter().filter_map(|other| other.snapshot.spec.as_ref());
        theirs.any(|other| what(other, short) != mine).then_some(mine)
    };
    let other_setting = DISTINCTIONS.iter().find_map(|what| differs(*what));
    let has_own_file = others.iter().all(|other| other.file != lanes[index].file);
    let by_file = || {
        let most = if short { SHORT_FILE } else { LONG_FILE };
        let file = file_words(lanes[index].file.filter(|_| has_own_file)?, most);
        let model = lanes[index].snapshot.diagram.model.as_ref().filter(|_| !short);
        Some(model.map_or_else(|| file.clone(), |model| format!("{model} {file}")))
    };
    other_setting.or_else(by_file).map_or(by_past, |state| LaneName { state, since: None })
}

/// So many letters of a file's name fit beside a chart where there is little room.
const SHORT_FILE: usize = 12;

/// And where there is more.
const LONG_FILE: usize = 16;

/// A file's name without its endings; of a long one the end, in which those of one folder usually differ.
fn file_words(file: &str, most: usize) -> String {
    let name = [".gz", ".jsonl", ".headwater"].iter().fold(file, |name, end| name.strip_suffix(end).unwrap_or(name));
    let beyond = name.chars().count().saturating_sub(most);
    if beyond == 0 { name.to_owned() } else { format!("…{}", name.chars().skip(beyond + 1).collect::<String>()) }
}

/// What a setting is, in short words where there is little room.
type Distinction = fn(&RunSpec, bool) -> String;

/// What may tell two runs with equal shortcuts apart, the most telling first.
const DISTINCTIONS: [Distinction; 23] = [
    |spec, _| words::norm(spec.norm).to_owned(),
    |spec, _| words::init(spec.init).to_owned(),
    |spec, short| if short { words::network_short(spec.model) } else { spec.model.title() },
    |spec, short| if short { words::order_short(spec.order) } else { words::order(spec.order) }.to_owned(),
    |spec, _| words::activation(spec.activation).to_owned(),
    |spec, _| words::merge(spec.merge).to_owned(),
    |spec, _| words::branch_layers(spec.branch_layers).to_owned(),
    |spec, _| words::option_a(spec.option_a).to_owned(),
    |spec, _| words::width(spec.width),
    |spec, _| spec.data.title(),
    |spec, _| words::labels(spec.labels).to_owned(),
    |spec, _| words::augment(spec.augment).to_owned(),
    |spec, _| words::image_size(spec.image_size),
    |spec, _| words::stochastic_depth(spec.stochastic_depth),
    |spec, _| words::setting_mark(RunSetting::Lr, &setting(spec.lr)),
    |spec, _| words::setting_mark(RunSetting::Momentum, &setting(spec.momentum)),
    |spec, _| words::setting_mark(RunSetting::WeightDecay, &setting(spec.weight_decay)),
    |spec, _| words::setting_mark(RunSetting::LrSchedule, &spec.lr_schedule.to_string()),
    |spec, _| words::setting_mark(RunSetting::Warmup, &spec.warmup.to_string()),
    |spec, _| words::setting_mark(RunSetting::NoDecay, spec.no_decay.name()),
    |spec, _| words::setting_mark(RunSetting::LabelSmoothing, &setting(spec.label_smoothing)),
    |spec, _| words::setting_mark(RunSetting::Batch, &spec.batch.to_string()),
    |spec, _| words::seed(spec.seed),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lanes, plan, snapshot, spec};
    use crate::words::Text;
    use protocol::{Activation, ActivationOrder, Labels, Merge, Norm};

    #[test]
    fn a_title_tells_recorded_runs_apart() {
        let run = |spec: RunSpec| Snapshot::new(Diagram::new(&Plan::new(spec.model_spec()).unwrap(), Some(spec)));
        let title = |spec: RunSpec| run_title(&run(spec));
        let usual = RunSpec { skip: protocol::Skip::All(0.0), ..spec(20) };
        assert_eq!(title(usual.clone()), "ResNet-20 · Fashion-MNIST 28×28 · no norm · skips closed");
        let silent = RunSpec { norm: Norm::Bn, init: Init::ZeroGamma, image_size: 64, ..spec(20) };
        let words = "ResNet-20 · Fashion-MNIST 28×28 · 64×64 px · batch norm · zero-gamma init · skips open";
        assert_eq!(title(silent), words);
        let foreign = crate::testing::foreign(protocol::BlockKind::Conv);
        assert_eq!(run_title(&foreign), "6 blocks · no skip connections");
        let mut model = crate::testing::foreign(protocol::BlockKind::Attention);
        std::rc::Rc::make_mut(&mut model.diagram).model = Some("GPT2Model".to_owned());
        assert_eq!(run_title(&model), "GPT2Model · 6 blocks");
        assert_eq!(lane_name(&lanes(&model, &model), 0, false, Moment::Measured).to_string(), "GPT2Model");
        let named = |files: [&'static str; 2], short: bool| {
            let [first, second] = lanes(&model, &model);
            let pair = [LaneView { file: Some(files[0]), ..first }, LaneView { file: Some(files[1]), ..second }];
            [0, 1].map(|index| lane_name(&pair, index, short, Moment::Measured).to_string())
        };
        let files = ["one.headwater.jsonl", "frozen-until-layer-3.headwater.jsonl.gz"];
        assert_eq!(named(files, false), ["GPT2Model one", "GPT2Model …n-until-layer-3"]);
        assert_eq!(named(files, true), ["one", "…til-layer-3"]);
        assert_eq!(named([files[0]; 2], false), ["GPT2Model"; 2], "two runs of one file");
        let line = settings_line(None, &model.diagram, model.strengths());
        assert_eq!(line, "GPT2Model · 6 blocks in 3 stages");
    }

    #[test]
    fn a_title_says_what_becomes_of_the_skips() {
        let title = |marks: &[(u64, f64)]| {
            let (mut run, mut from) = (snapshot(20, 1.0), 1.0);
            for (step, to) in marks {
                let mark = Mark { step: *step, what: RunSetting::Skip, block: None, from, to: *to, folded: false };
                run.apply(Event::Mark(mark));
                from = *to;
            }
            run_title(&run).rsplit(" · ").next().unwrap().to_owned()
        };
        assert_eq!(title(&[]), "skips open");
        assert_eq!(title(&[(0, 0.0)]), "skips closed");
        assert_eq!(title(&[(300, 0.5), (400, 0.0)]), "skips faded out");
        assert_eq!(title(&[(300, 0.0)]), "skips changed");
        let mut faded = snapshot(20, 1.0);
        faded.apply(Event::Mark(Mark::of_fade(protocol::Fade { from: 2, to: 4 })));
        assert!(run_title(&faded).ends_with("skips changed"), "it has only begun");
        (0..6).for_each(|number| faded.apply(crate::testing::step(number, 1.0, &[1.0; 10], true)));
        assert!(run_title(&faded).ends_with("skips faded out"));
        assert_eq!(title(&[(300, 0.0), (400, 1.0)]), "skips changed");
        let mut other = snapshot(20, 1.0);
        other.apply(Event::Mark(Mark {
            step: 3,
            what: RunSetting::Lr,
            block: None,
            from: 0.1,
            to: 0.2,
            folded: false,
        }));
        assert!(run_title(&other).ends_with("skips open"));
    }

    #[test]
    fn the_line_states_everything() {
        let expected = "ResNet-20 width 8 · Fashion-MNIST 28×28 · no norm · PyTorch init · SGD lr 0.05, momentum 0.9, \
                        weight decay 0 · batch 32 · seed 1 · skips on · 67,218 parameters";
        assert_eq!(settings_line(Some(&spec(20)), &Diagram::new(&plan(20), None), &[1.0; 9]), expected);
        let goes_on = RunSpec { on_nonfinite: protocol::OnNonfinite::Continue, ..spec(20) };
        let line = settings_line(Some(&goes_on), &Diagram::new(&plan(20), None), &[1.0; 9]);
        assert!(line.contains("· steps without a finite loss are left out ·"), "{line}");
    }

    #[test]
    fn runs_that_stand_alike_are_named_by_their_past() {
        let (mut a, b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        a.apply(crate::testing::step(414, 1.0, &[1.0; 10], true));
        for block in &plan(20).blocks {
            let (what, block) = (RunSetting::Skip, Some(block.name.clone()));
            a.apply(Event::Mark(Mark { step: 415, what, block, from: 1.0, to: 0.0, folded: false }));
        }
        let names = [0, 1].map(|lane| lane_name(&lanes(&a, &b), lane, false, Moment::Switched).to_string());
        assert_eq!(names, ["skips closed since step 415", "skips closed"]);
        // Of what is measured it is not yet the past, and a switch that nobody has confirmed has no step.
        assert_eq!(lane_name(&lanes(&a, &b), 0, false, Moment::Measured).to_string(), "skips open");
        let mut views = lanes(&a, &b);
        (views[0].strengths, views[1].strengths) = (&[1.0; 9], &[1.0; 9]);
        assert_eq!(lane_name(&views, 0, false, Moment::Switched).since, None);
    }

    #[test]
    fn mixed_shortcuts_are_all_stated() {
        let line = |strengths: &[f64]| settings_line(Some(&spec(20)), &Diagram::new(&plan(20), None), strengths);
        assert!(line(&[0.0; 9]).contains("· skips off ·"));
        assert!(line(&[0.5; 9]).contains("· skips 0.5 ·"));
        let mixed = [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.25, 0.25, 0.0];
        assert!(line(&mixed).contains("· skips on in blocks 1–3, off in 4, on in 5–6, 0.25 in 7–8, off in 9 ·"));
    }

    #[test]
    fn what_is_not_usual_is_stated_for_every_family() {
        let line = |change: fn(&mut RunSpec)| {
            let mut spec = spec(20);
            change(&mut spec);
            let plan = Plan::new(spec.model_spec()).unwrap();
            settings_line(Some(&spec), &Diagram::new(&plan, None), &vec![1.0; plan.blocks.len()])
        };
        let pre = line(|s| (s.order, s.merge, s.labels) = (ActivationOrder::Pre, Merge::Concat, Labels::Random));
        assert!(pre.starts_with("ResNet-20 width 8 · pre-activation · concatenation · Fashion-MNIST"), "{pre}");
        assert!(pre.contains("· random labels · no norm ·"), "{pre}");
        let large = line(|s| {
            s.set_model("resnet50".parse().unwrap());
            s.image_size = 224;
        });
        assert!(large.starts_with("ResNet-50 · 3×224×224 · Fashion-MNIST") && large.contains("skips on"), "{large}");
        let toy = line(|s| {
            s.set_model("mlp56".parse().unwrap());
            (s.activation, s.branch_layers, s.stochastic_depth) = (Activation::Tanh, 1, 0.5);
        });
        assert!(toy.starts_with("56-block perceptron width 64 · tanh · one layer a branch ·"), "{toy}");
        assert!(toy.contains("· stochastic depth 0.5 ·"), "{toy}");
        let plain = line(|s| {
            s.set_model("vgg16_bn".parse().unwrap());
            (s.width, s.image_size) = (8, 32);
        });
        assert!(plain.starts_with("VGG-16 width 8 · 3×32×32 ·"), "{plain}");
        assert!(plain.contains("· batch norm ·") && plain.contains("· no skip connections ·"), "{plain}");
    }

    #[test]
    fn what_two_runs_do_not_share_is_named() {
        let a = spec(20);
        let said = |change: fn(&mut RunSpec)| {
            let mut b = a.clone();
            change(&mut b);
            ground(&a, &b).words
        };
        let same = Text::SameSeedSameBatches.words();
        assert_eq!(said(|b| (b.lr, b.steps) = (0.1, 5)), same);
        assert_eq!(said(|b| b.seed = 7), "Different seed: other initial parameters, other batches.");
        assert_eq!(said(|b| b.batch = 7), "Different batch: same initial parameters, other batches.");
        let words = said(|b| (b.width, b.norm) = (3, Norm::Bn));
        assert_eq!(words, "Different width and normalisation: other initial parameters, same batches.");
        assert_eq!(said(|b| b.activation = Activation::Tanh), same);
        // A batch that changes in both, not at one step.
        let with = |events: &str| RunSpec { events: events.parse().unwrap(), ..a.clone() };
        let (early, late) = (with("116:batch=64"), with("118:batch=64"));
        assert_eq!(ground(&early, &early).words, same);
        assert_eq!(ground(&early, &late).words, "Same initial parameters; the same batches up to step 116.");
        assert!(!ground(&early, &a).same_batches && ground(&with("9:lr=1"), &a).same_batches);
        assert_eq!(said(|b| b.labels = Labels::Random), "Different labels: same initial parameters, other batches.");
    }

    #[test]
    fn runs_are_named_by_what_differs() {
        let (a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        let name =
            |a: &Snapshot, b: &Snapshot, index| lane_name(&lanes(a, b), index, false, Moment::Measured).to_string();
        assert_eq!([name(&a, &b, 0), name(&a, &b, 1)], ["skips open", "skips closed"]);
        b = snapshot(20, 1.0);
        b.spec.as_mut().unwrap().norm = Norm::Bn;
        assert_eq!([name(&a, &b, 0), name(&a, &b, 1)], ["no norm", "batch norm"]);
        assert_eq!(name(&a, &a, 1), "skips open");
        let half = snapshot(20, 0.5);
        assert_eq!(lane_name(&lanes(&half, &a), 0, true, Moment::Measured).state, "at 0.5");
    }
}
