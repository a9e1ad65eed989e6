//! Pooling against naive loops in f64 and their central differences, over seeded random shapes.
#![allow(clippy::unwrap_used)]

use crate::support::{Random, assert_close, autograd, central_differences, inner, wide};
use candle_core::{DType, Device, Tensor};
use kernel::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

type Image = Vec<Vec<Vec<Vec<f64>>>>;

fn images(x: &Tensor) -> Image {
    let (batch, _, _, _) = x.dims4().unwrap();
    (0..batch).map(|n| wide(x).get(n).unwrap().to_vec3().unwrap()).collect()
}

/// A pooled tensor, each element of which `pick` makes from (image, channel, row, column).
fn tensor(dims: [usize; 4], pick: impl Fn(usize, usize, usize, usize) -> f64) -> Tensor {
    let mut values = Vec::new();
    for n in 0..dims[0] {
        for c in 0..dims[1] {
            for row in 0..dims[2] {
                for column in 0..dims[3] {
                    values.push(pick(n, c, row, column));
                }
            }
        }
    }
    Tensor::from_vec(values, &dims, &Device::Cpu).unwrap()
}

/// Max pooling written down as it is defined: the image with a border of −∞, the maximum of each window.
fn slow_max_pool(x: &Tensor, kernel: usize, stride: usize, padding: usize) -> Tensor {
    let (batch, channels, height, width) = x.dims4().unwrap();
    let pixels = images(x);
    let padded = |n: usize, c: usize, row: usize, column: usize| {
        let inside = (padding..height + padding).contains(&row) && (padding..width + padding).contains(&column);
        if inside { pixels[n][c][row - padding][column - padding] } else { f64::NEG_INFINITY }
    };
    let size = |n: usize| (n + 2 * padding - kernel) / stride + 1;
    tensor([batch, channels, size(height), size(width)], |n, c, row, column| {
        let window =
            (0..kernel * kernel).map(|at| padded(n, c, row * stride + at / kernel, column * stride + at % kernel));
        window.fold(f64::NEG_INFINITY, f64::max)
    })
}

/// Adaptive average pooling as it is defined; a pixel is in window i of `out` if it overlaps [i·n/out, (i + 1)·n/out).
fn slow_average_pool(x: &Tensor, out: usize) -> Tensor {
    let (batch, channels, height, width) = x.dims4().unwrap();
    let pixels = images(x);
    let inside = |pixel: usize, i: usize, n: usize| (pixel + 1) * out > i * n && pixel * out < (i + 1) * n;
    tensor([batch, channels, out, out], |n, c, row, column| {
        let rows = (0..height).filter(|y| inside(*y, row, height));
        let window = rows.flat_map(|y| (0..width).filter(|x| inside(*x, column, width)).map(move |x| (y, x)));
        let values: Vec<f64> = window.map(|(y, x)| pixels[n][c][y][x]).collect();
        values.iter().sum::<f64>() / values.len() as f64
    })
}

#[test]
fn max_pool_equals_the_loop_in_values_and_gradients() {
    let mut random = Random(11);
    for case in 0..60 {
        let (kernel, stride, padding) =
            [(3, 2, 1), (2, 2, 0), (3, 1, 1), (3, 3, 0), (2, 1, 1), (5, 2, 2), (1, 1, 0), (2, 3, 1)]
                [random.among(&[0, 1, 2, 3, 4, 5, 6, 7])];
        let (height, width) = (random.among(&[3, 4, 7, 8]), random.among(&[3, 5, 8]));
        if kernel - 2 * padding > height.min(width) {
            continue;
        }
        let (batch, channels) = (random.among(&[1, 2]), random.among(&[1, 3]));
        let x = random.tensor(&[batch, channels, height, width]);
        let what = format!("case {case}: {kernel}x{kernel} stride {stride} padding {padding} on {:?}", x.dims());
        let twin = |x: &Tensor| slow_max_pool(x, kernel, stride, padding);
        let (y, tape) = max_pool(&x, kernel, stride, padding).unwrap();
        assert_eq!(y.dtype(), DType::F32);
        assert_close(&what, &y, &twin(&x));
        let g = random.tensor(y.dims());
        let grad = max_pool_backward(&tape, &g).unwrap();
        assert_close(&what, &grad, &central_differences(&x, &g, twin));
        let (wide_y, wide_tape) = max_pool(&wide(&x), kernel, stride, padding).unwrap();
        assert_close(&what, &wide_y, &y);
        assert_close(&what, &max_pool_backward(&wide_tape, &wide(&g)).unwrap(), &grad);
    }
}

