//! The panels over the page: dialogs that the browser opens, and from which it gives the focus back. They close by Esc and by
//! a click beside them.

use super::export::Export;
use super::help::Help;
use super::lessons::Lessons;
use super::library::Library;
use super::proof::ProofPanel;
use super::save::Save;
use super::share::Share;
use super::worksheet::WorksheetPanel;
use super::{Handle, Props};
use crate::state::shared::Shared;
use crate::state::{Action, Panel, State};
use scene::Text;
use web_sys::wasm_bindgen::JsCast;
use web_sys::wasm_bindgen::closure::Closure;
use web_sys::{HtmlDialogElement, MouseEvent};
use yew::prelude::*;

/// The page, and which panel.
#[derive(Clone, PartialEq, Properties)]
pub struct PanelProps {
    /// What to draw.
    pub state: Shared<State>,
    /// Where actions go.
    pub store: Handle,
    /// The panel.
    pub panel: Panel,
}

/// The frame of a panel; what is in it is there while it is open.
#[component]
pub fn Dialog(props: &PanelProps) -> Html {
    let PanelProps { state, store, panel } = props.clone();
    let props = Props { state, store };
    let open = props.state.panel == Some(panel);
    let dialog = use_dialog(open);
    let title = format!("{}-title", panel.id());
    html! {
        <dialog
            id={panel.id()} class="help" ref={dialog} aria-labelledby={title.clone()}
            onclose={props.on(Action::ClosePanel(panel))}
        >
            if open {
                <div class="help-head">
                    <h2 id={title}>{ panel.title().words() }</h2>
                    <button type="button" class="small" onclick={props.on(Action::ClosePanel(panel))}>{ Text::Close.words() }</button>
                </div>
                { content(panel, props) }
            }
        </dialog>
    }
}

fn content(panel: Panel, props: Props) -> Html {
    match panel {
        Panel::Help => html! { <Help ..props /> },
        Panel::Open => html! { <Library ..props /> },
        Panel::Save => html! { <Save ..props /> },
        Panel::Export => html! { <Export ..props /> },
        Panel::Proof => html! { <ProofPanel ..props /> },
        Panel::Share => html! { <Share ..props /> },
        Panel::Lessons => html! { <Lessons ..props /> },
        Panel::Worksheet => html! { <WorksheetPanel ..props /> },
    }
}

/// Opens and closes the element as the state says. What closes it otherwise, the element says by its `close` event.
#[hook]
fn use_dialog(open: bool) -> NodeRef {
    let node = use_node_ref();
    {
        let node = node.clone();
        use_effect_with(open, move |open| {
            let Some(dialog) = node.cast::<HtmlDialogElement>() else { return };
            if *open && !dialog.open() {
                let _refused = dialog.show_modal();
            } else if !*open && dialog.open() {
                dialog.close();
            }
        });
    }
    {
        let node = node.clone();
        use_effect_with((), move |()| {
            let Some(dialog) = node.cast::<HtmlDialogElement>() else { return };
            let own = dialog.clone();
            let beside = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
                if is_beside(&own, &event) {
                    own.close();
                }
            });
            // A dialog takes listeners; it lives as long as the page.
            let _added = dialog.add_event_listener_with_callback("click", beside.as_ref().unchecked_ref());
            beside.forget();
        });
    }
    node
}

/// What is behind an open dialog counts as the dialog itself. A key that presses a button clicks at no place.
fn is_beside(dialog: &HtmlDialogElement, event: &MouseEvent) -> bool {
    let place = dialog.get_bounding_client_rect();
    let [x, y] = [event.client_x(), event.client_y()].map(f64::from);
    let is_dialog = event.target().and_then(|target| target.dyn_into::<HtmlDialogElement>().ok()).is_some();
    is_dialog && (x < place.left() || x > place.right() || y < place.top() || y > place.bottom())
}
