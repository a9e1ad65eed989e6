//! What graphics cards are told, so that Candle's operations wait less for the driver. For other devices, and without the
//! feature `cuda`, nothing.

use candle_core::{Device, Result};

/// Keeps memory that tensors leave on this device for the next ones. As the driver has it the card gives it back whenever
/// the program waits for a result, which is at every step.
///
/// # Errors
/// If the driver refuses.
pub fn keep_freed_memory_on(device: &Device) -> Result<()> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(device) = device {
        use candle_core::cuda::cudarc::driver::{result, sys};
        let mut most = u64::MAX;
        let threshold = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        // SAFETY: the device is one that the driver gave, its pool is therefore valid, and the attribute is a u64.
        #[allow(unsafe_code, reason = "an attribute of the driver's pool is set through its C interface")]
        unsafe {
            let pool = result::device::get_default_mem_pool(device.cuda_stream().context().cu_device());
            pool.and_then(|pool| result::mem_pool::set_attribute(pool, threshold, (&raw mut most).cast()))
                .map_err(candle_core::Error::wrap)?;
        }
    }
    let _ = device;
    Ok(())
}

/// For as long as this lives, this thread sends a graphics card the shape and strides of an operation's tensors once, and not
/// each time; and likewise other constants of a few bytes. Not for what is new at each step: it would all be kept.
#[must_use]
pub struct ConstantsKept {
    #[cfg(feature = "cuda")]
    _guard: Option<Box<dyn std::any::Any>>,
}

impl ConstantsKept {
    /// On this device.
    pub fn on(device: &Device) -> Self {
        let _ = device;
        Self {
            #[cfg(feature = "cuda")]
            _guard: match device {
                Device::Cuda(device) => Some(Box::new(device.enable_cuda_graph_htod_cache())),
                _ => None,
            },
        }
    }
}
