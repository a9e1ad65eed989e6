//! Matrix products on slices.

use crate::cpu::fresh::Place;
use gemm::{Parallelism, gemm};

/// A matrix in a slice, `rows × cols`, element (i, j) at `i·row_step + j·col_step`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    cols: usize,
    row_step: usize,
    col_step: usize,
}

impl<'a> Matrix<'a> {
    /// A row-major matrix; `values` are `rows · cols`.
    pub(crate) fn new(values: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(Some(values.len()), rows.checked_mul(cols), "a {rows}x{cols} matrix");
        Self { values, rows, cols, row_step: cols, col_step: 1 }
    }

    /// `count` of the rows of a row-major matrix, from `first` on.
    pub(crate) fn rows(self, first: usize, count: usize) -> Self {
        let holds = first <= self.rows && count <= self.rows - first;
        assert!(holds && self.col_step == 1, "{count} rows from row {first} on of {}", self.rows);
        Self { values: &self.values[first * self.row_step..], rows: count, ..self }
    }

    /// The transposed matrix, of the same values.
    pub(crate) fn transposed(self) -> Self {
        let Self { values, rows, cols, row_step, col_step } = self;
        Self { values, rows: cols, cols: rows, row_step: col_step, col_step: row_step }
    }
}

/// `out = a·b`, or `out += a·b` if `accumulate`; `out` is row-major. Single-threaded, so its order of summation is fixed.
pub(crate) fn multiply(out: &mut [f32], a: Matrix, b: Matrix, accumulate: bool) {
    assert_eq!(Some(out.len()), a.rows.checked_mul(b.cols), "output size");
    // SAFETY: the product's values, borrowed mutably.
    unsafe { product(out.as_mut_ptr(), a, b, accumulate) }
}

/// `out = a·b`, row-major, in places that hold nothing yet.
pub(crate) fn multiply_into<'a>(out: &'a mut [Place], a: Matrix, b: Matrix) -> &'a mut [f32] {
    assert_eq!(Some(out.len()), a.rows.checked_mul(b.cols), "output size");
    // SAFETY: the product's places, borrowed mutably. gemm reads none and writes each, also where the inner size is 0.
    unsafe {
        product(out.as_mut_ptr().cast(), a, b, false);
        out.assume_init_mut()
    }
}

/// # Safety
/// `out` points to a.rows × b.cols places that overlap neither input and, to accumulate, hold values.
unsafe fn product(out: *mut f32, a: Matrix, b: Matrix, accumulate: bool) {
    assert_eq!(a.cols, b.rows, "inner sizes");
    // SAFETY: `Matrix` is only made by `new` and `rows`, so every element that the strides reach lies inside its slice; of
    // `out` see above.
    unsafe {
        gemm(
            a.rows,
            b.cols,
            a.cols,
            out,
            1,
            b.cols as isize,
            accumulate,
            a.values.as_ptr(),
            a.col_step as isize,
            a.row_step as isize,
            b.values.as_ptr(),
            b.col_step as isize,
            b.row_step as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    /// The square of this is one more than the largest `usize`: as a product it wraps to 0.
    const ROOT: usize = 1 << (usize::BITS / 2);

    #[test]
    #[should_panic(expected = "output size")]
    fn a_product_of_more_values_than_can_be_counted_is_refused() {
        multiply(&mut [], Matrix::new(&[], ROOT, 0), Matrix::new(&[], 0, ROOT), false);
    }

    #[test]
    #[should_panic(expected = "output size")]
    fn such_a_product_in_places_that_hold_nothing_yet_is_refused() {
        multiply_into(&mut [], Matrix::new(&[], ROOT, 0), Matrix::new(&[], 0, ROOT));
    }

    #[test]
    #[should_panic(expected = "matrix")]
    fn a_matrix_of_more_values_than_can_be_counted_is_refused() {
        Matrix::new(&[], ROOT, ROOT);
    }

    #[test]
    #[should_panic(expected = "2 rows from row")]
    fn rows_behind_the_last_are_refused() {
        Matrix::new(&[0.0; 4], 4, 1).rows(usize::MAX, 2);
    }

    #[test]
    fn rows_are_those_from_the_first_on() {
        let mut out = [0.0; 2];
        let matrix = Matrix::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3, 2);
        multiply(&mut out, matrix.rows(1, 2), Matrix::new(&[1.0, 10.0], 2, 1), false);
        assert_eq!(out, [43.0, 65.0]);
        matrix.rows(3, 0);
    }
}
