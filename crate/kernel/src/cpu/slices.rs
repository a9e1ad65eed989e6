//! Reading the elements of a tensor in CPU memory without copying them.

use candle_core::{CpuStorage, DType, Device, Result, Storage, Tensor};

/// The elements of a contiguous tensor in CPU memory, row-major.
pub enum Floats<'a> {
    /// Of type f32.
    F32(&'a [f32]),
    /// Of type f64.
    F64(&'a [f64]),
}

impl Floats<'_> {
    /// Calls `read` with the tensor's elements, row-major; copies only if the tensor is on another device or strided.
    ///
    /// # Errors
    /// If the elements are neither f32 nor f64, or Candle cannot copy them to the CPU.
    pub fn with<R>(tensor: &Tensor, read: impl FnOnce(Floats) -> R) -> Result<R> {
        let tensor =
            if is_elsewhere(tensor) { tensor.to_device(&Device::Cpu)?.contiguous()? } else { tensor.contiguous()? };
        let (storage, layout) = tensor.storage_and_layout();
        let (start, count) = (layout.start_offset(), layout.shape().elem_count());
        match &*storage {
            Storage::Cpu(CpuStorage::F32(values)) => Ok(read(Floats::F32(&values[start..start + count]))),
            Storage::Cpu(CpuStorage::F64(values)) => Ok(read(Floats::F64(&values[start..start + count]))),
            _ => candle_core::bail!("expected f32 or f64 elements, got {:?}", tensor.dtype()),
        }
    }
}

/// Whether a tensor is in other memory than the CPU's. In a browser there is none, and no code for it.
pub fn is_elsewhere(tensor: &Tensor) -> bool {
    !cfg!(target_arch = "wasm32") && !tensor.device().is_cpu()
}

/// Whether our own loops serve this tensor: f32 in CPU memory.
pub(crate) fn has_fast_path(tensor: &Tensor) -> bool {
    tensor.dtype() == DType::F32 && !is_elsewhere(tensor)
}

/// Calls `read` with the elements of an f32 tensor, row-major.
///
/// # Errors
/// If the elements are not f32, or Candle cannot copy them to the CPU.
pub(crate) fn with_f32<R>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R> {
    Floats::with(tensor, |floats| match floats {
        Floats::F32(values) => Ok(read(values)),
        Floats::F64(_) => candle_core::bail!("expected f32 elements, got f64"),
    })?
}

/// Calls `read` with the elements of two f32 tensors, row-major.
///
/// # Errors
/// If the elements of either are not f32, or Candle cannot copy them to the CPU.
pub(crate) fn with_f32s<R>(a: &Tensor, b: &Tensor, read: impl FnOnce(&[f32], &[f32]) -> R) -> Result<R> {
    with_f32(a, |a| with_f32(b, |b| read(a, b)))?
}
