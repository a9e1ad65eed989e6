//! Images and labels of somebody's own, checked before a network sees them.

use crate::network::norms::non_finite;
use crate::network::{Network, Tensors};
use crate::pass::Batch;
use crate::{EngineError, InputError};
use candle_core::{DType, Tensor};

/// Images `[N, C, S, S]` of floating-point values, with a whole number for each.
pub struct Input {
    images: Tensor,
    labels: Vec<i64>,
}

/// Channels that a picture may have: grey, colours, colours with transparency.
const CHANNELS: [usize; 3] = [1, 3, 4];

/// Normalised values are rarely further from 0 than this; pixels of a byte are.
const FAR: f64 = 30.0;

impl Input {
    /// The tensors `images` (floats, `[N, C, S, S]`) and `labels` (whole numbers, `[N]`).
    ///
    /// # Errors
    /// [`EngineError::Input`] names what is missing or is something else.
    pub fn new(tensors: &Tensors) -> Result<Self, EngineError> {
        let get = |name| {
            let mut there: Vec<_> = tensors.keys().cloned().collect();
            there.sort();
            tensors.get(name).ok_or(InputError::Missing { name, there })
        };
        let (images, labels) = (get("images")?, get("labels")?);
        let found = || images.dims().to_vec();
        let count = match *images.dims() {
            [_, height, width, channels] if CHANNELS.contains(&channels) && height.min(width) > CHANNELS[2] => {
                return Err(InputError::ChannelsLast { found: found() }.into());
            }
            [count, channels, height, width] if height == width && count * channels * height > 0 => count,
            _ => return Err(InputError::Shape { found: found() }.into()),
        };
        if !images.dtype().is_float() {
            return Err(InputError::Kind { name: "images", found: images.dtype().as_str().to_owned() }.into());
        }
        if labels.dims() != [count] {
            return Err(InputError::Labels { found: labels.dims().to_vec(), images: count }.into());
        }
        Ok(Self { images: images.clone(), labels: whole(labels)? })
    }

    /// Number of images, their channels, and their height, which is their width.
    pub fn sizes(&self) -> [usize; 3] {
        let dims = self.images.dims();
        [dims[0], dims[1], dims[2]]
    }

    /// The batch for this network.
    ///
    /// # Errors
    /// [`EngineError::Input`] if it takes images of another shape, a value is not finite in its number type, or a label is
    /// none of its classes; [`EngineError::Candle`] if the device has no memory left.
    pub fn batch(&self, network: &Network) -> Result<Batch, EngineError> {
        let needed = network.plan.input;
        if self.images.dims()[1..] != needed {
            return Err(InputError::Images { found: self.images.dims().to_vec(), needed }.into());
        }
        let classes = network.plan.spec.classes;
        let is_class = |label: &i64| (0..classes as i64).contains(label);
        if let Some((image, label)) = self.labels.iter().enumerate().find(|(_, label)| !is_class(label)) {
            return Err(InputError::Label { label: *label, image, classes }.into());
        }
        let images = self.images.to_dtype(network.dtype())?.contiguous()?;
        let count = non_finite(&images)?;
        if count > 0 {
            let (of, dtype) = (images.elem_count(), images.dtype().as_str());
            return Err(InputError::NotFinite { count, of, dtype }.into());
        }
        let labels: Vec<u32> = self.labels.iter().map(|label| *label as u32).collect();
        let device = network.device();
        Ok(Batch { images: images.to_device(device)?, labels: Tensor::new(labels, device)? })
    }

    /// The least and the greatest value, if they look like pixels that nobody has normalised: none is below 0, or one is far
    /// from it.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if they cannot be read.
    pub fn unnormalised(&self) -> Result<Option<[f64; 2]>, EngineError> {
        let values = self.images.flatten_all()?.to_dtype(DType::F64)?;
        let [least, greatest] = [values.min(0)?.to_scalar()?, values.max(0)?.to_scalar()?];
        Ok(((least >= 0.0 && greatest > 0.0) || greatest > FAR).then_some([least, greatest]))
    }
}

