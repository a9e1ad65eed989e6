//! The measured quantities: norms of what the sweep holds at a block. Reads only; changes nothing.

use crate::EngineError;
use crate::block::{BlockGradient, BlockTape};
use candle_core::Tensor;
use kernel::Floats;
use protocol::{Column, Quantity};

/// The columns under construction: one value a quantity and block.
pub(crate) struct Columns {
    columns: Vec<Column>,
}

impl Columns {
    /// Empty columns for these quantities over so many blocks.
    pub(crate) fn new(quantities: &[Quantity], blocks: usize) -> Self {
        let mut quantities = quantities.to_vec();
        quantities.sort_unstable();
        quantities.dedup();
        let column = |quantity| Column { quantity, values: vec![None; blocks] };
        Self { columns: quantities.into_iter().map(column).collect() }
    }

    /// The finished columns, in the order of [`Quantity::ALL`].
    pub(crate) fn finish(self) -> Vec<Column> {
        self.columns
    }

    /// Whether nothing is measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether any of these quantities is asked for.
    fn wants(&self, quantities: &[Quantity]) -> bool {
        self.columns.iter().any(|column| quantities.contains(&column.quantity))
    }

    fn set(&mut self, quantity: Quantity, block: usize, value: f64) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.quantity == quantity) {
            column.values[block] = Some(value);
        }
    }

    /// What the forward pass shows: sizes of branch and shortcut at the join, with strength a.
    pub(crate) fn forward(&mut self, block: usize, tape: &BlockTape, a: f64) -> Result<(), EngineError> {
        if !self.wants(&[Quantity::BranchRms, Quantity::BranchRatio]) {
            return Ok(());
        }
        let branch = l2(&tape.branch)?;
        self.set(Quantity::BranchRms, block, branch / (tape.branch.elem_count() as f64).sqrt());
        if let (Some(shortcut), true) = (&tape.shortcut, self.wants(&[Quantity::BranchRatio])) {
            self.set(Quantity::BranchRatio, block, branch / (a * l2(shortcut)?));
        }
        Ok(())
    }

    /// What the backward pass shows; `out_l2` is the norm of the gradient at the block's output. Returns that at its input.
    pub(crate) fn backward(
        &mut self,
        block: usize,
        gradient: &BlockGradient,
        weights_l2: f64,
        out_l2: f64,
    ) -> Result<f64, EngineError> {
        let in_l2 = l2(&gradient.whole)?;
        self.set(Quantity::GradInL2, block, in_l2);
        self.set(Quantity::GradOutL2, block, out_l2);
        self.set(Quantity::WeightGradL2, block, weights_l2);
        if !self.wants(&[Quantity::BranchGradL2, Quantity::SkipGradL2, Quantity::SkipBranchCosine]) {
            return Ok(in_l2);
        }
        let branch = l2(&gradient.branch)?;
        self.set(Quantity::BranchGradL2, block, branch);
        if let Some(part) = &gradient.shortcut {
            let shortcut = l2(part)?;
            self.set(Quantity::SkipGradL2, block, shortcut);
            let product = dot(part, &gradient.branch)?;
            self.set(Quantity::SkipBranchCosine, block, measure::cosine(product, shortcut, branch));
        }
        Ok(in_l2)
    }
}

/// ‖tensor‖₂ over all its numbers, accumulated in f64.
pub(crate) fn l2(tensor: &Tensor) -> Result<f64, EngineError> {
    Ok(Floats::with(tensor, |floats| match floats {
        Floats::F32(numbers) => measure::l2(numbers),
        Floats::F64(numbers) => measure::l2(numbers),
    })?)
}

/// The inner product of two tensors of one shape, accumulated in f64.
fn dot(a: &Tensor, b: &Tensor) -> Result<f64, EngineError> {
    let product = Floats::with(a, |a| {
        Floats::with(b, |b| match (a, b) {
            (Floats::F32(a), Floats::F32(b)) => measure::dot(a, b),
            (Floats::F64(a), Floats::F64(b)) => measure::dot(a, b),
            _ => f64::NAN,
        })
    })??;
    Ok(product)
}

/// √Σ‖gradient‖² over the parameters with these indices.
pub(crate) fn joint_l2(gradients: &[Option<Tensor>], indices: &[usize]) -> Result<f64, EngineError> {
    let mut sum = 0.0;
    for tensor in indices.iter().filter_map(|index| gradients[*index].as_ref()) {
        sum += l2(tensor)?.powi(2);
    }
    Ok(sum.sqrt())
}
