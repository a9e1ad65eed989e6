//! What the tests of the fast loops compare with.

use super::ConvShape;

/// Taps of the kernel of [`definition`].
const TAPS: usize = 9;

/// Reproducible values from -1 to 1.
pub(crate) fn values(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
}

/// One output of a 3×3 convolution with stride 1 and padding 1 by its definition, product by product, in f64.
pub(crate) fn definition(
    x: &[f32],
    w: &[f32],
    channels: usize,
    (height, width): (usize, usize),
    out: usize,
    y: usize,
    column: usize,
) -> f64 {
    let mut sum = 0.0;
    for channel in 0..channels {
        for tap in 0..TAPS {
            let (row, column) = ((y + tap / 3).wrapping_sub(1), (column + tap % 3).wrapping_sub(1));
            if row < height && column < width {
                let pixel = x[(channel * height + row) * width + column];
                sum += f64::from(pixel) * f64::from(w[(out * channels + channel) * TAPS + tap]);
            }
        }
    }
    sum
}

/// Calls `visit` with the indices into x `[N, C, H, W]`, w and y of each product of the definition.
pub(crate) fn products(shape: &ConvShape, batch: usize, mut visit: impl FnMut(usize, usize, usize)) {
    let &ConvShape { channels, height, width, out_channels: outs, kernel, stride, padding } = shape;
    let (out_height, out_width) = (shape.out_height(), shape.out_width());
    for y_index in 0..batch * shape.out_image() {
        let (column, row) = (y_index % out_width, y_index / out_width % out_height);
        let (out, image) = (y_index / (out_width * out_height) % outs, y_index / (out_width * out_height * outs));
        for (channel, tap) in (0..channels).flat_map(|channel| (0..kernel * kernel).map(move |tap| (channel, tap))) {
            let row = (stride * row + tap / kernel).wrapping_sub(padding);
            let column = (stride * column + tap % kernel).wrapping_sub(padding);
            if row < height && column < width {
                let x_index = ((image * channels + channel) * height + row) * width + column;
                visit(x_index, (out * channels + channel) * kernel * kernel + tap, y_index);
            }
        }
    }
}
