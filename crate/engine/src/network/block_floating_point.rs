//! Block floating point: a tensor whose values share one exponent, so that f32 holds what is far below its range. (The
//! word's block is the tensor, not a residual block.)
//!
//! Without batch norm, what flows through a deep plain network shrinks by a factor a layer: after a hundred layers of
//! PyTorch's initialisation activations and gradients are near 10⁻⁴², where f32 has a digit or two left (subnormal
//! values) and processors take a hundred times as long. Both passes allow another unit: without bias, norm and saturating
//! activation a block is homogeneous, f(c·x) = c·f(x) for c > 0, and a backward pass is linear in the gradient. So each block
//! computes with values of ordinary size, and their true size stands in an exponent, as in C's `ldexp(value, exponent)`. A
//! power of two changes no digit: what f32 can hold stays equal bit for bit.

use super::layer::Gradients;
use super::norms::{l2, largest};
use crate::EngineError;
use candle_core::{DType, Tensor};

/// A tensor whose largest value lies between these is left as it is: no block leads from there out of the range of f32.
const SMALL: f64 = 1.0 / 4_294_967_296.0;
const LARGE: f64 = 4_294_967_296.0;

/// Powers of two by which f32 is multiplied without leaving its range.
const MOST: i32 = 126;

/// A tensor in block floating point: the true values are ldexp(`tensor`, −`exponent`), that is, `tensor`·2^−`exponent`.
#[derive(Clone)]
pub(crate) struct BlockFloat {
    pub(crate) tensor: Tensor,
    pub(crate) exponent: i32,
}

impl BlockFloat {
    /// True values, exponent 0.
    pub(crate) fn plain(tensor: Tensor) -> Self {
        Self { tensor, exponent: 0 }
    }

    /// Equal true values in a unit in which the largest is from 1 to 2, if it is small now; if it has grown large since,
    /// the way back, at most to true values.
    pub(crate) fn in_range(self) -> Result<Self, EngineError> {
        let largest = largest(&self.tensor)?;
        let is_small = 0.0 < largest && largest < SMALL;
        let has_grown = self.exponent > 0 && largest > LARGE && largest.is_finite();
        if !is_small && !has_grown {
            return Ok(self);
        }
        // The exponent as f64 stores it: equal on every machine.
        let power = (1023 - (largest.to_bits() >> 52) as i32).clamp((-self.exponent).min(0), MOST);
        Ok(Self { tensor: (self.tensor * 2f64.powi(power))?, exponent: self.exponent + power })
    }

    /// The true values; what f32 cannot hold is rounded.
    pub(crate) fn lowered(&self) -> Result<Tensor, EngineError> {
        lowered(&self.tensor, self.exponent)
    }

    /// The sum, in the unit of the larger of the two.
    pub(crate) fn plus(&self, other: &Self) -> Result<Self, EngineError> {
        let exponent = self.exponent.min(other.exponent);
        if self.exponent != other.exponent {
            // Zeros have no size, whatever their unit.
            for (one, rest) in [(self, other), (other, self)] {
                if l2(&one.tensor)? == 0.0 {
                    return Ok(rest.clone());
                }
            }
        }
        let at = |scaled: &Self| lowered(&scaled.tensor, scaled.exponent - exponent);
        Ok(Self { tensor: (at(self)? + at(other)?)?, exponent })
    }

    /// The product with a factor.
    pub(crate) fn times(self, factor: f64) -> Result<Self, EngineError> {
        Ok(if factor == 1.0 { self } else { Self { tensor: (self.tensor * factor)?, ..self } })
    }

    /// The norm of the true values.
    pub(crate) fn l2(&self) -> Result<f64, EngineError> {
        Ok(l2(&self.tensor)? * unit(self.exponent))
    }
}

/// What 1 stands for in a tensor of that exponent.
pub(crate) fn unit(exponent: i32) -> f64 {
    2f64.powi(-exponent)
}

/// The gradients of parameters times 2^exponent.
#[derive(Clone, Copy)]
pub(crate) struct BlockFloatGradients<'a> {
    pub(crate) gradients: &'a Gradients,
    pub(crate) exponent: i32,
}

