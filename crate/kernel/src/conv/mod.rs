//! 2-D convolution (cross-correlation, as `torch.nn.functional.conv2d`) with its two gradients, and the ways to compute it:
//! `direct` and `strided` loops over tiles of registers (`tile.rs`), `winograd`, `im2col` with matrix products, and `stock`
//! Candle for f64 and other devices.
//!
//! Start here, then read `direct.rs`.

#[cfg(test)]
mod definition;
mod direct;
mod im2col;
mod parity;
mod stock;
mod strided;
mod tile;
mod unfold;
mod winograd;

use crate::cpu::simd::lanes;
use crate::cpu::slices::{is_ours, with_f32s};
use candle_core::{Result, Tensor};
use direct::Grid;
use strided::Phases;
use winograd::Squares;

/// Pixels of an image that is small for the direct loops, with so many pairs of channels.
const SMALL: usize = 25;
const SMALL_CHANNELS: usize = 4096;

/// The sizes of a convolution with a square kernel and the same stride and zero padding both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvShape {
    /// Channels of the input.
    pub channels: usize,
    /// Height of the input.
    pub height: usize,
    /// Width of the input.
    pub width: usize,
    /// Channels of the output.
    pub out_channels: usize,
    /// Height and width of the kernel.
    pub kernel: usize,
    /// Step between output pixels.
    pub stride: usize,
    /// Zeros added at each side.
    pub padding: usize,
}

