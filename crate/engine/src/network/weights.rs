//! A network as a safetensors file and back, by torchvision's names.

use super::names::torchvision_names;
use super::network::Network;
use super::norms::{are_finite, non_finite};
use super::parameters::Parameters;
use crate::EngineError;
use candle_core::{DType, Device, Tensor};
use kernel::Floats;
use protocol::{Contents, LayerPlan, Norm, ParameterPlan, Plan, WeightsProblem};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use std::collections::HashMap;

/// Tensors by their names.
pub type Tensors = HashMap<String, Tensor>;

/// The tensors of a safetensors file, on the CPU. No size that it states is believed, and no value is read before the types
/// of all are known.
///
/// # Errors
/// What is wrong with the file; of a tensor whose type of values no network or batch has, its name.
pub fn read_tensors(file: &[u8]) -> Result<Tensors, WeightsProblem> {
    let read = SafeTensors::deserialize(file).map_err(|_| what_it_is(file))?;
    let mut views = read.tensors();
    views.sort_by(|(one, _), (other, _)| one.cmp(other));
    let typed = views.into_iter().map(|(name, view)| Ok((dtype(&name, view.dtype())?, name, view)));
    typed.collect::<Result<Vec<_>, _>>()?.into_iter().map(|(dtype, name, view)| tensor(dtype, name, &view)).collect()
}

fn dtype(name: &str, dtype: Dtype) -> Result<DType, WeightsProblem> {
    Ok(match dtype {
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::F32 => DType::F32,
        Dtype::F64 => DType::F64,
        Dtype::U8 => DType::U8,
        Dtype::I16 => DType::I16,
        Dtype::I32 => DType::I32,
        Dtype::U32 => DType::U32,
        Dtype::I64 => DType::I64,
        other => return Err(WeightsProblem::Kind { name: name.to_owned(), found: other.to_string() }),
    })
}

fn tensor(dtype: DType, name: String, view: &TensorView) -> Result<(String, Tensor), WeightsProblem> {
    let tensor = Tensor::from_raw_buffer(view.data(), dtype, view.shape(), &Device::Cpu);
    tensor.map(|tensor| (name, tensor)).map_err(|_| WeightsProblem::Damaged)
}

/// What a file is that is no whole safetensors file.
fn what_it_is(file: &[u8]) -> WeightsProblem {
    match (Contents::of(file), file) {
        // The length of a header, and the header.
        (Contents::Other | Contents::Html | Contents::Pickle, [_, _, _, _, _, 0, 0, 0, b'{', ..]) => {
            WeightsProblem::Damaged
        }
        (contents, _) => WeightsProblem::Not(contents),
    }
}

impl Network {
    /// The plan's network with these tensors by torchvision's state_dict names, or by others that are read as such, as values
    /// of type `dtype`; f16, bf16, f32 and f64 are taken. Where there are no running statistics they start at mean 0 and variance 1, as in a new network.
    /// Tensors of batch norm are ignored if the network has no norm; `num_batches_tracked` is always accepted.
    ///
    /// # Errors
    /// [`EngineError::Weights`] names the first tensor that is missing, of another shape, not of floating-point values, holds
    /// a value that is not finite, or is not of this network.
    pub fn from_tensors(plan: Plan, tensors: Tensors, dtype: DType, device: &Device) -> Result<Self, EngineError> {
        let (mut tensors, _) = torchvision_names(&plan, tensors);
        let of_plan = |parameter: &ParameterPlan| {
            let ParameterPlan { name, shape, .. } = parameter;
            let missing = || WeightsProblem::Missing { name: name.clone(), shape: shape.clone() };
            take(&mut tensors, name, shape, dtype, device)?.ok_or_else(|| missing().into())
        };
        let taken = plan.parameters.iter().map(of_plan).collect::<Result<Vec<_>, EngineError>>();
        let parameters = Parameters::new(&plan, taken.map_err(|error| of_classes(error, &plan))?);
        let mut network = Self::new(plan, parameters)?;
        for running in &mut network.running {
            let [mean, variance] = running.names();
            for (name, own) in [(mean, &mut running.mean), (variance, &mut running.variance)] {
                if let Some(tensor) = take(&mut tensors, &name, own.dims(), dtype, device)? {
                    *own = tensor;
                }
            }
        }
        let has_norm = network.plan.spec.norm == Norm::Bn;
        let extra = tensors.into_keys().filter(|name| !is_ignored(name, has_norm)).min();
        extra.map_or(Ok(network), |name| Err(WeightsProblem::Extra { name }.into()))
    }

