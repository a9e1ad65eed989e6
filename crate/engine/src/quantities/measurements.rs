//! What was measured so far at one step or evaluation.

use super::{CATALOGUE, Definition, Readings};
use crate::EngineError;
use crate::network::Join;
use protocol::{Column, Ends, Measured, Quantity, QuantityShape, Scalar, Vector};

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
    /// The gradients at stem and head.
    pub(crate) ends: Ends,
    /// The joins of the pass, once its backward pass is through.
    joins: Option<Vec<Join>>,
    /// What is still to be read.
    pub(crate) readings: Readings,
    /// How to measure it, in the catalogue's order.
    pub(super) due: Vec<&'static Definition>,
    /// Images in the batch.
    pub(super) batch: usize,
}

impl Measurements {
    /// An empty record for these quantities over this number of blocks.
    pub(crate) fn new(wanted: &[Quantity], blocks: usize, batch: usize) -> Self {
        let mut needed = wanted.to_vec();
        needed.extend(wanted.iter().flat_map(|quantity| quantity.made_from()));
        needed.sort_unstable();
        needed.dedup();
        let per_block = needed.iter().filter(|quantity| quantity.shape() == QuantityShape::Block);
        let columns = per_block.map(|quantity| Column { quantity: *quantity, values: vec![None; blocks] }).collect();
        let is_due = |definition: &&Definition| definition.yields.iter().any(|quantity| needed.contains(quantity));
        let due = CATALOGUE.iter().filter(is_due).collect();
        Self { wanted: wanted.to_vec(), needed, columns, due, batch, ..Self::default() }
    }

    /// Whether nothing is measured.
    pub(crate) fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }

    /// Whether any of these is asked for, or is what another one is made from.
    pub(crate) fn needs(&self, quantities: &[Quantity]) -> bool {
        self.needed.iter().any(|quantity| quantities.contains(quantity))
    }

    /// Records the value of a quantity at a block, if it is measured; `None` where it does not exist.
    pub(super) fn set(&mut self, quantity: Quantity, block: usize, value: Option<f64>) {
        if let Some(column) = self.columns.iter_mut().find(|column| column.quantity == quantity) {
            column.values[block] = value;
        }
    }

    /// The values of a quantity, a block each; nothing if it is not measured.
    pub(super) fn column(&self, quantity: Quantity) -> &[Option<f64>] {
        let found = self.columns.iter().find(|column| column.quantity == quantity);
        found.map_or(&[], |column| column.values.as_slice())
    }

    /// The values of a quantity that every block has.
    pub(super) fn full_column(&self, quantity: Quantity) -> Option<Vec<f64>> {
        self.column(quantity).iter().copied().collect()
    }

    /// Records a quantity that is one value, if it is asked for.
    pub(super) fn set_scalar(&mut self, quantity: Quantity, value: Option<f64>) {
        if self.wanted.contains(&quantity) {
            self.scalars.push(Scalar { quantity, value });
        }
    }

    /// Records a quantity that is several values, if it is asked for.
    pub(super) fn set_vector(&mut self, quantity: Quantity, values: Vec<f64>) {
        if self.wanted.contains(&quantity) {
            self.vectors.push(Vector { quantity, values });
        }
    }

    /// Says that the backward pass is through: what follows from it can be found.
    pub(crate) fn backward_is_through(&mut self, joins: &[Join]) {
        self.joins = Some(joins.to_vec());
    }

    /// What is found so far, of the blocks that were passed; the numbers that devices hold are fetched for it.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if numbers cannot be read from the device.
    pub(crate) fn so_far(&mut self) -> Result<Found, EngineError> {
        self.read()?;
        let is_wanted = |column: &&Column| self.wanted.contains(&column.quantity);
        let columns = self.columns.iter().filter(is_wanted).cloned().collect();
        Ok(Found { measured: Measured { columns, ..Measured::default() }, ends: self.ends })
    }

    /// The finished record, in the order of [`Quantity::ALL`].
    ///
    /// # Errors
    /// [`EngineError::Candle`] if numbers cannot be read from the device.
    pub(crate) fn finish(mut self) -> Result<Found, EngineError> {
        self.read()?;
        if let Some(joins) = self.joins.take() {
            self.close(&joins);
        }
        self.columns.retain(|column| self.wanted.contains(&column.quantity));
        self.scalars.sort_by_key(|scalar| scalar.quantity);
        self.vectors.sort_by_key(|vector| vector.quantity);
        let measured = Measured { columns: self.columns, scalars: self.scalars, vectors: self.vectors };
        Ok(Found { measured, ends: self.ends })
    }
}

/// What was found at a step or an evaluation.
pub(crate) struct Found {
    pub(crate) measured: Measured,
    /// The gradients at stem and head.
    pub(crate) ends: Ends,
}
