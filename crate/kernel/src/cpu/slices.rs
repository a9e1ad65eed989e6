//! Reading the numbers of a tensor in CPU memory without copying them.

use candle_core::{CpuStorage, DType, Device, Result, Storage, Tensor};

/// The numbers of a contiguous tensor in CPU memory.
pub enum Floats<'a> {
    /// Of type f32.
    F32(&'a [f32]),
    /// Of type f64.
    F64(&'a [f64]),
}

impl Floats<'_> {
    /// Calls `read` with the tensor's numbers, row-major; copies only if the tensor is on another device or strided.
    ///
    /// # Errors
    /// Candle's, if the tensor holds no floating-point numbers or cannot be copied to the CPU.
    pub fn with<R>(tensor: &Tensor, read: impl FnOnce(Floats) -> R) -> Result<R> {
        let tensor = if tensor.device().is_cpu() {
            tensor.contiguous()?
        } else {
            tensor.to_device(&Device::Cpu)?.contiguous()?
        };
        let (storage, layout) = tensor.storage_and_layout();
        let (start, count) = (layout.start_offset(), layout.shape().elem_count());
        match &*storage {
            Storage::Cpu(CpuStorage::F32(numbers)) => Ok(read(Floats::F32(&numbers[start..start + count]))),
            Storage::Cpu(CpuStorage::F64(numbers)) => Ok(read(Floats::F64(&numbers[start..start + count]))),
            _ => candle_core::bail!("expected f32 or f64 numbers, got {:?}", tensor.dtype()),
        }
    }
}

/// Whether our own loops serve this tensor.
pub(crate) fn is_ours(tensor: &Tensor) -> bool {
    tensor.dtype() == DType::F32 && tensor.device().is_cpu()
}

/// Calls `read` with the numbers of an f32 tensor in CPU memory.
pub(crate) fn with_f32<R>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R> {
    Floats::with(tensor, |floats| match floats {
        Floats::F32(numbers) => Ok(read(numbers)),
        Floats::F64(_) => candle_core::bail!("expected f32 numbers, got f64"),
    })?
}

/// The same for two tensors at once.
pub(crate) fn with_f32s<R>(a: &Tensor, b: &Tensor, read: impl FnOnce(&[f32], &[f32]) -> R) -> Result<R> {
    with_f32(a, |a| with_f32(b, |b| read(a, b)))?
}
