//! Linear layers, activations, biases, scales and concatenation against stock Candle in f64 with its autograd.
#![allow(clippy::unwrap_used)]

use crate::support::{Random, assert_close, autograd, wide};
use candle_core::{Device, Tensor};
use kernel::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn stock_linear(x: &Tensor, w: &Tensor) -> Tensor {
    let y = x.flatten_from(1).unwrap().matmul(&w.t().unwrap()).unwrap();
    y.unsqueeze(2).unwrap().unsqueeze(3).unwrap()
}

fn stock_bias(x: &Tensor, b: &Tensor) -> Tensor {
    x.broadcast_add(&b.reshape((1, (), 1, 1)).unwrap()).unwrap()
}

#[test]
fn linear_equals_stock_candle_in_values_and_gradients() {
    let mut random = Random(21);
    for case in 0..30 {
        let (batch, inputs) = (random.among(&[1, 2, 7, 32]), random.among(&[1, 3, 64, 200]));
        let outputs = random.among(&[1, 2, 10, 33]);
        let what = format!("case {case}: {batch} times {inputs} to {outputs}");
        let x = random.tensor(&[batch, inputs, 1, 1]);
        let (w, b) = (random.tensor(&[outputs, inputs]), random.tensor(&[outputs]));
        let y = linear(&x, &w, Some(&b)).unwrap();
        assert_close(&what, &y, &stock_bias(&stock_linear(&wide(&x), &wide(&w)), &wide(&b)));
        assert_close(&what, &linear(&x, &w, None).unwrap(), &stock_linear(&wide(&x), &wide(&w)));
        assert_close(&what, &linear(&wide(&x), &wide(&w), Some(&wide(&b))).unwrap(), &y);
        let g = random.tensor(y.dims());
        let twin = autograd(&[x.clone(), w.clone(), b], &g, |t| stock_bias(&stock_linear(&t[0], &t[1]), &t[2]));
        for (x, w, g) in [(&x, &w, &g), (&wide(&x), &wide(&w), &wide(&g))] {
            assert_close(&what, &linear_grad_input(w, g).unwrap(), &twin[0]);
            assert_close(&what, &linear_grad_weight(x, g).unwrap(), &twin[1]);
            assert_close(&what, &linear_grad_bias(g).unwrap(), &twin[2]);
        }
    }
}

#[test]
fn linear_refuses_sizes_that_do_not_fit() {
    let mut random = Random(22);
    let (x, w) = (random.tensor(&[2, 6, 1, 1]), random.tensor(&[3, 6]));
    assert!(linear(&x, &random.tensor(&[3, 5]), None).is_err());
    assert!(linear(&x, &w, Some(&random.tensor(&[2]))).is_err());
    assert!(linear(&random.tensor(&[2, 3, 2, 1]), &w, None).is_err());
    assert!(linear_grad_input(&w, &x).is_err());
    assert!(linear_grad_weight(&x, &random.tensor(&[3, 3, 1, 1])).is_err());
    assert!(linear_grad_bias(&random.tensor(&[3, 3, 2, 2])).is_err());
}

#[test]
fn activations_equal_stock_candle_in_values_and_gradients() {
    let mut random = Random(23);
    let stock_sigmoid = |x: &Tensor| (x.neg().unwrap().exp().unwrap() + 1.0).unwrap().recip().unwrap();
    for size in [1, 4, 9] {
        let x = (random.tensor(&[2, 3, size, size]) * 6.0).unwrap();
        let g = random.tensor(x.dims());
        let inputs = std::slice::from_ref(&x);
        let twins = [
            autograd(inputs, &g, |t| t[0].tanh().unwrap()).remove(0),
            autograd(inputs, &g, |t| stock_sigmoid(&t[0])).remove(0),
        ];
        for (x, g) in [(&x, &g), (&wide(&x), &wide(&g))] {
            let (t, s) = (tanh(x).unwrap(), sigmoid(x).unwrap());
            assert_close(&format!("tanh, size {size}"), &t, &wide(x).tanh().unwrap());
            assert_close(&format!("sigmoid, size {size}"), &s, &stock_sigmoid(&wide(x)));
            assert_close(&format!("tanh, size {size}"), &tanh_backward(&t, g).unwrap(), &twins[0]);
            assert_close(&format!("sigmoid, size {size}"), &sigmoid_backward(&s, g).unwrap(), &twins[1]);
        }
    }
}

