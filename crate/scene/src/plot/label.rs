//! Lane markers, the numbers of overlaid runs, and labels that keep clear of each other.

use super::BASELINE;
use crate::{Anchor, Class, Classes, Shape};
use protocol::Lane;

/// The lane's marker, ● or ▲; `state` is a further class.
pub fn marker(lane: Lane, state: Option<Class>, place: [f64; 2], radius: f64) -> Shape {
    let hue = Class::of_lane(lane);
    let classes = |form: Class| state.map_or_else(|| Classes::from([form, hue]), |state| [form, hue, state].into());
    match lane {
        Lane::A => Shape::circle(classes(Class::Dot), place, radius),
        Lane::B => Shape::triangle(classes(Class::Triangle), place, radius),
    }
}

/// So far apart, px, one sees which of two lines ends above the other.
const NEAR: f64 = 2.0;

/// Less far from each other across, two numbers of overlaid runs could touch.
const NUMBER_WIDTH: f64 = 16.0;

/// Numbers of overlaid runs right of where their lines end, which is given with each. Within `room` those that end near each
/// other keep clear, or stand as close as they must.
pub fn numbers(mut ends: Vec<([f64; 2], usize)>, room: [f64; 2], shapes: &mut Vec<Shape>) {
    ends.sort_by(|([a, _], _), ([b, _], _)| a.total_cmp(b));
    for near in ends.chunk_by(|([a, _], _), ([b, _], _)| b - a < NUMBER_WIDTH) {
        let gap = ((room[1] - room[0]) / near.len().max(2).saturating_sub(1) as f64).clamp(4.0, 10.0);
        let heights = near.iter().map(|([x, y], number)| (*y, (*x, *number))).collect();
        for (y, (x, number)) in spread(heights, gap, room) {
            let place = [x + 5.0, y + BASELINE];
            shapes.push(Shape::text(Class::OverlaidNumber, place, Anchor::Start, number.to_string()));
        }
    }
}

/// Moves heights apart until they are at least `gap` from each other and, if they all fit, within the range. Order by
/// height is kept; two that end next to each other keep the order in which they are given, lest they change places from one
/// picture to the next.
pub fn spread<T>(mut items: Vec<(f64, T)>, gap: f64, [top, bottom]: [f64; 2]) -> Vec<(f64, T)> {
    match items.as_mut_slice() {
        [(first, _), (second, _)] if (*first - *second).abs() < gap.min(NEAR) => {
            let middle = (*first + *second) / 2.0;
            (*first, *second) = (middle - gap / 2.0, middle + gap / 2.0);
        }
        all => all.sort_by(|a, b| a.0.total_cmp(&b.0)),
    }
    // Two labels that touch move apart evenly; the next ones follow.
    for index in 1..items.len() {
        let overlap = items[index - 1].0 + gap - items[index].0;
        if overlap > 0.0 {
            let share = if index == 1 { overlap / 2.0 } else { 0.0 };
            items[index - 1].0 -= share;
            items[index].0 += overlap - share;
        }
    }
    // Who stands past an end moves in, and the others only as far as they must.
    let mut free_to = bottom;
    for item in items.iter_mut().rev() {
        item.0 = item.0.min(free_to);
        free_to = item.0 - gap;
    }
    let mut free_from = top;
    for item in &mut items {
        item.0 = item.0.max(free_from);
        free_from = item.0 + gap;
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_lines_that_end_apart_stand_at_their_ends() {
        let mut shapes = Vec::new();
        numbers(vec![([10.0, 20.0], 1), ([200.0, 22.0], 2), ([205.0, 22.0], 3)], [0.0, 100.0], &mut shapes);
        let places: Vec<_> = shapes.iter().map(|shape| (shape.lengths()[0], shape.lengths()[1])).collect();
        assert_eq!(places, [(15.0, 24.0), (205.0, 21.0), (210.0, 31.0)]);
    }

    fn heights(items: &[f64]) -> Vec<f64> {
        let named = items.iter().copied().enumerate().map(|(i, y)| (y, i)).collect();
        spread(named, 15.0, [0.0, 100.0]).into_iter().map(|(y, _)| y).collect()
    }

    #[test]
    fn labels_keep_clear_of_each_other() {
        assert_eq!(heights(&[10.0, 80.0]), [10.0, 80.0]);
        assert_eq!(heights(&[10.0, 130.0]), [10.0, 100.0], "the one past the end moves, the other stays");
        assert_eq!(heights(&[50.0, 45.0]), [40.0, 55.0]);
        let named = |y: [f64; 2]| spread(y.into_iter().zip("ab".chars()).collect(), 15.0, [0.0, 100.0]).remove(0).1;
        assert_eq!(
            [[45.0, 46.5], [46.5, 45.0], [50.0, 45.0]].map(named),
            ['a', 'a', 'b'],
            "close ones keep their order"
        );
        assert_eq!(heights(&[0.0, 0.0]), [0.0, 15.0]);
        assert_eq!(heights(&[100.0, 100.0]), [85.0, 100.0]);
        assert!(heights(&[]).is_empty());
        let many = heights(&[50.0; 5]);
        assert!(many.windows(2).all(|w| w[1] - w[0] >= 15.0));
    }
}
