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
                <span role="tooltip" id={(*id).clone()} class="term-line" data-side={*side}>{ line }</span>
            }
        </span>
    }
}

/// A word of the list.
pub fn term(term: words::Term) -> Html {
    html! { <Term word={term.word()} line={term.line()} /> }
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
