//! Recordings: opened, chosen among, looked through, closed again, and made live.

use super::{Gate, aside, runs};
use crate::state::aside::Aside;
use crate::state::fit::Misfit;
use crate::state::images::Images;
use crate::state::lane_state::LaneState;
use crate::state::notice::{NotTaken, Topic};
use crate::state::opened::{Opened, OpenedBy, OpenedRun};
use crate::state::url::{Request, overrides, twin};
use crate::state::{Action, Effect, State};
use protocol::{Go, Lane, PageSetting, Place, RunSetting, RunSpec};
use scene::{Text, words};

/// Recordings are about to be opened.
pub fn opening(state: &mut State) -> Vec<Effect> {
    // The first picture says nothing, so that it takes back nothing either.
    if !state.awaits_visitor() || state.shows_recording().is_some() {
        state.notices.clear(Topic::Recording);
    }
    Vec::new()
}

/// A recording in a file of this many bytes begins; what was open before is closed, unless it is read beside that.
pub fn reading(state: &mut State, total: u64, beside: bool, by: OpenedBy) -> Vec<Effect> {
    let mut effects = Vec::new();
    state.reference.clear();
    if !beside {
        leave(state);
        effects.push(Effect::Read);
    }
    if by == OpenedBy::Visitor && !beside && !state.page.runs.is_empty() {
        // The address names what is shown, and a file of this computer has none.
        state.page.runs.clear();
        effects.push(Effect::WriteUrl);
    }
    let opened = state.opened.get_or_insert_default();
    (opened.progress, opened.replays, opened.by) = (Some((0, total)), false, by);
    effects
}

/// A recording that comes with the page is opened; the link names it.
pub fn open_listed(state: &mut State, address: String) -> Vec<Effect> {
    state.panel = None;
    // What cannot be had is said from here on: the visitor has asked for it.
    let mut effects = if state.awaits_visitor() { give_way(state) } else { Vec::new() };
    let beside = state.adds();
    if !beside {
        state.page.runs.clear();
    } else if state.page.runs.contains(&address) {
        return effects;
    }
    state.page.runs.push(address.clone());
    effects.extend([Effect::OpenAddresses { addresses: vec![address], beside }, Effect::WriteUrl]);
    effects
}

/// The first picture is there again, if nothing but a lesson came after it: the settings are those of its run.
pub fn picture_again(state: &mut State) -> Vec<Effect> {
    if state.left_picture && has_specs(state, &of_picture()) { show_picture(state) } else { Vec::new() }
}

/// The settings of the runs that the first picture shows.
fn of_picture() -> [RunSpec; 2] {
    let usual = Request::read_with(&[], &Images::default()).spec;
    [usual.clone(), twin(&usual, &[])]
}

/// Whether the page's runs have these settings, and no weights of a file.
fn has_specs(state: &State, wanted: &[RunSpec]) -> bool {
    let same = |(lane, wanted): (&LaneState, &RunSpec)| lane.spec == *wanted && lane.weights.is_none();
    state.lanes.len() == wanted.len() && state.lanes.iter().zip(wanted).all(same)
}

/// The page's first picture is opened again, with the settings of its run: training goes on from what it shows.
pub fn show_picture_again(state: &mut State) -> Vec<Effect> {
    let wanted = of_picture();
    let stands = has_specs(state, &wanted) && state.furthest() == 0;
    let made: Result<Vec<_>, _> =
        wanted.into_iter().zip(Lane::ALL).map(|(spec, lane)| LaneState::new(lane, spec, &state.images)).collect();
    let mut effects = match made {
        Ok(made) if !stands => {
            state.notices.clear_values();
            let former = aside::worth_keeping(state);
            take_over(state, made, former)
        }
        _ => Vec::new(),
    };
    effects.extend(show_picture(state));
    effects
}

/// The page's first picture is opened.
pub fn show_picture(state: &mut State) -> Vec<Effect> {
    state.left_picture = false;
    state.opened = Some(Opened { by: OpenedBy::Page, ..Opened::default() });
    vec![Effect::OpenFirst]
}

