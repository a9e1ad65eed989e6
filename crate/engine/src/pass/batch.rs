//! Images with their labels, and how they come to the size that a network takes.

use crate::EngineError;
use candle_core::Tensor;
use protocol::ImageShape;

/// Images `[N, C, H, W]` with labels u32 `[N]`.
#[derive(Clone)]
pub struct Batch {
    /// Normalised pixels.
    pub images: Tensor,
    /// Classes, from 0.
    pub labels: Tensor,
}

impl Batch {
    /// The batch as a network of this input shape `[C, H, W]` takes it: a grey image's channel is repeated, and pixels are
    /// repeated or left out (nearest neighbour).
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images of several channels would need another number of channels.
    pub fn fit(self, [channels, height, width]: ImageShape) -> Result<Self, EngineError> {
        let Self { mut images, labels } = self;
        let (batch, own_channels, own_height, own_width) = images.dims4()?;
        if (own_height, own_width) != (height, width) {
            images = images.interpolate2d(height, width)?;
        }
        if own_channels != channels {
            images = images.broadcast_as((batch, channels, height, width))?.contiguous()?;
        }
        Ok(Self { images, labels })
    }
}
