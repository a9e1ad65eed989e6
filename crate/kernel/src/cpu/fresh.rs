//! New buffers that are written once instead of being cleared first: clearing alone is a tenth of a small network's step.
//!
//! Who is handed places returns them as values, `&mut [Place]` → `&mut [f32]`, and it is checked that what comes back is
//! all of what was handed out. Such a slice exists only where each place was written, so no caller can leave one out.

use crate::cpu::parallel;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A place for a value that is still to be written.
pub(crate) type Place = MaybeUninit<f32>;

/// `count` values, written by `write`.
pub(crate) fn filled(count: usize, write: impl for<'a> FnOnce(&'a mut [Place]) -> &'a mut [f32]) -> Vec<f32> {
    let mut places: Vec<Place> = Vec::with_capacity(count);
    // SAFETY: places need not hold values, and there is room for `count` of them.
    unsafe { places.set_len(count) };
    let whole = whole_of(&places);
    assert!(whole_of_values(write(&mut places)) == whole, "all places, written");
    let mut places = ManuallyDrop::new(places);
    // SAFETY: the same allocation with the same layout, and a slice of values was there at all of its places.
    unsafe { Vec::from_raw_parts(places.as_mut_ptr().cast::<f32>(), count, places.capacity()) }
}

/// `count` values in chunks of `size` (the last may be shorter), shared between threads: `work` writes each, from the
/// chunk's input.
pub(crate) fn filled_in_chunks<T: Send>(
    count: usize,
    size: usize,
    inputs: impl Iterator<Item = T>,
    work: impl for<'a> Fn(&'a mut [Place], T) -> &'a mut [f32] + Send + Sync,
) -> Vec<f32> {
    filled_in_chunks_with(count, size, inputs, || (), |(), places, input| work(places, input))
}

/// [`filled_in_chunks`] where `work` needs room, of which each thread has its own.
pub(crate) fn filled_in_chunks_with<T: Send, S: Send>(
    count: usize,
    size: usize,
    inputs: impl Iterator<Item = T>,
    room: impl Fn() -> S + Send + Sync,
    work: impl for<'a> Fn(&mut S, &'a mut [Place], T) -> &'a mut [f32] + Send + Sync,
) -> Vec<f32> {
    filled(count, |places| {
        let written = AtomicUsize::new(0);
        parallel::for_each_with(places.chunks_mut(size).zip(inputs), room, |room, (chunk, input)| {
            written.fetch_add(checked(chunk, |chunk| work(room, chunk, input)), Relaxed);
        });
        assert_eq!(written.into_inner(), places.len(), "an input for each chunk");
        // SAFETY: the chunks lie apart, and together those that were written have the length of all.
        unsafe { places.assume_init_mut() }
    })
}

/// Writes chunks of `size`, which divides the places' number, one after the other: `write` each from its input.
#[inline(always)]
pub(crate) fn chunks<T>(
    places: &mut [Place],
    size: usize,
    inputs: impl Iterator<Item = T>,
    write: impl for<'a> Fn(&'a mut [Place], T) -> &'a mut [f32],
) -> &mut [f32] {
    let mut written = 0;
    for (chunk, input) in places.chunks_exact_mut(size).zip(inputs) {
        written += checked(chunk, |chunk| write(chunk, input));
    }
    assert_eq!(written, places.len(), "an input for each chunk");
    // SAFETY: as in `filled_in_chunks_with`.
    unsafe { places.assume_init_mut() }
}

/// Copies rows of `width`, which divides the places' number, one after the other: each from where it starts in `source`.
#[inline(always)]
pub(crate) fn copied_rows<'a>(
    places: &'a mut [Place],
    width: usize,
    source: &[f32],
    starts: impl Iterator<Item = usize>,
) -> &'a mut [f32] {
    let mut written = 0;
    for (row, start) in places.chunks_exact_mut(width).zip(starts) {
        row.write_copy_of_slice(&source[start..start + width]);
        written += width;
    }
    assert_eq!(written, places.len(), "a row for each place");
    // SAFETY: the rows lie apart, each was written as a whole, and together they have the length of all.
    unsafe { places.assume_init_mut() }
}

/// Places that are written row by row, in any order.
pub(crate) struct Rows<'a> {
    places: &'a mut [Place],
    width: usize,
    /// Of each row, whether it is written.
    written: Vec<bool>,
}

impl<'a> Rows<'a> {
    /// Rows of `width`, which divides the places' number.
    pub(crate) fn new(places: &'a mut [Place], width: usize) -> Self {
        let rows = places.len() / width.max(1);
        assert_eq!(rows * width, places.len(), "whole rows");
        Self { places, width, written: vec![false; rows] }
    }

    /// Writes the row of this index.
    #[inline(always)]
    pub(crate) fn write(&mut self, row: usize, write: impl for<'b> FnOnce(&'b mut [Place]) -> &'b mut [f32]) {
        // A row that is written anew holds values again only once that is done: `write` may panic on its way.
        self.written[row] = false;
        checked(&mut self.places[row * self.width..(row + 1) * self.width], write);
        self.written[row] = true;
    }

    /// All of them; it is an error of the program if one is missing.
    pub(crate) fn all(self) -> &'a mut [f32] {
        assert!(self.written.iter().all(|written| *written), "every row written");
        // SAFETY: whole rows, and each was written.
        unsafe { self.places.assume_init_mut() }
    }
}

/// Writes zeros.
#[inline(always)]
pub(crate) fn cleared(places: &mut [Place]) -> &mut [f32] {
    for place in places.iter_mut() {
        place.write(0.0);
    }
    // SAFETY: each place was written just now.
    unsafe { places.assume_init_mut() }
}

