//! One image as the matrix whose product with the weights is the convolution (im2col), and the transposed operation.

use crate::ConvShape;

/// Writes the patches of `image` `[C, H, W]` into `columns` `[C·k·k, OH·OW]`; outside the image there are zeros.
pub(crate) fn unfold(shape: &ConvShape, image: &[f32], columns: &mut [f32]) {
    let width = shape.out_width();
    for_each_row(shape, |plane_row, row, first, last, from| {
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

/// Adds each patch of `columns` `[C·k·k, OH·OW]` back to its place in `image` `[C, H, W]`.
pub(crate) fn fold(shape: &ConvShape, columns: &[f32], image: &mut [f32]) {
    let width = shape.out_width();
    for_each_row(shape, |plane_row, row, first, last, from| {
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
fn for_each_row(shape: &ConvShape, mut visit: impl FnMut(Option<usize>, usize, usize, usize, usize)) {
    let &ConvShape { channels, height, width, kernel, stride, padding, .. } = shape;
    let (out_height, out_width) = (shape.out_height(), shape.out_width());
    let mut row = 0;
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
                    visit(source.map(|source| (channel * height + source) * width), row, first, last, from);
                    row += out_width;
                }
            }
        }
    }
}
