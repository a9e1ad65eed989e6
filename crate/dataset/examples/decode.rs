//! How many training pictures a second become pixels: `decode DIR [THREADS] [PASSES]`, 224×224, random crops and flips, in
//! batches of 64 of which each is expected before it is wanted, as training does.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, clippy::disallowed_types, clippy::disallowed_macros)]

use dataset::{Wanted, files};
use protocol::{Augment, RunSpec};
use std::path::Path;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize, usual: usize| arguments.get(index).map_or(usual, |text| text.parse().unwrap());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(number(1, 2)).build().unwrap();
    pool.install(|| {
        let opened = Instant::now();
        let set = files::open(Path::new(&arguments[0]), 224).unwrap().source;
        let count = set.describe().train;
        println!("looked through {count} pictures in {:.2} s", opened.elapsed().as_secs_f64());
        let run = RunSpec { augment: Augment::CropFlip, ..RunSpec::page_default() };
        for pass in 0..number(2, 1) {
            let batches: Vec<_> = (0..count).collect::<Vec<_>>().chunks(64).map(<[_]>::to_vec).collect();
            let wanted =
                |step: usize| batches.get(step).map(|images| Wanted::training(&run, step as u64, images.clone()));
            let begun = Instant::now();
            for step in 0..batches.len() {
                assert!(set.pixels(&wanted(step).unwrap()).unwrap().is_some());
                if let Some(next) = wanted(step + 1) {
                    set.expect(&next);
                }
            }
            println!("pass {pass}: {:.1} pictures/s", count as f64 / begun.elapsed().as_secs_f64());
        }
    });
}
