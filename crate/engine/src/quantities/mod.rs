//! The metric catalogue: one file a quantity (or a few that are measured together), each with its formula, its source and
//! how it is found. Reads what the sweep holds anyway; changes nothing. Names, shapes, schedules and costs stand in
//! `protocol::Quantity`, how to read each in `scene`'s words.

pub(crate) mod ablation;
pub(crate) mod activation;
mod closed_forms;
mod coherence;
mod gradient;
pub(crate) mod join_split;
mod mean_depth;
mod path_bound;
mod path_spectrum;
mod paths;
pub(crate) mod residual_ratio;
pub(crate) mod strength_sweep;
pub(crate) mod trials;
mod underflow;
pub(crate) mod update_ratio;
mod weight_gradient;

pub use path_spectrum::path_parts;
pub(crate) use paths::{Analysis, analyses};
pub use paths::{Backward, gradient_over};

use crate::EngineError;
use crate::network::{Block, BlockFloatGradients, BlockGradient, Parameters};
use protocol::{Column, Measured, Quantity, QuantityShape, Scalar, Vector};

/// The record of one step or evaluation under construction.
#[derive(Default)]
pub(crate) struct Measurements {
    /// What is asked for.
    wanted: Vec<Quantity>,
    /// That, and what it is made from.
    needed: Vec<Quantity>,
    columns: Vec<Column>,
    scalars: Vec<Scalar>,
    vectors: Vec<Vector>,
    /// Images in the batch.
    batch: usize,
}

/// What a quantity is made from.
fn sources(quantity: Quantity) -> &'static [Quantity] {
    use Quantity as Q;
    match quantity {
        Q::GradOutL2 | Q::GradInRms | Q::GradInPerSample | Q::DepthRatio | Q::LayerFactor => &[Q::GradInL2],
        Q::WeightGradRatio => &[Q::WeightGradL2, Q::WeightL2],
        Q::WeightDepthRatio => &[Q::WeightGradL2],
        Q::SkipShare | Q::EffectiveDepthClosed | Q::EffectiveDepthBound | Q::PathEnergyClosed => {
            &[Q::BranchGradL2, Q::SkipGradL2]
        }
        Q::BranchGain => &[Q::BranchGradL2, Q::GradInL2],
        Q::MaskPass => &[Q::GradInL2],
        Q::EffectiveDepthForward => &[Q::BranchRatio, Q::BranchRms],
        Q::EffectiveDepth => &[Q::PathEnergy],
        Q::PathBound => &[Q::PathNorm],
        Q::AblationAccuracy | Q::EffectiveDepthAblation => &[Q::AblationLoss],
        Q::SweepAccuracy => &[Q::SweepLoss],
        _ => &[],
    }
}

impl Measurements {
    /// An empty record for these quantities over so many blocks.
    pub(crate) fn new(wanted: &[Quantity], blocks: usize, batch: usize) -> Self {
        let mut needed = wanted.to_vec();
        needed.extend(wanted.iter().flat_map(|quantity| sources(*quantity)));
        needed.sort_unstable();
        needed.dedup();
        let per_block = needed.iter().filter(|quantity| quantity.shape() == QuantityShape::Block);
        let columns = per_block.map(|quantity| Column { quantity: *quantity, values: vec![None; blocks] }).collect();
        Self { wanted: wanted.to_vec(), needed, columns, scalars: Vec::new(), vectors: Vec::new(), batch }
    }

    /// Whether nothing is measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Whether any of these is asked for, or is what another one is made from.
    pub(crate) fn needs(&self, quantities: &[Quantity]) -> bool {
        self.needed.iter().any(|quantity| quantities.contains(quantity))
    }

    pub(crate) fn set(&mut self, quantity: Quantity, block: usize, value: Option<f64>) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.quantity == quantity) {
            column.values[block] = value;
        }
    }

    /// The values of a quantity, a block each; nothing before all are there.
    fn column(&self, quantity: Quantity) -> &[Option<f64>] {
        let found = self.columns.iter().find(|column| column.quantity == quantity);
        found.map_or(&[], |column| column.values.as_slice())
    }

    /// The values of a quantity that every block has.
    fn full_column(&self, quantity: Quantity) -> Option<Vec<f64>> {
        self.column(quantity).iter().copied().collect()
    }

    pub(crate) fn set_scalar(&mut self, quantity: Quantity, value: Option<f64>) {
        if self.wanted.contains(&quantity) {
            self.scalars.push(Scalar { quantity, value });
        }
    }

    fn set_vector(&mut self, quantity: Quantity, values: Vec<f64>) {
        if self.wanted.contains(&quantity) {
            self.vectors.push(Vector { quantity, values });
        }
    }

    /// What a block's backward pass shows; `out_l2` is the norm of the gradient at the block's output. Returns that at its
    /// input.
    pub(crate) fn backward(
        &mut self,
        index: usize,
        block: &Block,
        parameters: &Parameters,
        gradient: &BlockGradient,
        gradients: BlockFloatGradients,
        out_l2: f64,
    ) -> Result<f64, EngineError> {
        let in_l2 = gradient::measure(self, index, gradient, out_l2)?;
        join_split::measure(self, index, gradient, out_l2)?;
        weight_gradient::measure(self, index, block, parameters, gradients)?;
        underflow::measure(self, index, gradient)?;
        Ok(in_l2)
    }

    /// What follows from the columns once they are full.
    pub(crate) fn close(&mut self) {
        gradient::close(self);
        weight_gradient::close(self);
        closed_forms::close(self);
    }

    /// The finished record, in the order of [`Quantity::ALL`].
    pub(crate) fn finish(mut self) -> Measured {
        self.columns.retain(|column| self.wanted.contains(&column.quantity));
        self.scalars.sort_by_key(|scalar| scalar.quantity);
        self.vectors.sort_by_key(|vector| vector.quantity);
        Measured { columns: self.columns, scalars: self.scalars, vectors: self.vectors }
    }
}
