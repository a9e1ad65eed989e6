//! The images that pages can have here: the shipped sets, and those of `--data-dir`.

use crate::data::{self, shipped_bytes};
use crate::failure::Failure;
use dataset::{Source, files};
use engine::EngineError;
use protocol::socket::Offered;
use protocol::{Complaint, Data, DataKind, ModelSpec, OwnData, Reason, RunSetting};
use std::path::{Path, PathBuf};

/// Networks at whose sizes pictures of many sizes are offered, and which ones they stand for.
const PICTURES: [(&str, &str); 2] = [("resnet18", ", for networks of ImageNet’s kind"), ("resnet20", ", for others")];

/// The images.
pub struct Images {
    own: Option<Own>,
}

/// Those of one's own.
struct Own {
    place: PathBuf,
    data: OwnData,
    /// Heights and widths at which they are offered, and for what.
    sizes: Vec<(usize, &'static str)>,
    /// How many there are.
    images: u64,
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
        let sizes = PICTURES
            .map(|(name, purpose)| (name.parse().map_or(0, |model| ModelSpec::standard(model).image_size), purpose));
        let found = files::open(Path::new(place), sizes[0].0)?;
        let about = found.source.describe();
        let images = (about.train + about.test) as u64;
        let Data::Own(data) = found.data() else { return Ok(Self { own: None }) };
        let sizes = if data.kind == DataKind::Folder { sizes.to_vec() } else { vec![(data.size, "")] };
        Ok(Self { own: Some(Own { place: PathBuf::from(place), data, sizes, images }) })
    }

    /// What is told of them.
    pub fn offered(&self) -> Vec<Offered> {
        let at = |own: &Own, (size, purpose): (usize, &str)| {
            let data = Data::Own(OwnData { size, ..own.data });
            Offered { data, title: data.title() + purpose }
        };
        let own = self.own.iter().flat_map(|own| own.sizes.iter().map(move |size| at(own, *size)));
        own.chain([Data::Digits, Data::FashionMnist].map(|data| Offered { data, title: data.title() })).collect()
    }

    /// The bytes of a set, as far as that is known before it is opened.
    pub fn bytes(&self, data: Data) -> u64 {
        match data {
            Data::Own(data) => {
                let images = self.own.as_ref().map_or(0, |own| own.images);
                images * (data.channels * data.size * data.size) as u64
            }
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
