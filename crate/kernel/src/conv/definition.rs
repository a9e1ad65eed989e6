//! What the tests of the fast loops compare with.

/// Taps of the kernel.
const TAPS: usize = 9;

/// Reproducible numbers from -1 to 1.
pub(crate) fn numbers(count: usize, seed: usize) -> Vec<f32> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1013) as f32 / 506.5 - 1.0).collect()
}

/// One output of a 3×3 convolution with stride 1 and padding 1 by its definition, number by number, in f64.
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
