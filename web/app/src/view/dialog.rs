//! A dialog that the browser opens over the page, and from which it gives the focus back. It closes by Esc and by a click
//! beside it.

use web_sys::wasm_bindgen::JsCast;
use web_sys::wasm_bindgen::closure::Closure;
use web_sys::{HtmlDialogElement, MouseEvent};
use yew::prelude::*;

/// Opens and closes the element as the state says. What closes it otherwise, the element says by its `close` event.
#[hook]
pub fn use_dialog(open: bool) -> NodeRef {
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
