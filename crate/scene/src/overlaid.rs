//! The runs that are only overlaid on profile and loss: thin lines, told apart by dashes and by their numbers.

use crate::{Class, LossPoint, Snapshot};
use protocol::StepRecord;

/// So many runs can be open together: two in full, the others overlaid.
pub const MOST_OPEN_RUNS: usize = 12;

/// A run that is only overlaid: a thin line behind the two in the profile and in the loss.
#[derive(Clone, Copy, Debug)]
pub struct Overlaid<'a> {
    /// Its number among all that are open, from 1: it stands at the end of its line and chooses its dashes.
    pub number: usize,
    /// What it is.
    pub title: &'a str,
    /// The whole run.
    pub run: &'a Snapshot,
}

impl<'a> Overlaid<'a> {
    /// The classes of its line.
    pub fn classes(&self) -> [Class; 2] {
        overlaid_classes(self.number)
    }

    /// What was measured last when the step that is looked back at was over; else what was measured last of all.
    pub fn measured(&self, look_back: Option<u64>) -> Option<&'a StepRecord> {
        look_back.map_or_else(|| self.run.measured(), |step| self.run.measured_until(step))
    }

    /// The losses up to the step that is looked back at; else all.
    pub fn losses(&self, look_back: Option<u64>) -> &'a [LossPoint] {
        let all = self.run.losses();
        look_back.map_or(all, |step| &all[..all.partition_point(|point| point.step <= step)])
    }

    /// Its number and what it is.
    pub fn name(&self) -> String {
        format!("{} {}", self.number, self.title)
    }
}

