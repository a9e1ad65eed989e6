//! Feature maps side by side along the channels (Huang et al. 2017, DenseNet, arXiv 1608.06993), and apart again.

use candle_core::{Result, Tensor};

/// a `[N, A, H, W]`, b `[N, B, H, W]` → `[N, A + B, H, W]`, contiguous, a's channels first.
///
/// # Errors
/// Candle's, if the other sizes differ.
pub fn concat_channels(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    Tensor::cat(&[a, b], 1)?.contiguous()
}

/// g `[N, C, H, W]` → its `first` channels and the others, both contiguous: the gradients of [`concat_channels`].
///
/// # Errors
/// If g has fewer channels, and Candle's.
pub fn split_channels(g: &Tensor, first: usize) -> Result<(Tensor, Tensor)> {
    let (_, channels, _, _) = g.dims4()?;
    let Some(second) = channels.checked_sub(first) else {
        candle_core::bail!("split_channels: {channels} channels have no first {first}");
    };
    Ok((g.narrow(1, 0, first)?.contiguous()?, g.narrow(1, first, second)?.contiguous()?))
}
