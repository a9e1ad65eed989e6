//! Matrix products on slices.
#![allow(unsafe_code)]

use crate::cpu::fresh::Place;
use gemm::{Parallelism, gemm};

/// A matrix in a slice, `rows × cols`, element (i, j) at `i·row_step + j·col_step`.
#[derive(Clone, Copy)]
pub(crate) struct Matrix<'a> {
    numbers: &'a [f32],
    rows: usize,
    cols: usize,
    row_step: usize,
    col_step: usize,
}

impl<'a> Matrix<'a> {
    /// A row-major matrix; the slice holds exactly `rows · cols` numbers.
    pub(crate) fn new(numbers: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(numbers.len(), rows * cols, "a {rows}x{cols} matrix");
        Self { numbers, rows, cols, row_step: cols, col_step: 1 }
    }

    /// `count` of the rows of a row-major matrix, from `first` on.
    pub(crate) fn rows(self, first: usize, count: usize) -> Self {
        assert!(first + count <= self.rows && self.col_step == 1, "rows {first} to {} of {}", first + count, self.rows);
        Self { numbers: &self.numbers[first * self.row_step..], rows: count, ..self }
    }

    /// The same numbers read with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        let Self { numbers, rows, cols, row_step, col_step } = self;
        Self { numbers, rows: cols, cols: rows, row_step: col_step, col_step: row_step }
    }
}

/// `out = a·b`, or `out += a·b` if `accumulate`; `out` is row-major. Single-threaded, so its order of summation is fixed.
pub(crate) fn multiply(out: &mut [f32], a: Matrix, b: Matrix, accumulate: bool) {
    assert_eq!(out.len(), a.rows * b.cols, "output size");
    // SAFETY: as many numbers as the product has, borrowed mutably.
    unsafe { product(out.as_mut_ptr(), a, b, accumulate) }
}

/// `out = a·b` in places that hold nothing yet; writes all of them.
pub(crate) fn multiply_into(out: &mut [Place], a: Matrix, b: Matrix) {
    assert_eq!(out.len(), a.rows * b.cols, "output size");
    // SAFETY: as many places as the product has, borrowed mutably; they are not read.
    unsafe { product(out.as_mut_ptr().cast(), a, b, false) }
}

/// # Safety
/// `out` points to a.rows × b.cols numbers that overlap neither input and, to accumulate, are initialised.
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
            a.numbers.as_ptr(),
            a.col_step as isize,
            a.row_step as isize,
            b.numbers.as_ptr(),
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
