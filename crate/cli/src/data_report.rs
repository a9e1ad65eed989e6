//! `headwater data`: what a folder holds, as a run on it would see it.

use crate::arguments::Request;
use crate::failure::Failure;
use crate::whole_file::WholeFile;
use dataset::files::{self, Found};
use dataset::{DataError, Description, Histogram, Source, Split};
use engine::EngineError;
use protocol::DataKind;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Height and width of pictures of many sizes, unless a flag says otherwise: those that networks of ImageNet's kind take, and
/// those that others do.
const SIZE: usize = 224;
const SIZE_OF_OTHERS: usize = 32;
/// Of pictures, those of at most this number of training images are decoded to measure them.
const MEASURED: usize = 1000;
/// Images of a class and classes in the picture, at most.
const SHOWN: usize = 10;
/// Pixels between two images.
const GAP: usize = 2;

/// What was found, as printed in JSON.
#[derive(Serialize)]
struct Report {
    kind: &'static str,
    /// How a run on it is written.
    data: String,
    channels: usize,
    height: usize,
    width: usize,
    train: usize,
    test: usize,
    classes: Vec<Class>,
    /// Of the pixels of each channel, in [0, 1].
    mean: Vec<f64>,
    std: Vec<f64>,
    /// The training images of which these are.
    measured: usize,
    /// What a run subtracts and divides by.
    normalised_by: Normalised,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Class {
    name: String,
    train: usize,
    test: usize,
}

#[derive(Serialize)]
struct Normalised {
    mean: Vec<f32>,
    std: Vec<f32>,
}

/// Runs the command.
pub fn run(request: &Request) -> Result<(), Failure> {
    let Some(folder) = request.files.first() else { return Err(Failure::Internal("no folder was named".to_owned())) };
    let size = if request.run.image_size == 0 { SIZE } else { request.run.image_size };
    let mut found = files::open(folder, size)?;
    if found.kind == DataKind::Folder && request.run.image_size == 0 {
        found.notes.push(format!(
            "shown at {SIZE}x{SIZE} pixels, which networks of ImageNet's kind take; others take {SIZE_OF_OTHERS}x{SIZE_OF_OTHERS}, \
             and --image-size N any other size"
        ));
    }
    let report = Report::of(&found)?;
    let text =
        if request.options.json { serde_json::to_string_pretty(&report)? + "\n" } else { report.in_words(folder) };
    if !request.options.out.is_empty() {
        let mut out = WholeFile::new(Path::new(&request.options.out), &[])?;
        out.write_all(&picture(&*found.source)?)?;
        out.finish()?;
    }
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

impl Report {
    fn of(found: &Found) -> Result<Self, Failure> {
        let source = &*found.source;
        let Description { channels, height, width, class_names, train, test, mean, std, .. } =
            source.describe().clone();
        let measured = if found.kind == DataKind::Folder { train.min(MEASURED) } else { train };
        let mut histogram = Histogram::new(channels);
        for index in 0..measured {
            // Spread over all classes.
            let image = index * train / measured;
            histogram.add(&source.bytes(Split::Train, image).map_err(of_data)?.unwrap_or_default());
        }
        let (means, deviations) = histogram.mean_and_std().into_iter().unzip();
        let counts = [Split::Train, Split::Test].map(|split| files::counts(source, split));
        let class = |(label, name)| Class { name, train: counts[0][label], test: counts[1][label] };
        Ok(Self {
            kind: found.kind.name(),
            data: found.data().to_string(),
            channels,
            height,
            width,
            train,
            test,
            classes: class_names.into_iter().enumerate().map(class).collect(),
            mean: means,
            std: deviations,
            measured,
            normalised_by: Normalised { mean, std },
            notes: found.notes.clone(),
        })
    }

    fn in_words(&self, folder: &Path) -> String {
        let Self { data, channels, height, width, train, test, classes, measured, .. } = self;
        let of_channels = if *channels == 1 { "1 channel".to_owned() } else { format!("{channels} channels") };
        let mut text = format!(
            "{}: {data}\n{train} training and {test} held-out images of {height}x{width} pixels, {of_channels}, {} classes\n",
            folder.display(),
            classes.len()
        );
        self.notes.iter().for_each(|note| text += &format!("{note}\n"));
        text += &format!("\n{:<24} {:>8} {:>8}\n", "class", "train", "held out");
        for Class { name, train, test } in classes {
            text += &format!("{name:<24} {train:>8} {test:>8}\n");
        }
        text += &format!("\n{:<24} {:>8} {:>9} {:>18}\n", "channel", "mean", "deviation", "normalised by");
        for channel in 0..*channels {
            let (mean, std) = (self.mean[channel], self.std[channel]);
            let Normalised { mean: means, std: deviations } = &self.normalised_by;
            let by = format!("{:.4} {:.4}", means[channel], deviations[channel]);
            text += &format!("{channel:<24} {mean:>8.4} {std:>9.4} {by:>18}\n");
        }
        if measured < train {
            text += &format!("mean and deviation are those of {measured} training images\n");
        }
        text
    }
}

/// A PNG of the first training images of the first classes, a row a class.
fn picture(source: &dyn Source) -> Result<Vec<u8>, Failure> {
    let &Description { channels, height, width, train, .. } = source.describe();
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); source.describe().classes().min(SHOWN)];
    for image in 0..train {
        let row = source.label(Split::Train, image).and_then(|label| rows.get_mut(label));
        if let Some(row) = row.filter(|row| row.len() < SHOWN) {
            row.push(image);
        }
    }
    let across = rows.iter().map(Vec::len).max().unwrap_or(0) * (width + GAP) + GAP;
    let down = rows.len() * (height + GAP) + GAP;
    let mut pixels = vec![255; 3 * across * down];
    for (row, images) in rows.iter().enumerate() {
        for (column, image) in images.iter().enumerate() {
            let bytes = source.bytes(Split::Train, *image).map_err(of_data)?.unwrap_or_default();
            let (left, top) = (GAP + column * (width + GAP), GAP + row * (height + GAP));
            for (place, to) in (0..height * width).flat_map(|place| [(place, 0), (place, 1), (place, 2)]) {
                let channel = if channels < 3 { 0 } else { to };
                let at = (top + place / width) * across + left + place % width;
                pixels[3 * at + to] = bytes[channel * height * width + place];
            }
        }
    }
    encode(&pixels, across, down).map_err(|error| Failure::Internal(format!("a picture could not be made: {error}")))
}

fn encode(rgb: &[u8], width: usize, height: usize) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let [width, height] = [width, height].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()?;
    Ok(bytes)
}

fn of_data(error: DataError) -> Failure {
    EngineError::from(error).into()
}
