//! Every kernel against its slow twin: stock Candle in f64 with its autograd, over seeded random shapes.
#![allow(clippy::unwrap_used)]

use crate::support::{Random, assert_close, autograd, inner, wide};
use candle_core::{Device, Tensor};
use kernel::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

#[test]
fn convolution_equals_stock_candle_in_values_and_gradients() {
    let mut random = Random(1);
    for case in 0..60 {
        let (kernel, padding) = [(1, 0), (3, 1), (3, 0), (5, 2), (7, 3), (3, 2)][random.among(&[0, 1, 2, 3, 4, 5])];
        let stride = random.among(&[1, 1, 2, 3]);
        let size = random.among(&[7, 8, 9, 14]);
        let (batch, channels, out) = (random.among(&[1, 3]), random.among(&[1, 2, 5, 8]), random.among(&[1, 3, 8]));
        let what = format!(
            "case {case}: {kernel}x{kernel} stride {stride} padding {padding} on {batch}x{channels}x{size}x{size} to {out}"
        );
        let x = random.tensor(&[batch, channels, size, size]);
        let w = random.tensor(&[out, channels, kernel, kernel]);
        let y = conv2d(&x, &w, stride, padding).unwrap();
        assert_close(&what, &y, &wide(&x).conv2d(&wide(&w), padding, stride, 1, 1).unwrap());
        let g = random.tensor(y.dims());
        let shape = ConvShape::of(&x, &w, stride, padding).unwrap();
        let twins = [
            conv2d_grad_input(&shape, &wide(&w), &wide(&g)).unwrap(),
            conv2d_grad_weight(&shape, &wide(&x), &wide(&g)).unwrap(),
        ];
        assert_close(&what, &conv2d_grad_input(&shape, &w, &g).unwrap(), &twins[0]);
        assert_close(&what, &conv2d_grad_weight(&shape, &x, &g).unwrap(), &twins[1]);
        let autograd = autograd(&[x, w], &g, |t| t[0].conv2d(&t[1], padding, stride, 1, 1).unwrap());
        assert_close(&what, &twins[0], &autograd[0]);
        assert_close(&what, &twins[1], &autograd[1]);
    }
}

#[test]
fn convolution_of_many_channels_equals_stock_candle() {
    let mut random = Random(5);
    // Images enough for the algorithms that gain by many.
    for (batch, channels, out, size, stride) in
        [(21, 32, 36, 14, 1), (21, 64, 33, 13, 1), (16, 40, 32, 16, 1), (3, 32, 64, 14, 2), (3, 64, 70, 9, 2)]
    {
        let what = format!("{channels} to {out} channels, size {size}, stride {stride}");
        let x = random.tensor(&[batch, channels, size, size]);
        let w = random.tensor(&[out, channels, 3, 3]);
        let y = conv2d(&x, &w, stride, 1).unwrap();
        assert_close(&what, &y, &wide(&x).conv2d(&wide(&w), 1, stride, 1, 1).unwrap());
        let g = random.tensor(y.dims());
        let shape = ConvShape::of(&x, &w, stride, 1).unwrap();
        let input = conv2d_grad_input(&shape, &wide(&w), &wide(&g)).unwrap();
        assert_close(&what, &conv2d_grad_input(&shape, &w, &g).unwrap(), &input);
        let weight = conv2d_grad_weight(&shape, &wide(&x), &wide(&g)).unwrap();
        assert_close(&what, &conv2d_grad_weight(&shape, &x, &g).unwrap(), &weight);
    }
}

#[cfg(not(target_arch = "wasm32"))]
#[test]
fn threads_change_no_digit_of_a_convolution() {
    let mut random = Random(6);
    for (channels, out, size, stride) in [(8, 8, 28, 1), (40, 33, 17, 1), (8, 16, 28, 2), (256, 256, 4, 1)] {
        let x = random.tensor(&[16, channels, size, size]);
        let w = random.tensor(&[out, channels, 3, 3]);
        let shape = ConvShape::of(&x, &w, stride, 1).unwrap();
        let g = random.tensor(&[16, out, shape.out_height(), shape.out_width()]);
        let with_threads = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let tensors = [
                    conv2d(&x, &w, stride, 1).unwrap(),
                    conv2d_grad_input(&shape, &w, &g).unwrap(),
                    conv2d_grad_weight(&shape, &x, &g).unwrap(),
                ];
                tensors.map(|tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap())
            })
        };
        let one = with_threads(1);
        for threads in [1, 2, 3, 7] {
            assert!(with_threads(threads) == one, "{threads} threads, {channels} to {out} channels, size {size}");
        }
    }
}

#[test]
fn convolution_takes_images_that_are_not_square() {
    let mut random = Random(2);
    let (x, w) = (random.tensor(&[2, 3, 6, 11]), random.tensor(&[4, 3, 3, 3]));
    for stride in [1, 2] {
        let y = conv2d(&x, &w, stride, 1).unwrap();
        assert_close(&format!("6x11 stride {stride}"), &y, &wide(&x).conv2d(&wide(&w), 1, stride, 1, 1).unwrap());
        // The input gradient is the transposed map: <y, conv(x)> = <convᵀ(y), x>.
        let shape = ConvShape::of(&x, &w, stride, 1).unwrap();
        let back = conv2d_grad_input(&shape, &w, &y).unwrap();
        assert!((inner(&y, &y) / inner(&back, &x) - 1.0).abs() < 1e-5, "stride {stride}");
    }
}