/// Whether parameters from an embedding page are about the page's own run.
pub fn leads_elsewhere(pairs: &[(String, String)]) -> bool {
    let of_a_run = |(name, _): &(String, String)| {
        let own = name.strip_suffix("_b").unwrap_or(name);
        RunSetting::named(own).is_some() || PageSetting::named(name) == Some(PageSetting::Compare)
    };
    pairs.iter().any(of_a_run)
}

/// The first picture gives way to what is about the page's own run; nothing of that has begun.
pub fn gate_of_picture(state: &State, action: &Action) -> Gate {
    match action {
        _ if !state.awaits_visitor() => Gate::Open,
        Action::Reset => Gate::Instead(|_| Vec::new()),
        action if is_of_own_run(action) => Gate::First(give_way),
        _ => Gate::Open,
    }
}

/// Of a recording the same buttons lead through its steps, and its switches cannot be thrown.
pub fn gate_of_recording(state: &State, action: &Action) -> Gate {
    match action {
        _ if state.shows_recording().is_none() => Gate::Open,
        Action::PlayOrPause => Gate::Instead(replay),
        Action::Play if !state.is_going() => Gate::Instead(replay),
        Action::Pause if state.is_going() => Gate::Instead(replay),
        Action::StepOnce => Gate::Instead(step),
        Action::Reset => Gate::Instead(rewind),
        Action::Play
        | Action::Pause
        | Action::Toggle { .. }
        | Action::ToggleAll { .. }
        | Action::Strength { .. }
        | Action::FadeOut { .. }
        | Action::Fold(_)
        | Action::Compare(_) => Gate::Instead(|_| Vec::new()),
        // These are about the page's own run, which is shown first.
        Action::NewRun
        | Action::Restart
        | Action::TakeUp
        | Action::Edit(..)
        | Action::Restore(_)
        | Action::BeginLesson(_)
        | Action::LessonFetched(_, Ok(_)) => Gate::First(close),
        Action::Set(pairs) if leads_elsewhere(pairs) => Gate::First(close),
        _ => Gate::Open,
    }
}

/// Whether an action is about the page's own run.
fn is_of_own_run(action: &Action) -> bool {
    match action {
        Action::Set(pairs) => leads_elsewhere(pairs),
        Action::PlayOrPause
        | Action::Play
        | Action::StepOnce
        | Action::Slow(_)
        | Action::NewRun
        | Action::Restart
        | Action::TakeUp
        | Action::Toggle { .. }
        | Action::ToggleAll { .. }
        | Action::Compare(_)
        | Action::Edit(..)
        | Action::BeginLesson(_)
        | Action::LessonFetched(_, Ok(_))
        | Action::Restore(_) => true,
        _ => false,
    }
}

/// The first picture is shown no more, and not waited for.
pub fn give_way(state: &mut State) -> Vec<Effect> {
    leave(state);
    vec![Effect::CloseRecording, Effect::Read]
}

/// The page's own run is shown again, as it was.
fn leave(state: &mut State) -> bool {
    state.left_picture |= state.awaits_visitor();
    let Some(opened) = state.opened.take() else { return false };
    if let Some(own) = opened.own {
        state.readout = own;
        state.look_back = None;
    }
    keep_focus(state);
    if state.page.place(&state.lanes[0].diagram).is_err() {
        state.page.block = None;
    }
    true
}

/// A header was read: from the first one on the page shows the recording, and its own run rests.
pub fn header(state: &mut State, run: OpenedRun) -> Vec<Effect> {
    let mut effects = Vec::new();
    let Some(opened) = &mut state.opened else { return effects };
    let is_first = opened.runs.is_empty();
    if is_first {
        opened.own = Some(state.readout.clone());
    }
    opened.add(run);
    if is_first && !state.awaits_visitor() {
        effects.extend(runs::pause_live(state));
        (state.look_back, state.more, state.resting) = (None, false, false);
        choose_block(state);
        state.focus = state.focus.or(Some(Place::Block(0)));
    }
    keep_focus(state);
    effects.push(Effect::Read);
    effects
}

/// The block that the link asks for is looked at, if this recording is what it names.
fn choose_block(state: &mut State) {
    let Some(opened) = state.opened.as_ref().filter(|opened| opened.by == OpenedBy::Link) else { return };
    if !std::mem::take(&mut state.block_waits) {
        return;
    }
    match state.page.place(&opened.runs[0].diagram) {
        Ok(place) => state.focus = place,
        Err(complaint) => {
            state.notices.not_taken(&NotTaken { complaint, now: None });
            state.page.block = None;
        }
    }
}

