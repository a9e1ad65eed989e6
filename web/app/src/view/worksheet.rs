//! The panel that shows what the lesson was on a sheet of paper, to print or to save.

use super::Props;
use super::markdown::plain;
use crate::host::browser;
use crate::state::Action;
use scene::Text;
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn WorksheetPanel(props: &Props) -> Html {
    let Some(sheet) = props.state.worksheet(plain, &browser::address()) else { return Html::default() };
    // Every text in it is escaped.
    let body = Html::from_html_unchecked(format!("<div class=\"sheet\">{}</div>", sheet.body()).into());
    html! {
        <>
            <p class="sheet-buttons">
                <button id="worksheet-save" type="button" class="primary small" onclick={props.on(Action::SaveWorksheet)}>
                    { Text::WorksheetSave.words() }
                </button>
                { " " }
                <button id="worksheet-print" type="button" class="small" onclick={props.on(Action::PrintWorksheet)}>
                    { Text::WorksheetPrint.words() }
                </button>
            </p>
            { body }
        </>
    }
}
