//! A folder of pictures as a data set: decoded when they are wanted, on threads of their own, the next batch meanwhile.

use super::picture::{check, load};
use super::transform::{middle, training};
use super::tree::{Picture, Tree, tree};
use super::{Entry, Found};
use crate::random::fnv1a64;
use crate::unusable::{Problem, Unusable};
use crate::{DataError, Description, Source, Split, Wanted};
use protocol::DataKind;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::borrow::Cow;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

/// Mean and deviation of ImageNet's red, green and blue, as torchvision's networks expect them.
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const STD: [f32; 3] = [0.229, 0.224, 0.225];

/// A folder of pictures.
struct Folder {
    pictures: Arc<Pictures>,
    /// Apart from those that train, which wait for none of these.
    threads: ThreadPool,
    /// The batch that is made ready.
    ready: Mutex<Option<(Wanted, Receiver<Pixels>)>>,
}

/// Pixels, or the file that cannot be read.
type Pixels = Result<Vec<f32>, Unusable>;

struct Pictures {
    description: Description,
    train: Vec<Picture>,
    test: Vec<Picture>,
}

/// The pictures of a folder, at this height and width; `None` if it holds none. Every file is looked at first, on all
/// threads.
pub(super) fn open(root: &Path, entries: &[Entry], size: usize) -> Result<Option<Found>, Unusable> {
    let Some(Tree { classes, train, test, mut notes }) = tree(root, entries)? else { return Ok(None) };
    if classes.len() < 2 {
        return Err(Unusable::new(&root.display(), Problem::OneClass));
    }
    let seen = train.par_iter().chain(&test).map(|picture| check(&picture.path)).collect::<Vec<_>>();
    // Of several that cannot be used the first is named.
    let seen = seen.into_iter().collect::<Result<Vec<_>, _>>()?;
    let side = |of: usize| {
        let sides = || seen.iter().map(|picture| picture.size[of]);
        sides().min().zip(sides().max())
    };
    if let (Some((low, high)), Some((narrow, wide))) = (side(0), side(1)) {
        notes.insert(0, format!("pictures are {low} to {high} pixels high and {narrow} to {wide} wide"));
    }
    let description = Description {
        name: root.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        channels: 3,
        height: size,
        width: size,
        class_names: classes,
        train: train.len(),
        test: test.len(),
        mean: MEAN.to_vec(),
        std: STD.to_vec(),
        mark: fnv1a64(seen.iter().flat_map(|picture| picture.mark.to_le_bytes())),
    };
    let threads = ThreadPoolBuilder::new().num_threads(rayon::current_num_threads()).build();
    let no_threads = |error| Unusable::new(&root.display(), Problem::Unreadable(format!("no threads for it: {error}")));
    let pictures = Arc::new(Pictures { description, train, test });
    let source = Box::new(Folder { pictures, threads: threads.map_err(no_threads)?, ready: Mutex::new(None) });
    Ok(Some(Found { kind: DataKind::Folder, notes, source }))
}

impl Pictures {
    fn of(&self, split: Split) -> &[Picture] {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    /// The images that are wanted, in their order, whatever the number of threads.
    fn pixels(&self, wanted: &Wanted) -> Pixels {
        let one = |image: &usize| {
            let Some(picture) = self.of(wanted.split).get(*image) else { return Ok(Vec::new()) };
            let whole = load(&picture.path)?;
            let made = training(&whole, self.description.height, wanted, *image);
            let bytes = made.map_err(|problem| Unusable::new(&picture.path.display(), problem))?;
            let mut pixels = Vec::with_capacity(bytes.len());
            self.description.normalise(&bytes, &mut pixels);
            Ok(pixels)
        };
        let images = wanted.images.par_iter().map(one).collect::<Result<Vec<_>, Unusable>>()?;
        Ok(images.concat())
    }
}

impl Source for Folder {
    fn describe(&self) -> &Description {
        &self.pictures.description
    }

    fn label(&self, split: Split, image: usize) -> Option<usize> {
        self.pictures.of(split).get(image).map(|picture| picture.label)
    }

    fn bytes(&self, split: Split, image: usize) -> Result<Option<Cow<'_, [u8]>>, DataError> {
        let Some(picture) = self.pictures.of(split).get(image) else { return Ok(None) };
        let made = middle(&load(&picture.path)?, self.describe().height);
        Ok(Some(made.map_err(|problem| Unusable::new(&picture.path.display(), problem))?.into()))
    }

    fn pixels(&self, wanted: &Wanted) -> Result<Option<Vec<f32>>, DataError> {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).take();
        let made = ready.filter(|(expected, _)| expected == wanted).and_then(|(_, pixels)| pixels.recv().ok());
        Ok(Some(made.unwrap_or_else(|| self.threads.install(|| self.pictures.pixels(wanted)))?))
    }

    fn expect(&self, next: &Wanted) {
        let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
        if ready.as_ref().is_some_and(|(expected, _)| expected == next) {
            return;
        }
        let (made, pixels) = sync_channel(1);
        let (pictures, wanted) = (self.pictures.clone(), next.clone());
        self.threads.spawn(move || {
            // Nobody waits for it if something else was wanted meanwhile.
            let _not_wanted = made.send(pictures.pixels(&wanted));
        });
        *ready = Some((next.clone(), pixels));
    }
}
