//! Which paths carry the gradient: what part of it came through k branches, as it is and by the historical upper bound, which
//! forgets that paths cancel each other.

use crate::drawing::{Anchor, Class, Scene, Shape};
use crate::format::in_unit;
use crate::plot::{
    Axis, BASELINE, Decades, Frame, Margin, ROW_GAP, is_drawable, is_narrow, marker, pieces, spread, thinned,
};
use crate::words::{self, Text};
use crate::{LaneView, View};
use protocol::{Lane, Quantity, StepRecord, Unit};

/// Parts below this one are not drawn.
const LEAST: f64 = 1e-8;

/// One line a run for ‖G_k‖² and a faint one for the bound, each in parts of its sum, on a log axis.
pub fn paths(lanes: &[LaneView], view: &View) -> Scene {
    let spectra: Vec<_> =
        lanes.iter().flat_map(|lane| FORMS.iter().filter_map(|form| Spectrum::of(lane, *form))).collect();
    let parts = || spectra.iter().flat_map(|own| own.parts.iter().copied()).filter(|part| *part >= LEAST);
    let most = lanes.iter().map(|lane| lane.snapshot.diagram.blocks.len()).max().unwrap_or(1).max(1);
    let [left, right] = if is_narrow(view) { [40.0, 120.0] } else { [58.0, 190.0] };
    let frame = Frame::inside(view, Margin { left, right, top: 10.0, bottom: 22.0 });
    let mut shapes = Vec::new();
    match Decades::around(parts()).map(Axis::Log) {
        Some(axis) => {
            frame.vertical_axis(&axis, (frame.height() / 24.0).clamp(2.0, 6.0) as usize, &mut shapes);
            let across = Axis::Whole(most as f64);
            for tick in across.ticks(if frame.width() < 260.0 { 4 } else { 9 }) {
                let place = [frame.x(tick.fraction), frame.bottom + 16.0];
                shapes.push(Shape::text(Class::Tick, place, Anchor::Middle, tick.words));
            }
            let place = [frame.right + 18.0, frame.bottom + 16.0];
            shapes.push(Shape::text(Class::Label, place, Anchor::Start, Text::PathsAxis.words()));
            for own in &spectra {
                own.line(frame, &across, &axis, &mut shapes);
            }
            labels(&spectra, frame, &axis, &mut shapes);
        }
        None => shapes.push(frame.across(Class::Axis, frame.bottom)),
    }
    Scene { width: view.width, height: view.height, pixels: None, shapes, summary: summary(lanes, &spectra) }
}

/// How much came through k branches: as it is, and the bound.
const FORMS: [Quantity; 2] = [Quantity::PathEnergy, Quantity::PathBound];

/// What came through each number of branches, in parts of the whole.
struct Spectrum {
    lane: Lane,
    form: Quantity,
    step: u64,
    parts: Vec<f64>,
}

impl Spectrum {
    /// What was measured last; `None` where it was not, or where nothing came.
    fn of(lane: &LaneView, form: Quantity) -> Option<Self> {
        let found = |record: &StepRecord| record.measured.vector(form).map(|own| (record.step, own.to_vec()));
        let (step, values) = lane.snapshot.records().rev().find_map(found)?;
        let whole: f64 = values.iter().sum();
        let parts: Vec<_> = values.iter().map(|value| value / whole).collect();
        (is_drawable(whole) && parts.iter().all(|part| part.is_finite())).then_some(Self {
            lane: lane.lane,
            form,
            step,
            parts,
        })
    }

    /// Through how many branches on average.
    fn mean(&self) -> f64 {
        self.parts.iter().enumerate().map(|(k, part)| k as f64 * part).sum()
    }

    fn is_bound(&self) -> bool {
        self.form == Quantity::PathBound
    }

    fn place(&self, k: usize, frame: Frame, across: &Axis, axis: &Axis) -> Option<[f64; 2]> {
        let part = self.parts.get(k).copied().filter(|part| *part >= LEAST)?;
        Some([frame.x(across.fraction(k as f64)?), frame.y(axis.fraction(part)?)])
    }

    fn line(&self, frame: Frame, across: &Axis, axis: &Axis, shapes: &mut Vec<Shape>) {
        let class = if self.is_bound() { Class::Raw } else { Class::Line };
        let places: Vec<_> = (0..self.parts.len()).map(|k| self.place(k, frame, across, axis)).collect();
        for piece in pieces(places.iter().copied()).iter().filter(|piece| piece.len() > 1) {
            shapes.push(Shape::polyline([class, Class::of_lane(self.lane)], &thinned(piece)));
        }
        if !self.is_bound() {
            shapes.extend(places.into_iter().flatten().map(|place| marker(self.lane, None, place, 2.5)));
        }
    }
}

/// The mean lengths, each beside the end of its line.
fn labels(spectra: &[Spectrum], frame: Frame, axis: &Axis, shapes: &mut Vec<Shape>) {
    let end = |own: &Spectrum| {
        let last = own.parts.iter().rev().copied().find(|part| *part >= LEAST)?;
        Some((
            frame.y(axis.fraction(last)?),
            (own.lane, words::mean_path(own.is_bound(), &in_unit(Unit::Branches, own.mean()))),
        ))
    };
    let ends = spectra.iter().filter_map(end).collect();
    for (y, (lane, words)) in spread(ends, ROW_GAP, [frame.top, frame.bottom]) {
        let place = [frame.right + 10.0, y + BASELINE];
        shapes.push(Shape::text([Class::LabelStrong, Class::of_lane(lane)], place, Anchor::Start, words));
    }
}

fn summary(lanes: &[LaneView], spectra: &[Spectrum]) -> String {
    if spectra.is_empty() {
        return words::unmeasured(lanes.iter().map(|lane| lane.snapshot.updates_done()).max().unwrap_or(0));
    }
    let one = |own: &Spectrum| {
        let blocks = own.parts.len().saturating_sub(1);
        words::paths_summary(own.lane, own.is_bound(), own.step, &in_unit(Unit::Branches, own.mean()), blocks)
    };
    spectra.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{lanes, snapshot, step};
    use protocol::{Event, Vector};

    #[test]
    fn the_spectrum_is_in_parts_of_the_whole_and_its_mean_is_said() {
        let mut run = snapshot(8, 1.0);
        let Event::Step(mut record) = step(4, 1.0, &[1.0; 4], true) else { panic!("a step") };
        record.measured.vectors = vec![
            Vector { quantity: Quantity::PathEnergy, values: vec![2.0, 1.0, 1.0, 0.0] },
            Vector { quantity: Quantity::PathBound, values: vec![0.0, 1.0, 0.0, 1.0] },
        ];
        run.apply(Event::Step(record));
        let view = View { width: 600.0, height: 200.0, ..View::default() };
        let scene = paths(&lanes(&run, &run)[..1], &view);
        assert!(scene.summary.contains("0.8") && scene.summary.contains("2.0"), "{}", scene.summary);
        let dots = scene.shapes.iter().filter(|shape| shape.has_class(Class::Dot)).count();
        assert_eq!(dots, 3, "nothing came through all three");
    }
}
