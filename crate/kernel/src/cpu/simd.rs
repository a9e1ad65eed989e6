//! Vectors of f32 for the direct loops: AVX-512, AVX2 with FMA, wasm SIMD128, or plain arrays; picked at run time.
//!
//! Its safety rests on types that only this file can make. A [`Kind`] is one that this processor has. The vectors of an
//! instruction set are private: other code meets them as the `V` of [`Simd::run`], which is called with them only after
//! the processor was asked. Slices are cut to `LANES`, with a check, before a pointer is taken.

/// A register of f32.
pub(crate) trait Vector: Copy {
    /// Values in it.
    const LANES: usize;
    /// Registers of this kind.
    const REGISTERS: usize;
    /// Whether a multiplication and an addition are one instruction.
    const FUSED: bool;
    /// All zero.
    fn zero() -> Self;
    /// One value in every lane.
    fn splat(value: f32) -> Self;
    /// The first values of a slice, which has at least `LANES`.
    fn load(from: &[f32]) -> Self;
    /// Writes the first values of a slice, which has at least `LANES`.
    fn store(self, to: &mut [f32]);
    /// self + b.
    fn add(self, b: Self) -> Self;
    /// self − b.
    fn sub(self, b: Self) -> Self;
    /// self·b + c.
    fn multiply_add(self, b: Self, c: Self) -> Self;
    /// The sum of the lanes, in an order that is fixed for the kind.
    fn sum(self) -> f32;
}

/// A loop that can run on any kind of vector.
pub(crate) trait Simd {
    /// Runs it.
    fn run<V: Vector>(self);
}

/// A kind of vector that this processor has; only [`Kind::every`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind(Set);

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// Sixteen values, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Eight values, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Four values: wasm SIMD128, or what the compiler makes of plain arrays.
    Four,
}

impl Kind {
    /// The kinds that this processor has, the widest first.
    pub(crate) fn every() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let wide = [
            is_x86_feature_detected!("avx512f").then_some(Set::Avx512),
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Set::Avx2),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let wide = [None, None];
        wide.into_iter().flatten().chain([Set::Four]).map(Self)
    }

    /// The widest that this processor has.
    pub(crate) fn widest() -> Self {
        Self::every().next().unwrap_or(Self(Set::Four))
    }

    /// Values in a vector.
    pub(crate) fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => 16,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => 8,
            Set::Four => 4,
        }
    }
}

/// Runs the loop with the widest vectors that the processor has.
pub(crate) fn dispatch(work: impl Simd) {
    run_as(Kind::widest(), work);
}

/// Runs the loop with vectors of this kind.
pub(crate) fn run_as(kind: Kind, work: impl Simd) {
    match kind.0 {
        // SAFETY: a kind is one that the processor has.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::run_avx512(work) },
        // SAFETY: a kind is one that the processor has.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::run_avx2(work) },
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Set::Four => wasm::run(work),
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Set::Four => work.run::<[f32; 4]>(),
    }
}

/// Runs plain loops compiled for the widest vectors that the processor has, as far as they are inlined here: mark the closure
/// and those that it calls. The compiler fuses no multiplications on its own, so the results are those of the plain loops.
pub(crate) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    match Kind::widest().0 {
        // SAFETY: a kind is one that the processor has.
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => unsafe { x86::call_avx512(work) },
        // SAFETY: a kind is one that the processor has.
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => unsafe { x86::call_avx2(work) },
        Set::Four => work(),
    }
}

impl Vector for [f32; 4] {
    const LANES: usize = 4;
    const REGISTERS: usize = 16;
    const FUSED: bool = false;

    #[inline(always)]
    fn zero() -> Self {
        [0.0; 4]
    }

    #[inline(always)]
    fn splat(value: f32) -> Self {
        [value; 4]
    }

    #[inline(always)]
    fn load(from: &[f32]) -> Self {
        [from[0], from[1], from[2], from[3]]
    }

    #[inline(always)]
    fn store(self, to: &mut [f32]) {
        to[..4].copy_from_slice(&self);
    }

    #[inline(always)]
    fn add(self, b: Self) -> Self {
        std::array::from_fn(|lane| self[lane] + b[lane])
    }

    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        std::array::from_fn(|lane| self[lane] - b[lane])
    }

    #[inline(always)]
    fn multiply_add(self, b: Self, c: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * b[lane] + c[lane])
    }

    #[inline(always)]
    fn sum(self) -> f32 {
        (self[0] + self[1]) + (self[2] + self[3])
    }
}

