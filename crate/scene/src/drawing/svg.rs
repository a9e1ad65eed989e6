//! A drawing as SVG text.

use super::{Anchor, Form, Part, Scene, Shape};
use std::fmt::{Result, Write};

/// The inside of an `<svg>` element: texts escaped, coordinates rounded to a tenth of a pixel. A raster picture is not in it.
pub fn svg_inner(scene: &Scene) -> String {
    let mut out = String::with_capacity(scene.shapes.len() * 96);
    for shape in &scene.shapes {
        // Writing to a String cannot fail.
        let _ = write_shape(&mut out, shape);
    }
    out
}

fn write_shape(out: &mut String, shape: &Shape) -> Result {
    let class = &shape.classes;
    match &shape.form {
        Form::Path { parts, stroke, dash } => {
            write!(out, r#"<path class="{class}" d=""#)?;
            write_path(out, parts)?;
            out.write_str("\"")?;
            if let Some(width) = stroke {
                write!(out, r#" stroke-width="{}""#, tenth(*width))?;
            }
            if let Some([on, off]) = dash {
                write!(out, r#" stroke-dasharray="{} {}""#, tenth(*on), tenth(*off))?;
            }
            out.write_str("/>")
        }
        Form::Rect { x, y, width, height, radius } => {
            let [x, y, radius] = [*x, *y, radius.max(0.0)].map(tenth);
            let [width, height] = [*width, *height].map(|length| tenth(length.max(0.0)));
            write!(out, r#"<rect class="{class}" x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"/>"#)
        }
        Form::Circle { x, y, radius } => {
            let [x, y, radius] = [*x, *y, radius.max(0.0)].map(tenth);
            write!(out, r#"<circle class="{class}" cx="{x}" cy="{y}" r="{radius}"/>"#)
        }
        Form::Text { x, y, anchor, words } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let (x, y, words) = (tenth(*x), tenth(*y), escaped(words));
            write!(out, r#"<text class="{class}" x="{x}" y="{y}" text-anchor="{anchor}">{words}</text>"#)
        }
    }
}

impl Shape {
    /// Its outline as SVG's path data, for what draws no markup; `None` for text.
    pub fn outline(&self) -> Option<String> {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = match &self.form {
            Form::Path { parts, .. } => write_path(&mut out, parts),
            Form::Rect { x, y, width, height, radius } => {
                let r = radius.max(0.0).min(width / 2.0).min(height / 2.0);
                let (w, h) = (width.max(0.0) - 2.0 * r, height.max(0.0) - 2.0 * r);
                let corner = |x: f64, y: f64| format!("a{r} {r} 0 0 1 {x} {y}");
                let corners = [corner(r, r), corner(-r, r), corner(-r, -r), corner(r, -r)];
                let [one, two, three, four] = corners;
                write!(out, "M{} {y}h{w}{one}v{h}{two}h{}{three}v{}{four}Z", x + r, -w, -h)
            }
            Form::Circle { x, y, radius } => {
                let (r, d) = (radius.max(0.0), 2.0 * radius.max(0.0));
                write!(out, "M{} {y}a{r} {r} 0 0 1 {d} 0a{r} {r} 0 0 1 -{d} 0Z", x - r)
            }
            Form::Text { .. } => return None,
        };
        Some(out)
    }
}

fn write_path(out: &mut String, parts: &[Part]) -> Result {
    for part in parts {
        match part {
            Part::Move(x, y) => write!(out, "M{} {}", tenth(*x), tenth(*y))?,
            Part::Line(x, y) => write!(out, "L{} {}", tenth(*x), tenth(*y))?,
            Part::Curve(six) => {
                let [a, b, c, d, e, f] = six.map(tenth);
                write!(out, "C{a} {b} {c} {d} {e} {f}")?;
            }
            Part::Close => out.write_str("Z")?,
        }
    }
    Ok(())
}

/// Rounded to a tenth, without a needless `.0` or a minus before zero. Charts never hand over what is not finite; should
/// one do so, 0 keeps the markup readable.
fn tenth(value: f64) -> String {
    if !value.is_finite() {
        return "0".to_owned();
    }
    let text = format!("{value:.1}");
    let short = text.strip_suffix(".0").unwrap_or(&text);
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A text as it stands within markup or an attribute's value. Letters that XML does not know at all are replaced by `\u{fffd}`:
/// a file with one of them cannot be read.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Class;

    fn svg(shape: Shape) -> String {
        svg_inner(&Scene { shapes: vec![shape], ..Scene::default() })
    }

    #[test]
    fn text_is_escaped() {
        let text = Shape::text(Class::Tick, [0.0, 0.0], Anchor::End, "a < b & \"c\" > 'd'</text>");
        let expected = "<text class=\"tick\" x=\"0\" y=\"0\" text-anchor=\"end\">\
                        a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;&lt;/text&gt;</text>";
        assert_eq!(svg(text), expected);
    }

    #[test]
    fn letters_that_xml_does_not_know_are_replaced() {
        assert_eq!(escaped("a\u{0}b\u{1b}c\td\u{ffff}é😀"), "a\u{fffd}b\u{fffd}c\td\u{fffd}é😀");
    }

    #[test]
    fn numbers_are_rounded_to_a_tenth() {
        let line = Shape::line(Class::Grid, [1.04, -0.01], [2.96, 1e3]);
        assert_eq!(svg(line), r#"<path class="grid" d="M1 0L3 1000"/>"#);
        assert_eq!(
            svg(Shape::circle(Class::Dot, [0.27, 0.33], 3.5)),
            r#"<circle class="dot" cx="0.3" cy="0.3" r="3.5"/>"#
        );
    }

    #[test]
    fn an_outline_is_that_of_the_shape() {
        let of = |shape: Shape| shape.outline();
        assert_eq!(of(Shape::line(Class::Grid, [1.0, 0.0], [3.0, 4.0])).as_deref(), Some("M1 0L3 4"));
        let rect = of(Shape::rect(Class::Block, [1.0, 2.0, 6.0, 4.0], 0.0));
        assert_eq!(
            rect.as_deref(),
            Some("M1 2h6a0 0 0 0 1 0 0v4a0 0 0 0 1 -0 0h-6a0 0 0 0 1 -0 -0v-4a0 0 0 0 1 0 -0Z")
        );
        let circle = of(Shape::circle(Class::Dot, [5.0, 5.0], 2.0));
        assert_eq!(circle.as_deref(), Some("M3 5a2 2 0 0 1 4 0a2 2 0 0 1 -4 0Z"));
        assert_eq!(of(Shape::text(Class::Tick, [0.0, 0.0], Anchor::End, "1")), None);
    }

    #[test]
    fn strokes_and_dashes_that_carry_numbers_are_written() {
        let form = Form::Path { parts: vec![Part::Close], stroke: Some(2.0), dash: Some([3.0, 1.5]) };
        let path = svg(Shape { classes: Class::Arc.into(), form });
        assert_eq!(path, r#"<path class="arc" d="Z" stroke-width="2" stroke-dasharray="3 1.5"/>"#);
    }

    #[test]
    fn what_is_not_finite_never_reaches_the_markup() {
        let rect = svg(Shape::rect(Class::Block, [f64::NAN, f64::INFINITY, -3.0, 2.0], 1.0));
        assert_eq!(rect, r#"<rect class="box" x="0" y="0" width="0" height="2" rx="1"/>"#);
    }
}
