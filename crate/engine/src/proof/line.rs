//! A line through the weights of one part, along which the loss is followed: along the part's own gradient, along any other
//! direction, along one weight.

use crate::EngineError;
use crate::network::Parameters;
use crate::network::norms::{dot, sum_of_squares};
use crate::random::Stream;
use candle_core::{DType, Tensor};

/// What a line goes along.
#[derive(Clone, Copy)]
pub(super) enum Along {
    /// The gradient of the part.
    Gradient,
    /// A random direction through its weights.
    Random,
    /// One weight: the index of its tensor, and its place in it.
    Weight(usize, usize),
}

/// A line.
pub(super) struct Line {
    pub(super) along: Along,
    /// The direction, of length 1: tensors in float64, by their indices.
    direction: Vec<(usize, Tensor)>,
    /// The slope that the gradients predict.
    pub(super) predicted: f64,
}

impl Line {
    /// The line along that, through these tensors with these gradients; `None` if there is no such direction.
    pub(super) fn new(
        along: Along,
        indices: &[usize],
        parameters: &Parameters,
        gradients: &[Option<Tensor>],
        stream: &mut Stream,
    ) -> Result<Option<Self>, EngineError> {
        let filled = |index: usize, fill: &mut dyn FnMut(&mut [f64])| {
            let weight = parameters.tensor(index);
            let mut values = vec![0.0; weight.elem_count()];
            fill(&mut values);
            Ok::<_, EngineError>((index, Tensor::from_vec(values, weight.shape(), weight.device())?))
        };
        let mut direction = Vec::with_capacity(indices.len());
        match along {
            Along::Gradient => {
                for index in indices {
                    if let Some(gradient) = &gradients[*index] {
                        direction.push((*index, gradient.to_dtype(DType::F64)?));
                    }
                }
            }
            Along::Random => {
                for index in indices {
                    direction.push(filled(*index, &mut |values| values.fill_with(|| stream.normal()))?);
                }
            }
            Along::Weight(index, place) => direction.push(filled(index, &mut |values| values[place] = 1.0)?),
        }
        let length = sum_of_squares(direction.iter().map(|(_, tensor)| tensor))?.sqrt();
        if length == 0.0 {
            return Ok(None);
        }
        let mut predicted = 0.0;
        for (index, tensor) in &mut direction {
            *tensor = (&*tensor / length)?;
            if let Some(gradient) = &gradients[*index] {
                predicted += dot(&gradient.to_dtype(DType::F64)?, tensor)?;
            }
        }
        Ok(Some(Self { along, direction, predicted }))
    }

    /// The parameters so far along it.
    pub(super) fn moved(&self, parameters: &Parameters, by: f64) -> Result<Parameters, EngineError> {
        let mut moved = parameters.clone();
        for (index, tensor) in &self.direction {
            moved.replace(*index, (parameters.tensor(*index) + (tensor * by)?)?);
        }
        Ok(moved)
    }
}
