//! The sizes of a convolution.

use candle_core::{Result, Tensor};

/// The sizes of a convolution of x `[N, channels, height, width]` with w `[out_channels, channels, kernel, kernel]`, stride
/// and zero padding equal both ways. Its kernel fits the padded input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) out_channels: usize,
    pub(super) kernel: usize,
    /// Pixels of the input from one output pixel to the next, at least 1.
    pub(super) stride: usize,
    /// Zeros added at each side.
    pub(super) padding: usize,
}

impl ConvShape {
    /// The shape of `conv2d(x, w, stride, padding)`.
    ///
    /// # Errors
    /// If the tensors are not `[N, C, H, W]` and `[O, C, k, k]`, the stride or a size but N is 0, or the kernel is larger
    /// than the padded input.
    pub fn of(x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Self> {
        let (_, channels, height, width) = x.dims4()?;
        let (out_channels, in_channels, kernel, kernel_width) = w.dims4()?;
        let fits = in_channels == channels && kernel_width == kernel && height.min(width) + 2 * padding >= kernel;
        if !fits || [channels, height, width, out_channels, kernel, stride].contains(&0) {
            candle_core::bail!("conv2d: weight {:?} and stride {stride} do not fit input {:?}", w.dims(), x.dims());
        }
        Ok(Self { channels, height, width, out_channels, kernel, stride, padding })
    }

    /// Height of the output, `⌊(H + 2·padding − kernel)/stride⌋ + 1`.
    pub fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Width of the output, `⌊(W + 2·padding − kernel)/stride⌋ + 1`.
    pub fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Kernel, stride and padding.
    pub(super) fn window(&self) -> (usize, usize, usize) {
        (self.kernel, self.stride, self.padding)
    }

    /// Elements of one output pixel's patch.
    pub(super) fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    /// Elements of an input image.
    pub(super) fn image(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Pixels of an output channel.
    pub(super) fn out_plane(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Elements of an output image.
    pub(super) fn out_image(&self) -> usize {
        self.out_channels * self.out_plane()
    }

    /// The number of images of x.
    ///
    /// # Errors
    /// If x is not of this shape.
    pub(super) fn batch_of_input(&self, x: &Tensor) -> Result<usize> {
        self.batch_of(x, [self.channels, self.height, self.width])
    }

    /// The number of images of g, the gradient of the output.
    ///
    /// # Errors
    /// If g is not of this shape.
    pub(super) fn batch_of_output(&self, g: &Tensor) -> Result<usize> {
        self.batch_of(g, [self.out_channels, self.out_height(), self.out_width()])
    }

    /// # Errors
    /// If w is not of this shape.
    pub(super) fn check_weight(&self, w: &Tensor) -> Result<()> {
        if w.dims() != [self.out_channels, self.channels, self.kernel, self.kernel] {
            candle_core::bail!("conv2d: weight {:?} does not fit {self:?}", w.dims());
        }
        Ok(())
    }

    fn batch_of(&self, images: &Tensor, image: [usize; 3]) -> Result<usize> {
        match images.dims() {
            [batch, dims @ ..] if dims == image => Ok(*batch),
            dims => candle_core::bail!("conv2d: {dims:?} does not fit {self:?}, expected [N, {image:?}]"),
        }
    }
}
