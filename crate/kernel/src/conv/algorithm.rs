//! Which way to convolve is the fastest for a shape, and each way by its name.

use super::direct::{self, Grid};
use super::strided::{self, Phases};
use super::winograd::{self, Squares};
use super::{ConvShape, im2col};
use crate::cpu::simd::Kind;

/// Output pixels of an image that is small for the direct loops, if it has this many pairs of channels or more.
const SMALL: usize = 25;
const SMALL_PAIRS: usize = 4096;

/// A way to convolve f32 tensors in CPU memory. All give one result but for rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Winograd's F(2×2, 3×3): fewer multiplications for more additions. 3×3, stride 1, padding 1.
    Winograd,
    /// Loops over tiles of registers. 3×3, stride 1, padding 1.
    Direct,
    /// Those loops over images split into even and odd rows and columns. 3×3, stride 2, padding 1.
    Strided,
    /// Matrix products over unfolded images. Any shape.
    Im2col,
}

/// What of a convolution is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Its output.
    Values,
    /// The gradient of its input.
    InputGradient,
    /// The gradient of its weight.
    WeightGradient,
}

impl Algorithm {
    /// All, the most special first.
    pub const ALL: [Self; 4] = [Self::Winograd, Self::Direct, Self::Strided, Self::Im2col];

    /// Whether it can compute convolutions of this shape.
    pub fn fits(self, shape: &ConvShape) -> bool {
        match self {
            Self::Winograd | Self::Direct => shape.window() == (3, 1, 1),
            Self::Strided => shape.window() == (3, 2, 1),
            Self::Im2col => true,
        }
    }

    /// x `[N, C, H, W]` * w `[O, C, k, k]` → `[N, O, OH, OW]`, of a shape that it fits.
    pub(super) fn values(self, shape: &ConvShape, x: &[f32], w: &[f32]) -> Vec<f32> {
        let (channels, outs) = (shape.channels, shape.out_channels);
        let batch = x.len() / shape.image();
        match self {
            Self::Winograd => winograd::convolve(squares(shape), channels, outs, &winograd::pack(w, channels), x),
            Self::Direct => direct::convolve(grid(shape, batch), channels, outs, &direct::pack(w, channels), x),
            Self::Strided => strided::convolve(phases(shape, batch), channels, outs, w, x),
            Self::Im2col => im2col::convolve(shape, w, x),
        }
    }

    /// The gradient of the input, `[N, C, H, W]`, from that of the output, g `[N, O, OH, OW]`, of a shape that it fits.
    pub(super) fn input_gradient(self, shape: &ConvShape, w: &[f32], g: &[f32]) -> Vec<f32> {
        let (channels, outs) = (shape.channels, shape.out_channels);
        let batch = g.len() / shape.out_image();
        match self {
            Self::Winograd => {
                winograd::convolve(squares(shape), outs, channels, &winograd::pack_transposed(w, channels), g)
            }
            Self::Direct => {
                direct::convolve(grid(shape, batch), outs, channels, &direct::pack_transposed(w, channels), g)
            }
            Self::Strided => strided::input_gradient(phases(shape, batch), channels, outs, w, g),
            Self::Im2col => im2col::input_gradient(shape, w, g),
        }
    }

    /// The gradient of the weight, `[O, C, k, k]`, from the input and the gradient of the output, of a shape that it fits.
    pub(super) fn weight_gradient(self, shape: &ConvShape, x: &[f32], g: &[f32]) -> Vec<f32> {
        let (channels, outs) = (shape.channels, shape.out_channels);
        let batch = x.len() / shape.image();
        match self {
            Self::Winograd => winograd::weight_gradient(squares(shape), channels, outs, x, g),
            Self::Direct => direct::weight_gradient(grid(shape, batch), channels, outs, x, g),
            Self::Strided => strided::weight_gradient(phases(shape, batch), channels, outs, x, g),
            Self::Im2col => im2col::weight_gradient(shape, x, g),
        }
    }
}

impl ConvShape {
    /// The fastest algorithm for f32 tensors in CPU memory on this processor. For other tensors it is stock Candle's.
    pub fn algorithm(&self, batch: usize, direction: Direction) -> Algorithm {
        self.algorithm_for(batch, direction, Kind::widest().lanes())
    }

