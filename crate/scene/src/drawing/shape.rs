//! A drawing as data: shapes with CSS classes. Colours, fonts and the look of lines belong to the page's style sheet.

use super::Class;
use std::fmt;

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width, CSS px.
    pub width: f64,
    /// Height, CSS px.
    pub height: f64,
    /// A raster picture behind the shapes, where a chart has more marks than a page can hold as shapes.
    pub pixels: Option<Pixels>,
    /// What is drawn, from back to front.
    pub shapes: Vec<Shape>,
    /// One or two sentences that say what the drawing shows, with its values.
    pub summary: String,
}

/// A raster picture that fills the room inside the chart's [`Margin`](crate::Margin), stretched without smoothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Pixels {
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels.
    pub height: usize,
    /// Red, green, blue, opacity of each pixel, row by row.
    pub rgba: Vec<u8>,
}

/// One thing in a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Its CSS classes.
    pub classes: Classes,
    /// What it is.
    pub form: Form,
}

/// The CSS classes of a shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classes(Vec<Class>);

impl Classes {
    /// Whether this one is among them.
    pub fn has(&self, class: Class) -> bool {
        self.0.contains(&class)
    }
}

impl From<Class> for Classes {
    fn from(class: Class) -> Self {
        Self(vec![class])
    }
}

impl<const N: usize> From<[Class; N]> for Classes {
    fn from(classes: [Class; N]) -> Self {
        Self(classes.to_vec())
    }
}

impl fmt::Display for Classes {
    /// Separated by spaces: the value of a `class` attribute.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, class) in self.0.iter().enumerate() {
            write!(f, "{}{}", if index == 0 { "" } else { " " }, class.name())?;
        }
        Ok(())
    }
}

/// The forms there are.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A path.
    Path {
        /// Its parts.
        parts: Vec<Part>,
        /// Width of its stroke, px, where the width carries a value; the style sheet's otherwise.
        stroke: Option<f64>,
        /// Lengths of dash and gap, px, where they carry a value.
        dash: Option<[f64; 2]>,
    },
    /// A rectangle.
    Rect {
        /// Left edge.
        x: f64,
        /// Upper edge.
        y: f64,
        /// Width.
        width: f64,
        /// Height.
        height: f64,
        /// Radius of its corners.
        radius: f64,
    },
    /// A circle.
    Circle {
        /// Centre.
        x: f64,
        /// Centre.
        y: f64,
        /// Radius.
        radius: f64,
    },
    /// A line of text.
    Text {
        /// Anchor.
        x: f64,
        /// Baseline.
        y: f64,
        /// Which part of the text stands at `x`.
        anchor: Anchor,
        /// The words.
        words: String,
    },
}

/// One part of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Part {
    /// Lift the pen and go there.
    Move(f64, f64),
    /// A straight line to there.
    Line(f64, f64),
    /// A cubic Bézier curve: two control points and the end.
    Curve([f64; 6]),
    /// Back to the start of this piece.
    Close,
}

/// Which part of a text stands at its x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

impl Shape {
    /// A path drawn with the style sheet's stroke or fill.
    pub fn path(classes: impl Into<Classes>, parts: Vec<Part>) -> Self {
        Self { classes: classes.into(), form: Form::Path { parts, stroke: None, dash: None } }
    }

    /// A straight line.
    pub fn line(classes: impl Into<Classes>, from: [f64; 2], to: [f64; 2]) -> Self {
        Self::polyline(classes, &[from, to])
    }

    /// A line through points.
    pub fn polyline(classes: impl Into<Classes>, points: &[[f64; 2]]) -> Self {
        let part = |(i, p): (usize, &[f64; 2])| if i == 0 { Part::Move(p[0], p[1]) } else { Part::Line(p[0], p[1]) };
        Self::path(classes, points.iter().enumerate().map(part).collect())
    }

    /// A rectangle.
    pub fn rect(classes: impl Into<Classes>, [x, y, width, height]: [f64; 4], radius: f64) -> Self {
        Self { classes: classes.into(), form: Form::Rect { x, y, width, height, radius } }
    }

    /// A circle.
    pub fn circle(classes: impl Into<Classes>, [x, y]: [f64; 2], radius: f64) -> Self {
        Self { classes: classes.into(), form: Form::Circle { x, y, radius } }
    }

    /// A triangle that points up, of about the area of a circle of that radius.
    pub fn triangle(classes: impl Into<Classes>, [x, y]: [f64; 2], radius: f64) -> Self {
        let (half, up, down) = (radius * 1.2, radius * 1.3, radius * 0.9);
        let corners = [Part::Move(x, y - up), Part::Line(x + half, y + down), Part::Line(x - half, y + down)];
        Self::path(classes, corners.into_iter().chain([Part::Close]).collect())
    }

    /// A line of text.
    pub fn text(classes: impl Into<Classes>, [x, y]: [f64; 2], anchor: Anchor, words: impl Into<String>) -> Self {
        Self { classes: classes.into(), form: Form::Text { x, y, anchor, words: words.into() } }
    }

    /// Whether one of its classes is this one.
    pub fn has_class(&self, class: Class) -> bool {
        self.classes.has(class)
    }

    /// Every coordinate and length in it, px.
    #[cfg(test)]
    pub(crate) fn lengths(&self) -> Vec<f64> {
        match &self.form {
            Form::Path { parts, stroke, dash } => {
                let of_part = |part: &Part| match *part {
                    Part::Move(x, y) | Part::Line(x, y) => vec![x, y],
                    Part::Curve(six) => six.to_vec(),
                    Part::Close => Vec::new(),
                };
                let strokes = stroke.iter().copied().chain(dash.iter().flatten().copied());
                parts.iter().flat_map(of_part).chain(strokes).collect()
            }
            Form::Rect { x, y, width, height, radius } => vec![*x, *y, *width, *height, *radius],
            Form::Circle { x, y, radius } => vec![*x, *y, *radius],
            Form::Text { x, y, .. } => vec![*x, *y],
        }
    }
}
