//! 2-D convolution (cross-correlation, as `torch.nn.functional.conv2d`) with its two gradients.

use crate::conv_stock;
use crate::direct::{self, Grid};
use crate::matmul::{Matrix, multiply};
use crate::slices::{is_ours, with_f32s};
use crate::unfold::{fold, unfold};
use candle_core::{Result, Tensor};

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

    fn patch(&self) -> usize {
        self.channels * self.kernel * self.kernel
    }

    fn image(&self) -> usize {
        self.channels * self.height * self.width
    }

    fn out_plane(&self) -> usize {
        self.out_height() * self.out_width()
    }

    /// The grid of the direct loops, which serve 3×3 with stride 1 and padding 1.
    fn direct(&self, batch: usize) -> Option<Grid> {
        let serves = (self.kernel, self.stride, self.padding) == (3, 1, 1);
        serves.then(|| Grid::new(self.height, self.width, batch))
    }

    /// Whether the patches of an image are the image itself.
    fn is_pointwise(&self) -> bool {
        (self.kernel, self.stride, self.padding) == (1, 1, 0)
    }

    /// Room for the patches of an image, where they are not the image itself.
    fn columns(&self) -> Vec<f32> {
        vec![0.0; if self.is_pointwise() { 0 } else { self.patch() * self.out_plane() }]
    }

    /// The patches of an image, `[C·k·k, OH·OW]`.
    fn patches<'a>(&self, image: &'a [f32], columns: &'a mut [f32]) -> Matrix<'a> {
        let patches = if self.is_pointwise() {
            image
        } else {
            unfold(self, image, columns);
            columns
        };
        Matrix::new(patches, self.patch(), self.out_plane())
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
        if let Some(grid) = shape.direct(batch) {
            return direct::convolve(grid, shape.channels, shape.out_channels, &direct::pack(w, shape.channels), x);
        }
        let weights = Matrix::new(w, shape.out_channels, shape.patch());
        let mut columns = shape.columns();
        let out_size = shape.out_channels * shape.out_plane();
        let mut out = vec![0.0; batch * out_size];
        for (image, out) in x.chunks_exact(shape.image()).zip(out.chunks_exact_mut(out_size)) {
            multiply(out, weights, shape.patches(image, &mut columns), false);
        }
        out
    })?;
    Tensor::from_vec(out, (batch, shape.out_channels, shape.out_height(), shape.out_width()), x.device())
}

/// The gradient of the input, `[N, C, H, W]`, from that of the output, g `[N, O, OH, OW]`.
///
/// # Errors
/// Candle's.
pub fn conv2d_grad_input(w: &Tensor, g: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    if !is_ours(g) {
        return conv_stock::grad_input(w, g, shape);
    }
    let batch = g.dim(0)?;
    let grad = with_f32s(g, w, |g, w| {
        if let Some(grid) = shape.direct(batch) {
            let packed = direct::pack_transposed(w, shape.channels);
            return direct::convolve(grid, shape.out_channels, shape.channels, &packed, g);
        }
        let weights = Matrix::new(w, shape.out_channels, shape.patch()).transposed();
        let mut columns = shape.columns();
        let mut grad = vec![0.0; batch * shape.image()];
        let out_size = shape.out_channels * shape.out_plane();
        for (g, grad) in g.chunks_exact(out_size).zip(grad.chunks_exact_mut(shape.image())) {
            let g = Matrix::new(g, shape.out_channels, shape.out_plane());
            if shape.is_pointwise() {
                multiply(grad, weights, g, false);
            } else {
                multiply(&mut columns, weights, g, false);
                fold(shape, &columns, grad);
            }
        }
        grad
    })?;
    Tensor::from_vec(grad, (batch, shape.channels, shape.height, shape.width), g.device())
}

/// The gradient of the weight, `[O, C, k, k]`, from the input and the gradient of the output.
///
/// # Errors
/// Candle's.
pub fn conv2d_grad_weight(x: &Tensor, g: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    if !is_ours(g) {
        return conv_stock::grad_weight(x, g, shape);
    }
    let batch = x.dim(0)?;
    let grad = with_f32s(x, g, |x, g| {
        if let Some(grid) = shape.direct(batch) {
            return direct::weight_gradient(grid, shape.channels, shape.out_channels, x, g);
        }
        let mut columns = shape.columns();
        let mut grad = vec![0.0; shape.out_channels * shape.patch()];
        let out_size = shape.out_channels * shape.out_plane();
        for (index, (image, g)) in x.chunks_exact(shape.image()).zip(g.chunks_exact(out_size)).enumerate() {
            let patches = shape.patches(image, &mut columns).transposed();
            multiply(&mut grad, Matrix::new(g, shape.out_channels, shape.out_plane()), patches, index > 0);
        }
        grad
    })?;
    Tensor::from_vec(grad, (shape.out_channels, shape.channels, shape.kernel, shape.kernel), g.device())
}