/// The classes of the line of the run with this number: first all dashes in one tone, then again in the other.
pub fn overlaid_classes(number: usize) -> [Class; 2] {
    const DASHES: [Class; 6] = [Class::Dash1, Class::Dash2, Class::Dash3, Class::Dash4, Class::Dash5, Class::Dash6];
    let index = number.saturating_sub(1);
    let tone = if (index / DASHES.len()).is_multiple_of(2) { Class::Overlaid } else { Class::OverlaidToo };
    [tone, DASHES[index % DASHES.len()]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, step, trained};
    use crate::{Chart, Form, Part, Scene, View, svg_inner};

    /// The places that the lines with these classes go through, in order.
    fn line(scene: &Scene, classes: &[Class]) -> Vec<[f64; 2]> {
        let of = scene.shapes.iter().filter(|shape| classes.iter().all(|class| shape.has_class(*class)));
        let places = |part: &Part| match part {
            Part::Move(x, y) | Part::Line(x, y) => Some([*x, *y]),
            _ => None,
        };
        of.flat_map(|shape| match &shape.form {
            Form::Path { parts, .. } => parts.iter().filter_map(places).collect(),
            _ => Vec::new(),
        })
        .collect()
    }

    fn view<'a>(overlaid: &'a [Overlaid<'a>], look_back: Option<u64>) -> View<'a> {
        View { width: 600.0, height: 220.0, look_back, overlaid, ..View::default() }
    }

    fn number(scene: &Scene, number: usize) -> bool {
        svg_inner(scene).contains(r#"class="overlaid-number" "#)
            && svg_inner(scene).contains(&format!(">{number}</text>"))
    }

    #[test]
    fn an_overlaid_run_lies_where_it_would_lie_as_one_of_the_two() {
        let (a, b) = trained();
        let overlaid = [Overlaid { number: 3, title: "the same", run: &b }];
        for chart in [Chart::Profile, Chart::Learning] {
            let scene = chart.draw(&lanes(&a, &b), &view(&overlaid, None));
            let own = if chart == Chart::Profile { Class::Line } else { Class::Smooth };
            let (thin, full) = (line(&scene, &[Class::Overlaid, Class::Dash3]), line(&scene, &[own, Class::LaneB]));
            assert!(thin.len() >= 10 && full.len() >= 10);
            assert_eq!([thin.first(), thin.last()], [full.first(), full.last()], "{chart:?}");
            assert!(full.iter().all(|place| thin.contains(place)), "{chart:?}");
            assert!(number(&scene, 3) && scene.summary.contains("3 the same: "), "{}", scene.summary);
        }
    }

    #[test]
    fn a_deeper_run_is_drawn_over_relative_depth_and_the_axis_says_so() {
        let (a, b) = trained();
        let mut deep = snapshot(32, 0.0);
        deep.apply(step(0, 2.3, &falling(15, 2e-3, 1e-5), false));
        let overlaid = [Overlaid { number: 4, title: "deep", run: &deep }];
        let scene = Chart::Profile.draw(&lanes(&a, &b), &view(&overlaid, None));
        let (thin, full) = (line(&scene, &[Class::Dash4]), line(&scene, &[Class::Line, Class::LaneA]));
        // The stem's weights are not measured: fifteen blocks and the head over nine and the head.
        assert_eq!((thin.len(), full.len()), (16, 10));
        for (own, other) in [(0, 0), (7, 4), (14, 8), (15, 9)] {
            assert!((thin[own][0] - full[other][0]).abs() < 1e-9, "{own}: {thin:?} {full:?}");
        }
        assert!(svg_inner(&scene).contains("; 4: relative depth"));
        let same = [Overlaid { number: 4, title: "alike", run: &b }];
        assert!(!svg_inner(&Chart::Profile.draw(&lanes(&a, &b), &view(&same, None))).contains("relative depth"));
    }

    #[test]
    fn it_is_shown_at_its_own_last_record_that_is_not_after_the_step() {
        let mut sparse = snapshot(20, 1.0);
        for at in [0, 10, 20, 30] {
            sparse.apply(step(at, 2.0 - at as f64 / 100.0, &falling(9, 1.0 + at as f64, 0.5), true));
        }
        let own = Overlaid { number: 3, title: "sparse", run: &sparse };
        let at = |look_back| own.measured(look_back).map(|record| record.step);
        assert_eq!([None, Some(0), Some(19), Some(20), Some(99)].map(at), [30, 0, 10, 20, 30].map(Some));
        assert_eq!(own.losses(Some(19)).iter().map(|point| point.step).collect::<Vec<_>>(), [0, 10]);
        assert_eq!(own.losses(None).len(), 4);
        // As the two are, whose moment of the past is made anew.
        assert_eq!(sparse.until(19).measured(), own.measured(Some(19)));
        let (a, b) = trained();
        let overlaid = [own];
        let past = [a.until(19), b.until(19)];
        let scene = Chart::Learning.draw(&lanes(&past[0], &past[1]), &view(&overlaid, Some(19)));
        assert_eq!(line(&scene, &[Class::Overlaid]).len(), 2);
    }

    #[test]
    fn twelve_runs_have_twelve_different_lines_and_numbers_that_keep_clear() {
        let (a, b) = trained();
        let overlaid: Vec<_> = (1..=12).map(|number| Overlaid { number, title: "one of many", run: &b }).collect();
        let classes: Vec<_> = overlaid.iter().map(Overlaid::classes).collect();
        assert!(classes.iter().enumerate().all(|(index, own)| !classes[..index].contains(own)));
        for chart in [Chart::Profile, Chart::Learning] {
            let scene = chart.draw(&lanes(&a, &b), &view(&overlaid, None));
            let places = scene.shapes.iter().filter(|shape| shape.has_class(Class::OverlaidNumber));
            let mut heights: Vec<_> = places.map(|shape| shape.lengths()[1]).collect();
            heights.sort_by(f64::total_cmp);
            assert_eq!(heights.len(), 12);
            assert!(heights.windows(2).all(|pair| pair[1] - pair[0] >= 7.0), "{chart:?} {heights:?}");
            assert!(heights.iter().all(|y| (0.0..=220.0).contains(y)), "{chart:?} {heights:?}");
        }
    }
}
