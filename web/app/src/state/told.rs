//! What an embedding page is told of the state.

use crate::BUILD;
use crate::state::State;
use crate::state::lane_state::Phase;
use crate::state::notice::Topic;
use crate::state::readout::{LaneReadout, cell};
use protocol::embed::{LaneStep, Ready, StateName, StateTold, StepTold};
use protocol::recording::spec_as_json;
use protocol::{Lane, PageSetting, Quantity};
use scene::Text;
use serde_json::{Map, Value};

/// That the page listens, and with which settings.
pub fn ready(state: &State) -> Ready {
    Ready { build: BUILD.to_owned(), settings: settings(state) }
}

/// Every setting in force by its name in a URL; `NAME_b` where the second run has another value.
pub fn settings(state: &State) -> Map<String, Value> {
    let of_run = |lane: usize| match spec_as_json(&state.lanes[lane].spec) {
        Value::Object(settings) => settings,
        _ => Map::new(),
    };
    let mut settings = of_run(0);
    if state.lanes.len() > 1 {
        let differing: Vec<_> =
            of_run(1).into_iter().filter(|(name, value)| settings.get(name) != Some(value)).collect();
        settings.extend(differing.into_iter().map(|(name, value)| (format!("{name}_b"), value)));
    }
    let of_page = |setting: &PageSetting| {
        let text = setting.setting().get(&state.page);
        let number = setting.setting().number(&state.page).and_then(|_| serde_json::from_str(&text).ok());
        (setting.name().to_owned(), number.unwrap_or(Value::from(text)))
    };
    let hooks = [PageSetting::Fault, PageSetting::Version];
    settings.extend(PageSetting::ALL.iter().filter(|setting| !hooks.contains(setting)).map(of_page));
    settings
}

/// What the page does, and why where that is not plain.
pub fn state(state: &State) -> StateTold {
    let said = || {
        let of_a_failure = |topic| matches!(topic, Topic::Source | Topic::Run);
        let notice = state.notices.all().iter().rfind(|notice| of_a_failure(notice.topic));
        notice.map(|notice| notice.sentence.clone())
    };
    let words = |text: Text| Some(text.words().to_owned());
    let (name, why) = match state.phase() {
        Phase::Loading => (StateName::Loading, None),
        Phase::Ready if !state.source.trains() => (StateName::Ready, words(Text::ViewerOnly)),
        Phase::Ready => (StateName::Ready, None),
        Phase::Running if state.resting => (StateName::Resting, words(Text::Unseen)),
        Phase::Running => (StateName::Running, None),
        Phase::Paused => (StateName::Paused, None),
        Phase::Done if state.shows_recording().is_some() => (StateName::Done, words(state.recording_end())),
        Phase::Done => (StateName::Done, words(Text::StateDone)),
        Phase::Failed => (StateName::Failed, said().or_else(|| words(Text::StateFailed))),
    };
    StateTold { state: name, why, step: state.updates() }
}

/// The measurements; `None` before there are any.
pub fn step(state: &State) -> Option<StepTold> {
    let first = state.readout.lanes.first()?;
    let lanes = Lane::ALL.into_iter().zip(state.readout.lanes.iter().zip(state.shown()));
    let lanes = lanes.map(|(lane, (read, own))| {
        let blocks = own.diagram.blocks.iter().map(|block| block.name.clone()).collect();
        (lane, lane_step(read, blocks))
    });
    Some(StepTold {
        step: first.step,
        updates: first.updates,
        loss: first.loss,
        train_accuracy: first.train_accuracy,
        accuracy: first.accuracy,
        steps_per_second: state.readout.speed.steps_per_second,
        lanes: lanes.collect(),
    })
}

fn lane_step(read: &LaneReadout, blocks: Vec<String>) -> LaneStep {
    let column = |quantity| -> Vec<Option<f64>> { read.rows.iter().map(|row| cell(row, quantity)).collect() };
    let grad_in_l2 = column(Quantity::GradInL2);
    let ends = grad_in_l2.first().zip(grad_in_l2.last());
    let first_over_last = ends.and_then(|(first, last)| Some((*first)? / (*last)?));
    LaneStep {
        step: read.step,
        updates: read.updates,
        loss: read.loss,
        train_accuracy: read.train_accuracy,
        accuracy: read.accuracy,
        strengths: read.strengths.clone(),
        blocks,
        grad_out_l2: column(Quantity::GradOutL2),
        grad_in_l2,
        first_over_last,
    }
}
