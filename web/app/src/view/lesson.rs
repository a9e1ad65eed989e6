//! A lesson: its question in place of the page's, the predictions, and what came of them. And the strip of short ones.

use super::Props;
use super::markdown::markdown;
use super::sketch::SketchPad;
use crate::state::lesson::{Stage, Taking};
use crate::state::{Action, Panel};
use protocol::lesson::Step;
use protocol::setting::ControlGroup;
use scene::{Text, words};
use web_sys::Element;
use yew::prelude::*;

/// The experiments of one click, under the question.
#[component]
pub fn TryThis(props: &Props) -> Html {
    let state = &props.state;
    let taken = state.taking.as_ref().map(|taking| taking.lesson.id.as_str());
    // While the list is open, each lesson's button is there.
    let is_listed = state.panel == Some(Panel::Lessons);
    let one = |lesson: &std::rc::Rc<protocol::lesson::Lesson>| {
        let id = lesson.id.clone();
        html! {
            <li key={id.clone()}>
                <button
                    type="button" class="try" data-lesson-id={(!is_listed).then(|| id.clone())} aria-pressed={(taken == Some(id.as_str())).to_string()}
                    onclick={props.on(Action::BeginLesson(id))}
                >
                    <strong>{ &lesson.title }</strong>{ " " }<span class="try-about">{ &lesson.about }</span>
                </button>
            </li>
        }
    };
    html! {
        <nav class="try-this" aria-label={Text::TryThis.words()}>
            <span class="try-word" aria-hidden="true">{ Text::TryThis.words() }</span>
            <ul>{ for state.lessons.iter().filter(|lesson| lesson.short).map(one) }</ul>
        </nav>
    }
}

/// The present step of a lesson.
#[component]
pub fn LessonStep(props: &Props) -> Html {
    let node = use_node_ref();
    {
        let node = node.clone();
        let now = props.state.taking.as_ref().map(|taking| (taking.lesson.id.clone(), taking.step));
        // Who chose it further down is led to what it asks.
        use_effect_with(now, move |_| {
            if let Some(element) =
                node.cast::<Element>().filter(|element| element.get_bounding_client_rect().top() < 0.0)
            {
                element.scroll_into_view();
            }
        });
    }
    let Some(taking) = &props.state.taking else { return Html::default() };
    let (step, steps) = (taking.step + 1, taking.lesson.steps.len());
    html! {
        <div class="lead lesson" ref={node}>
            <div>
                <p class="lesson-where">{ words::lesson_where(&taking.lesson.title, step, steps) }</p>
                <h1 class="question">{ taking.says(&taking.now().ask) }</h1>
                <div class="lesson-text" role="status">{ said(props, taking) }</div>
            </div>
            <div class="card lesson-card">
                { predictions(props, taking) }
                <div class="lesson-buttons">{ on(props, taking) }{ ways(props, taking) }</div>
            </div>
        </div>
    }
}

/// What the step says now: what one needs to know, how long it takes, or what came of it.
fn said(props: &Props, taking: &Taking) -> Html {
    match taking.stage() {
        Stage::Asks => html! {
            <>{ markdown(&taking.says(&taking.now().text)) }<p class="aside">{ words::takes_about(taking.now().seconds) }</p></>
        },
        Stage::Goes => {
            // Who hears the page is told when it is over.
            let steps = words::lesson_goes(props.state.furthest(), taking.now().until);
            html! { <p>{ Text::LessonGoes.words() }<span class="aside" aria-hidden="true">{ " " }{ steps }</span></p> }
        }
        Stage::Told(_) => {
            let elsewhere = (!taking.has_its_runs()).then(|| words::runs_of_step(taking.ran + 1));
            let outcome = taking.outcome();
            let verdict = match taking.came_true() {
                Some(true) => Text::CameTrue.words(),
                Some(false) => Text::CameOtherwise.words(),
                None => "",
            };
            html! {
                <div id="lesson-verdict" data-outcome={outcome.map(|outcome| outcome.id.clone()).unwrap_or_default()}>
                    if let Some(elsewhere) = elsewhere { <p class="aside">{ elsewhere }</p> }
                    if !verdict.is_empty() { <p><strong>{ verdict }</strong></p> }
                    if let Some((draw, gap)) = taking.gap() {
                        <p id="lesson-gap" data-decades={gap.decades.to_string()}><strong>{ words::sketch_gap(draw, &gap) }</strong></p>
                    }
                    {
                        match outcome {
                            Some(outcome) => markdown(&taking.says(&outcome.text)),
                            None => html! { <p>{ Text::NoOutcome.words() }</p> },
                        }
                    }
                </div>
            }
        }
    }
}

