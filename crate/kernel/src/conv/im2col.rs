//! Convolutions of any size as matrix products over unfolded images (im2col). Small images are taken several at a time, so
//! that the matrices are large enough to be worth a product.

use super::ConvShape;
use crate::conv::unfold::{fold, unfold};
use crate::cpu::fresh::{self, Place, cleared, filled_in_chunks};
use crate::cpu::matmul::{Matrix, multiply, multiply_into};
use crate::cpu::parallel::for_each;
use std::cell::Cell;

/// Elements of an unfolded group, about: a megabyte, which stays in the cache.
const GROUP: usize = 1 << 18;

/// Shares of a weight gradient, each for a thread.
const SHARES: usize = 4;

/// Room for a group's patches and outputs. It stays with the thread: clearing it each time would cost as much as filling it.
#[derive(Default)]
struct Buffers {
    columns: Vec<f32>,
    rows: Vec<f32>,
}

thread_local! {
    static ROOM: Cell<Buffers> = const { Cell::new(Buffers { columns: Vec::new(), rows: Vec::new() }) };
}

impl Buffers {
    fn with<R>(work: impl FnOnce(&mut Self) -> R) -> R {
        let mut buffers = ROOM.take();
        let result = work(&mut buffers);
        ROOM.set(buffers);
        result
    }
}

/// The first `count` values of a buffer, whatever they are.
fn room(buffer: &mut Vec<f32>, count: usize) -> &mut [f32] {
    if buffer.len() < count {
        buffer.resize(count, 0.0);
    }
    &mut buffer[..count]
}

/// How a batch is cut into groups.
#[derive(Clone, Copy)]
struct Groups {
    /// Images in a group; the last one may be smaller.
    images: usize,
}

impl Groups {
    fn of(shape: &ConvShape, batch: usize) -> Self {
        let most = (GROUP / (shape.patch() * shape.out_plane()).max(1)).clamp(1, batch.max(1));
        // Groups of about equal size.
        Self { images: batch.max(1).div_ceil(batch.max(1).div_ceil(most)) }
    }

    /// These groups made an even number, if there are several, so that two threads have equal shares.
    fn evened(self, batch: usize) -> Self {
        let groups = batch.div_ceil(self.images);
        Self { images: if groups > 1 { batch.div_ceil(groups.next_multiple_of(2)) } else { self.images } }
    }
}

/// Whether the patches of one image are the image itself.
fn is_pointwise(shape: &ConvShape) -> bool {
    (shape.kernel, shape.stride, shape.padding) == (1, 1, 0)
}

/// The patches of a group of images as a matrix `[C·k·k, images·OH·OW]`, in shares of the channels, each for a
/// thread.
fn patches<'a>(shape: &ConvShape, images: &'a [f32], columns: &'a mut Vec<f32>, shares: usize) -> Matrix<'a> {
    let (count, plane) = (images.len() / shape.image(), shape.out_plane());
    if count == 1 && is_pointwise(shape) {
        return Matrix::new(images, shape.patch(), plane);
    }
    let columns = room(columns, shape.patch() * count * plane);
    let channels = shape.channels.div_ceil(shares);
    let share = channels * shape.kernel * shape.kernel * count * plane;
    for_each(columns.chunks_mut(share).enumerate(), |(index, columns)| {
        let first = index * channels;
        let part = ConvShape { channels: channels.min(shape.channels - first), ..*shape };
        for (index, image) in images.chunks_exact(shape.image()).enumerate() {
            let image = &image[first * shape.height * shape.width..][..part.image()];
            unfold(&part, image, columns, count * plane, index * plane);
        }
    });
    Matrix::new(columns, shape.patch(), count * plane)
}

/// `[images, O, plane]` as a matrix `[O, images·plane]`.
fn gather<'a>(shape: &ConvShape, outputs: &'a [f32], rows: &'a mut Vec<f32>) -> Matrix<'a> {
    let (outs, plane) = (shape.out_channels, shape.out_plane());
    let count = outputs.len() / (outs * plane);
    if count == 1 {
        return Matrix::new(outputs, outs, plane);
    }
    let rows = room(rows, outputs.len());
    for (index, source) in outputs.chunks_exact(plane).enumerate() {
        let (image, out) = (index / outs, index % outs);
        let start = (out * count + image) * plane;
        rows[start..start + plane].copy_from_slice(source);
    }
    Matrix::new(rows, outs, count * plane)
}

