//! The element that a chart is painted into. Yew puts it up once and never looks inside it.

use super::Handle;
use crate::host::pointer::{Gesture, Pointed, pointed};
use scene::{Chart, Margin};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlCanvasElement, ResizeObserver};
use yew::prelude::*;

/// Which chart, and how it is to be.
#[derive(Clone, PartialEq, Properties)]
pub struct ChartFrameProps {
    /// Which chart.
    pub chart: Chart,
    /// Where it is painted from.
    pub store: Handle,
    /// The height that it would like to have in a frame of another page, px.
    #[prop_or_default]
    pub wanted_height: Option<AttrValue>,
    /// What lies over it.
    #[prop_or_default]
    pub children: Html,
    /// What the pointer does over it.
    #[prop_or_default]
    pub onpoint: Callback<Pointed>,
    /// Whether a pointer that went down over it stays with it until it goes up.
    #[prop_or_default]
    pub holds_pointer: bool,
}

/// A chart.
#[component]
pub fn ChartFrame(props: &ChartFrameProps) -> Html {
    let (plot, svg, canvas) = (use_node_ref(), use_node_ref(), use_node_ref());
    let chart = props.chart;
    {
        let (plot, svg, canvas, store) = (plot.clone(), svg.clone(), canvas.clone(), props.store.clone());
        use_effect_with((), move |()| {
            if let Some(svg) = svg.cast::<Element>() {
                store.0.mount(chart, svg, canvas.cast::<HtmlCanvasElement>());
            }
            let observed = plot.cast::<Element>().and_then(|plot| observe(&plot, chart, &store));
            move || {
                if let Some((observer, on_resize)) = observed {
                    observer.disconnect();
                    drop(on_resize);
                }
                store.0.unmount(chart);
            }
        });
    }
    let point = {
        let (onpoint, plot) = (props.onpoint.clone(), plot.clone());
        move |gesture: Gesture, event: &MouseEvent| {
            // Not the event's own target: that may be what lies over the chart, or the root where Yew listens.
            let pointed = plot.cast::<Element>().and_then(|plot| pointed(gesture, event, &plot));
            pointed.into_iter().for_each(|pointed| onpoint.emit(pointed));
        }
    };
    let onpointerdown = {
        let (point, plot, holds) = (point.clone(), plot.clone(), props.holds_pointer);
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            if let Some(plot) = plot.cast::<Element>().filter(|_| holds) {
                let _gone = plot.set_pointer_capture(event.pointer_id());
            }
            point(Gesture::Press, &event);
        })
    };
    let holds = props.holds_pointer;
    // Else a drag would select the words that it passes.
    let onmousedown = Callback::from(move |event: MouseEvent| {
        if holds {
            event.prevent_default();
        }
    });
    let onpointermove = {
        let point = point.clone();
        Callback::from(move |event: PointerEvent| match event.buttons() & 1 {
            1 => point(Gesture::Drag, &event),
            _ if event.pointer_type() != "touch" => point(Gesture::Hover, &event),
            _ => {}
        })
    };
    let onclick = Callback::from(move |event: MouseEvent| point(Gesture::Click, &event));
    let margin = chart.raster_margin();
    html! {
        <div
            class={classes!("plot", chart.name())} ref={plot} ~style={margin.map(margins)}
            data-wanted-height={props.wanted_height.clone()} {onpointerdown} {onmousedown} {onpointermove} {onclick}
        >
            if margin.is_some() { <canvas ref={canvas} aria-hidden="true" /> }
            // Its name until the painter says what is drawn.
            <svg ref={svg} id={format!("{}-chart", chart.name())} role="img" preserveAspectRatio="none" aria-label={chart.title().words()} />
            { props.children.clone() }
        </div>
    }
}

/// The room around a chart's raster picture, for the style sheet; in parts of the chart's size once it is painted.
fn margins(Margin { left, right, top, bottom }: Margin) -> String {
    format!("--plot-left:{left}px;--plot-right:{right}px;--plot-top:{top}px;--plot-bottom:{bottom}px")
}

type OnResize = Closure<dyn FnMut()>;

/// Tells the store the chart's size, now and whenever it changes.
fn observe(plot: &Element, chart: Chart, store: &Handle) -> Option<(ResizeObserver, OnResize)> {
    let store = store.clone();
    on_size(plot, move |width, height| store.0.resized(chart, width, height))
}

/// Calls back with an element's width and height, now and whenever they change.
pub fn on_size(element: &Element, callback: impl Fn(f64, f64) + 'static) -> Option<(ResizeObserver, OnResize)> {
    let observed = element.clone();
    let on_resize = OnResize::new(move || {
        callback(f64::from(observed.client_width()), f64::from(observed.client_height()));
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(element);
    Some((observer, on_resize))
}