#[test]
fn activations_stay_finite_at_the_ends() {
    let ends = [-f32::INFINITY, -1e30, -100.0, 0.0, 100.0, 1e30, f32::INFINITY, f32::NAN];
    let x = Tensor::new(&ends, &Device::Cpu).unwrap();
    for x in [&x, &wide(&x)] {
        let values = |y: Tensor| wide(&y).to_vec1::<f64>().unwrap();
        let what = format!("{:?}", x.dtype());
        let (t, s) = (values(tanh(x).unwrap()), values(sigmoid(x).unwrap()));
        assert_eq!(t[..7], [-1.0, -1.0, -1.0, 0.0, 1.0, 1.0, 1.0], "{what}");
        assert_eq!([s[0], s[1], s[3], s[5], s[6]], [0.0, 0.0, 0.5, 1.0, 1.0], "{what}");
        // e⁻¹⁰⁰ is not lost in 1 + e⁻¹⁰⁰.
        assert!((s[2] / 3.720_075_976_020_836e-44 - 1.0).abs() < 0.05, "{what}: {}", s[2]);
        assert_eq!(s[4], 1.0, "{what}");
        assert!(t[7].is_nan() && s[7].is_nan(), "{what}: {} and {}", t[7], s[7]);
        let y = sigmoid(x).unwrap();
        let gradients = values(sigmoid_backward(&y, &y.ones_like().unwrap()).unwrap());
        assert!(gradients[..7].iter().all(|g| g.is_finite()), "{what}: {gradients:?}");
    }
}

#[test]
fn channel_bias_equals_stock_candle_in_values_and_gradients() {
    let mut random = Random(24);
    for dims in [[1, 1, 1, 1], [2, 3, 5, 7], [3, 8, 4, 4], [5, 2, 9, 9]] {
        let (x, b, g) = (random.tensor(&dims), random.tensor(&[dims[1]]), random.tensor(&dims));
        assert_close(&format!("bias, {dims:?}"), &channel_bias(&x, &b).unwrap(), &stock_bias(&wide(&x), &wide(&b)));
        assert_close(
            &format!("bias, {dims:?}"),
            &channel_bias(&wide(&x), &wide(&b)).unwrap(),
            &stock_bias(&wide(&x), &wide(&b)),
        );
        let twin = autograd(&[x, b], &g, |t| stock_bias(&t[0], &t[1]));
        assert_close(&format!("sum, {dims:?}"), &channel_bias_grad_bias(&g).unwrap(), &twin[1]);
        assert_close(&format!("sum, {dims:?}"), &channel_bias_grad_bias(&wide(&g)).unwrap(), &twin[1]);
    }
    assert!(channel_bias(&random.tensor(&[1, 3, 2, 2]), &random.tensor(&[2])).is_err());
    // In f32 each 1 would be lost.
    let uneven: Vec<f32> = [2f32.powi(25)].into_iter().chain([1.0; 16]).collect();
    let uneven = Tensor::from_vec(uneven, (1, 1, 1, 17), &Device::Cpu).unwrap();
    assert_eq!(channel_bias_grad_bias(&uneven).unwrap().to_vec1::<f32>().unwrap(), [2f32.powi(25) + 16.0]);
}

#[test]
fn pointwise_convolution_equals_stock_candle_on_images_that_are_not_square() {
    let mut random = Random(25);
    for (stride, dims) in [(1, [3, 4, 5, 7]), (1, [1, 2, 1, 1]), (2, [2, 3, 5, 8])] {
        let (x, w) = (random.tensor(&dims), random.tensor(&[6, dims[1], 1, 1]));
        let y = conv2d(&x, &w, stride, 0).unwrap();
        assert_close(
            &format!("values, {dims:?} stride {stride}"),
            &y,
            &wide(&x).conv2d(&wide(&w), 0, stride, 1, 1).unwrap(),
        );
        let (g, shape) = (random.tensor(y.dims()), ConvShape::of(&x, &w, stride, 0).unwrap());
        // A product with the weights of each pixel, so that Candle's own convolution is not the only twin.
        let twin = autograd(&[x.clone(), w.clone()], &g, |t| {
            let even = |size: usize| Tensor::arange_step(0, size as u32, stride as u32, &Device::Cpu).unwrap();
            let picked = t[0].index_select(&even(dims[2]), 2).unwrap().index_select(&even(dims[3]), 3).unwrap();
            let pixels = picked.flatten_from(2).unwrap();
            let weights = t[1].reshape((1, 6, dims[1])).unwrap();
            weights.broadcast_matmul(&pixels).unwrap().reshape(g.dims()).unwrap()
        });
        assert_close(
            &format!("input, {dims:?} stride {stride}"),
            &conv2d_grad_input(&shape, &w, &g).unwrap(),
            &twin[0],
        );
        assert_close(
            &format!("weight, {dims:?} stride {stride}"),
            &conv2d_grad_weight(&shape, &x, &g).unwrap(),
            &twin[1],
        );
    }
}