/// A matrix `[O, images·plane]` as `[images, O, plane]`.
fn scatter<'a>(shape: &ConvShape, rows: &[f32], outputs: &'a mut [Place]) -> &'a mut [f32] {
    let (outs, plane) = (shape.out_channels, shape.out_plane());
    let count = outputs.len() / (outs * plane);
    fresh::chunks(outputs, plane, 0..count * outs, |target, index| {
        let (image, out) = (index / outs, index % outs);
        let start = (out * count + image) * plane;
        target.write_copy_of_slice(&rows[start..start + plane])
    })
}

/// x `[N, C, H, W]` * w `[O, C, k, k]` → `[N, O, OH, OW]`.
pub(crate) fn convolve(shape: &ConvShape, w: &[f32], x: &[f32]) -> Vec<f32> {
    let batch = x.len() / shape.image();
    let groups = Groups::of(shape, batch).evened(batch);
    let out_size = shape.out_image();
    let weights = Matrix::new(w, shape.out_channels, shape.patch());
    let inputs = x.chunks(groups.images * shape.image());
    filled_in_chunks(batch * out_size, groups.images * out_size, inputs, |out, images| {
        Buffers::with(|Buffers { columns, rows }| {
            let patches = patches(shape, images, columns, 1);
            if out.len() == out_size {
                return multiply_into(out, weights, patches);
            }
            let rows = room(rows, out.len());
            multiply(rows, weights, patches, false);
            scatter(shape, rows, out)
        })
    })
}

/// The gradient of the input, `[N, C, H, W]`, from that of the output, g `[N, O, OH, OW]`.
pub(crate) fn input_gradient(shape: &ConvShape, w: &[f32], g: &[f32]) -> Vec<f32> {
    let out_size = shape.out_image();
    let batch = g.len() / out_size;
    let groups = Groups::of(shape, batch).evened(batch);
    let weights = Matrix::new(w, shape.out_channels, shape.patch()).transposed();
    let inputs = g.chunks(groups.images * out_size);
    filled_in_chunks(batch * shape.image(), groups.images * shape.image(), inputs, |grad, g| {
        Buffers::with(|Buffers { columns, rows }| {
            let (count, plane) = (g.len() / out_size, shape.out_plane());
            let g = gather(shape, g, rows);
            if count == 1 && is_pointwise(shape) {
                return multiply_into(grad, weights, g);
            }
            let columns = room(columns, shape.patch() * count * plane);
            multiply(columns, weights, g, false);
            let grad = cleared(grad);
            for (index, image) in grad.chunks_exact_mut(shape.image()).enumerate() {
                fold(shape, columns, count * plane, index * plane, image);
            }
            grad
        })
    })
}

/// The gradient of the weight, `[O, C, k, k]`, from the input and the gradient of the output.
pub(crate) fn weight_gradient(shape: &ConvShape, x: &[f32], g: &[f32]) -> Vec<f32> {
    let out_size = shape.out_image();
    let groups = Groups::of(shape, g.len() / out_size);
    let mut grad = vec![0.0; shape.out_channels * shape.patch()];
    let pairs = x.chunks(groups.images * shape.image()).zip(g.chunks(groups.images * out_size));
    // The rows of the gradient are shared out, so that every element is added up in one order.
    let share = shape.out_channels.div_ceil(SHARES);
    Buffers::with(|Buffers { columns, rows }| {
        for (group, (images, g)) in pairs.enumerate() {
            let (patches, g) = (patches(shape, images, columns, SHARES).transposed(), gather(shape, g, rows));
            for_each(grad.chunks_mut(share * shape.patch()).enumerate(), |(index, grad)| {
                multiply(grad, g.rows(index * share, grad.len() / shape.patch()), patches, group > 0);
            });
        }
    });
    grad
}
