//! The panel that hands on what is shown: links, a frame for a page of one's own, and how to cite it.

use super::Props;
use crate::host::browser;
use crate::state::Action;
use scene::{Text, words};
use web_sys::HtmlTextAreaElement;
use web_sys::wasm_bindgen::JsCast;
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn Share(props: &Props) -> Html {
    let state = &props.state;
    let here = browser::address();
    let link = |query: &str| if query.is_empty() { here.clone() } else { format!("{here}?{query}") };
    let shown = link(&state.shared_query());
    let moment = state.moment().map(|query| link(&query));
    let frame = words::frame(&link(&state.framed()));
    html! {
        <>
            { one(props, "share-link", Text::ShareLink, Text::ShareLinkExplained, Some(shown.clone())) }
            if state.native.is_some() { <p class="aside">{ Text::ShareHere.words() }</p> }
            if state.shows_unnamed_files() { <p class="aside">{ Text::ShareNotFiles.words() }</p> }
            if state.starts_from_a_file() { <p class="aside">{ Text::ShareNotWeights.words() }</p> }
            { one(props, "share-moment", Text::ShareMoment, Text::ShareMomentExplained, moment) }
            { one(props, "embed", Text::ShareFrame, Text::ShareFrameExplained, Some(frame)) }
            { one(props, "cite", Text::Cite, Text::CiteExplained, Some(words::citation(env!("CARGO_PKG_VERSION"), crate::BUILD, &shown))) }
            { one(props, "cite-bibtex", Text::CiteBibtex, Text::CiteBibtexExplained, Some(words::bibtex(env!("CARGO_PKG_VERSION"), crate::BUILD, &shown))) }
        </>
    }
}

/// One text to hand on, and the button that copies it.
fn one(props: &Props, id: &'static str, title: Text, about: Text, text: Option<String>) -> Html {
    let Some(text) = text else {
        return html! { <><h3>{ title.words() }</h3><p class="aside">{ Text::ShareNoMoment.words() }</p></> };
    };
    let is_copied = props.state.copied.as_ref() == Some(&text);
    let field = format!("{id}-text");
    let select = Callback::from(|event: FocusEvent| {
        if let Some(field) = event.target().and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok()) {
            field.select();
        }
    });
    let lines = text.lines().count().clamp(2, 6);
    html! {
        <section class="share">
            <h3 id={format!("{id}-title")}>{ title.words() }</h3>
            <p class="aside">{ about.words() }</p>
            <textarea
                id={field} readonly=true rows={lines.to_string()} aria-labelledby={format!("{id}-title")} onfocus={select}
                value={text.clone()}
            />
            <button
                {id} type="button" class="small" aria-label={words::copy(title.words())} onclick={props.on(Action::Copy(text))}
            >
                { if is_copied { Text::HasCopied } else { Text::Copy }.words() }
            </button>
        </section>
    }
}
