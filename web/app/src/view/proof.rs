//! The panel that says whether this is real: slopes that the backward pass predicts beside those of the loss.

use super::Props;
use crate::state::update::why_not_proved;
use crate::state::{Action, Proving};
use protocol::{Proof, ProvedPart};
use scene::{Text, words};
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn ProofPanel(props: &Props) -> Html {
    let state = &props.state;
    html! {
        <>
            <p>{ Text::ProofWhat.words() }</p>
            <p class="aside">
                { Text::ProofHow.words() }
                if state.lanes.len() > 1 { { " " }{ Text::ProofOfA.words() } }
                if state.shows_recording().is_some() { { " " }{ Text::ProofOfOwn.words() } }
            </p>
            {
                match &state.proving {
                    Proving::No => html! { <p>{ why_not_proved(state).unwrap_or(Text::ProofEnded).words() }</p> },
                    Proving::Asked => html! { <p id="proof-progress">{ Text::ProofBegins.words() }</p> },
                    Proving::On(part) => {
                        let share = part.done as f64 / part.all.max(1) as f64;
                        html! {
                            <p id="proof-progress">
                                <progress aria-label={Text::ProofTitle.words()} value={share.to_string()} />
                                { " " }{ words::proof_progress(share, part.left_ms) }
                            </p>
                        }
                    }
                    Proving::Found(proof) => found(props, proof),
                }
            }
        </>
    }
}

fn found(props: &Props, proof: &Proof) -> Html {
    html! {
        <>
            <p>
                <strong id="proof-result" role="status" data-worst={proof.worst().map(|worst| worst.to_string())}>
                    { words::proof_result(proof) }
                </strong>
            </p>
            if let Some(worst) = proof.worst_join() { <p>{ words::proof_joins(proof.joins.len(), worst) }</p> }
            <div class="tables table-scroll" tabindex="0" role="group" aria-label={Text::ProofTitle.words()}>
                <table id="proof-table">
                    <thead>
                        <tr>
                            <th scope="col">{ Text::ProofPart.words() }</th>
                            <th scope="col">{ Text::ProofDirection.words() }</th>
                            <th scope="col">{ Text::ProofAcross.words() }</th>
                            <th scope="col">{ Text::ProofWeights.words() }</th>
                            <th scope="col">{ Text::ProofUnchecked.words() }</th>
                            <th scope="col">{ Text::ProofBound.words() }</th>
                        </tr>
                    </thead>
                    <tbody>{ for proof.parts.iter().map(row) }</tbody>
                </table>
            </div>
            if proof.parts.iter().all(|part| part.weights.is_empty()) { <p>{ Text::ProofLarge.words() }</p> }
            <p class="aside">{ Text::ProofNotChecked.words() }</p>
            <p class="aside">{ words::proof_of(proof, crate::BUILD) }</p>
            <p>
                <button id="save-proof" type="button" class="small" onclick={props.on(Action::SaveProof)}>
                    { Text::ProofSave.words() }
                </button>
            </p>
        </>
    }
}

fn row(part: &ProvedPart) -> Html {
    html! {
        <tr key={part.name.clone()}>
            <th scope="row">{ &part.name }</th>
            <td>{ words::slope(&part.direction) }</td>
            <td>{ words::slope(&part.across) }</td>
            <td>{ part.worst_weight().map_or_else(|| "–".to_owned(), words::relative_error) }</td>
            <td>{ words::unchecked(part) }</td>
            <td>{ words::relative_error(part.bound) }</td>
        </tr>
    }
}
