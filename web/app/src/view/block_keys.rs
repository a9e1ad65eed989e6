//! Keys in the diagram: left and right walk the blocks, up and down go between a block and its switch, Escape leaves.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Moves the keyboard's focus; keys that mean nothing here are left alone.
pub fn on_key(event: &KeyboardEvent) {
    let Some(target) = event.target_dyn_into::<HtmlElement>() else { return };
    let class = if target.class_list().contains("switch") { "switch" } else { "box-button" };
    let other = if class == "switch" { "box-button" } else { "switch" };
    let wanted = match event.key().as_str() {
        "ArrowLeft" => neighbour(&target, class, |index, _| index.checked_sub(1)),
        "ArrowRight" => neighbour(&target, class, |index, _| Some(index + 1)),
        "Home" => neighbour(&target, class, |_, _| Some(0)),
        "End" => neighbour(&target, class, |_, count| count.checked_sub(1)),
        "ArrowUp" | "ArrowDown" => neighbour(&target, other, |index, _| Some(index)),
        "Escape" => {
            let _left = target.blur();
            None
        }
        _ => None,
    };
    if let Some(wanted) = wanted {
        event.prevent_default();
        let _focused = wanted.focus();
    }
}

/// The button of that class in another block of the same run. Stem and head have no switch: they are passed over.
fn neighbour(target: &HtmlElement, class: &str, to: impl Fn(u32, u32) -> Option<u32>) -> Option<HtmlElement> {
    let item = target.closest("[data-block]").ok()??;
    let siblings = item.parent_element()?.children();
    let button = |item: &Element| item.query_selector(&format!(".{class}")).ok().flatten();
    let items = (0..siblings.length()).filter_map(|index| siblings.item(index));
    let having: Vec<Element> = items.filter(|item| button(item).is_some()).collect();
    let index = having.iter().position(|other| *other == item)?;
    let wanted = to(u32::try_from(index).ok()?, u32::try_from(having.len()).ok()?)?;
    button(having.get(usize::try_from(wanted).ok()?)?)?.dyn_into().ok()
}
