//! The joins of a step or of an evaluation, from the strengths and the branches that take part (Huang et al. 2016, arXiv
//! 1603.09382): at each training step those that the dice leave in; in an evaluation all, each with its probability as
//! weight.

use crate::network::Join;
use crate::random::Stream;
use protocol::RunSpec;

/// The joins of a step at these strengths: with stochastic depth some branches are left out. A block whose shortcut is
/// closed always takes part.
pub fn training_joins(spec: &RunSpec, strengths: &[f64], step: u64) -> Vec<Join> {
    let mut stream = Stream::new(spec.seed, "stochastic-depth", step);
    let joins =
        strengths.iter().zip(survival(spec.stochastic_depth, strengths.len())).map(|(strength, probability)| {
            let takes_part = stream.uniform() < probability || *strength == 0.0;
            Join { shortcut: *strength, branch: if takes_part { 1.0 } else { 0.0 } }
        });
    joins.collect()
}

/// The joins of an evaluation at these strengths: every branch, times its probability (Huang et al. 2016, equation 5).
pub(super) fn testing_joins(spec: &RunSpec, strengths: &[f64]) -> Vec<Join> {
    let join = |(strength, probability): (&f64, f64)| Join {
        shortcut: *strength,
        branch: if *strength == 0.0 { 1.0 } else { probability },
    };
    strengths.iter().zip(survival(spec.stochastic_depth, strengths.len())).map(join).collect()
}

/// The probability with which each of these blocks takes part: 1 − (l/L)(1 − p), l = 1, …, L (Huang et al. 2016,
/// arXiv 1603.09382, section 4).
fn survival(last: f64, blocks: usize) -> impl Iterator<Item = f64> {
    (1..=blocks).map(move |number| 1.0 - number as f64 / blocks as f64 * (1.0 - last))
}