#[test]
fn scale_equals_stock_candle_in_values_and_gradients() {
    let mut random = Random(26);
    for dims in [[1, 1, 1, 1], [2, 3, 5, 7], [4, 8, 8, 8]] {
        let (x, s, g) = (random.tensor(&dims), random.tensor(&[1]), random.tensor(&dims));
        let stock = |t: &[Tensor]| t[0].broadcast_mul(&t[1]).unwrap();
        let twin = autograd(&[x.clone(), s.clone()], &g, stock);
        for (x, s, g) in [(&x, &s, &g), (&wide(&x), &wide(&s), &wide(&g))] {
            assert_close(&format!("values, {dims:?}"), &scale(x, s).unwrap(), &stock(&[wide(x), wide(s)]));
            let (grad_x, grad_s) = scale_backward(x, s, g).unwrap();
            assert_close(&format!("x, {dims:?}"), &grad_x, &twin[0]);
            assert_close(&format!("s, {dims:?}"), &grad_s, &twin[1]);
        }
        // SkipInit starts at s = 0: the branch gets no gradient, s does.
        let (grad_x, grad_s) = scale_backward(&x, &s.zeros_like().unwrap(), &g).unwrap();
        assert_close(&format!("x, {dims:?}"), &grad_x, &wide(&x.zeros_like().unwrap()));
        assert_close(&format!("s, {dims:?}"), &grad_s, &twin[1]);
        assert!(scale(&x, &random.tensor(&[2])).is_err());
        assert!(scale_backward(&x, &s, &random.tensor(&[1, 2, 3, 4])).is_err());
    }
}

#[test]
fn concatenation_equals_stock_candle_and_splits_its_gradient() {
    let mut random = Random(27);
    let (a, b) = (random.tensor(&[2, 3, 4, 5]), random.tensor(&[2, 2, 5, 4]).transpose(2, 3).unwrap());
    let y = concat_channels(&a, &b).unwrap();
    assert!(y.is_contiguous());
    for n in 0..2 {
        let channels = |x: &Tensor| x.get(n).unwrap().to_vec3::<f32>().unwrap();
        assert_eq!(channels(&y), [channels(&a), channels(&b)].concat(), "image {n}");
    }
    let g = random.tensor(y.dims());
    let twin = autograd(&[a.clone(), b.contiguous().unwrap()], &g, |t| Tensor::cat(t, 1).unwrap());
    let (first, second) = split_channels(&g, 3).unwrap();
    assert!(first.is_contiguous() && second.is_contiguous());
    assert_close("first", &first, &twin[0]);
    assert_close("second", &second, &twin[1]);
    assert!(split_channels(&g, 6).is_err());
    assert!(concat_channels(&a, &random.tensor(&[2, 3, 4, 4])).is_err());
}

#[test]
fn sgd_equals_the_formula_of_torch() {
    let mut random = Random(40);
    for (momentum, decay) in [(0.9, 0.0), (0.9, 1e-2), (0.0, 1e-2), (0.0, 0.0)] {
        // Long enough to be shared between threads.
        let [mut w, g1, g2] = [1, 2, 3].map(|_| random.tensor(&[70_000]));
        let (mut wide_w, mut wide_v) = (wide(&w), None::<Tensor>);
        let mut velocity = None;
        for g in [&g1, &g2] {
            let (updated, v) = sgd(&w, g, velocity.as_ref(), 0.05, momentum, decay).unwrap();
            (w, velocity) = (updated, Some(v));
            let decayed = (wide(g) + (&wide_w * decay).unwrap()).unwrap();
            let v = wide_v.map_or(decayed.clone(), |v| ((v * momentum).unwrap() + &decayed).unwrap());
            wide_w = (&wide_w - (&v * 0.05).unwrap()).unwrap();
            wide_v = Some(v);
        }
        assert_close(&format!("weight, momentum {momentum} decay {decay}"), &w, &wide_w);
        assert_close(&format!("velocity, momentum {momentum} decay {decay}"), &velocity.unwrap(), &wide_v.unwrap());
    }
}
