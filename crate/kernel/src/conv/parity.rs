//! Rows split into their columns of even and of odd index, so that every second pixel is a neighbour.
//! [`interleaved`](crate::cpu::fresh::interleaved) puts them together.

/// The columns of a row, those of even index and those of odd index.
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