/// A vector by the intrinsics of one instruction set; the type stays in the module that names it.
#[cfg(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))]
macro_rules! vector {
    (
        $name:ident holds $register:ty,
        lanes: $lanes:literal,
        registers: $registers:literal,
        fused: $fused:literal,
        zero: $zero:expr,
        splat: $splat:path,
        load: $load:path,
        store: $store:path,
        add: $add:path,
        sub: $sub:path,
        multiply_add: |$a:ident, $b:ident, $c:ident| $multiply_add:expr,
        sum: |$whole:ident| $sum:expr $(,)?
    ) => {
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        struct $name($register);

        impl Vector for $name {
            const LANES: usize = $lanes;
            const REGISTERS: usize = $registers;
            const FUSED: bool = $fused;

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn zero() -> Self {
                // SAFETY: the processor has these instructions, see the file's head.
                Self(unsafe { $zero })
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn splat(value: f32) -> Self {
                // SAFETY: the processor has these instructions, see the file's head.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            fn load(from: &[f32]) -> Self {
                // SAFETY: the processor has these instructions, see the file's head; there are `LANES` values to read.
                Self(unsafe { $load(from[..$lanes].as_ptr().cast()) })
            }

            #[inline(always)]
            fn store(self, to: &mut [f32]) {
                // SAFETY: the processor has these instructions, see the file's head; there is room for `LANES` values.
                unsafe { $store(to[..$lanes].as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn add(self, b: Self) -> Self {
                // SAFETY: the processor has these instructions, see the file's head.
                Self(unsafe { $add(self.0, b.0) })
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn sub(self, b: Self) -> Self {
                // SAFETY: the processor has these instructions, see the file's head.
                Self(unsafe { $sub(self.0, b.0) })
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn multiply_add(self, b: Self, c: Self) -> Self {
                let ($a, $b, $c) = (self.0, b.0, c.0);
                // SAFETY: the processor has these instructions, see the file's head.
                Self(unsafe { $multiply_add })
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn sum(self) -> f32 {
                let $whole = self.0;
                // SAFETY: the processor has these instructions, see the file's head.
                unsafe { $sum }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Simd, Vector};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f")]
    pub(super) fn call_avx512<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn call_avx2<R>(work: impl FnOnce() -> R) -> R {
        work()
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn run_avx512(work: impl Simd) {
        work.run::<Avx512>();
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn run_avx2(work: impl Simd) {
        work.run::<Avx2>();
    }

    vector!(
        Avx512 holds __m512,
        lanes: 16,
        registers: 32,
        fused: true,
        zero: _mm512_setzero_ps(),
        splat: _mm512_set1_ps,
        load: _mm512_loadu_ps,
        store: _mm512_storeu_ps,
        add: _mm512_add_ps,
        sub: _mm512_sub_ps,
        multiply_add: |a, b, c| _mm512_fmadd_ps(a, b, c),
        sum: |v| _mm512_reduce_add_ps(v),
    );
    vector!(
        Avx2 holds __m256,
        lanes: 8,
        registers: 16,
        fused: true,
        zero: _mm256_setzero_ps(),
        splat: _mm256_set1_ps,
        load: _mm256_loadu_ps,
        store: _mm256_storeu_ps,
        add: _mm256_add_ps,
        sub: _mm256_sub_ps,
        multiply_add: |a, b, c| _mm256_fmadd_ps(a, b, c),
        sum: |v| {
            let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)))
        },
    );
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::{Simd, Vector};
    use std::arch::wasm32::*;

    /// A function of its own, as it is where instruction sets differ: a loop whose sums are to stay in registers must not
    /// share them with its caller's values.
    #[inline(never)]
    pub(super) fn run(work: impl Simd) {
        work.run::<Simd128>();
    }

    vector!(
        Simd128 holds v128,
        lanes: 4,
        registers: 16,
        fused: false,
        zero: f32x4_splat(0.0),
        splat: f32x4_splat,
        load: v128_load,
        store: v128_store,
        add: f32x4_add,
        sub: f32x4_sub,
        multiply_add: |a, b, c| f32x4_add(f32x4_mul(a, b), c),
        sum: |v| {
            let (low, high) = (f32x4_extract_lane::<0>(v), f32x4_extract_lane::<2>(v));
            (low + f32x4_extract_lane::<1>(v)) + (high + f32x4_extract_lane::<3>(v))
        },
    );
}
