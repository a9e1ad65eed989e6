//! Mean and deviation of each channel.

/// How often each value occurs in each channel.
#[derive(Clone, Debug)]
pub struct Histogram(Vec<[u64; 256]>);

impl Histogram {
    /// Of no images yet.
    pub fn new(channels: usize) -> Self {
        Self(vec![[0; 256]; channels])
    }

    /// Counts an image of one byte a pixel, channel by channel.
    pub fn add(&mut self, image: &[u8]) {
        let area = image.len() / self.0.len().max(1);
        for (counts, channel) in self.0.iter_mut().zip(image.chunks_exact(area.max(1))) {
            channel.iter().for_each(|value| counts[usize::from(*value)] += 1);
        }
    }

    /// Mean and deviation (of the whole, not of a sample) of each channel, in [0, 1].
    pub fn mean_and_std(&self) -> Vec<(f64, f64)> {
        let of = |counts: &[u64; 256]| {
            let count = counts.iter().sum::<u64>().max(1) as f64;
            let sum = |of: &dyn Fn(f64) -> f64| {
                counts.iter().enumerate().map(|(value, times)| of(value as f64 / 255.0) * *times as f64).sum::<f64>()
            };
            let mean = sum(&|value| value) / count;
            (mean, (sum(&|value| (value - mean) * (value - mean)) / count).sqrt())
        };
        self.0.iter().map(of).collect()
    }
}

/// Mean and deviation of each channel of images of this area, in [0, 1]. The deviation of a channel that never differs
/// counts as 1: nothing can be divided by 0.
pub(crate) fn of_bytes(pixels: &[u8], channels: usize, area: usize) -> (Vec<f32>, Vec<f32>) {
    let mut histogram = Histogram::new(channels);
    pixels.chunks_exact((channels * area).max(1)).for_each(|image| histogram.add(image));
    let found = histogram.mean_and_std().into_iter();
    found.map(|(mean, std)| (mean as f32, if std > 0.0 { std as f32 } else { 1.0 })).unzip()
}
