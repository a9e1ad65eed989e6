//! The number of blocks whose branch takes part: all, but for stochastic depth (Huang et al. 2016, arXiv 1603.09382).

#[cfg(test)]
use super::twins::{Twin, record};
use super::{Definition, Measure, Measurements};
use crate::network::Join;
use protocol::Quantity;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::ActiveBlocks],
    measure: Measure::Closing(close),
    #[cfg(test)]
    twin: Twin::Scalar(record::scalar),
};

fn close(found: &mut Measurements, joins: &[Join]) {
    let active = joins.iter().filter(|join| join.branch != 0.0).count();
    found.set_scalar(Quantity::ActiveBlocks, Some(active as f64));
}