impl ConvShape {
    /// The shape of `conv2d(x, w)`.
    ///
    /// # Errors
    /// If the tensors are not `[N, C, H, W]` and `[O, C, k, k]`, or the kernel does not fit.
    pub fn of(x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Self> {
        let (_, channels, height, width) = x.dims4()?;
        let (out_channels, in_channels, kernel, kernel_width) = w.dims4()?;
        let fits = height.min(width) + 2 * padding >= kernel;
        if in_channels != channels || kernel_width != kernel || stride == 0 || !fits {
            candle_core::bail!("conv2d: weight {:?} and stride {stride} do not fit input {:?}", w.dims(), x.dims());
        }
        Ok(Self { channels, height, width, out_channels, kernel, stride, padding })
    }

    /// Height of the output.
    pub fn out_height(&self) -> usize {
        (self.height + 2 * self.padding - self.kernel) / self.stride + 1
    }

    /// Width of the output.
    pub fn out_width(&self) -> usize {
        (self.width + 2 * self.padding - self.kernel) / self.stride + 1
    }

    pub(crate) fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    pub(crate) fn image(&self) -> usize {
        self.channels * self.height * self.width
    }

    pub(crate) fn out_plane(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// Whether it is 3×3 with stride 1 and padding 1, not of the smallest images.
    fn is_plain(&self) -> bool {
        (self.kernel, self.stride, self.padding) == (3, 1, 1) && !self.is_small()
    }

    /// Whether the images are so small that their border would be most of the work of the direct loops and of Winograd's.
    fn is_small(&self) -> bool {
        self.out_plane() <= SMALL && self.channels * self.out_channels >= SMALL_CHANNELS
    }

    /// The squares of Winograd's algorithm for values and the gradient of the input where it is faster than the direct loops:
    /// the wider the vectors and the smaller the images, the more its transforms weigh beside the products; without fused
    /// multiply-add, as in wasm, the products weigh twice. Few squares are not worth the transform of the weights. Measured
    /// with `bench kernels` for each kind of vector.
    fn winograd(&self, batch: usize) -> Option<Squares> {
        let (fewest, squares) = (self.channels.min(self.out_channels), self.squares(batch));
        let serves = match lanes() {
            16 => fewest >= 32 && fewest * self.width >= 400 && squares >= 256,
            8 => fewest >= 16 && squares >= 256,
            _ => fewest >= 8 && squares >= 32,
        };
        (self.is_plain() && serves).then(|| Squares::new(self.height, self.width, self.channels.max(self.out_channels)))
    }

    /// The same for the gradient of the weight, whose sums over the squares should be long.
    fn winograd_weight(&self, batch: usize) -> Option<Squares> {
        let serves = match lanes() {
            4 => self.squares(batch) >= 64,
            _ => self.height * self.width >= 100 && self.squares(batch) >= 1024,
        };
        self.winograd(batch).filter(|_| serves)
    }

    /// Squares of 2×2 pixels in a batch.
    fn squares(&self, batch: usize) -> usize {
        batch * self.height.div_ceil(2) * self.width.div_ceil(2)
    }

    /// The layout of the direct loops for 3×3 with stride 2 and padding 1; many channels make good matrix products.
    fn strided(&self, batch: usize) -> Option<Phases> {
        let most = if lanes() == 4 { 512 } else { 4096 };
        self.strided_weight(batch).filter(|_| self.channels * self.out_channels < most)
    }

    /// The same for the gradient of the weight.
    fn strided_weight(&self, batch: usize) -> Option<Phases> {
        let serves = (self.kernel, self.stride, self.padding) == (3, 2, 1);
        let is_narrow = self.channels * self.out_channels <= 4096;
        (serves && is_narrow && !self.is_small()).then(|| Phases::new(self.height, self.width, batch))
    }

    /// The grid of the direct loops.
    fn direct(&self, batch: usize) -> Option<Grid> {
        self.is_plain().then(|| Grid::new(self.height, self.width, batch))
    }
}

/// x `[N, C, H, W]` * w `[O, C, k, k]` → `[N, O, OH, OW]`.
///
/// # Errors
/// As [`ConvShape::of`], and Candle's.
pub fn conv2d(x: &Tensor, w: &Tensor, stride: usize, padding: usize) -> Result<Tensor> {
    let shape = ConvShape::of(x, w, stride, padding)?;
    if !is_ours(x) {
        return x.conv2d(w, padding, stride, 1, 1);
    }
    let batch = x.dim(0)?;
    let out = with_f32s(x, w, |x, w| {
        if let Some(squares) = shape.winograd(batch) {
            let packed = winograd::pack(w, shape.channels);
            return winograd::convolve(squares, shape.channels, shape.out_channels, &packed, x);
        }
        if let Some(grid) = shape.direct(batch) {
            return direct::convolve(grid, shape.channels, shape.out_channels, &direct::pack(w, shape.channels), x);
        }
        if let Some(phases) = shape.strided(batch) {
            return strided::convolve(phases, shape.channels, shape.out_channels, w, x);
        }
        im2col::convolve(&shape, w, x)
    })?;
    Tensor::from_vec(out, (batch, shape.out_channels, shape.out_height(), shape.out_width()), x.device())
}

/// The gradient of the input, `[N, C, H, W]`, from that of the output, g `[N, O, OH, OW]`.
///
/// # Errors
/// Candle's.
pub fn conv2d_grad_input(w: &Tensor, g: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    if !is_ours(g) {
        return stock::grad_input(w, g, shape);
    }
    let batch = g.dim(0)?;
    let grad = with_f32s(g, w, |g, w| {
        if let Some(squares) = shape.winograd(batch) {
            let packed = winograd::pack_transposed(w, shape.channels);
            return winograd::convolve(squares, shape.out_channels, shape.channels, &packed, g);
        }
        if let Some(grid) = shape.direct(batch) {
            let packed = direct::pack_transposed(w, shape.channels);
            return direct::convolve(grid, shape.out_channels, shape.channels, &packed, g);
        }
        if let Some(phases) = shape.strided(batch) {
            return strided::input_gradient(phases, shape.channels, shape.out_channels, w, g);
        }
        im2col::input_gradient(shape, w, g)
    })?;
    Tensor::from_vec(grad, (batch, shape.channels, shape.height, shape.width), g.device())
}

/// The gradient of the weight, `[O, C, k, k]`, from the input and the gradient of the output.
///
/// # Errors
/// Candle's.
pub fn conv2d_grad_weight(x: &Tensor, g: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    if !is_ours(g) {
        return stock::grad_weight(x, g, shape);
    }
    let batch = x.dim(0)?;
    let grad = with_f32s(x, g, |x, g| {
        if let Some(squares) = shape.winograd_weight(batch) {
            return winograd::weight_gradient(squares, shape.channels, shape.out_channels, x, g);
        }
        if let Some(grid) = shape.direct(batch) {
            return direct::weight_gradient(grid, shape.channels, shape.out_channels, x, g);
        }
        if let Some(phases) = shape.strided_weight(batch) {
            return strided::weight_gradient(phases, shape.channels, shape.out_channels, x, g);
        }
        im2col::weight_gradient(shape, x, g)
    })?;
    Tensor::from_vec(grad, (shape.out_channels, shape.channels, shape.kernel, shape.kernel), g.device())
}