/// The labels, which may be stored as floating-point values that are whole numbers.
fn whole(labels: &Tensor) -> Result<Vec<i64>, EngineError> {
    if labels.dtype().is_float() {
        for (image, label) in labels.to_dtype(DType::F64)?.to_vec1::<f64>()?.into_iter().enumerate() {
            if !label.is_finite() || label.fract() != 0.0 {
                return Err(InputError::NotWhole { label: label.to_string(), image }.into());
            }
        }
    }
    Ok(labels.to_dtype(DType::I64)?.to_vec1()?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::support::{formula_network, resnet8};
    use candle_core::Device;

    fn images(dims: &[usize]) -> Tensor {
        let count: usize = dims.iter().product();
        Tensor::from_vec((0..count).map(|i| (i as f32).sin()).collect(), dims.to_vec(), &Device::Cpu).unwrap()
    }

    fn labels(labels: &[f64]) -> Tensor {
        Tensor::new(labels, &Device::Cpu).unwrap()
    }

    /// What is wrong with these, for a network of 1×8×8 images in ten classes.
    fn wrong(images: Tensor, labels: Tensor) -> Option<InputError> {
        let network = formula_network(resnet8(2), 1, DType::F32);
        let tensors = [("images".to_owned(), images), ("labels".to_owned(), labels)].into();
        let found = Input::new(&tensors).and_then(|input| input.batch(&network));
        found.err().map(|error| match error {
            EngineError::Input(error) => error,
            other => unreachable!("{other}"),
        })
    }

    #[test]
    fn images_of_another_layout_are_told() {
        let four = || labels(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(wrong(images(&[4, 1, 8, 8]), four()), None);
        for dims in [[4, 8, 8, 1], [4, 28, 20, 3], [4, 8, 8, 4]] {
            let found = InputError::ChannelsLast { found: dims.to_vec() };
            assert_eq!(wrong(images(&dims), four()), Some(found), "{dims:?}");
        }
        for dims in [&[4, 64][..], &[4, 8, 8], &[4, 1, 8, 9], &[0, 1, 8, 8], &[4, 1, 8, 8, 1], &[4, 0, 8, 8]] {
            let found = InputError::Shape { found: dims.to_vec() };
            assert_eq!(wrong(images(dims), four()), Some(found), "{dims:?}");
        }
        for dims in [[4, 1, 9, 9], [4, 3, 8, 8]] {
            let found = InputError::Images { found: dims.to_vec(), needed: [1, 8, 8] };
            assert_eq!(wrong(images(&dims), four()), Some(found), "{dims:?}");
        }
        let bytes = images(&[4, 1, 8, 8]).to_dtype(DType::U8).unwrap();
        assert_eq!(wrong(bytes, four()), Some(InputError::Kind { name: "images", found: "u8".to_owned() }));
    }

    #[test]
    fn labels_are_the_numbers_of_classes_and_nothing_else() {
        let of = |values: &[f64]| wrong(images(&[values.len(), 1, 8, 8]), labels(values));
        assert_eq!(of(&[0.0, 9.0, 3.0]), None);
        for (odd, said) in [(2.7, "2.7"), (-0.5, "-0.5"), (f64::NAN, "NaN"), (f64::INFINITY, "inf")] {
            assert_eq!(of(&[1.0, odd]), Some(InputError::NotWhole { label: said.to_owned(), image: 1 }));
        }
        for out in [-1i64, 10, 1_000_000_000_000] {
            assert_eq!(of(&[1.0, out as f64]), Some(InputError::Label { label: out, image: 1, classes: 10 }));
        }
        let one_hot = Tensor::zeros((4, 10), DType::I64, &Device::Cpu).unwrap();
        let found = InputError::Labels { found: vec![4, 10], images: 4 };
        assert_eq!(wrong(images(&[4, 1, 8, 8]), one_hot), Some(found));
        for dtype in [DType::U8, DType::I16, DType::I32, DType::U32, DType::I64, DType::F16] {
            let labels = labels(&[7.0, 2.0]).to_dtype(dtype).unwrap();
            assert_eq!(wrong(images(&[2, 1, 8, 8]), labels), None, "{dtype:?}");
        }
    }

    #[test]
    fn values_that_are_not_finite_are_counted_and_pixels_told() {
        let with = |value: f64| (images(&[1, 1, 8, 8]).to_dtype(DType::F64).unwrap() * value).unwrap();
        let found = |count| Some(InputError::NotFinite { count, of: 64, dtype: "f32" });
        // The first of them is 0.
        assert_eq!(wrong(with(f64::INFINITY), labels(&[1.0])), found(64));
        assert_eq!(wrong(with(1e300), labels(&[1.0])), found(63));
        let looks = |images: Tensor| {
            let labels = labels(&vec![0.0; images.dims()[0]]);
            let input = Input::new(&[("images".to_owned(), images), ("labels".to_owned(), labels)].into()).unwrap();
            input.unnormalised().unwrap()
        };
        assert_eq!(looks(images(&[2, 1, 8, 8])), None);
        assert_eq!(looks(Tensor::zeros((1, 1, 8, 8), DType::F32, &Device::Cpu).unwrap()), None);
        let pixels = ((images(&[2, 3, 8, 8]) + 1.0).unwrap() * 127.5).unwrap();
        assert!(looks(pixels.clone()).is_some());
        assert!(looks((&pixels / 255.0).unwrap()).is_some());
        assert!(looks((pixels - 100.0).unwrap()).is_some());
    }
}
