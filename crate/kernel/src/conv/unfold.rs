//! Images as the matrix whose product with the weights is the convolution (im2col), and the transposed operation. The
//! matrix has a row for each channel and tap, `pitch` long; an image's places in it begin at column `first`.

use super::ConvShape;

/// Writes the patches of `image` `[C, H, W]` into `columns` `[C·k·k, pitch]`; outside the image there are zeros.
pub(crate) fn unfold(shape: &ConvShape, image: &[f32], columns: &mut [f32], pitch: usize, first_column: usize) {
    let width = shape.out_width();
    for_each_row(shape, pitch, first_column, |plane_row, row, first, last, from| {
        let line = &mut columns[row..row + width];
        let Some(source) = plane_row else { return line.fill(0.0) };
        line[..first].fill(0.0);
        line[last..].fill(0.0);
        let pixels = &image[source + from..];
        match shape.stride {
            1 => line[first..last].copy_from_slice(&pixels[..last - first]),
            stride => {
                for (value, pixel) in line[first..last].iter_mut().zip(pixels.iter().step_by(stride)) {
                    *value = *pixel;
                }
            }
        }
    });
}

/// Adds each patch of `columns` `[C·k·k, pitch]` back to its place in `image` `[C, H, W]`.
pub(crate) fn fold(shape: &ConvShape, columns: &[f32], pitch: usize, first_column: usize, image: &mut [f32]) {
    let width = shape.out_width();
    for_each_row(shape, pitch, first_column, |plane_row, row, first, last, from| {
        let Some(source) = plane_row else { return };
        let line = &columns[row..row + width];
        let pixels = &mut image[source + from..];
        let valid = &line[first..last];
        match shape.stride {
            1 => pixels.iter_mut().zip(valid).for_each(|(pixel, value)| *pixel += value),
            stride => pixels.iter_mut().step_by(stride).zip(valid).for_each(|(pixel, value)| *pixel += value),
        }
    });
}

/// Visits each output row of each patch element: `(start of the image row or None above and below the image, start of the
/// line in the columns, first and last valid output column, first pixel within the image row)`.
fn for_each_row(
    shape: &ConvShape,
    pitch: usize,
    first_column: usize,
    mut visit: impl FnMut(Option<usize>, usize, usize, usize, usize),
) {
    let &ConvShape { channels, height, width, kernel, stride, padding, .. } = shape;
    let (out_height, out_width) = (shape.out_height(), shape.out_width());
    let mut element = 0;
    for channel in 0..channels {
        for dy in 0..kernel {
            for dx in 0..kernel {
                // Output column j reads pixel j·stride + dx − padding.
                let first = padding.saturating_sub(dx).div_ceil(stride).min(out_width);
                let last = (width + padding).saturating_sub(dx).div_ceil(stride).clamp(first, out_width);
                let from = (first * stride + dx).saturating_sub(padding);
                for y in 0..out_height {
                    let source =
                        (y * stride + dy).checked_sub(padding).filter(|source| *source < height && first < last);
                    let row = element * pitch + first_column + y * out_width;
                    visit(source.map(|source| (channel * height + source) * width), row, first, last, from);
                }
                element += 1;
            }
        }
    }
}