#[test]
fn convolution_refuses_sizes_that_do_not_fit() {
    let mut random = Random(3);
    let x = random.tensor(&[1, 3, 5, 5]);
    for (dims, stride) in [([2, 4, 3, 3], 1), ([2, 3, 3, 1], 1), ([2, 3, 7, 7], 1), ([2, 3, 3, 3], 0)] {
        assert!(conv2d(&x, &random.tensor(&dims), stride, 0).is_err(), "{dims:?}");
    }
}

fn stock_batch_norm(x: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
    let per_channel = |v: &Tensor| v.reshape((1, (), 1, 1)).unwrap();
    let count = (x.elem_count() / x.dim(1).unwrap()) as f64;
    let mean = |v: &Tensor| (v.sum_keepdim((0, 2, 3)).unwrap() / count).unwrap();
    let centred = x.broadcast_sub(&mean(x)).unwrap();
    let std = (mean(&centred.sqr().unwrap()) + 1e-5).unwrap().sqrt().unwrap();
    let normalised = centred.broadcast_div(&std).unwrap();
    normalised.broadcast_mul(&per_channel(weight)).unwrap().broadcast_add(&per_channel(bias)).unwrap()
}

#[test]
fn batch_norm_equals_stock_candle_in_values_and_gradients() {
    let mut random = Random(4);
    for case in 0..20 {
        let (batch, channels, size) = (random.among(&[2, 5]), random.among(&[1, 3, 8]), random.among(&[1, 3, 6]));
        let x = (random.tensor(&[batch, channels, size, size]) + 3.0).unwrap();
        let (weight, bias) = (random.tensor(&[channels]), random.tensor(&[channels]));
        let (y, tape) = batch_norm(&x, &weight, &bias, 1e-5).unwrap();
        let what = format!("case {case}");
        assert_close(&what, &y, &stock_batch_norm(&wide(&x), &wide(&weight), &wide(&bias)));
        let g = random.tensor(x.dims());
        let (grad, grad_weight, grad_bias) = batch_norm_backward(&tape, &weight, &g).unwrap();
        let twin = autograd(&[x.clone(), weight.clone(), bias.clone()], &g, |t| stock_batch_norm(&t[0], &t[1], &t[2]));
        // With two elements a channel the gradient is nothing but cancellation; compare it where it is not.
        if batch * size * size > 8 {
            assert_close(&what, &grad, &twin[0]);
        }
        assert_close(&what, &grad_weight, &twin[1]);
        assert_close(&what, &grad_bias, &twin[2]);
        let fixed = batch_norm_eval(&x, &weight, &bias, tape.mean(), tape.variance(), 1e-5).unwrap();
        assert_close(&what, &fixed, &y);
    }
}

#[test]
fn relu_and_join_equal_stock_candle() {
    let mut random = Random(5);
    let (f, s) = (random.tensor(&[2, 3, 5, 7]), random.tensor(&[2, 3, 5, 7]));
    for a in [0.0, 0.5, 1.0, 2.0] {
        let y = relu(&add_scaled(&f, &s, a).unwrap()).unwrap();
        let stock = |t: &[Tensor]| (&t[0] + (&t[1] * a).unwrap()).unwrap().relu().unwrap();
        assert_close(&format!("join, a = {a}"), &y, &stock(&[wide(&f), wide(&s)]));
        let g = random.tensor(f.dims());
        assert_close(
            &format!("mask, a = {a}"),
            &relu_backward(&y, &g).unwrap(),
            &autograd(&[f.clone(), s.clone()], &g, |t| {
                // A product by the tensor a keeps the graph even at a = 0.
                let scale = Tensor::full(a, t[1].shape(), &Device::Cpu).unwrap();
                (&t[0] + (&t[1] * scale).unwrap()).unwrap().relu().unwrap()
            })[0],
        );
    }
    let nan = Tensor::new(&[f32::NAN, -1.0, 0.0], &Device::Cpu).unwrap();
    assert!(relu(&nan).unwrap().to_vec1::<f32>().unwrap()[0].is_nan());
    assert_eq!(format!("{:?}", relu(&wide(&nan)).unwrap().to_vec1::<f64>().unwrap()), "[NaN, 0.0, 0.0]");
}

#[test]
fn option_a_equals_the_loop_and_its_gradient_is_the_transposed_map() {
    let mut random = Random(6);
    for (size, before) in [(1, 0), (4, 0), (7, 0), (4, 1), (7, 2)] {
        let x = random.tensor(&[2, 3, size, size]);
        let y = option_a(&x, 5, before).unwrap();
        let half = size.div_ceil(2);
        assert_eq!(y.dims(), [2, 5, half, half], "size {size}");
        let (pixels, picked) = (x.to_vec2s(), y.to_vec2s());
        for (plane, picked) in picked.iter().enumerate() {
            let (image, channel) = (plane / 5, plane % 5);
            for row in 0..half {
                for column in 0..half {
                    let own = channel.checked_sub(before).filter(|own| *own < 3);
                    let expected = own.map_or(0.0, |own| pixels[image * 3 + own][2 * row * size + 2 * column]);
                    assert_eq!(picked[row * half + column], expected, "size {size}, plane {plane}, {row}, {column}");
                }
            }
        }
        let g = random.tensor(y.dims());
        let back = option_a_backward(x.dims4().unwrap(), &g, before).unwrap();
        assert!((inner(&g, &y) - inner(&back, &x)).abs() < 1e-9, "size {size}");
    }
}

trait Planes {
    /// One row of values a plane of `[N, C, H, W]`.
    fn to_vec2s(&self) -> Vec<Vec<f32>>;
}

impl Planes for Tensor {
    fn to_vec2s(&self) -> Vec<Vec<f32>> {
        self.flatten_from(2).unwrap().flatten_to(1).unwrap().to_vec2().unwrap()
    }
}