/// What was read since says more of what a run is.
pub fn titled(state: &mut State, index: usize, title: &str) -> Vec<Effect> {
    if let Some(opened) = &mut state.opened {
        opened.runs.get_mut(index).into_iter().for_each(|run| title.clone_into(&mut run.plain));
        opened.distinguish();
    }
    Vec::new()
}

/// So many bytes were read.
pub fn progress(state: &mut State, done: u64) -> Vec<Effect> {
    if let Some((read, _)) = state.opened.as_mut().and_then(|opened| opened.progress.as_mut()) {
        *read = done;
    }
    Vec::new()
}

/// The file was read to its end, or as far as it could be; after the last one the step that the link asks for is shown.
pub fn ended(state: &mut State, last: bool) -> Vec<Effect> {
    if let Some(opened) = &mut state.opened {
        opened.progress = None;
    }
    if state.shows_recording().is_none() {
        state.opened = None;
        return Vec::new();
    }
    if let Some(step) = state.page.step.take_if(|_| last) {
        state.look_back = Some(step);
    }
    vec![Effect::Read]
}

/// So much is said about files, bytes.
const MOST_SAID: usize = 400;

/// Something is wrong with a file.
pub fn fault(state: &mut State, sentence: String) -> Vec<Effect> {
    let of_picture = |opened: &Opened| opened.runs.is_empty() || opened.progress.is_some();
    if state.awaits_visitor() && state.opened.as_ref().is_some_and(of_picture) {
        // The page is as good without its first picture.
        let effects = give_way(state);
        state.left_picture = false;
        return effects;
    }
    // Of several, all are said, as far as there is room.
    let before = state.notices.all().iter().find(|notice| notice.topic == Topic::Recording);
    let sentence = match before.map(|notice| &notice.sentence) {
        Some(before) if before.contains(&sentence) || before.len() > MOST_SAID => before.clone(),
        Some(before) => format!("{before} {sentence}"),
        None => sentence,
    };
    state.notices.say(Topic::Recording, sentence, None);
    Vec::new()
}

/// The page shows its own run again.
pub fn close(state: &mut State) -> Vec<Effect> {
    if !leave(state) {
        return Vec::new();
    }
    state.page.runs.clear();
    state.notices.clear(Topic::Recording);
    vec![Effect::CloseRecording, Effect::Read, Effect::WriteUrl]
}

/// One of several is closed; the page shows its own run again after the last one.
pub fn close_run(state: &mut State, index: usize) -> Vec<Effect> {
    let Some(opened) = state.opened.as_mut().filter(|opened| opened.progress.is_none()) else { return Vec::new() };
    if index >= opened.runs.len() {
        return Vec::new();
    }
    if opened.runs.len() == 1 {
        return close(state);
    }
    let closed = opened.remove(index);
    if opened.runs.iter().all(|own| own.address != closed.address) {
        state.page.runs.retain(|run| Some(run) != closed.address.as_ref());
    }
    keep_focus(state);
    vec![Effect::CloseRun(index), Effect::Read, Effect::WriteUrl]
}

/// One of several is shown as A or B.
pub fn show_as(state: &mut State, index: usize, lane: Lane) -> Vec<Effect> {
    let Some(opened) = &mut state.opened else { return Vec::new() };
    opened.show_as(index, lane);
    keep_focus(state);
    vec![Effect::Read]
}

fn keep_focus(state: &mut State) {
    let blocks = state.shown().first().map_or(0, |lane| lane.diagram.blocks.len());
    state.focus = state.focus.filter(|place| place.is_in(blocks));
}

/// The steps pass by themselves, or stop doing so.
pub fn replay(state: &mut State) -> Vec<Effect> {
    let (first, last) = state.steps();
    let Some(opened) = &mut state.opened else { return Vec::new() };
    opened.replays = !opened.replays && last > first;
    if !opened.replays {
        return Vec::new();
    }
    // From the beginning, if it stands at the end.
    state.look_back = state.look_back.or(Some(first));
    vec![Effect::ReplaySoon]
}

