//! Vectors of f32 for the direct loops: AVX-512, AVX2 with FMA, wasm SIMD128, or plain arrays; picked once at run time.
#![allow(unsafe_code)]

/// A register of f32.
pub(crate) trait Vector: Copy {
    /// Numbers in it.
    const LANES: usize;
    /// All zero.
    fn zero() -> Self;
    /// The same number in each lane.
    fn splat(value: f32) -> Self;
    /// The first numbers of a slice, which has at least `LANES`.
    fn load(from: &[f32]) -> Self;
    /// Writes the first numbers of a slice, which has at least `LANES`.
    fn store(self, to: &mut [f32]);
    /// self·b + c.
    fn multiply_add(self, b: Self, c: Self) -> Self;
    /// The sum of the lanes, in lane order.
    fn sum(self) -> f32 {
        let mut lanes = [0.0; 16];
        self.store(&mut lanes);
        lanes[..Self::LANES].iter().sum()
    }
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

impl Vector for [f32; 4] {
    const LANES: usize = 4;

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
    fn multiply_add(self, b: Self, c: Self) -> Self {
        std::array::from_fn(|lane| self[lane] * b[lane] + c[lane])
    }
}

/// Implements [`Vector`] by the intrinsics of one instruction set. Its safety rests on two things: the slices are cut to
/// `LANES` (with a check) before a pointer is taken, and only `dispatch` makes these vectors, after asking the processor.
#[cfg(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128")))]
macro_rules! vector {
    ($register:ty, $lanes:literal, $zero:expr, $splat:path, $load:path, $store:path, |$a:ident, $b:ident, $c:ident| $fma:expr) => {
        impl Vector for $register {
            const LANES: usize = $lanes;

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
            fn multiply_add(self, $b: Self, $c: Self) -> Self {
                let $a = self;
                // SAFETY: see the macro.
                unsafe { $fma }
            }
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Simd, Vector};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f")]
    pub(super) fn run_avx512(work: impl Simd) {
        work.run::<__m512>();
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn run_avx2(work: impl Simd) {
        work.run::<__m256>();
    }

    vector!(__m512, 16, _mm512_setzero_ps(), _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, |a, b, c| {
        _mm512_fmadd_ps(a, b, c)
    });
    vector!(__m256, 8, _mm256_setzero_ps(), _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, |a, b, c| {
        _mm256_fmadd_ps(a, b, c)
    });
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use super::Vector;
    use std::arch::wasm32::*;

    vector!(v128, 4, f32x4_splat(0.0), f32x4_splat, v128_load, v128_store, |a, b, c| f32x4_add(f32x4_mul(a, b), c));
}
