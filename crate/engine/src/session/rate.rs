//! The learning rate of each step, from the one that is set: it warms up, then follows its schedule.

use protocol::{LrSchedule, RunSpec};

/// The learning rate of the update of this number, from 0. While it warms up it rises evenly, above 0 from the first update
/// on (Goyal et al. 2017, arXiv 1706.02677, section 2.2).
pub(super) fn rate(spec: &RunSpec, step: u64) -> f64 {
    if step < spec.warmup {
        return spec.lr * ((step + 1) as f64 / spec.warmup as f64);
    }
    match &spec.lr_schedule {
        LrSchedule::Constant => spec.lr,
        LrSchedule::Cosine => {
            let (done, all) = (step - spec.warmup, spec.steps.saturating_sub(spec.warmup).max(1));
            // A budget that was made smaller on the way is used up.
            let turn = std::f64::consts::PI * (done.min(all) as f64 / all as f64);
            spec.lr * (0.5 * (1.0 + libm::cos(turn)))
        }
        // One product after the other: the same bits everywhere.
        LrSchedule::Step { at, factor } => at.iter().filter(|at| **at <= step).fold(spec.lr, |rate, _| rate * factor),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(change: impl Fn(&mut RunSpec)) -> Vec<f64> {
        let mut spec = RunSpec { lr: 0.4, steps: 8, ..RunSpec::page_default() };
        change(&mut spec);
        (0..spec.steps).map(|step| rate(&spec, step)).collect()
    }

    fn near(found: &[f64], wanted: &[f64]) {
        assert_eq!(found.len(), wanted.len());
        let is_near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-12;
        assert!(found.iter().zip(wanted).all(is_near), "{found:?} and not {wanted:?}");
    }

    #[test]
    fn without_a_schedule_it_is_the_one_that_is_set() {
        assert_eq!(rates(|_| {}), [0.4; 8]);
    }

    #[test]
    fn it_warms_up_from_above_0_to_the_one_that_is_set() {
        near(&rates(|spec| spec.warmup = 4), &[0.1, 0.2, 0.3, 0.4, 0.4, 0.4, 0.4, 0.4]);
        near(&rates(|spec| spec.warmup = 16)[6..], &[0.175, 0.2]);
    }

    /// The values of torch.optim.lr_scheduler.CosineAnnealingLR with T_max 8 and of MultiStepLR.
    #[test]
    fn it_follows_its_schedule() {
        let cosine = [0.4, 0.3847759065, 0.3414213562, 0.2765366865, 0.2, 0.1234633135, 0.0585786438, 0.0152240935];
        let found = rates(|spec| spec.lr_schedule = LrSchedule::Cosine);
        assert!(found.iter().zip(cosine).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        let stepped = |spec: &mut RunSpec| spec.lr_schedule = "step:3,6*0.1".parse().unwrap();
        near(&rates(stepped), &[0.4, 0.4, 0.4, 0.04, 0.04, 0.04, 0.004, 0.004]);
        let both = rates(|spec| (spec.warmup, spec.lr_schedule) = (2, LrSchedule::Cosine));
        near(&both[..4], &[0.2, 0.4, 0.4, 0.4 * 0.5 * (1.0 + (std::f64::consts::PI / 6.0).cos())]);
        assert!(both[7] > 0.0, "the last update moves too");
    }
}