/// Values only: Candle 0.11 divides the gradient by kernel² and refuses kernel ≠ stride (`backprop.rs`, `Op::MaxPool2D`).
#[test]
fn max_pool_equals_stock_candle_in_values() {
    let mut random = Random(12);
    for (kernel, stride, size) in [(2, 2, 8), (3, 3, 9), (4, 4, 4), (3, 2, 9), (3, 1, 5)] {
        let x = random.tensor(&[2, 3, size, size]);
        let (y, _) = max_pool(&x, kernel, stride, 0).unwrap();
        assert_close(
            &format!("values, {kernel}x{kernel} stride {stride} size {size}"),
            &y,
            &wide(&x).max_pool2d_with_stride(kernel, stride).unwrap(),
        );
    }
}

/// The winners of one image of 3×3 under windows of 2×2, stride 1.
fn winners(pixels: [f32; 9]) -> (Vec<f32>, Vec<u32>) {
    let x = Tensor::from_slice(&pixels, (1, 1, 3, 3), &Device::Cpu).unwrap();
    let (y, tape) = max_pool(&x, 2, 1, 0).unwrap();
    (y.flatten_all().unwrap().to_vec1().unwrap(), tape.winners().unwrap())
}

#[test]
fn of_equal_numbers_the_first_wins() {
    assert_eq!(winners([1.0; 9]), (vec![1.0; 4], vec![0, 1, 3, 4]));
    assert_eq!(winners([f32::NEG_INFINITY; 9]), (vec![f32::NEG_INFINITY; 4], vec![0, 1, 3, 4]));
    assert_eq!(winners([0.0, 2.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0]), (vec![2.0, 2.0, 2.0, 0.0], vec![1, 1, 3, 4]));
    // In the padding of −∞ nothing ever wins, not even over −∞ itself.
    let x = Tensor::full(f32::NEG_INFINITY, (1, 1, 4, 4), &Device::Cpu).unwrap();
    let (_, tape) = max_pool(&x, 3, 2, 1).unwrap();
    assert_eq!(tape.winners().unwrap(), [0, 1, 4, 5]);
}

#[test]
fn a_nan_wins_and_takes_the_gradient() {
    let nan = f32::NAN;
    let (y, places) = winners([f32::INFINITY, nan, 0.0, 1.0, nan, 2.0, 3.0, 0.0, 4.0]);
    assert!(y.iter().all(|v| v.is_nan()));
    // The last of several, as PyTorch's loop has it.
    assert_eq!(places, [4, 4, 4, 4]);
    let (y, places) = winners([nan, 1.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    assert!(y[0].is_nan());
    assert_eq!((&y[1..], places), (&[2.0, 3.0, 0.0][..], vec![0, 2, 3, 4]));
}

#[test]
fn overlapping_windows_add_their_gradients() {
    let x = Tensor::from_slice(&[0f32, 0., 0., 0., 9., 0., 0., 0., 0.], (1, 1, 3, 3), &Device::Cpu).unwrap();
    let (y, tape) = max_pool(&x, 2, 1, 0).unwrap();
    let grad = max_pool_backward(&tape, &y.ones_like().unwrap()).unwrap();
    assert_eq!(grad.flatten_all().unwrap().to_vec1::<f32>().unwrap(), [0., 0., 0., 0., 4., 0., 0., 0., 0.]);
}

#[test]
fn pools_read_strided_tensors() {
    let mut random = Random(13);
    let x = random.tensor(&[2, 3, 6, 5]).transpose(2, 3).unwrap();
    assert_close("max", &max_pool(&x, 3, 2, 1).unwrap().0, &slow_max_pool(&x, 3, 2, 1));
    assert_close("average", &average_pool(&x, 1).unwrap(), &slow_average_pool(&x, 1));
    assert_close("average", &average_pool(&x, 2).unwrap(), &slow_average_pool(&x, 2));
}

#[test]
fn max_pool_refuses_what_does_not_fit() {
    let x = Random(14).tensor(&[1, 2, 4, 5]);
    for (kernel, stride, padding) in [(0, 1, 0), (2, 0, 0), (2, 2, 2), (3, 1, 2), (5, 1, 0), (7, 1, 1)] {
        let error = max_pool(&x, kernel, stride, padding).err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("max_pool")), "{kernel} {stride} {padding}");
    }
    assert!(max_pool(&Tensor::zeros((1, 2, 0, 4), DType::F32, &Device::Cpu).unwrap(), 2, 1, 1).is_err());
    let (_, tape) = max_pool(&x, 2, 2, 0).unwrap();
    assert!(max_pool_backward(&tape, &x).is_err());
}

