//! The rectangle inside the axes, and what stands around it.

use super::{Axis, BASELINE, TICK_GAP};
use crate::{Anchor, Class, Shape, View};

/// Room between a drawing's edges and what it plots, px.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Margin {
    /// Left of it.
    pub left: f64,
    /// Right of it.
    pub right: f64,
    /// Above it.
    pub top: f64,
    /// Below it.
    pub bottom: f64,
}

/// The rectangle that a chart plots into, px.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Left edge.
    pub left: f64,
    /// Right edge; right of the left one.
    pub right: f64,
    /// Upper edge.
    pub top: f64,
    /// Lower edge; below the upper one.
    pub bottom: f64,
}

impl Frame {
    /// What a margin leaves of a drawing; at least 1 px each way.
    pub fn inside(view: &View, margin: Margin) -> Self {
        let Margin { left, right, top, bottom } = margin;
        Self { left, right: (view.width - right).max(left + 1.0), top, bottom: (view.height - bottom).max(top + 1.0) }
    }

    /// Its width.
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    /// Its height.
    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The x at a part of its width, from the left.
    pub fn x(&self, fraction: f64) -> f64 {
        self.left + fraction * self.width()
    }

    /// The y at a part of its height, from the bottom.
    pub fn y(&self, fraction: f64) -> f64 {
        self.bottom - fraction * self.height()
    }

    /// A line across it.
    pub fn across(&self, class: Class, y: f64) -> Shape {
        Shape::line(class, [self.left, y], [self.right, y])
    }

    /// Words left of it, at the height of a line across it.
    pub fn beside(&self, y: f64, words: impl Into<String>) -> Shape {
        Shape::text(Class::Tick, [self.left - TICK_GAP, y + BASELINE], Anchor::End, words)
    }

    /// A vertical axis: a line and words at about `count` ticks.
    pub fn vertical_axis(&self, axis: &Axis, count: usize, shapes: &mut Vec<Shape>) {
        for tick in axis.ticks(count) {
            let y = self.y(tick.fraction);
            shapes.extend([self.across(Class::Grid, y), self.beside(y, tick.words)]);
        }
    }
}