    /// The fastest algorithm where vectors have 4, 8 or 16 lanes. Measured with `bench kernels` for each.
    fn algorithm_for(&self, batch: usize, direction: Direction, lanes: usize) -> Algorithm {
        // Of very small images the border would be most of the work of all but the matrix products.
        if self.out_plane() <= SMALL && self.channels * self.out_channels >= SMALL_PAIRS {
            return Algorithm::Im2col;
        }
        match self.window() {
            (3, 1, 1) if self.gains_by_winograd(batch, direction, lanes) => Algorithm::Winograd,
            (3, 1, 1) => Algorithm::Direct,
            (3, 2, 1) if self.gains_by_strided(direction, lanes) => Algorithm::Strided,
            _ => Algorithm::Im2col,
        }
    }

    /// Whether Winograd's algorithm is faster than the direct loops: the wider the vectors and the smaller the images, the
    /// more its transforms weigh beside the products; without fused multiply-add, as in wasm, the products weigh twice. Few
    /// squares are not worth the transform of the weights, and the sums of a weight gradient go over the squares: they
    /// should be long.
    fn gains_by_winograd(&self, batch: usize, direction: Direction, lanes: usize) -> bool {
        let fewest = self.channels.min(self.out_channels);
        // Of 2×2 pixels.
        let squares = batch * self.height.div_ceil(2) * self.width.div_ceil(2);
        let gains = match lanes {
            16 => fewest >= 32 && fewest * self.width >= 400 && squares >= 256,
            8 => fewest >= 16 && squares >= 256,
            _ => fewest >= 8 && squares >= 32,
        };
        let sums_are_long = match lanes {
            4 => squares >= 64,
            _ => self.height * self.width >= 100 && squares >= 1024,
        };
        gains && (direction != Direction::WeightGradient || sums_are_long)
    }

    /// Whether the direct loops with stride 2 are faster than matrix products, which gain by many channels.
    fn gains_by_strided(&self, direction: Direction, lanes: usize) -> bool {
        let pairs = self.channels * self.out_channels;
        match direction {
            Direction::WeightGradient => pairs <= 4096,
            Direction::Values | Direction::InputGradient => pairs < if lanes == 4 { 512 } else { 4096 },
        }
    }
}

fn squares(shape: &ConvShape) -> Squares {
    Squares::new(shape.height, shape.width, shape.channels.max(shape.out_channels))
}

fn grid(shape: &ConvShape, batch: usize) -> Grid {
    Grid::new(shape.height, shape.width, batch)
}

