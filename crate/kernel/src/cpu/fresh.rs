//! New buffers that are written once instead of being cleared first: clearing alone is a tenth of a small network's step.
#![allow(unsafe_code)]

use std::mem::MaybeUninit;

/// A place for a number that is still to be written.
pub(crate) type Place = MaybeUninit<f32>;

/// `count` numbers, each written by `write`, which must write all of them.
pub(crate) fn filled(count: usize, write: impl FnOnce(&mut [Place])) -> Vec<f32> {
    let mut places: Vec<Place> = Vec::with_capacity(count);
    // SAFETY: places need not hold numbers, and there is room for `count` of them.
    unsafe { places.set_len(count) };
    write(&mut places);
    let mut places = std::mem::ManuallyDrop::new(places);
    // SAFETY: the same allocation with the same layout; every caller in this crate writes each place (each says how).
    unsafe { Vec::from_raw_parts(places.as_mut_ptr().cast::<f32>(), count, places.capacity()) }
}

/// Writes zeros and hands the places on as numbers.
pub(crate) fn cleared(places: &mut [Place]) -> &mut [f32] {
    for place in places.iter_mut() {
        place.write(0.0);
    }
    // SAFETY: each place was written just now.
    unsafe { places.assume_init_mut() }
}
