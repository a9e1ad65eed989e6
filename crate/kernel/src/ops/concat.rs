//! Feature maps side by side along the channels (Huang et al. 2017, DenseNet, arXiv 1608.06993), and apart again.

use candle_core::{Result, Tensor};

/// a `[N, A, H, W]`, b `[N, B, H, W]` → `[N, A + B, H, W]`, contiguous, a's channels first.
///
/// # Errors
/// If the sizes other than the channels differ, or Candle cannot allocate.
pub fn concat_channels(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    Tensor::cat(&[a, b], 1)?.contiguous()
}

/// x `[N, C, H, W]` → its `first` channels and the others, `[N, first, H, W]` and `[N, C − first, H, W]`, both contiguous.
/// Of the gradient of [`concat_channels`]'s output these are the gradients of its a and b.
///
/// # Errors
/// If x has fewer channels, or Candle cannot allocate.
pub fn split_channels(x: &Tensor, first: usize) -> Result<(Tensor, Tensor)> {
    let (_, channels, _, _) = x.dims4()?;
    let Some(second) = channels.checked_sub(first) else {
        candle_core::bail!("split_channels: {channels} channels have no first {first}");
    };
    Ok((x.narrow(1, 0, first)?.contiguous()?, x.narrow(1, first, second)?.contiguous()?))
}