    /// Whether every parameter and running statistic is a finite number.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device.
    pub(crate) fn is_finite(&self) -> Result<bool, EngineError> {
        let parameters = (0..self.parameters.plan().len()).map(|index| self.parameters.tensor(index));
        are_finite(parameters.chain(self.running.iter().flat_map(|running| [&running.mean, &running.variance])))
    }

    /// Parameters and running statistics as a safetensors file, by torchvision's names: what [`read_tensors`] and
    /// [`Network::from_tensors`] make the same network of, to the last bit.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if a tensor cannot be read from the device, or holds neither f32 nor f64.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, EngineError> {
        let parameters = self.parameters.plan().iter().enumerate();
        let mut named: Vec<_> =
            parameters.map(|(index, own)| (own.name.clone(), self.parameters.tensor(index))).collect();
        for running in &self.running {
            let [mean, variance] = running.names();
            named.extend([(mean, &running.mean), (variance, &running.variance)]);
        }
        write_tensors(&named)
    }
}

/// Tensors with their names as a safetensors file, which [`read_tensors`] reads to the last bit.
///
/// # Errors
/// [`EngineError::Candle`] if a tensor cannot be read from the device, or holds neither f32 nor f64.
pub(super) fn write_tensors(named: &[(String, &Tensor)]) -> Result<Vec<u8>, EngineError> {
    let bytes = |tensor: &Tensor| {
        Floats::with(tensor, |floats| match floats {
            Floats::F32(values) => (Dtype::F32, values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()),
            Floats::F64(values) => (Dtype::F64, values.iter().flat_map(|v| v.to_le_bytes()).collect()),
        })
    };
    let contents = named.iter().map(|(_, tensor)| bytes(tensor)).collect::<Result<Vec<_>, _>>()?;
    let mut views = Vec::with_capacity(named.len());
    for ((name, tensor), (dtype, bytes)) in named.iter().zip(&contents) {
        let view = TensorView::new(*dtype, tensor.dims().to_vec(), bytes).map_err(candle_core::Error::SafeTensor)?;
        views.push((name, view));
    }
    Ok(serialize(views, None).map_err(candle_core::Error::SafeTensor)?)
}

/// Takes the tensor of this name out, if it is there; it must have this shape.
pub(super) fn take(
    tensors: &mut Tensors,
    name: &str,
    shape: &[usize],
    dtype: DType,
    device: &Device,
) -> Result<Option<Tensor>, EngineError> {
    let Some(tensor) = tensors.remove(name) else { return Ok(None) };
    let name = name.to_owned();
    if tensor.dims() != shape {
        let (found, needed) = (tensor.dims().to_vec(), shape.to_vec());
        return Err(WeightsProblem::Shape { name, found, needed }.into());
    }
    if !tensor.dtype().is_float() {
        let found = tensor.dtype().as_str().to_owned();
        return Err(WeightsProblem::Kind { name, found }.into());
    }
    let tensor = tensor.to_dtype(dtype)?;
    let count = non_finite(&tensor)?;
    if count > 0 {
        let (of, dtype) = (tensor.elem_count(), dtype.as_str().to_owned());
        return Err(WeightsProblem::NotFinite { name, count, of, dtype }.into());
    }
    Ok(Some(tensor.to_device(device)?.contiguous()?))
}

/// Where it is the last layer that has another number of outputs, it is the number of classes.
fn of_classes(error: EngineError, plan: &Plan) -> EngineError {
    let last = plan.head.iter().rev().find_map(|layer| match layer {
        LayerPlan::Linear { name, .. } => Some(name),
        _ => None,
    });
    let is_last =
        |name: &str| last.is_some_and(|last| name.strip_prefix(last.as_str()).is_some_and(|own| own.starts_with('.')));
    match error {
        EngineError::Weights(WeightsProblem::Shape { name, found, needed })
            if is_last(&name) && found.len() == needed.len() && found[1..] == needed[1..] =>
        {
            WeightsProblem::Classes { name, found, needed }.into()
        }
        other => other,
    }
}

/// Whether a tensor that the network has not may stand in its file.
fn is_ignored(name: &str, has_norm: bool) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let of_norm = || {
        let buffer = name.ends_with(".running_mean") || name.ends_with(".running_var");
        let named = name.split('.').any(|part| part.strip_prefix("bn").is_some_and(digits));
        buffer || named || name.contains("downsample.1.")
    };
    name.ends_with("num_batches_tracked") || (!has_norm && of_norm())
}