fn predictions(props: &Props, taking: &Taking) -> Html {
    let step = taking.now();
    let sketch = step.draw.map(|_| html! { <SketchPad key={taking.step} ..props.clone() /> }).unwrap_or_default();
    if step.options.is_empty() {
        return sketch;
    }
    let fixed = taking.stage() != Stage::Asks;
    let expected = taking.outcome().and_then(|outcome| outcome.option.as_deref());
    let one = |(index, option): (usize, &protocol::lesson::Prediction)| {
        let came = expected == Some(option.id.as_str());
        html! {
            <label key={option.id.clone()} class="prediction">
                <input
                    type="radio" name="prediction" data-prediction={option.id.clone()} checked={taking.answer().chosen == Some(index)}
                    disabled={fixed} onchange={props.on(Action::Predict(index))}
                />
                <span>
                    { taking.says(&option.text) }
                    if fixed && taking.answer().chosen == Some(index) { <span class="aside">{ " " }{ Text::YourAnswer.words() }</span> }
                    if came { <strong>{ format!(" ←\u{a0}{}", Text::Measured.words()) }</strong> }
                </span>
            </label>
        }
    };
    html! {
        <>
            <fieldset class="predictions">
                <legend>{ predict_first(step).words() }</legend>
                { for step.options.iter().enumerate().map(one) }
            </fieldset>
            { sketch }
        </>
    }
}

/// What *See* waits for.
fn predict_first(step: &Step) -> Text {
    if step.draw.is_some() && !step.options.is_empty() { Text::PredictBoth } else { Text::PredictFirst }
}

/// The button that leads on.
fn on(props: &Props, taking: &Taking) -> Html {
    match taking.stage() {
        Stage::Asks => {
            let why = (!taking.may_see()).then(|| predict_first(taking.now()).words());
            html! {
                <button
                    id="lesson-see" type="button" class="primary small" disabled={why.is_some()} title={why}
                    onclick={props.on(Action::See)}
                >
                    { Text::See.words() }
                </button>
            }
        }
        Stage::Goes => html! {
            // The same button, so that it keeps the focus.
            <button id="lesson-see" type="button" class="primary small" aria-disabled="true">{ Text::See.words() }</button>
        },
        Stage::Told(_) => html! {
            <button id="lesson-next" type="button" class="primary small" onclick={props.on(Action::NextStep)}>
                { if taking.is_last() { Text::LessonDone.words() } else { Text::LessonNext.words() } }
            </button>
        },
    }
}

/// The ways elsewhere: to the step before, to the beginning, to the sheet, into the next lesson, and out.
fn ways(props: &Props, taking: &Taking) -> Html {
    let is_over = taking.is_last() && taking.answer().told.is_some();
    let further = taking.lesson.leads_to.as_deref().filter(|_| is_over).and_then(|id| props.state.lesson(id));
    let offers_lessons = props.state.page.shows(ControlGroup::Lessons);
    html! {
        <>
            if let Some(lesson) = further {
                <button id="lesson-further" type="button" class="small" onclick={props.on(Action::BeginLesson(lesson.id.clone()))}>
                    { words::leads_to(&lesson.title) }
                </button>
            }
            if taking.lesson.steps.len() > 1 {
                <button
                    id="lesson-back" type="button" class="small" disabled={!taking.may_go_back()}
                    onclick={props.on(Action::LastStep)}
                >
                    { Text::LessonBack.words() }
                </button>
            }
            if is_over {
                <button id="lesson-worksheet" type="button" class="small" onclick={props.on(Action::OpenPanel(Panel::Worksheet))}>
                    { Text::Worksheet.words() }
                </button>
            }
            <button id="lesson-again" type="button" class="link" onclick={props.on(Action::AgainLesson)}>
                { Text::LessonAgain.words() }
            </button>
            if offers_lessons {
                <button id="lesson-leave" type="button" class="link" onclick={props.on(Action::LeaveLesson)}>
                    { if taking.before.runs.is_none() { Text::LessonLeaveRun.words() } else { Text::LessonLeave.words() } }
                </button>
            }
        </>
    }
}