/// In about so many pictures a whole recording passes: twenty seconds.
const PICTURES: u64 = 600;

/// One picture further.
pub fn replay_on(state: &mut State) -> Vec<Effect> {
    let (first, last) = state.steps();
    let Some(opened) = state.opened.as_mut().filter(|opened| opened.replays) else { return Vec::new() };
    let next = state.look_back.unwrap_or(last) + ((last - first) / PICTURES).max(1);
    if next >= last {
        opened.replays = false;
        state.look_back = None;
        return Vec::new();
    }
    state.look_back = Some(next);
    vec![Effect::ReplaySoon]
}

/// One step further; after the last one nothing.
pub fn step(state: &mut State) -> Vec<Effect> {
    let (_, last) = state.steps();
    if let Some(opened) = &mut state.opened {
        opened.replays = false;
    }
    state.look_back = state.look_back.map(|step| step + 1).filter(|step| *step < last);
    Vec::new()
}

/// Back to the first step.
pub fn rewind(state: &mut State) -> Vec<Effect> {
    if let Some(opened) = &mut state.opened {
        opened.replays = false;
    }
    let (first, last) = state.steps();
    state.look_back = (last > first).then_some(first);
    Vec::new()
}

/// The page trains the run that is shown, from its beginning and with the same changes; its own run is put aside.
pub fn make_live(state: &mut State) -> Vec<Effect> {
    let Some(opened) = state.shows_recording() else { return Vec::new() };
    if let Some(why) = state.why_not_live() {
        return fault(state, why.words().to_owned());
    }
    let pair = opened.pair.clone();
    let files = opened.in_full().map(|(_, run)| run.file.clone()).collect();
    let specs: Option<Vec<_>> = (0..pair.len()).map(|index| recorded_spec(state, index)).collect();
    let Some(specs) = specs else { return fault(state, Text::NotMadeLive.words().to_owned()) };
    let made: Result<Vec<_>, _> =
        specs.into_iter().zip(Lane::ALL).map(|(spec, lane)| LaneState::new(lane, spec, &state.images)).collect();
    let made = match made {
        Ok(made) => made,
        Err(complaint) => return fault(state, words::value_not_taken(&complaint, None)),
    };
    let mut effects = vec![Effect::KeepReference(pair)];
    effects.extend(close(state));
    state.reference = files;
    let former = aside::worth_keeping(state);
    effects.extend(take_over(state, made, former));
    state.on_ready = Some(Go::Train);
    effects
}

/// These runs take the place of the page's own, which is put aside if it is to be kept.
pub fn take_over(state: &mut State, made: Vec<(LaneState, Vec<Misfit>)>, former: Option<Aside>) -> Vec<Effect> {
    state.notices.clear(Topic::Run);
    let lanes = made.len();
    // The sources stay: those of a second run that is not needed end.
    let sources: Vec<_> = state.lanes.drain(..).collect();
    for (index, (mut lane, misfits)) in made.into_iter().enumerate() {
        misfits.into_iter().for_each(|misfit| state.notices.not_taken(&misfit.not_taken(lane.lane)));
        if let Some(source) = sources.get(index) {
            (lane.launched, lane.listening, lane.dead, lane.silent) =
                (source.launched, source.listening, source.dead, source.silent);
        }
        state.lanes.push(lane);
    }
    state.page.compare = lanes > 1;
    state.overrides = match state.lanes.as_slice() {
        [first, second] => overrides(&first.spec, &second.spec),
        _ => Vec::new(),
    };
    state.draft.clear();
    state.twin_draft.clear();
    state.form = Lane::A;
    runs::forget_second(state);
    let mut effects = match former {
        Some(former) => aside::put(state, former),
        None if sources.len() > lanes => vec![Effect::Drop(lanes)],
        None => Vec::new(),
    };
    effects.extend(runs::begin_all(state));
    effects.push(Effect::WriteUrl);
    effects
}

/// The settings with which a recorded run is made again.
fn recorded_spec(state: &State, index: usize) -> Option<RunSpec> {
    state.readout.lanes.get(index).and_then(|read| read.replay.clone())
}
