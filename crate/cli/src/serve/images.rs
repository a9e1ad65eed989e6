//! The images that pages can have here: the shipped sets, and those of `--data-dir`.

use crate::data::{self, shipped_bytes};
use crate::failure::Failure;
use dataset::{Source, files};
use engine::EngineError;
use protocol::socket::Offered;
use protocol::{Complaint, Data, ModelSpec, OwnData, Reason, RunSetting};
use std::path::{Path, PathBuf};

/// Height and width at which pictures of many sizes are offered, pixels: that of ImageNet's networks.
const PICTURES: &str = "resnet18";

/// The images.
pub struct Images {
    own: Option<Own>,
}

/// Those of one's own.
struct Own {
    place: PathBuf,
    data: OwnData,
    bytes: u64,
}

impl Images {
    /// The shipped ones, and those at this place if it is one.
    ///
    /// # Errors
    /// Names the file or folder that cannot be used, and why.
    pub fn open(place: &str) -> Result<Self, Failure> {
        if place.is_empty() {
            return Ok(Self { own: None });
        }
        let size = PICTURES.parse().map(|model| ModelSpec::standard(model).image_size).unwrap_or_default();
        let found = files::open(Path::new(place), size)?;
        let about = found.source.describe();
        let bytes = ((about.train + about.test) * about.image_size()) as u64;
        let Data::Own(data) = found.data() else { return Ok(Self { own: None }) };
        Ok(Self { own: Some(Own { place: PathBuf::from(place), data, bytes }) })
    }

    /// What is told of them.
    pub fn offered(&self) -> Vec<Offered> {
        let own = self.own.iter().map(|own| Data::Own(own.data));
        own.chain([Data::Digits, Data::FashionMnist]).map(|data| Offered { data, title: data.title() }).collect()
    }

    /// The bytes of a set, as far as that is known before it is opened.
    pub fn bytes(&self, data: Data) -> u64 {
        match data {
            Data::Own(_) => self.own.as_ref().map_or(0, |own| own.bytes),
            shipped => shipped_bytes(shipped),
        }
    }

    /// The images of a run.
    ///
    /// # Errors
    /// If they are others than those that are here, or cannot be used any more.
    pub fn of(&self, data: Data) -> Result<Box<dyn Source>, protocol::Failure> {
        let Data::Own(wanted) = data else { return shipped(data) };
        let refused = || protocol::Failure::Settings(Complaint::new(RunSetting::Data, &data, Reason::OwnData));
        let own =
            self.own.as_ref().filter(|own| OwnData { size: wanted.size, ..own.data } == wanted).ok_or_else(refused)?;
        let found =
            files::open(&own.place, wanted.size).map_err(|error| EngineError::from(dataset::DataError::from(error)))?;
        if found.data() == data { Ok(found.source) } else { Err(refused()) }
    }
}

fn shipped(data: Data) -> Result<Box<dyn Source>, protocol::Failure> {
    let set = data::load(data).map_err(|mistake| protocol::Failure::Internal(mistake.to_string()))?;
    Ok(set.into())
}
