//! A few held-out images that never change, each with what the network takes it for.

use super::Props;
use crate::paint::painter::put;
use crate::state::lane_state::LaneState;
use protocol::{Sample, Samples as Images};
use scene::{Pixels, Text, lane_class, lane_marker, percent, words};
use std::rc::Rc;
use web_sys::HtmlCanvasElement;
use yew::prelude::*;

/// The card.
#[component]
pub fn Samples(props: &Props) -> Html {
    let state = &props.state;
    let recorded = state.shows_recording().is_some();
    // Those of a recording are not at hand.
    let Some(images) = state.lanes[0].samples.clone().filter(|_| !recorded) else { return Html::default() };
    let aside = state.lanes[0].why_not_evaluated().unwrap_or(Text::SamplesAside);
    let one = |index: usize| {
        let sample = &images.images[index];
        html! {
            <li key={sample.image}>
                <Thumb images={Shown(images.clone())} {index} />
                <span class="truth">{ &images.class_names[sample.label] }</span>
                { for state.lanes.iter().enumerate().map(|(lane, own)| answer(props, (lane, own), &images, sample)) }
            </li>
        }
    };
    html! {
        <section class="card samples-card" aria-label={Text::SamplesTitle.words()}>
            <h2 class="card-title">{ Text::SamplesTitle.words() }<span class="aside">{ aside.words() }</span></h2>
            <ol class="samples">{ for (0..images.images.len()).map(one) }</ol>
        </section>
    }
}

/// What one run's network takes an image for.
fn answer(props: &Props, (lane, own): (usize, &LaneState), images: &Images, sample: &Sample) -> Html {
    let read = props.state.readout.lanes.get(lane);
    // Runs on other data have other images.
    let same = own.spec.data == props.state.lanes[0].spec.data;
    let found = read.filter(|_| same).and_then(|read| read.answers.iter().find(|one| one.image == sample.image));
    let (kind, words) = match found {
        None => ("none", "–".to_owned()),
        Some(found) => {
            let is_right = found.class == sample.label;
            let name = images.class_names.get(found.class).map_or("", String::as_str);
            (if is_right { "right" } else { "wrong" }, words::image_answer(is_right, name, &percent(found.probability)))
        }
    };
    html! {
        <span class={classes!("answer", lane_class(own.lane))} data-answer={kind} key={own.lane.name()}>
            if props.state.lanes.len() > 1 { <span class="marker" aria-hidden="true">{ lane_marker(own.lane) }</span> }
            { words }
        </span>
    }
}

/// The images, as a property.
#[derive(Clone)]
struct Shown(Rc<Images>);

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
struct ThumbProps {
    images: Shown,
    index: usize,
}

/// One image, painted once.
#[component]
fn Thumb(props: &ThumbProps) -> Html {
    let canvas = use_node_ref();
    {
        let canvas = canvas.clone();
        use_effect_with(props.clone(), move |ThumbProps { images, index }| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                put(&canvas, &pixels(images.0.shape, &images.0.images[*index].pixels));
            }
        });
    }
    html! { <canvas ref={canvas} class="thumb" aria-hidden="true" /> }
}

/// Grey or coloured bytes, channel by channel, as a canvas takes them.
fn pixels([channels, height, width]: [usize; 3], bytes: &[u8]) -> Pixels {
    let plane = height * width;
    let value = |channel: usize, at: usize| bytes.get(channel.min(channels.saturating_sub(1)) * plane + at).copied();
    let rgba = (0..plane).flat_map(|at| {
        let [red, green, blue] = [0, 1, 2].map(|channel| value(channel, at).unwrap_or_default());
        [red, green, blue, 255]
    });
    Pixels { width, height, rgba: rgba.collect() }
}
