//! The list of the runs that are open: which two are shown in full, which are only overlaid, and closing one.

use super::Props;
use crate::state::Action;
use crate::state::opened::ListedRun;
use protocol::Lane;
use scene::{Text, lane_class, lane_marker, overlaid_classes, words};
use yew::prelude::*;

/// The list, folded until it is asked for.
#[component]
pub fn OpenRuns(props: &Props) -> Html {
    let runs = props.state.listed_runs();
    let is_read = props.state.opened.as_ref().is_some_and(|opened| opened.progress.is_some());
    let lanes: Vec<Lane> = Lane::ALL.into_iter().take(runs.len()).collect();
    let row = |own: &ListedRun| {
        let choice = |lane: &Lane| {
            html! {
                <label class={classes!("show-as", lane_class(*lane))} key={lane.name()}>
                    <input
                        type="radio" name={format!("run-{}", lane.name())} checked={own.lane == Some(*lane)}
                        aria-label={words::show_as(*lane, &own.run.name())} onchange={props.on(Action::ShowAs(own.index, *lane))}
                    />
                    <span class="marker" aria-hidden="true">{ lane_marker(*lane) }</span>
                </label>
            }
        };
        html! {
            <tr key={own.run.number} data-open-run={own.run.number.to_string()} data-shown-as={own.lane.map(Lane::name)}>
                <th scope="row">
                    { run_title(own) }<span class="aside">{ words::open_run(&own.run.file, own.updates) }</span>
                </th>
                <td><span class="shown-as">{ for lanes.iter().map(choice) }</span></td>
                <td>
                    <button
                        type="button" class="small" disabled={is_read} aria-label={words::close_run(&own.run.name())}
                        onclick={props.on(Action::CloseRun(own.index))}
                    >
                        { Text::CloseRecording.words() }
                    </button>
                </td>
            </tr>
        }
    };
    html! {
        <details id="open-runs" class="open-runs">
            <summary>{ words::runs_open(runs.len()) }</summary>
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ Text::RunsRun.words() }</th>
                        <th scope="col">{ Text::RunsAs.words() }</th>
                        <td />
                    </tr>
                </thead>
                <tbody>{ for runs.iter().map(row) }</tbody>
            </table>
        </details>
    }
}

/// Its sign in the charts, and what it is.
pub fn run_title(own: &ListedRun) -> Html {
    html! { <>{ sign(own) }{ " " }{ &own.run.title }{ own.stretched.map(words::relative_depth) }</> }
}

/// What names a run in the charts: its lane's marker, or a piece of its line and its number.
fn sign(own: &ListedRun) -> Html {
    let number = own.run.number;
    match own.lane {
        Some(lane) => html! {
            <span class={classes!("run-sign", lane_class(lane))}>
                <span class="marker" aria-hidden="true">{ lane_marker(lane) }</span>{ " " }<b>{ number }</b>
            </span>
        },
        None => html! {
            <span class="run-sign">
                <svg class="line-sample" viewBox="0 0 30 8" aria-hidden="true">
                    <path class={classes!(overlaid_classes(number).map(|class| class.name()).to_vec())} d="m0 4h30" />
                </svg>
                { " " }<b>{ number }</b>
            </span>
        },
    }
}
