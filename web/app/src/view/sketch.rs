//! A prediction that is drawn over the blocks: with the pointer, or block by block with the arrow keys.

use super::Props;
use super::chart_frame::on_size;
use crate::host::pointer::{Gesture, Pointed, pointed};
use crate::state::Action;
use crate::state::lesson::Stage;
use scene::{Sketch, Text, svg_inner, words};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

/// Up and down go by half a power of ten.
const STEP: f64 = 0.5;

/// The drawing of the step that is shown.
#[component]
pub fn SketchPad(props: &Props) -> Html {
    let pad = use_node_ref();
    let size = use_state(|| [0.0, 0.0]);
    let last = use_mut_ref(|| None::<(usize, f64)>);
    let walker = use_state(|| 0_usize);
    {
        let (pad, size) = (pad.clone(), size.setter());
        use_effect_with((), move |()| {
            let watched =
                pad.cast::<Element>().and_then(|pad| on_size(&pad, move |width, height| size.set([width, height])));
            move || {
                if let Some((observer, on_resize)) = watched {
                    observer.disconnect();
                    drop(on_resize);
                }
            }
        });
    }
    let Some(taking) = &props.state.taking else { return Html::default() };
    let Some(sketch) = taking.sketch(taking.step) else { return Html::default() };
    let fixed = taking.stage() != Stage::Asks;
    let [width, height] = *size;
    let scene = sketch.scene(width.max(120.0), height.max(60.0));
    let (title, own) = (words::sketch_title(sketch.draw), Own::of(&sketch));
    let point = {
        let (props, pad, own) = (props.clone(), pad.clone(), own.clone());
        move |gesture: Gesture, event: &PointerEvent| {
            let Some(pointed) = pad.cast::<Element>().and_then(|pad| pointed(gesture, event, &pad)).filter(|_| !fixed)
            else {
                return;
            };
            if let Some(to) = own.at(pointed) {
                let from = if gesture == Gesture::Drag { *last.borrow() } else { None };
                *last.borrow_mut() = Some(to);
                props.store.0.act(Action::Draw(between(from.unwrap_or(to), to)));
            }
        }
    };
    let onpointerdown = {
        let (point, pad) = (point.clone(), pad.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            event.prevent_default();
            if let Some(pad) = pad.cast::<Element>() {
                let _gone = pad.set_pointer_capture(event.pointer_id());
            }
            point(Gesture::Press, &event);
        })
    };
    let onpointermove = Callback::from(move |event: PointerEvent| {
        if event.buttons() & 1 == 1 {
            point(Gesture::Drag, &event);
        }
    });
    let onkeydown = {
        let (props, own, walker) = (props.clone(), own.clone(), walker.setter());
        Callback::from(move |event: KeyboardEvent| {
            let Some(slider) = event.target_dyn_into::<HtmlElement>() else { return };
            let Some(block) = slider.get_attribute("data-index").and_then(|text| text.parse::<usize>().ok()) else {
                return;
            };
            let to = match event.key().as_str() {
                "ArrowLeft" => block.checked_sub(1),
                "ArrowRight" => Some(block + 1),
                "Home" => Some(0),
                "End" => own.blocks.end.checked_sub(1),
                key => {
                    let up = match key {
                        "ArrowUp" => STEP,
                        "ArrowDown" => -STEP,
                        "PageUp" => 2.0 * STEP,
                        "PageDown" => -2.0 * STEP,
                        _ => return,
                    };
                    event.prevent_default();
                    if !fixed {
                        props.store.0.act(Action::Draw(vec![(block, own.powers[block] + up)]));
                    }
                    return;
                }
            };
            event.prevent_default();
            let Some(to) = to.filter(|to| own.blocks.contains(to)) else { return };
            walker.set(to);
            let next = slider
                .parent_element()
                .and_then(|all| all.query_selector(&format!("[data-index=\"{to}\"]")).ok().flatten());
            if let Some(next) = next.and_then(|next| next.dyn_into::<HtmlElement>().ok()) {
                let _focused = next.focus();
            }
        })
    };
    let [low, high] = sketch.draw.ends().map(|end| end.to_string());
    let slider = |block: usize| {
        let power = own.powers[block];
        let value = own.is_drawn.then(|| 10f64.powf(power));
        let at = sketch.left_of(block, width.max(120.0));
        html! {
            <span
                key={block} role="slider" class="sketch-block" data-index={block.to_string()} ~style={format!("left:{at:.1}px")}
                tabindex={if block == (*walker).min(own.blocks.end.saturating_sub(1)) { "0" } else { "-1" }}
                aria-orientation="vertical" aria-label={words::block(block)} aria-disabled={fixed.to_string()}
                aria-valuemin={low.clone()} aria-valuemax={high.clone()} aria-valuenow={power.to_string()}
                aria-valuetext={words::sketch_block(sketch.draw, block, value)}
            />
        }
    };
    let drawing = format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {} {}\" width=\"100%\" height=\"100%\">{}</svg>",
        scene::escaped(&format!("{title}. {}", scene.summary)),
        scene.width,
        scene.height,
        svg_inner(&scene)
    );
    html! {
        <div class="sketch">
            <p class="sketch-title"><strong>{ if fixed { Text::DrawnAndMeasured.words() } else { Text::DrawFirst.words() } }</strong>{ ": " }{ &title }</p>
            <div
                class={classes!("sketch-pad", fixed.then_some("fixed"))} ref={pad} data-prediction="draw" role="group" aria-label={title.clone()}
                {onpointerdown} {onpointermove} {onkeydown}
            >
                { Html::from_html_unchecked(drawing.into()) }
                { for own.blocks.clone().map(slider) }
            </div>
            if taking.answer().told.is_some() { { table(&sketch) } }
        </div>
    }
}

