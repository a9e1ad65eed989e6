//! The panel of the lessons: those that lead through the page, the experiments of one click, and what is often said.

use super::Props;
use super::markdown::markdown;
use crate::state::lesson::folklore;
use crate::state::{Action, Panel};
use protocol::lesson::{Lesson, Saying};
use scene::{Text, words};
use std::rc::Rc;
use yew::prelude::*;

/// What is in the panel.
#[component]
pub fn Lessons(props: &Props) -> Html {
    let state = &props.state;
    let one = |lesson: &Rc<Lesson>| {
        let id = lesson.id.clone();
        html! {
            <li key={id.clone()}>
                <button type="button" class="listed" data-lesson-id={id.clone()} onclick={props.on(Action::BeginLesson(id))}>
                    <span class="listed-title">{ &lesson.title }</span>
                    <span class="aside">{ &lesson.about }{ " · " }{ words::waits_about(lesson.seconds()) }</span>
                </button>
            </li>
        }
    };
    let list = |short: bool| {
        let those: Vec<_> = state.lessons.iter().filter(|lesson| lesson.short == short).map(one).collect();
        if those.is_empty() {
            Html::default()
        } else {
            html! { <ul class="library">{ for those }</ul> }
        }
    };
    let said = |item: &Saying| {
        let lesson = item.lesson.as_deref().and_then(|id| state.lesson(id));
        html! {
            <li key={item.said.clone()}>
                <p><q>{ &item.said }</q></p>
                <div>{ markdown(&item.found) }</div>
                <p class="aside">
                    { &item.source }
                    if let Some(lesson) = lesson {
                        { " " }
                        <button
                            type="button" class="small" data-see={lesson.id.clone()} aria-label={words::see_it(&lesson.title, &item.said)}
                            onclick={props.on(Action::BeginLesson(lesson.id.clone()))}
                        >
                            { Text::SeeIt.words() }
                        </button>
                    }
                </p>
            </li>
        }
    };
    html! {
        <>
            <p>{ Text::LessonsWhat.words() }</p>
            if state.taking.is_some() {
                <p>
                    <button type="button" class="small" onclick={props.on(Action::OpenPanel(Panel::Worksheet))}>
                        { Text::Worksheet.words() }
                    </button>
                </p>
            }
            { list(false) }
            <h3>{ Text::LessonsShort.words() }</h3>
            { list(true) }
            <h3>{ Text::FolkloreTitle.words() }</h3>
            <ul class="folklore">{ for folklore().iter().map(said) }</ul>
        </>
    }
}
