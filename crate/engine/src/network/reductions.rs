//! What quantities read of a tensor, by operations that Candle has on every device, for devices other than the CPU: each
//! gives a tensor of one f64, which stays on the device until it is read with others.

use candle_core::{D, DType, Result, Tensor};

/// Values that are summed as one row. A card sums each row by itself, so there should be many, and none short.
const ROW: usize = 4096;

/// Σ v² over all these tensors' values.
pub(crate) fn sum_of_squares(tensors: &[&Tensor]) -> Result<Tensor> {
    sum(&joined(tensors)?.to_dtype(DType::F64)?.sqr()?)
}

/// Σ 0·v over all these tensors' values: 0 if all are finite, else NaN.
pub(crate) fn zeros(tensors: &[&Tensor]) -> Result<Tensor> {
    sum(&joined(tensors)?.affine(0.0, 0.0)?)?.to_dtype(DType::F64)
}

fn joined(tensors: &[&Tensor]) -> Result<Tensor> {
    let flat = tensors.iter().map(|tensor| tensor.flatten_all()).collect::<Result<Vec<_>>>()?;
    Tensor::cat(&flat, 0)
}

/// The inner product of two tensors of one shape.
pub(crate) fn dot(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    sum(&(a.to_dtype(DType::F64)? * b.to_dtype(DType::F64)?)?)
}

/// The largest of its values without their signs; a NaN counts as 0.
pub(crate) fn largest(tensor: &Tensor) -> Result<Tensor> {
    let sizes = tensor.flatten_all()?.abs()?;
    let sizes = sizes.eq(&sizes)?.where_cond(&sizes, &sizes.zeros_like()?)?;
    by_rows(&sizes, |rows| rows.max(D::Minus1), |a, b| a.maximum(b))?.to_dtype(DType::F64)
}

/// The number of values that [`measure::underflowed`] counts.
pub(crate) fn underflowed(tensor: &Tensor, unit: f64) -> Result<Tensor> {
    let sizes = (tensor.to_dtype(DType::F64)?.abs()? * unit)?;
    let normal = (sizes.ge(f64::from(f32::MIN_POSITIVE))? * sizes.le(f64::MAX)?)?;
    sum(&normal.to_dtype(DType::F64)?.affine(-1.0, 1.0)?)
}

/// The number of channels of `[N, C, H, W]` that [`measure::dead_channels`] counts.
pub(crate) fn dead_channels(tensor: &Tensor) -> Result<Tensor> {
    let alive = (tensor.gt(0.0)? + tensor.ne(tensor)?)?.to_dtype(DType::F64)?;
    sum(&alive.flatten_from(2)?.sum(D::Minus1)?.sum(0)?.eq(0.0)?.to_dtype(DType::F64)?)
}

/// The mean cosine between different rows, an image each, as [`measure::mean_pairwise_cosine`] has it; ∞ where fewer than
/// two are not zero.
pub(crate) fn mean_cosine(tensor: &Tensor) -> Result<Tensor> {
    let rows = tensor.flatten_from(1)?.to_dtype(DType::F64)?;
    let norms = rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
    let zeros = norms.zeros_like()?;
    // 1/∞ would be 0, and the row vanish.
    let scales = norms.le(f64::MAX)?.where_cond(&norms.recip()?, &(&zeros * f64::NAN)?)?;
    let counts = norms.ne(0.0)?;
    let sum_of_units = rows.broadcast_mul(&counts.where_cond(&scales, &zeros)?)?.sum(0)?;
    let (squares, count) = (sum(&sum_of_units.sqr()?)?, sum(&counts.to_dtype(DType::F64)?)?);
    let cosine = ((squares - &count)? / (&count * (&count - 1.0)?)?)?;
    count.gt(1.0)?.where_cond(&cosine, &(count.ones_like()? * f64::INFINITY)?)
}

/// Σ v.
fn sum(values: &Tensor) -> Result<Tensor> {
    by_rows(&values.flatten_all()?, |rows| rows.sum(D::Minus1), |a, b| a + b)
}

