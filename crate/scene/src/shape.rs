//! A drawing as data: shapes with CSS classes. Colours, fonts and the look of lines belong to the page's style sheet.

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// Width, CSS px.
    pub width: f64,
    /// Height, CSS px.
    pub height: f64,
    /// What is drawn, from back to front.
    pub shapes: Vec<Shape>,
    /// One or two sentences that say what the drawing shows, with its numbers.
    pub summary: String,
}

/// One thing in a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// CSS classes, separated by spaces; the list is in the crate's documentation.
    pub class: String,
    /// What it is.
    pub form: Form,
}

/// The forms there are.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// A path.
    Path {
        /// Its parts.
        parts: Vec<Part>,
        /// Width of its stroke, px, where the width carries a number; the style sheet's otherwise.
        stroke: Option<f64>,
        /// Lengths of dash and gap, px, where they carry a number.
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
    pub fn path(class: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { class: class.into(), form: Form::Path { parts, stroke: None, dash: None } }
    }

    /// A straight line.
    pub fn line(class: impl Into<String>, from: [f64; 2], to: [f64; 2]) -> Self {
        Self::polyline(class, &[from, to])
    }

    /// A line through points.
    pub fn polyline(class: impl Into<String>, points: &[[f64; 2]]) -> Self {
        let part = |(i, p): (usize, &[f64; 2])| if i == 0 { Part::Move(p[0], p[1]) } else { Part::Line(p[0], p[1]) };
        Self::path(class, points.iter().enumerate().map(part).collect())
    }

    /// A rectangle.
    pub fn rect(class: impl Into<String>, [x, y, width, height]: [f64; 4], radius: f64) -> Self {
        Self { class: class.into(), form: Form::Rect { x, y, width, height, radius } }
    }

    /// A circle.
    pub fn circle(class: impl Into<String>, [x, y]: [f64; 2], radius: f64) -> Self {
        Self { class: class.into(), form: Form::Circle { x, y, radius } }
    }

    /// A triangle that points up, of about the area of a circle of that radius.
    pub fn triangle(class: impl Into<String>, [x, y]: [f64; 2], radius: f64) -> Self {
        let (half, up, down) = (radius * 1.2, radius * 1.3, radius * 0.9);
        let corners = [Part::Move(x, y - up), Part::Line(x + half, y + down), Part::Line(x - half, y + down)];
        Self::path(class, corners.into_iter().chain([Part::Close]).collect())
    }

    /// A line of text.
    pub fn text(class: impl Into<String>, [x, y]: [f64; 2], anchor: Anchor, words: impl Into<String>) -> Self {
        Self { class: class.into(), form: Form::Text { x, y, anchor, words: words.into() } }
    }

    /// Whether one of its classes is this one.
    pub fn has_class(&self, class: &str) -> bool {
        self.class.split(' ').any(|one| one == class)
    }

    /// Every coordinate and length in it.
    pub fn numbers(&self) -> Vec<f64> {
        match &self.form {
            Form::Path { parts, stroke, dash } => {
                let of_part = |part: &Part| match *part {
                    Part::Move(x, y) | Part::Line(x, y) => vec![x, y],
                    Part::Curve(six) => six.to_vec(),
                    Part::Close => Vec::new(),
                };
                let lengths = stroke.iter().copied().chain(dash.iter().flatten().copied());
                parts.iter().flat_map(of_part).chain(lengths).collect()
            }
            Form::Rect { x, y, width, height, radius } => vec![*x, *y, *width, *height, *radius],
            Form::Circle { x, y, radius } => vec![*x, *y, *radius],
            Form::Text { x, y, .. } => vec![*x, *y],
        }
    }
}
