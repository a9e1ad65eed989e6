//! A word that explains itself where it stands: one line opens at it by pointer, focus or tap, and Escape closes it.

use crate::host::browser;
use scene::words;
use std::cell::Cell;
use web_sys::HtmlElement;
use yew::prelude::*;

/// The word, and what it means.
#[derive(Clone, PartialEq, Properties)]
pub struct TermProps {
    /// The word.
    pub word: AttrValue,
    /// What it means, in one line. While it is open it says what it said when it was opened.
    pub line: AttrValue,
    /// Whether a block is drawn beside the line.
    #[prop_or_default]
    pub drawn: bool,
}

/// The line that is open, and on which side of the word there is room for it.
#[derive(Clone, PartialEq)]
struct Open {
    line: AttrValue,
    side: &'static str,
}

thread_local! {
    /// Makes the ids of lines.
    static TERMS: Cell<u32> = const { Cell::new(0) };
}

/// A word that explains itself.
#[component]
pub fn Term(props: &TermProps) -> Html {
    let (open, word) = (use_state(|| None::<Open>), use_node_ref());
    let id = use_state(|| {
        TERMS.set(TERMS.get() + 1);
        format!("term-{}", TERMS.get())
    });
    let show = {
        let (open, word, line) = (open.clone(), word.clone(), props.line.clone());
        move || {
            if open.is_none() {
                let side = word.cast::<HtmlElement>().map_or("down-right", |word| side(&word));
                open.set(Some(Open { line: line.clone(), side }));
            }
        }
    };
    let hide = {
        let open = open.clone();
        move || open.set(None)
    };
    let (by_pointer, by_focus, by_tap) = (show.clone(), show.clone(), show);
    let (leave, blur, escape) = (hide.clone(), hide.clone(), hide);
    let onkeydown = {
        let is_open = open.is_some();
        move |event: KeyboardEvent| {
            if is_open && event.key() == "Escape" {
                event.stop_propagation();
                escape();
            }
        }
    };
    html! {
        <span class="term" onpointerenter={move |_| by_pointer()} onpointerleave={move |_| leave()} {onkeydown}>
            <button
                type="button" class="term-word" ref={word} aria-describedby={open.as_ref().map(|_| (*id).clone())}
                onfocus={move |_| by_focus()} onblur={move |_| blur()} onclick={move |_| by_tap()}
            >
                { &props.word }
            </button>
            if let Some(Open { line, side }) = &*open {
                <span role="tooltip" id={(*id).clone()} class="term-line" data-side={*side}>
                    { line }
                    if props.drawn { { block_drawing() } }
                </span>
            }
        </span>
    }
}

/// A word of the list.
pub fn term(term: words::Term) -> Html {
    html! { <Term word={term.word()} line={term.line()} drawn={term.is_of_a_block()} /> }
}

/// A block as its formula has it, y = f(a·h(x) + F(x)), for the eye alone: the line beside it says the same.
fn block_drawing() -> Html {
    html! {
        <svg class="block-drawing" viewBox="0 0 232 62" width="232" height="62" aria-hidden="true">
            <path d="M 16,42 H76 M 120,42 H142 M 158,42 H176 M 198,42 H212 M 40,42 V24 A10,10 0 0 1 50,14 H140 A10,10 0 0 1 150,24 V34" />
            <rect x="76" y="29" width="44" height="26" rx="4" />
            <circle cx="150" cy="42" r="8" />
            <rect x="176" y="31" width="22" height="22" rx="4" />
            <text x="8" y="46">{ "x" }</text>
            <text x="98" y="46">{ "F(x)" }</text>
            <text x="95" y="10">{ "a·h(x)" }</text>
            <text x="150" y="46">{ "+" }</text>
            <text x="187" y="46">{ "f" }</text>
            <text x="222" y="46">{ "y" }</text>
        </svg>
    }
}

/// Where there is room for a line: the window's other half.
fn side(word: &HtmlElement) -> &'static str {
    let place = word.get_bounding_client_rect();
    let [width, height] = browser::window_size();
    match (place.left() + place.width() / 2.0 > width / 2.0, place.bottom() + 110.0 > height) {
        (false, false) => "down-right",
        (true, false) => "down-left",
        (false, true) => "up-right",
        (true, true) => "up-left",
    }
}
