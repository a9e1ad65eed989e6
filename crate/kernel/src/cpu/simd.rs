//! Vectors of f32 for the direct loops: AVX-512, AVX2 with FMA, wasm SIMD128, or plain arrays; picked once at run time.
#![allow(unsafe_code)]

/// A register of f32.
pub(crate) trait Vector: Copy {
    /// Numbers in it.
    const LANES: usize;
    /// Registers of this kind.
    const REGISTERS: usize;
    /// Whether a multiplication and an addition are one instruction.
    const FUSED: bool;
    /// All zero.
    fn zero() -> Self;
    /// The same number in each lane.
    fn splat(value: f32) -> Self;
    /// The first numbers of a slice, which has at least `LANES`.
    fn load(from: &[f32]) -> Self;
    /// Writes the first numbers of a slice, which has at least `LANES`.
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

/// A kind of vector that the processor may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Sixteen numbers, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// Eight numbers, fused multiply-add.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Four numbers: wasm SIMD128, or what the compiler makes of plain arrays.
    Four,
}

/// The kinds that this processor has, the widest first.
pub(crate) fn every_kind() -> impl Iterator<Item = Kind> {
    #[cfg(target_arch = "x86_64")]
    let wide = [
        is_x86_feature_detected!("avx512f").then_some(Kind::Avx512),
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")).then_some(Kind::Avx2),
    ];
    #[cfg(not(target_arch = "x86_64"))]
    let wide = [None, None];
    wide.into_iter().flatten().chain([Kind::Four])
}

/// Runs the loop with the widest vectors that the processor has.
pub(crate) fn dispatch(work: impl Simd) {
    run_as(every_kind().next().unwrap_or(Kind::Four), work);
}

/// Numbers in the widest vectors that the processor has.
pub(crate) fn lanes() -> usize {
    match every_kind().next() {
        #[cfg(target_arch = "x86_64")]
        Some(Kind::Avx512) => 16,
        #[cfg(target_arch = "x86_64")]
        Some(Kind::Avx2) => 8,
        _ => 4,
    }
}

/// Runs the loop with vectors of a kind that [`every_kind`] named.
pub(crate) fn run_as(kind: Kind, work: impl Simd) {
    match kind {
        // SAFETY: `every_kind` names only what the processor has.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::run_avx512(work) },
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::run_avx2(work) },
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Kind::Four => work.run::<std::arch::wasm32::v128>(),
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        Kind::Four => work.run::<[f32; 4]>(),
    }
}

/// Runs plain loops compiled for the widest vectors that the processor has. The compiler fuses no multiplications on its
/// own, so the results are those of the plain loops.
pub(crate) fn vectorised<R>(work: impl FnOnce() -> R) -> R {
    match every_kind().next().unwrap_or(Kind::Four) {
        // SAFETY: `every_kind` names only what the processor has.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx512 => unsafe { x86::call_avx512(work) },
        // SAFETY: likewise.
        #[cfg(target_arch = "x86_64")]
        Kind::Avx2 => unsafe { x86::call_avx2(work) },
        Kind::Four => work(),
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

/// Implements [`Vector`] by the intrinsics of one instruction set. Its safety rests on two things: the slices are cut to
/// `LANES` (with a check) before a pointer is taken, and only `dispatch` makes these vectors, after asking the processor.
#[cfg(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))]
macro_rules! vector {
    ($register:ty, $lanes:literal, $registers:literal, $fused:literal, $zero:expr, $splat:path, $load:path, $store:path, $add:path, $sub:path, |$a:ident, $b:ident, $c:ident| $fma:expr, |$whole:ident| $sum:expr) => {
        impl Vector for $register {
            const LANES: usize = $lanes;
            const REGISTERS: usize = $registers;
            const FUSED: bool = $fused;

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn zero() -> Self {
                // SAFETY: see the macro.
                unsafe { $zero }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn splat(value: f32) -> Self {
                // SAFETY: see the macro.
                unsafe { $splat(value) }
            }

            #[inline(always)]
            fn load(from: &[f32]) -> Self {
                // SAFETY: see the macro.
                unsafe { $load(from[..$lanes].as_ptr().cast()) }
            }

            #[inline(always)]
            fn store(self, to: &mut [f32]) {
                // SAFETY: see the macro.
                unsafe { $store(to[..$lanes].as_mut_ptr().cast(), self) }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn add(self, b: Self) -> Self {
                // SAFETY: see the macro.
                unsafe { $add(self, b) }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn sub(self, b: Self) -> Self {
                // SAFETY: see the macro.
                unsafe { $sub(self, b) }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn multiply_add(self, $b: Self, $c: Self) -> Self {
                let $a = self;
                // SAFETY: see the macro.
                unsafe { $fma }
            }

            #[inline(always)]
            #[allow(unused_unsafe)]
            fn sum(self) -> f32 {
                let $whole = self;
                // SAFETY: see the macro.
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
        work.run::<__m512>();
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn run_avx2(work: impl Simd) {
        work.run::<__m256>();
    }

    vector!(
        __m512,
        16,
        32,
        true,
        _mm512_setzero_ps(),
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        |a, b, c| _mm512_fmadd_ps(a, b, c),
        |v| _mm512_reduce_add_ps(v)
    );
    vector!(
        __m256,
        8,
        16,
        true,
        _mm256_setzero_ps(),
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        |a, b, c| _mm256_fmadd_ps(a, b, c),
        |v| {
            let four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
            let two = _mm_add_ps(four, _mm_movehl_ps(four, four));
            _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)))
        }
    );
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::Vector;
    use std::arch::wasm32::*;

    vector!(
        v128,
        4,
        16,
        false,
        f32x4_splat(0.0),
        f32x4_splat,
        v128_load,
        v128_store,
        f32x4_add,
        f32x4_sub,
        |a, b, c| f32x4_add(f32x4_mul(a, b), c),
        |v| {
            let (low, high) = (f32x4_extract_lane::<0>(v), f32x4_extract_lane::<2>(v));
            (low + f32x4_extract_lane::<1>(v)) + (high + f32x4_extract_lane::<3>(v))
        }
    );
}