/// All values to one, first along rows of equal length; those that are left over, and then the rows' results, are a row.
fn by_rows(
    flat: &Tensor,
    reduce: impl Fn(&Tensor) -> Result<Tensor>,
    join: impl Fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let count = flat.dim(0)?;
    let rows = count / ROW;
    if rows < 2 {
        return reduce(flat);
    }
    let whole = reduce(&reduce(&flat.narrow(0, 0, rows * ROW)?.reshape((rows, ROW))?)?)?;
    let left = count - rows * ROW;
    if left == 0 { Ok(whole) } else { join(&whole, &reduce(&flat.narrow(0, rows * ROW, left)?)?) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::Device;

    fn value(tensor: &Tensor) -> f64 {
        tensor.to_scalar().unwrap()
    }

    /// Reproducible values of every size, some of them odd.
    fn values(count: usize) -> Vec<f32> {
        let odd = [0.0, 1e-40, -0.0, -1.0];
        let value =
            |i: usize| if i % 11 == 3 { odd[i / 11 % 4] } else { ((i * 7919 % 1013) as f32 / 506.5 - 1.0) * 3.0 };
        (0..count).map(value).collect()
    }

    #[test]
    fn what_is_not_finite_is_found_among_values_of_any_size() {
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for count in [3, 3 * ROW + 5] {
                // Its square is beyond f64.
                let large = Tensor::full(1e300, (count, 2), &Device::Cpu).unwrap();
                assert_eq!(value(&zeros(&[&large, &large]).unwrap()), 0.0);
                let mut numbers = vec![-3e38f32; count];
                let plain = Tensor::new(numbers.as_slice(), &Device::Cpu).unwrap();
                numbers[count - 1] = odd as f32;
                let with_odd = Tensor::new(numbers.as_slice(), &Device::Cpu).unwrap();
                assert_eq!(value(&zeros(&[&plain, &plain]).unwrap()), 0.0);
                assert!(value(&zeros(&[&plain, &with_odd, &plain]).unwrap()).is_nan(), "{odd}");
            }
        }
    }

    #[test]
    fn each_equals_what_measure_finds_in_the_values() {
        for dims in [(2, 3, 4, 5), (3, 5, 40, 41), (2, 4, 32, 32), (1, 1, 1, 1), (4, 7, 3, 100)] {
            let count = dims.0 * dims.1 * dims.2 * dims.3;
            let mut numbers = values(count);
            // An image and a channel without anything.
            numbers[..dims.1 * dims.2 * dims.3].fill(0.0);
            for image in numbers.chunks_exact_mut(dims.1 * dims.2 * dims.3) {
                image[..dims.2 * dims.3].fill(0.0);
            }
            let tensor = Tensor::from_slice(&numbers, dims, &Device::Cpu).unwrap();
            let close = |found: Tensor, expected: f64| {
                assert!(
                    (value(&found) - expected).abs() <= 1e-12 * expected.abs(),
                    "{dims:?}: {found}, not {expected}"
                );
            };
            close(sum_of_squares(&[&tensor, &tensor]).unwrap(), 2.0 * measure::dot(&numbers, &numbers));
            let other: Vec<f32> = numbers.iter().rev().copied().collect();
            let reversed = Tensor::from_slice(&other, dims, &Device::Cpu).unwrap();
            close(dot(&tensor, &reversed).unwrap(), measure::dot(&numbers, &other));
            close(largest(&tensor).unwrap(), measure::largest(&numbers));
            for unit in [1.0, 1e-38] {
                close(underflowed(&tensor, unit).unwrap(), measure::underflowed(&numbers, unit) as f64);
            }
            let dead = measure::dead_channels(&numbers, dims.1, dims.2 * dims.3);
            assert!(dead > 0);
            close(dead_channels(&tensor).unwrap(), dead as f64);
            let cosine = value(&mean_cosine(&tensor).unwrap());
            let expected = measure::mean_pairwise_cosine(&numbers, dims.0).unwrap_or(f64::INFINITY);
            assert!(cosine == expected || (cosine - expected).abs() < 1e-12, "{dims:?}: {cosine}, not {expected}");
        }
    }

    #[test]
    fn what_is_no_number_shows() {
        let of = |values: [f32; 4]| Tensor::from_slice(&values, (2, 2, 1, 1), &Device::Cpu).unwrap();
        let (nan, infinite) = (of([1.0, f32::NAN, 2.0, -3.0]), of([1.0, 0.0, f32::INFINITY, 0.0]));
        assert_eq!(value(&largest(&nan).unwrap()), 3.0);
        assert!(value(&sum_of_squares(&[&nan]).unwrap()).is_nan());
        for odd in [nan, infinite.clone()] {
            assert_eq!(
                value(&underflowed(&odd, 1.0).unwrap()),
                if value(&largest(&odd).unwrap()) == 3.0 { 1.0 } else { 3.0 }
            );
            assert!(value(&mean_cosine(&odd).unwrap()).is_nan());
        }
        assert_eq!(value(&dead_channels(&infinite).unwrap()), 1.0);
    }
}