/// Writes what `f` makes of each pair of values.
#[inline(always)]
pub(crate) fn zipped<'a>(places: &'a mut [Place], a: &[f32], b: &[f32], f: impl Fn(f32, f32) -> f32) -> &'a mut [f32] {
    assert!(a.len() == places.len() && b.len() == places.len(), "slices of one length");
    for (place, (a, b)) in places.iter_mut().zip(a.iter().zip(b)) {
        place.write(f(*a, *b));
    }
    // SAFETY: each place was written just now: there is a pair for each.
    unsafe { places.assume_init_mut() }
}

/// Writes every second value of `source`, from the first on, which has enough of them.
#[inline(always)]
pub(crate) fn every_second<'a>(places: &'a mut [Place], source: &[f32]) -> &'a mut [f32] {
    assert!(source.len() + 1 >= 2 * places.len(), "a value for each place");
    for (place, value) in places.iter_mut().zip(source.iter().step_by(2)) {
        place.write(*value);
    }
    // SAFETY: each place was written just now: of the source's values there is every second for each.
    unsafe { places.assume_init_mut() }
}

/// Writes values by turns from the one and the other: a row whose columns of even and of odd index are given, `even` as
/// many as there are or more, `odd` likewise.
#[inline(always)]
pub(crate) fn interleaved<'a>(places: &'a mut [Place], even: &[f32], odd: &[f32]) -> &'a mut [f32] {
    let (pairs, last) = places.as_chunks_mut::<2>();
    let (evens, odd) = (&even[..pairs.len()], &odd[..pairs.len()]);
    for ((pair, even), odd) in pairs.iter_mut().zip(evens).zip(odd) {
        *pair = [Place::new(*even), Place::new(*odd)];
    }
    if let [last] = last {
        last.write(even[evens.len()]);
    }
    // SAFETY: each pair was written just now, there being two values for each, and the last place if it has no pair.
    unsafe { places.assume_init_mut() }
}

/// Has `write` write these places and returns how many they are.
#[inline(always)]
fn checked(places: &mut [Place], write: impl for<'a> FnOnce(&'a mut [Place]) -> &'a mut [f32]) -> usize {
    let whole = whole_of(places);
    assert!(whole_of_values(write(places)) == whole, "all places, written");
    whole.1
}

#[inline(always)]
fn whole_of(places: &[Place]) -> (*const f32, usize) {
    (places.as_ptr().cast(), places.len())
}

#[inline(always)]
fn whole_of_values(values: &[f32]) -> (*const f32, usize) {
    (values.as_ptr(), values.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// Whether the work ends in a panic, as it must when a place stays unwritten.
    fn fails<R>(work: impl FnOnce() -> R) -> bool {
        catch_unwind(AssertUnwindSafe(|| drop(work()))).is_err()
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn what_leaves_a_place_unwritten_is_refused() {
        assert!(fails(|| filled(3, |places| cleared(&mut places[..2]))), "a part of the buffer");
        assert!(fails(|| filled(3, |_| Box::leak(Box::new([0.0; 3])))), "another buffer");
        let halves = |count: usize| filled_in_chunks(4, 2, 0..count, |chunk, _| cleared(chunk));
        assert!(fails(|| halves(1)), "an input too few");
        assert_eq!(halves(2), [0.0; 4]);
        assert!(fails(|| filled(4, |places| chunks(places, 2, 0..1, |chunk, _| cleared(chunk)))), "an input too few");
        assert!(fails(|| filled(5, |places| chunks(places, 2, 0..3, |chunk, _| cleared(chunk)))), "a place behind");
        assert!(fails(|| filled(2, |places| zipped(places, &[1.0], &[1.0], |a, b| a + b))), "a pair too few");
        assert!(fails(|| filled(3, |places| interleaved(places, &[1.0], &[2.0]))), "no last value");
        assert!(fails(|| filled(2, |places| every_second(places, &[1.0, 2.0]))), "no second value");
        let rows = |rows: &[usize]| {
            filled(4, |places| {
                let mut to = Rows::new(places, 2);
                rows.iter().for_each(|row| to.write(*row, |row| cleared(row)));
                to.all()
            })
        };
        assert!(fails(|| rows(&[1, 1])), "one row twice, the other not");
        assert!(fails(|| filled(5, |places| Rows::new(places, 2).all())), "no whole rows");
        assert_eq!(rows(&[1, 0]), [0.0; 4]);
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn a_row_whose_rewriting_was_broken_off_is_not_written() {
        let rewritten = |breaks_off: bool| {
            filled(2, |places| {
                let mut to = Rows::new(places, 2);
                to.write(0, cleared);
                let broken_off = fails(|| {
                    to.write(0, |row| {
                        row[0] = Place::uninit();
                        assert!(!breaks_off, "broken off");
                        cleared(row)
                    });
                });
                assert_eq!(broken_off, breaks_off);
                to.all()
            })
        };
        assert_eq!(rewritten(false), [0.0; 2]);
        assert!(fails(|| rewritten(true)));
    }

    #[test]
    fn rows_are_put_together_of_their_even_and_odd_columns() {
        assert_eq!(filled(5, |row| interleaved(row, &[0.0, 2.0, 4.0], &[1.0, 3.0])), [0.0, 1.0, 2.0, 3.0, 4.0]);
        assert_eq!(filled(4, |row| interleaved(row, &[0.0, 2.0], &[1.0, 3.0])), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(filled(0, |row| interleaved(row, &[], &[])), [0.0; 0]);
    }
}
