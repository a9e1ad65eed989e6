//! What was kept of a forward pass serves only the backward pass of that layer and that input; anything else is an error,
//! not a panic and not wrong values.
#![allow(clippy::unwrap_used)]

use crate::support::{Random, wide};
use kernel::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// Shapes other than that of the layer, `[2, 4, 6, 6]`.
const OTHERS: [[usize; 4]; 5] = [[1, 4, 6, 6], [2, 3, 6, 6], [2, 4, 5, 6], [2, 4, 6, 7], [2, 4, 3, 12]];

#[test]
fn a_batch_norm_tape_of_another_shape_is_refused() {
    let mut random = Random(50);
    let (weight, bias) = (random.tensor(&[4]), random.tensor(&[4]));
    let (_, tape) = batch_norm(&random.tensor(&[2, 4, 6, 6]), &weight, &bias, 1e-5).unwrap();
    for dims in OTHERS {
        let g = random.tensor(&dims);
        assert!(batch_norm_backward(&tape, &weight, &g).is_err(), "{dims:?}");
        assert!(batch_norm_backward(&tape, &wide(&weight), &wide(&g)).is_err(), "{dims:?} in f64");
    }
    let g = random.tensor(&[2, 4, 6, 6]);
    assert!(batch_norm_backward(&tape, &weight, &g).is_ok());
    assert!(batch_norm_backward(&tape, &random.tensor(&[5]), &g).is_err(), "a weight of another layer");
    assert!(batch_norm_backward(&tape, &wide(&weight), &wide(&g)).is_err(), "f64 after f32");
    assert!(batch_norm(&g, &random.tensor(&[1]), &bias, 1e-5).is_err(), "a weight of one element");
    assert!(batch_norm_eval(&g, &weight, &bias, &bias, &random.tensor(&[3]), 1e-5).is_err(), "a variance too short");
}

#[test]
fn a_pool_tape_of_another_shape_is_refused() {
    let mut random = Random(51);
    let x = random.tensor(&[2, 4, 12, 12]);
    let (_, tape) = max_pool(&x, 2, 2, 0).unwrap();
    for dims in OTHERS {
        let g = random.tensor(&dims);
        assert!(max_pool_backward(&tape, &g).is_err(), "max, {dims:?}");
        assert!(
            average_pool_backward((2, 4, 12, 12), &g).is_ok() == (dims[2] == dims[3] && dims[..2] == [2, 4]),
            "{dims:?}"
        );
    }
    assert!(max_pool_backward(&tape, &random.tensor(&[2, 4, 6, 6])).is_ok());
}

#[test]
fn a_convolution_of_another_shape_is_refused() {
    let mut random = Random(52);
    for stride in [1, 2] {
        let (x, w) = (random.tensor(&[2, 3, 6, 6]), random.tensor(&[4, 3, 3, 3]));
        let g = conv2d(&x, &w, stride, 1).unwrap();
        let shape = ConvShape::of(&x, &w, stride, 1).unwrap();
        assert!(conv2d_grad_weight(&shape, &x, &g).is_ok() && conv2d_grad_input(&shape, &w, &g).is_ok());
        for dims in [[2, 3, 6, 6], [2, 4, 6, 5], [2, 4, 2, 6], [2, 5, 3, 3], [1, 4, 36, 1]] {
            let other = random.tensor(&dims);
            for (x, w, g) in [(&x, &w, &other), (&wide(&x), &wide(&w), &wide(&other))] {
                assert!(conv2d_grad_input(&shape, w, g).is_err(), "input, stride {stride}, {dims:?}");
                assert!(conv2d_grad_weight(&shape, x, g).is_err(), "weight, stride {stride}, {dims:?}");
            }
        }
        assert!(conv2d_grad_weight(&shape, &x, &g.narrow(0, 0, 1).unwrap()).is_err(), "another batch");
        assert!(conv2d_grad_weight(&shape, &random.tensor(&[2, 3, 6, 5]), &g).is_err(), "another input");
        assert!(conv2d_grad_input(&shape, &random.tensor(&[4, 3, 3, 2]), &g).is_err(), "another weight");
    }
    let empty = random.tensor(&[2, 0, 6, 6]);
    assert!(conv2d(&empty, &random.tensor(&[4, 0, 3, 3]), 1, 1).is_err(), "no channels");
}

#[test]
fn tensors_of_two_shapes_are_refused() {
    let mut random = Random(53);
    let x = random.tensor(&[2, 4, 6, 6]);
    for dims in OTHERS {
        let y = random.tensor(&dims);
        assert!(relu_backward(&x, &y).is_err(), "relu, {dims:?}");
        assert!(tanh_backward(&y, &x).is_err(), "tanh, {dims:?}");
        assert!(sigmoid_backward(&x, &y).is_err(), "sigmoid, {dims:?}");
        assert!(add_scaled(&x, &y, 1.0).is_err(), "join, {dims:?}");
        assert!(sgd(&x, &y, None, 0.1, 0.9, 0.0).is_err(), "sgd, {dims:?}");
        assert!(sgd(&x, &x, Some(&y), 0.1, 0.9, 0.0).is_err(), "sgd's velocity, {dims:?}");
    }
    assert!(option_a(&x, 3, 0).is_err(), "fewer channels than before");
    assert!(option_a(&x, 5, 2).is_err(), "no room after what stands before");
    for dims in [[2, 3, 3, 3], [1, 8, 3, 3], [2, 8, 3, 4], [2, 8, 6, 6]] {
        assert!(option_a_backward((2, 4, 6, 6), &random.tensor(&dims), 0).is_err(), "option A, {dims:?}");
    }
}