/// What was drawn and what was measured, block by block.
fn table(sketch: &Sketch) -> Html {
    let curve = sketch.curve().unwrap_or_default();
    let row = |block: usize| {
        let cell = |value: Option<f64>| {
            let text =
                value.map_or_else(|| Text::NoValue.words().to_owned(), |value| words::sketch_value(sketch.draw, value));
            html! { <td data-value={value.map(|value| value.to_string())}>{ text }</td> }
        };
        html! {
            <tr key={block}>
                <th scope="row">{ words::block(block) }</th>
                { cell(curve.get(block).map(|power| 10f64.powf(*power))) }
                { cell(sketch.measured.get(block).copied().flatten()) }
            </tr>
        }
    };
    html! {
        <table id="sketch-table" class="visually-hidden">
            <caption>{ words::sketch_title(sketch.draw) }</caption>
            <thead>
                <tr>
                    <th scope="col">{ Text::Block.words() }</th>
                    <th scope="col">{ Text::Drawn.words() }</th>
                    <th scope="col">{ Text::Measured.words() }</th>
                </tr>
            </thead>
            <tbody>{ for sketch.drawn().map(row) }</tbody>
        </table>
    }
}

/// What the pointer and the keys must know of the drawing.
struct Own {
    draw: protocol::lesson::Draw,
    set: Vec<Option<f64>>,
    blocks: std::ops::Range<usize>,
    /// Where each block stands, also before anything is drawn.
    powers: Vec<f64>,
    is_drawn: bool,
}

impl Own {
    fn of(sketch: &Sketch) -> Rc<Self> {
        let curve = sketch.curve();
        let [low, high] = sketch.draw.ends();
        let level = 0.0_f64.clamp(low, high);
        Rc::new(Self {
            draw: sketch.draw,
            set: sketch.set.to_vec(),
            blocks: sketch.drawn(),
            is_drawn: curve.is_some(),
            powers: curve.unwrap_or_else(|| vec![level; sketch.set.len()]),
        })
    }

    fn at(&self, pointed: Pointed) -> Option<(usize, f64)> {
        Sketch { draw: self.draw, set: &self.set, measured: &[] }.at(pointed.size, pointed.at)
    }
}

/// All blocks that a drag passes, on the straight line between its ends; the first of them is drawn already.
fn between(from: (usize, f64), to: (usize, f64)) -> Vec<(usize, f64)> {
    let steps = from.0.abs_diff(to.0);
    let at = |step: usize| {
        let part = step as f64 / steps.max(1) as f64;
        (if to.0 >= from.0 { from.0 + step } else { from.0 - step }, from.1 + (to.1 - from.1) * part)
    };
    (1..steps).map(at).chain([to]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quick_drag_draws_every_block_that_it_passes() {
        assert_eq!(between((2, -4.0), (2, -5.0)), [(2, -5.0)]);
        assert_eq!(between((1, -1.0), (4, -4.0)), [(2, -2.0), (3, -3.0), (4, -4.0)]);
        assert_eq!(between((3, 0.0), (1, -1.0)), [(2, -0.5), (1, -1.0)]);
    }
}
