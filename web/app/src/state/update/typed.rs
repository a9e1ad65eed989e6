//! What is typed in the form: it changes nothing until it is accepted, and stays in its field with the sentence that says why
//! it is not.

use super::settings::{edit, edit_twin};
use crate::state::fit::misfit;
use crate::state::images::Images;
use crate::state::lane_state::LaneState;
use crate::state::notice::{Notice, Topic};
use crate::state::{Effect, State};
use protocol::setting::Id;
use protocol::{Complaint, Lane, RunSetting};
use scene::words;

/// A setting in the form, of the run whose settings it shows.
pub fn edit_form(state: &mut State, setting: RunSetting, text: &str) -> Vec<Effect> {
    let twin = state.forms_twin();
    let Err(complaint) = check(state, setting, text) else {
        return if twin { edit_twin(state, setting, text) } else { edit(state, setting, text) };
    };
    let complaint = complaint.of(if twin { Lane::B } else { Lane::A });
    if !twin && !setting.is_live() {
        state.edited.insert(setting);
    }
    let now = setting.get(&if twin { state.drafted_twin() } else { state.drafted() });
    let topic = if twin { Topic::TwinValue(setting) } else { Topic::Value(setting.into()) };
    state.notices.say(topic, words::typed_not_taken(&complaint, &now), None);
    state.notices.typed(topic, text);
    Vec::new()
}

/// Whether the setting can have this value, in every run that it is for.
fn check(state: &State, setting: RunSetting, text: &str) -> Result<(), Complaint> {
    let twin = state.forms_twin();
    if setting.is_live() {
        let keeps = state.overrides.iter().any(|(own, _)| *own == setting);
        let is_meant = |lane: &&LaneState| if lane.lane == Lane::B { twin || !keeps } else { !twin };
        return state.lanes.iter().filter(is_meant).try_for_each(|lane| check_live(lane, setting, text));
    }
    let mut wanted = if twin { state.drafted_twin() } else { state.drafted() };
    setting.setting().set_strictly(&mut wanted, text).strict()?;
    misfit(&wanted, setting, &Images::of(state.images_wanted())).map_or(Ok(()), Err)
}

fn check_live(lane: &LaneState, setting: RunSetting, text: &str) -> Result<(), Complaint> {
    let mut wanted = lane.spec.clone();
    setting.setting().set_strictly(&mut wanted, text).strict()?;
    if setting == RunSetting::Steps {
        lane.check_made(wanted.steps)?;
    }
    lane.clone().set_live(setting, &wanted)
}

/// What is typed in the open form and not accepted is mended before a new run begins: its first field gets the focus, whose
/// sentence says what is wrong.
pub fn mend_first(state: &mut State) -> Option<Vec<Effect>> {
    let shown = state.forms_twin();
    let wrong = |notice: &Notice| match (notice.topic, &notice.typed) {
        (Topic::Value(Id::Run(setting)), Some(_)) => Some((false, setting)),
        (Topic::TwinValue(setting), Some(_)) => Some((true, setting)),
        _ => None,
    };
    let place = |setting: RunSetting| RunSetting::written().position(|own| own == setting);
    let all = state.notices.all().iter().filter(|_| state.more).filter_map(wrong);
    let (twin, setting) = all.min_by_key(|(twin, own)| (*twin != shown, !own.is_live(), place(*own)))?;
    state.form = if twin { Lane::B } else { Lane::A };
    Some(vec![Effect::FocusField(setting)])
}
