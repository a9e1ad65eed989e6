//! Rows split into their columns with an even and with an odd number, so that every second pixel is a neighbour.

use crate::cpu::fresh::Place;

/// The columns of a row, those with an even number and those with an odd one.
#[inline(always)]
pub(crate) fn split(row: &[f32], even: &mut [f32], odd: &mut [f32]) {
    let (pairs, last) = row.as_chunks::<2>();
    for ((pair, even), odd) in pairs.iter().zip(&mut *even).zip(odd) {
        *even = pair[0];
        *odd = pair[1];
    }
    if let [last] = last {
        even[pairs.len()] = *last;
    }
}

/// The row whose even and odd columns are given; writes all of it.
#[inline(always)]
pub(crate) fn merge(even: &[f32], odd: &[f32], row: &mut [Place]) {
    let (pairs, last) = row.as_chunks_mut::<2>();
    for ((pair, even), odd) in pairs.iter_mut().zip(even).zip(odd) {
        *pair = [Place::new(*even), Place::new(*odd)];
    }
    if let [last] = last {
        last.write(even[even.len() - 1]);
    }
}
