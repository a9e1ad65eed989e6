//! The element that a chart is painted into. Yew puts it up once and never looks inside it.

use super::Handle;
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
    /// A click, or the pointer's way over it; with the place in px from its left edge.
    #[prop_or_default]
    pub onpoint: Callback<f64>,
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
    let onpoint = props.onpoint.clone();
    let onpointermove = {
        let onpoint = onpoint.clone();
        Callback::from(move |event: PointerEvent| {
            if event.pointer_type() == "mouse" {
                onpoint.emit(f64::from(event.offset_x()));
            }
        })
    };
    let onclick = Callback::from(move |event: MouseEvent| onpoint.emit(f64::from(event.offset_x())));
    let margin = chart.raster_margin();
    html! {
        <div
            class={classes!("plot", chart.name())} ref={plot} ~style={margin.map(margins)}
            data-wanted-height={props.wanted_height.clone()}
        >
            if margin.is_some() { <canvas ref={canvas} aria-hidden="true" /> }
            <svg ref={svg} id={format!("{}-chart", chart.name())} role="img" {onpointermove} {onclick} />
            { props.children.clone() }
        </div>
    }
}

/// The room around a chart's raster picture, for the style sheet.
fn margins(Margin { left, right, top, bottom }: Margin) -> String {
    format!("--plot-left:{left}px;--plot-right:{right}px;--plot-top:{top}px;--plot-bottom:{bottom}px")
}

type OnResize = Closure<dyn FnMut()>;

/// Tells the store the chart's size, now and whenever it changes.
fn observe(plot: &Element, chart: Chart, store: &Handle) -> Option<(ResizeObserver, OnResize)> {
    let store = store.clone();
    let observed = plot.clone();
    let on_resize = OnResize::new(move || {
        let (width, height) = (f64::from(observed.client_width()), f64::from(observed.client_height()));
        store.0.resized(chart, width, height);
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(plot);
    Some((observer, on_resize))
}