impl<'a> BlockFloatGradients<'a> {
    /// The gradients of these parameters, as far as they have one.
    pub(crate) fn of(&self, indices: &[usize]) -> impl Iterator<Item = &'a Tensor> {
        let gradients = self.gradients;
        indices.iter().filter_map(move |index| gradients[*index].as_ref())
    }
}

/// Brings these parameters' gradients, times 2^exponent so far, to their true size.
pub(crate) fn lower(gradients: &mut Gradients, indices: &[usize], exponent: i32) -> Result<(), EngineError> {
    for index in indices {
        if let Some(gradient) = &gradients[*index] {
            gradients[*index] = Some(lowered(gradient, exponent)?);
        }
    }
    Ok(())
}

/// tensor·2^−exponent, rounded once.
fn lowered(tensor: &Tensor, exponent: i32) -> Result<Tensor, EngineError> {
    if exponent == 0 {
        return Ok(tensor.clone());
    }
    Ok((tensor.to_dtype(DType::F64)? * unit(exponent))?.to_dtype(tensor.dtype())?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn scaled(values: &[f32]) -> BlockFloat {
        BlockFloat::plain(Tensor::new(values, &Device::Cpu).unwrap())
    }

    fn bits(tensor: &Tensor) -> Vec<u32> {
        tensor.to_vec1::<f32>().unwrap().into_iter().map(f32::to_bits).collect()
    }

    #[test]
    fn raising_brings_the_largest_between_1_and_2_and_lowering_gives_every_bit_back() {
        for power in 33..149 {
            let values: Vec<f32> = [0.7f32, -1.0, 1e-9, 0.0].iter().map(|v| v * 0.5f32.powi(power)).collect();
            let raised = scaled(&values).in_range().unwrap();
            let found = largest(&raised.tensor).unwrap();
            assert!((1.0..2.0).contains(&found) || raised.exponent == MOST, "2^-{power} became {found}");
            assert!(found >= SMALL, "2^-{power} became {found}");
            assert_eq!(bits(&raised.lowered().unwrap()), bits(&scaled(&values).tensor), "2^-{power}");
        }
    }

    #[test]
    fn ordinary_zero_and_non_finite_numbers_stay() {
        for values in [[1.0, 1e-30], [SMALL as f32, 0.0], [0.0; 2], [f32::NAN; 2], [f32::INFINITY, 1.0]] {
            assert_eq!(scaled(&values).in_range().unwrap().exponent, 0, "{values:?}");
        }
    }

    #[test]
    fn numbers_that_have_grown_come_back_at_most_to_their_true_size() {
        let large = 2f32.powi(40);
        for (exponent, expected, left) in [(100, 1.0, 60), (10, 2f32.powi(30), 0), (0, large, 0)] {
            let grown = BlockFloat { exponent, ..scaled(&[large]) }.in_range().unwrap();
            assert_eq!((bits(&grown.tensor), grown.exponent), (vec![expected.to_bits()], left), "exponent {exponent}");
        }
    }

    #[test]
    fn a_sum_is_in_the_unit_of_the_larger_and_keeps_a_nan() {
        let (large, small) = (scaled(&[3.0]), BlockFloat { exponent: 140, ..scaled(&[1.0]) });
        for (a, b) in [(&large, &small), (&small, &large)] {
            assert_eq!(bits(&a.plus(b).unwrap().tensor), [3f32.to_bits()]);
        }
        let zero = scaled(&[0.0]);
        assert_eq!(zero.plus(&small).unwrap().exponent, 140);
        assert_eq!(small.plus(&zero).unwrap().exponent, 140);
        assert!(small.plus(&scaled(&[f32::NAN])).unwrap().l2().unwrap().is_nan());
    }

    #[test]
    fn lowering_rounds_once_as_a_cast_does() {
        let values: Vec<f32> = (0..1000).map(|i| 1.0 + i as f32 / 999.0).collect();
        for exponent in [100, 127, 140, 148, 150, 2000] {
            let expected: Vec<u32> =
                values.iter().map(|v| ((f64::from(*v) * unit(exponent)) as f32).to_bits()).collect();
            let tensor = scaled(&values).tensor;
            assert_eq!(bits(&BlockFloat { tensor, exponent }.lowered().unwrap()), expected, "2^-{exponent}");
        }
        assert_eq!(unit(-3), 8.0);
        assert_eq!(unit(140), (-140f64).exp2());
    }
}
