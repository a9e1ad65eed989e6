//! Fetches a data set file by file, or finds it in the page where that is one file. The run can start when the first file is there.

use crate::driver::Driver;
use crate::one_file;
use crate::outbox::{scope, send, words};
use candle_core::Device;
use dataset::{Shards, Source, Split};
use engine::{EngineError, Session};
use js_sys::{ArrayBuffer, Uint8Array};
use protocol::{Damage, DataProblem, Failure, Manifest, Reply, Shard, Start};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::Response;

/// Loads a run's data and hands its session to the driver.
pub fn load(driver: Rc<RefCell<Driver>>, run: u32, start: Start) {
    spawn_local(async move {
        if let Err(failure) = load_all(&driver, run, start).await {
            driver.borrow_mut().fail(run, failure);
        }
    });
}

/// Loads everything; a newer run makes it stop silently.
async fn load_all(driver: &Rc<RefCell<Driver>>, run: u32, start: Start) -> Result<(), Failure> {
    driver.borrow().check_size(&start.spec)?;
    let bytes = fetch(&start.data_url, Manifest::FILE).await?;
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| unreadable(&error))?;
    let files = in_order_of_need(&manifest);
    let held_out = manifest.test.len();
    let total = files.iter().map(|(_, _, shard)| shard.bytes).sum();
    let mut received = 0;
    let mut spec = Some(start.spec);
    let mut weights = match start.weights {
        Some(weights) => Some(engine::read_tensors(&weights.bytes).map_err(EngineError::from)?),
        None => None,
    };
    let mut first = Some(Shards::new(manifest).map_err(EngineError::from)?);
    for (split, index, shard) in files {
        let bytes = fetch(&start.data_url, &shard.file).await?;
        received += shard.bytes;
        let mut driver = driver.borrow_mut();
        if !driver.is_current(run) {
            return Ok(());
        }
        let is_last_held_out = split == Split::Test && index + 1 == held_out;
        if let (Some(mut data), Some(spec)) = (first.take(), spec.take()) {
            data.insert(split, index, &bytes).map_err(EngineError::from)?;
            send(&Reply::Building);
            driver.begin(match weights.take() {
                Some(weights) => Session::from_weights(weights, spec, data, Device::Cpu)?,
                None => Session::new(spec, data, Device::Cpu)?,
            });
        } else {
            driver.insert(split, index, &bytes)?;
            if is_last_held_out {
                driver.show_samples();
            }
        }
        send(&Reply::Loading { received, total });
    }
    Ok(())
}

/// The first training file, then the held-out ones, then the rest.
fn in_order_of_need(manifest: &Manifest) -> Vec<(Split, usize, Shard)> {
    let files =
        |split, shards: &[Shard]| shards.iter().cloned().enumerate().map(move |(i, shard)| (split, i, shard)).collect();
    let mut train: Vec<_> = files(Split::Train, &manifest.train);
    let test: Vec<_> = files(Split::Test, &manifest.test);
    let rest = train.split_off(1.min(train.len()));
    [train, test, rest].concat()
}

fn unreadable(error: &serde_json::Error) -> Failure {
    let damage = Damage::Manifest { line: error.line(), column: error.column() };
    Failure::Data { file: Manifest::FILE.to_owned(), problem: DataProblem::Damaged(damage) }
}

async fn fetch(folder: &str, file: &str) -> Result<Vec<u8>, Failure> {
    let failed = |problem| Failure::Data { file: file.to_owned(), problem };
    let unreachable = |error| failed(DataProblem::Unreachable(words(&error)));
    let url = format!("{folder}{file}");
    if one_file::is_one() {
        let inside = one_file::read(&url).ok_or_else(|| failed(DataProblem::NotInTheFile))?;
        return Ok(bytes(JsFuture::from(inside).await.map_err(unreachable)?));
    }
    let response = JsFuture::from(scope().fetch_with_str(&url)).await.map_err(unreachable)?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        return Err(failed(DataProblem::Status(response.status())));
    }
    let buffer = response.array_buffer().map_err(unreachable)?;
    Ok(bytes(JsFuture::from(buffer).await.map_err(unreachable)?))
}

/// What is in a buffer.
fn bytes(buffer: JsValue) -> Vec<u8> {
    Uint8Array::new(&buffer.unchecked_into::<ArrayBuffer>()).to_vec()
}
