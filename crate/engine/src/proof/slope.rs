//! The slope of the loss along a direction, from losses in float64, (E(w + h·d) − E(w − h·d)) / 2h, beside the one that the
//! backward pass predicts, and what the two say about each other.

use protocol::{Slope, Verdict};

/// The relative error that is asked of a gradient.
pub(super) const TOLERANCE: f64 = 1e-3;
/// Roundings of a loss in float64, in units of 2⁻⁵³ of it.
const ROUNDINGS: f64 = 32.0;
/// A slope's step is as narrow as rounding allows, since a wide one meets the kinks of more ReLUs and the loss's curvature:
/// so that what rounding makes of the predicted slope is this share of the tolerance.
const SHARE: f64 = 0.1;

/// The step for a slope that is predicted, at most `widest`.
pub(super) fn step(predicted: f64, loss: f64, widest: f64) -> f64 {
    (rounding(loss) / (SHARE * TOLERANCE * predicted.abs())).min(widest)
}

/// What rounding makes of a loss, at most.
fn rounding(loss: f64) -> f64 {
    ROUNDINGS * (f64::EPSILON / 2.0) * loss.abs().max(1.0)
}

/// A gradient of which rounding in its own precision may make more than this share is not determined.
const MOST_BOUND: f64 = 0.1;

/// The slope by the losses of each image: ahead, behind, and where the network stands. `rounded` is the error
/// that the precision of the gradient explains in one weight.
pub(super) fn judge(predicted: f64, losses: [&[f64]; 3], step: f64, bound: f64, rounded: f64) -> Slope {
    let [ahead, behind, here] = losses.map(mean);
    let found = (ahead - behind) / (2.0 * step);
    let floor = rounding(here) / (TOLERANCE * step);
    let largest = predicted.abs().max(found.abs());
    let difference = (predicted - found).abs();
    let verdict = match () {
        // Where the loss is no number, neither is the slope.
        () if largest < floor || !difference.is_finite() => Verdict::TooSmall,
        () if bound > MOST_BOUND || rounded > bound * largest => Verdict::Rounding,
        () if difference > bound * largest && 2.0 * kink(losses, step) >= difference => Verdict::Kink,
        () => Verdict::Error(difference / largest),
    };
    Slope { predicted, found, step, floor, verdict }
}

/// By how much the loss's slope behind may differ from the one ahead. Between the two lies the slope here, if there is one.
/// It is summed over images without signs: a kink in one cannot make up for that in another.
fn kink([ahead, behind, here]: [&[f64]; 3], step: f64) -> f64 {
    let bends = ahead.iter().zip(behind).zip(here).map(|((ahead, behind), here)| (ahead - 2.0 * here + behind).abs());
    mean(&bends.collect::<Vec<_>>()) / (2.0 * step)
}

/// The loss of the batch.
pub(super) fn mean(losses: &[f64]) -> f64 {
    losses.iter().sum::<f64>() / losses.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: f64 = 1e-6;

    /// The losses of two images: straight, and bent up by `bends` on both sides.
    fn judged(predicted: f64, slope: f64, bends: [f64; 2], rounded: f64) -> Verdict {
        let at = |h: f64| bends.map(|bend| 2.0 + slope * h + bend * h.abs());
        judge(predicted, [&at(STEP), &at(-STEP), &at(0.0)], STEP, 1e-3, rounded).verdict
    }

    #[test]
    fn a_slope_is_right_wrong_bent_or_not_to_be_told() {
        let error = |verdict| if let Verdict::Error(error) = verdict { error } else { f64::NAN };
        assert!(error(judged(0.5, 0.5, [0.0; 2], 0.0)) < 1e-6);
        assert!((error(judged(0.5, 0.4, [0.0; 2], 0.0)) - 0.2).abs() < 1e-6);
        assert!((error(judged(0.0, 0.4, [0.0; 2], 0.0)) - 1.0).abs() < 1e-6);
        assert_eq!(judged(1e-7, -1e-7, [0.0; 2], 0.0), Verdict::TooSmall);
        assert_eq!(judged(f64::NAN, 0.5, [0.0; 2], 0.0), Verdict::TooSmall);
        assert_eq!(judged(0.5, 0.4, [0.0; 2], 0.01), Verdict::Rounding);
        assert_eq!(judged(0.5, 0.4, [0.3, 0.0], 0.0), Verdict::Kink);
        assert_eq!(
            judged(0.5, 0.4, [0.3, -0.3], 0.0),
            Verdict::Kink,
            "kinks of two images do not make up for each other"
        );
        assert!(error(judged(0.5, 0.4, [0.01, 0.0], 0.0)) > 0.19, "a small kink excuses no large error");
        assert!(error(judged(0.5, 0.5, [0.3, -0.3], 0.0)) < 1e-6, "a kink is no error");
    }

    #[test]
    fn a_step_is_as_narrow_as_rounding_allows() {
        let narrow = step(1.0, 2.0, 1e-5);
        assert_eq!(step(0.0, 2.0, 1e-5), 1e-5);
        assert!(narrow < 1e-9);
        assert!((rounding(2.0) / narrow - SHARE * TOLERANCE).abs() < 1e-12);
    }
}