fn phases(shape: &ConvShape, batch: usize) -> Phases {
    Phases::new(shape.height, shape.width, batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conv::definition::{products, values};
    use Direction::{InputGradient, Values, WeightGradient};

    fn square(channels: usize, out_channels: usize, size: usize, kernel: usize, stride: usize) -> ConvShape {
        ConvShape { channels, height: size, width: size, out_channels, kernel, stride, padding: kernel / 2 }
    }

    /// Whatever is chosen: a choice is one of speed.
    #[test]
    fn each_algorithm_that_fits_equals_the_definition() {
        let batch = 3;
        for (channels, outs) in [(1, 1), (3, 5), (8, 4)] {
            for (size, kernel, stride) in
                [(1, 3, 1), (7, 3, 1), (8, 3, 1), (7, 3, 2), (8, 3, 2), (9, 1, 1), (9, 1, 2), (11, 5, 3), (12, 7, 2)]
            {
                let shape = ConvShape { height: size + 2, ..square(channels, outs, size, kernel, stride) };
                let (x, w) = (values(batch * shape.image(), 1), values(outs * shape.patch(), 2));
                let g = values(batch * shape.out_image(), 3);
                let (mut y, mut x_grad, mut w_grad) = (vec![0.0; g.len()], vec![0.0; x.len()], vec![0.0; w.len()]);
                products(&shape, batch, |x_index, w_index, y_index| {
                    let (x, w, g) = (f64::from(x[x_index]), f64::from(w[w_index]), f64::from(g[y_index]));
                    y[y_index] += x * w;
                    x_grad[x_index] += g * w;
                    w_grad[w_index] += g * x;
                });
                for algorithm in Algorithm::ALL.into_iter().filter(|algorithm| algorithm.fits(&shape)) {
                    for (direction, found, expected) in [
                        (Values, algorithm.values(&shape, &x, &w), &y),
                        (InputGradient, algorithm.input_gradient(&shape, &w, &g), &x_grad),
                        (WeightGradient, algorithm.weight_gradient(&shape, &x, &g), &w_grad),
                    ] {
                        assert_eq!(found.len(), expected.len(), "{algorithm:?}, {direction:?}, {shape:?}");
                        for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
                            assert!(
                                (f64::from(*found) - expected).abs() < 1e-4,
                                "{algorithm:?}, {direction:?}, {shape:?}: element {index} is {found}, not {expected}"
                            );
                        }
                    }
                }
            }
        }
    }

    /// The measured choice, with 4, 8 and 16 lanes: of values and the gradient of the input, then of that of the weight.
    #[test]
    fn the_chosen_algorithm_is_the_one_measured_to_be_fastest() {
        let name = |algorithm| match algorithm {
            Algorithm::Winograd => 'W',
            Algorithm::Direct => 'D',
            Algorithm::Strided => 'S',
            Algorithm::Im2col => 'I',
        };
        // Channels, outputs, size, kernel, stride, batch.
        for (case, expected) in [
            ([1, 8, 28, 3, 1, 32], "DD DD DD"),
            ([8, 8, 28, 3, 1, 32], "WW DD DD"),
            ([16, 16, 14, 3, 1, 32], "WW WW DD"),
            ([32, 32, 7, 3, 1, 32], "WW WD DD"),
            ([16, 16, 28, 3, 1, 32], "WW WW DD"),
            ([16, 16, 32, 3, 1, 1], "WW WD DD"),
            ([32, 32, 14, 3, 1, 32], "WW WW WW"),
            ([64, 64, 7, 3, 1, 32], "WW WD WD"),
            ([64, 64, 16, 3, 1, 16], "WW WW WW"),
            ([128, 128, 8, 3, 1, 16], "WW WD WD"),
            ([64, 64, 8, 3, 1, 1], "DD DD DD"),
            ([64, 64, 5, 3, 1, 32], "II II II"),
            ([256, 256, 4, 3, 1, 16], "II II II"),
            ([512, 512, 2, 3, 1, 16], "II II II"),
            ([8, 16, 28, 3, 2, 32], "SS SS SS"),
            ([16, 32, 14, 3, 2, 32], "IS SS SS"),
            ([16, 32, 28, 3, 2, 16], "IS SS SS"),
            ([32, 64, 14, 3, 2, 32], "IS SS SS"),
            ([64, 64, 28, 3, 2, 8], "IS IS IS"),
            ([64, 128, 16, 3, 2, 16], "II II II"),
            ([256, 512, 4, 3, 2, 16], "II II II"),
            ([64, 64, 9, 3, 2, 4], "II II II"),
            ([3, 64, 224, 7, 2, 2], "II II II"),
            ([64, 256, 56, 1, 1, 2], "II II II"),
            ([16, 32, 28, 1, 2, 32], "II II II"),
            ([3, 8, 8, 3, 1, 1], "DD DD DD"),
            ([8, 8, 8, 3, 1, 2], "WD DD DD"),
            ([8, 8, 16, 3, 1, 1], "WW DD DD"),
        ] {
            let [channels, outs, size, kernel, stride, batch] = case;
            let shape = square(channels, outs, size, kernel, stride);
            let of = |lanes| {
                let [values, input, weight] = [Values, InputGradient, WeightGradient]
                    .map(|direction| shape.algorithm_for(batch, direction, lanes));
                assert_eq!(values, input, "{case:?}");
                assert!([values, weight].iter().all(|algorithm| algorithm.fits(&shape)), "{case:?}");
                String::from_iter([values, weight].map(name))
            };
            assert_eq!([4, 8, 16].map(of).join(" "), expected, "{case:?}");
        }
    }
}