#[test]
fn average_pool_equals_the_loop_in_values_and_gradients() {
    let mut random = Random(15);
    for out in [1, 2, 3, 7] {
        for (height, width) in [(1, 1), (2, 2), (4, 4), (7, 7), (8, 8), (14, 14), (5, 8), (13, 3)] {
            let x = random.tensor(&[2, 3, height, width]);
            let what = format!("{height}x{width} to {out}x{out}");
            let y = average_pool(&x, out).unwrap();
            assert_close(&what, &y, &slow_average_pool(&x, out));
            assert_close(&what, &average_pool(&wide(&x), out).unwrap(), &slow_average_pool(&x, out));
            let g = random.tensor(y.dims());
            let dims = x.dims4().unwrap();
            let grad = average_pool_backward(dims, &g).unwrap();
            assert_close(&what, &average_pool_backward(dims, &wide(&g)).unwrap(), &grad);
            // The gradient of a linear map is the transposed map: <g, pool(x)> = <poolᵀ(g), x>, for every x.
            let other = random.tensor(x.dims());
            let forward = inner(&g, &slow_average_pool(&other, out));
            assert!((forward - inner(&grad, &other)).abs() < 1e-5, "{what}");
            if height * width < 20 {
                assert_close(&what, &grad, &central_differences(&x, &g, |x| slow_average_pool(x, out)));
            }
        }
    }
}

#[test]
fn global_average_pool_equals_stock_candle() {
    let mut random = Random(16);
    for (height, width) in [(1, 1), (4, 4), (8, 8), (3, 7), (56, 56)] {
        let x = random.tensor(&[3, 5, height, width]);
        let stock = |x: &Tensor| x.mean_keepdim((2, 3)).unwrap();
        let y = average_pool(&x, 1).unwrap();
        assert_close(&format!("values, {height}x{width}"), &y, &stock(&wide(&x)));
        let g = random.tensor(y.dims());
        let twin = autograd(std::slice::from_ref(&x), &g, |t| stock(&t[0]));
        assert_close(
            &format!("gradient, {height}x{width}"),
            &average_pool_backward(x.dims4().unwrap(), &g).unwrap(),
            &twin[0],
        );
    }
}

#[test]
fn average_pool_refuses_what_does_not_fit() {
    let x = Random(17).tensor(&[1, 2, 4, 4]);
    assert!(average_pool(&x, 0).is_err());
    assert!(average_pool(&Tensor::zeros((1, 2, 0, 4), DType::F32, &Device::Cpu).unwrap(), 1).is_err());
    for dims in [(1, 3, 4, 4), (2, 2, 4, 4), (1, 2, 0, 4)] {
        assert!(average_pool_backward(dims, &x).is_err(), "{dims:?}");
    }
    assert!(average_pool_backward((1, 2, 4, 4), &x.narrow(3, 0, 2).unwrap()).is_err());
}
