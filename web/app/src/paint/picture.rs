//! A drawing that stands alone, painted on a canvas: what becomes a PNG. Shape by shape, because a browser shows an SVG as a
//! picture only where the page's policy allows images from `blob:` or `data:`, and the README's does not.

use super::painter::{context_of, put};
use crate::host::browser;
use js_sys::Array;
use scene::{Anchor, Form, Looks, Margin, Picture, Pixels, Scene, Shape, colour_bar, history_colours, raster_box};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, Path2d};

/// A canvas that is nowhere on the page.
fn new_canvas() -> Option<HtmlCanvasElement> {
    browser::document()?.create_element("canvas").ok()?.dyn_into().ok()
}

/// The pixels as an address that holds a PNG of them.
pub fn data_address(pixels: &Pixels) -> String {
    let Some(canvas) = new_canvas() else { return String::new() };
    put(&canvas, pixels);
    canvas.to_data_url().unwrap_or_default()
}

/// The drawing, so many times as large.
pub fn painted(picture: &Picture, scale: f64) -> Option<HtmlCanvasElement> {
    let canvas = new_canvas()?;
    canvas.set_width((picture.around.width * scale).round() as u32);
    canvas.set_height((picture.around.height * scale).round() as u32);
    let context = context_of(&canvas)?;
    let looks = Looks::default();
    context.scale(scale, scale).ok()?;
    context.set_miter_limit(4.0);
    picture.around.shapes.iter().for_each(|shape| draw(&context, &looks, shape));
    context.translate(picture.at[0], picture.at[1]).ok()?;
    if let Some((pixels, margin)) = picture.chart.pixels.as_ref().zip(picture.raster) {
        raster(&context, &picture.chart, pixels, margin);
    }
    picture.chart.shapes.iter().for_each(|shape| draw(&context, &looks, shape));
    Some(canvas)
}

/// The pixels of a chart, and the bar of their colours.
fn raster(context: &CanvasRenderingContext2d, chart: &Scene, pixels: &Pixels, margin: Margin) {
    let Some(own) = new_canvas() else { return };
    put(&own, pixels);
    context.set_image_smoothing_enabled(false);
    let [x, y, width, height] = raster_box(chart, margin);
    // A canvas of this page's own can be drawn.
    let _drawn = context.draw_image_with_html_canvas_element_and_dw_and_dh(&own, x, y, width, height);
    let [x, y, width, height] = colour_bar(chart, margin);
    let gradient = context.create_linear_gradient(x, y + height, x, y);
    let colours = history_colours();
    let colours: Vec<&str> = colours.split(", ").collect();
    for (index, colour) in colours.iter().enumerate() {
        let _taken = gradient.add_color_stop(index as f32 / (colours.len() - 1).max(1) as f32, colour);
    }
    context.set_fill_style_canvas_gradient(&gradient);
    context.fill_rect(x, y, width, height);
}

/// One shape, as the style sheet has it.
fn draw(context: &CanvasRenderingContext2d, looks: &Looks, shape: &Shape) {
    let look = looks.of(shape);
    let text = |name: &str, usual: &'static str| look.get(name).map_or(usual, String::as_str).to_owned();
    let number = |name: &str| look.get(name).and_then(|value| value.trim_end_matches("px").parse::<f64>().ok());
    let (fill, stroke) = (text("fill", "#000000"), text("stroke", "none"));
    let (own_width, own_dash) = match &shape.form {
        Form::Path { stroke, dash, .. } => (*stroke, *dash),
        _ => (None, None),
    };
    context.set_global_alpha(number("opacity").unwrap_or(1.0));
    context.set_fill_style_str(&fill);
    context.set_stroke_style_str(&stroke);
    context.set_line_width(number("stroke-width").or(own_width).unwrap_or(1.0));
    context.set_line_join(&text("stroke-linejoin", "miter"));
    let dash: Vec<f64> = match look.get("stroke-dasharray") {
        Some(dash) => dash.split(' ').filter_map(|length| length.parse().ok()).collect(),
        None => own_dash.map(Vec::from).unwrap_or_default(),
    };
    let _set = context.set_line_dash(&dash.into_iter().map(wasm_bindgen::JsValue::from_f64).collect::<Array>());
    let (fills, strokes) = (fill != "none", stroke != "none");
    if let Form::Text { x, y, anchor, words } = &shape.form {
        let (weight, size, family) =
            (text("font-weight", "400"), text("font-size", "11px"), text("font-family", "sans-serif"));
        context.set_font(&format!("{weight} {size} {family}"));
        context.set_text_align(match anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        });
        // Words with a stroke have it as a halo behind them.
        if strokes {
            let _drawn = context.stroke_text(words, *x, *y);
        }
        if fills {
            let _drawn = context.fill_text(words, *x, *y);
        }
    } else if let Some(path) = shape.outline().and_then(|outline| Path2d::new_with_path_string(&outline).ok()) {
        if fills {
            context.fill_with_path_2d(&path);
        }
        if strokes {
            context.stroke_with_path(&path);
        }
    }
}
