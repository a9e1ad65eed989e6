//! `--checkpoint`: a run put down in a folder, whole or not at all, and found again there.

use crate::failure::{Failure, say};
use crate::recorder::{LANE, producer};
use anyhow::{Context, ensure};
use dataset::{Description, Source, Split};
use engine::random::fnv1a64;
use engine::{Saved, Session};
use protocol::recording::{line, spec_as_json, spec_of_json};
use protocol::{Event, ProgramOptions, ProgramSetting, Quantity, RunSpec, Standing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The files of a checkpoint: the network as PyTorch reads it too, the optimiser's velocities, and everything else.
const FILES: [&str; 3] = ["model.safetensors", "optimiser.safetensors", "run.json"];

/// The version of `run.json` that this program writes, and the highest that it reads. The first one had no hash of itself,
/// said nothing of the data but the number of images, and told no changes.
const VERSION: u64 = 2;

/// Where the hash of everything else in `run.json` stands in it.
const HASH: &str = "hash";

/// So many checkpoints are kept: if one should be damaged, there is the one before.
const KEPT: usize = 2;

/// The settings of the program that a run which goes on has again unless others are given.
pub const KEPT_SETTINGS: [ProgramSetting; 4] =
    [ProgramSetting::Device, ProgramSetting::Record, ProgramSetting::CheckpointEvery, ProgramSetting::DataDir];

/// What `run.json` holds.
#[derive(Serialize, Deserialize)]
struct RunFile {
    checkpoint: u64,
    producer: String,
    /// The settings at step 0, as in a recording's header.
    spec: Map<String, Value>,
    quantities: Vec<String>,
    /// Settings of the program, by name.
    program: Map<String, Value>,
    #[serde(flatten)]
    data: DataSeen,
    /// The 64-bit FNV-1a hash of each of the other two files.
    hashes: [String; 2],
    standing: Standing,
    marks: Option<Vec<Value>>,
}

/// What a checkpoint holds of the images that its run learns from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataSeen {
    /// Number of training images.
    pub images: usize,
    /// The hash of their labels, of the held-out ones, and of what describes the set; `None` if that was not written.
    pub data: Option<String>,
}

impl DataSeen {
    /// Of these images. Where they lie is not looked at.
    pub fn of(set: &dyn Source) -> Self {
        let Description { name: _, channels, height, width, class_names, train, test, mean, std, mark } =
            set.describe();
        let described = format!("{channels} {height} {width} {class_names:?} {train} {test} {mean:?} {std:?} ");
        let mark = if *mark == 0 { String::new() } else { format!("{mark} ") };
        let labels = |split, count| (0..count).map(move |image| set.label(split, image));
        let labels = labels(Split::Train, *train).chain(labels(Split::Test, *test));
        let labels = labels.flat_map(|label| label.map_or(u64::MAX, |label| label as u64).to_le_bytes());
        Self { images: *train, data: Some(hash(described.bytes().chain(mark.bytes()).chain(labels))) }
    }
}

fn hash(bytes: impl IntoIterator<Item = u8>) -> String {
    format!("{:016x}", fnv1a64(bytes))
}

/// Where a run goes on.
#[derive(Clone)]
pub struct GoesOn {
    /// The folder of its checkpoint.
    pub path: PathBuf,
    /// How it stands there.
    pub standing: Standing,
    /// What was changed until then, as lines of a recording; `None` if that is not known.
    pub marks: Option<Vec<Value>>,
}

/// The checkpoints that a run writes.
pub struct Checkpoints {
    folder: PathBuf,
    every: Option<u64>,
    /// The run at step 0.
    run: RunSpec,
    program: Map<String, Value>,
    data: DataSeen,
    /// What was changed so far, as lines of a recording; `None` if that is not known.
    marks: Option<Vec<Value>>,
    /// The folders that were made for them, the innermost first.
    _made: Made,
    /// The step of the last one that is there.
    last: Option<u64>,
    /// The steps of those that were found damaged when the run went on from an earlier one: they are not counted.
    damaged: Vec<u64>,
}

/// Folders that were made, the innermost first. Those in which nothing is put go again.
struct Made(Vec<PathBuf>);

impl Drop for Made {
    fn drop(&mut self) {
        // One that holds something is not removed.
        self.0.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// A checkpoint that was read.
pub struct Found {
    /// Its folder.
    pub path: PathBuf,
    /// The run at step 0.
    pub run: RunSpec,
    /// Settings of the program, by name.
    pub program: Map<String, Value>,
    /// The images that it learns from.
    pub data: DataSeen,
    /// What was changed until then, as lines of a recording; `None` if that is not known.
    pub marks: Option<Vec<Value>>,
    /// The run as it stood.
    pub saved: Saved,
}

impl Found {
    /// Where its run goes on.
    pub fn place(&self) -> GoesOn {
        GoesOn { path: self.path.clone(), standing: self.saved.standing.clone(), marks: self.marks.clone() }
    }
}

impl Checkpoints {
    /// Checkpoints of this run over these images in a folder, which is made if it is not there; `from` is where the run goes
    /// on.
    ///
    /// # Errors
    /// If the folder cannot be made or written, or holds checkpoints of another run.
    pub fn new(
        folder: &Path,
        run: &RunSpec,
        options: &ProgramOptions,
        data: DataSeen,
        from: Option<&GoesOn>,
    ) -> Result<Self, Failure> {
        let refused = |why: String| Failure::Input(format!("--checkpoint {}: {why}", folder.display()));
        let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = Made(folder.ancestors().take_while(is_missing).map(Path::to_owned).collect());
        fs::create_dir_all(folder).map_err(|error| refused(format!("the folder could not be made: {error}")))?;
        let own = from.filter(|from| from.path.parent().is_some_and(|own| is_same(own, folder)));
        let there = all(folder).map_err(|error| refused(format!("the folder could not be read: {error}")))?;
        if own.is_none() && !there.is_empty() {
            return Err(refused(
                "there are checkpoints of another run in it: go on from them with --resume, or name another folder"
                    .to_owned(),
            ));
        }
        // Better now than after an hour.
        let trial = folder.join(".trial.part");
        let tried = fs::create_dir_all(&trial).and_then(|()| fs::remove_dir(&trial));
        tried.map_err(|error| refused(format!("the folder cannot be written: {error}")))?;
        let usual = ProgramOptions::default();
        let text = |setting: ProgramSetting, options| setting.setting().get(options);
        let given = KEPT_SETTINGS.into_iter().filter(|own| text(*own, options) != text(*own, &usual));
        let mut program: Map<_, _> =
            given.map(|setting| (setting.name().to_owned(), text(setting, options).into())).collect();
        // Whoever goes on may stand in another folder.
        for (setting, path) in [(ProgramSetting::Record, &options.record), (ProgramSetting::DataDir, &options.data_dir)]
        {
            if !path.is_empty() {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
                program.insert(setting.name().to_owned(), path.to_string_lossy().into());
            }
        }
        let every = options.checkpoint_every.map(|every| every as u64);
        let last = own.map(|own| own.standing.step);
        let damaged =
            there.iter().map(|(step, _)| *step).filter(|step| last.is_some_and(|last| *step > last)).collect();
        let marks = from.map_or(Some(Vec::new()), |from| from.marks.clone());
        Ok(Self {
            folder: folder.to_owned(),
            every,
            run: run.clone(),
            program,
            data,
            marks,
            _made: made,
            last,
            damaged,
        })
    }

    /// Hears what happens in the run: the next one tells what was changed.
    pub fn event(&mut self, event: &Event) {
        if let (Event::Mark(_), Some(marks)) = (event, &mut self.marks) {
            marks.push(line(LANE, event));
        }
    }

    /// Whether one is due after this number of updates.
    pub fn is_due(&self, step: u64) -> bool {
        self.last != Some(step) && self.every.is_some_and(|every| step.is_multiple_of(every) && step > 0)
    }

    /// The last one that is there.
    pub fn last(&self) -> Option<PathBuf> {
        self.last.map(|step| self.folder.join(name(step)))
    }

    /// Puts the run down, unless it is there already, and forgets the oldest.
    ///
    /// # Errors
    /// If it cannot be written, as on a full disk: then the earlier ones are as they were, and nothing is left of this one.
    pub fn write(&mut self, session: &Session) -> Result<(), Failure> {
        if self.last == Some(session.step()) {
            return Ok(());
        }
        let Some(saved) = session.save()? else { return Ok(()) };
        let step = saved.standing.step;
        let place = self.folder.join(name(step));
        let beside = self.folder.join(format!(".{}.part", name(step)));
        let written = self.contents(saved).and_then(|contents| put(&contents, &beside, &place));
        if let Err(error) = written {
            let _gone_already = fs::remove_dir_all(&beside);
            return Err(Failure::Run(format!("{} could not be written: {error}", place.display())));
        }
        self.last = Some(step);
        self.damaged.retain(|own| *own != step);
        let is_older = |own: &u64| *own <= step && !self.damaged.contains(own);
        let older = all(&self.folder).unwrap_or_default().into_iter().filter(|(own, _)| is_older(own));
        for (_, path) in older.skip(KEPT) {
            // One too many does no harm.
            let _stays = fs::remove_dir_all(path);
        }
        Ok(())
    }

    /// What stands in the files.
    fn contents(&self, saved: Saved) -> io::Result<[Vec<u8>; 3]> {
        let run = RunFile {
            checkpoint: VERSION,
            producer: producer(),
            spec: spec_as_json(&self.run).as_object().cloned().unwrap_or_default(),
            quantities: self.run.quantities.iter().map(|quantity| quantity.name().to_owned()).collect(),
            program: self.program.clone(),
            data: self.data.clone(),
            hashes: [&saved.network, &saved.optimiser].map(|file| hash(file.iter().copied())),
            standing: saved.standing,
            marks: self.marks.clone(),
        };
        let mut run = serde_json::to_value(&run)?;
        run[HASH] = hash(serde_json::to_vec(&run)?).into();
        let mut text = serde_json::to_vec_pretty(&run)?;
        text.push(b'\n');
        Ok([saved.network, saved.optimiser, text])
    }
}

/// Writes the files into a folder `beside`, which takes its `place` once all of them are on the disk.
fn put(contents: &[Vec<u8>; 3], beside: &Path, place: &Path) -> io::Result<()> {
    if beside.exists() {
        fs::remove_dir_all(beside)?;
    }
    fs::create_dir(beside)?;
    for (name, bytes) in FILES.iter().zip(contents) {
        let mut file = File::create(beside.join(name))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    sync_folder(beside)?;
    if place.exists() {
        // It was found damaged when the run went on from the one before.
        fs::remove_dir_all(place)?;
    }
    fs::rename(beside, place)?;
    place.parent().map_or(Ok(()), sync_folder)
}

/// That what it names is on the disk too; other systems have no such thing.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn name(step: u64) -> String {
    format!("step-{step:06}")
}

/// Whether two names lead to one thing that is there.
pub fn is_same(a: &Path, b: &Path) -> bool {
    fs::canonicalize(a).ok().zip(fs::canonicalize(b).ok()).is_some_and(|(a, b)| a == b)
}

/// The checkpoints in a folder, the newest first.
fn all(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let step = |path: &Path| path.file_name()?.to_str()?.strip_prefix("step-")?.parse::<u64>().ok();
    let entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    let mut found: Vec<_> = entries.iter().filter_map(|entry| Some((step(&entry.path())?, entry.path()))).collect();
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

/// The newest checkpoint in a folder that is whole; says of a newer one why it is not.
///
/// # Errors
/// If there is none.
pub fn newest(folder: &Path) -> Result<Found, Failure> {
    let refused = |why: String| Failure::Input(format!("--resume {}: {why}", folder.display()));
    let there = all(folder).map_err(|error| refused(format!("the folder could not be read: {error}")))?;
    let mut damaged = Vec::new();
    for (_, path) in there {
        match read(&path) {
            Ok(found) => {
                damaged.iter().for_each(|why: &String| say(&format!("{why}: it is left out")));
                return Ok(found);
            }
            Err(error) => damaged.push(format!("{}: {error:#}", path.display())),
        }
    }
    Err(refused(match damaged.first() {
        Some(why) => format!("none of its checkpoints is whole: {why}"),
        None => "there is no checkpoint in it, a folder such as step-000500".to_owned(),
    }))
}

/// Reads a checkpoint; every byte of it must be as it was written.
fn read(path: &Path) -> anyhow::Result<Found> {
    let file = |name: &str| fs::read(path.join(name)).with_context(|| format!("{name} could not be read"));
    let [network, optimiser, run] = FILES;
    let text = file(run)?;
    let mut value = serde_json::from_slice::<Value>(&text).context("run.json is damaged")?;
    let version = value["checkpoint"].as_u64();
    let is_known = version.is_some_and(|version| version <= VERSION);
    ensure!(is_known, "run.json has version {}, and this program reads up to {VERSION}", version.unwrap_or_default());
    let own_hash = value.as_object_mut().and_then(|run| run.shift_remove(HASH));
    let is_own = match own_hash {
        Some(own_hash) => own_hash == hash(serde_json::to_vec(&value)?),
        None => version == Some(1),
    };
    ensure!(is_own, "run.json is not as it was written");
    let found: RunFile = serde_json::from_value(value).context("run.json is damaged")?;
    let quantities: Vec<_> = found.quantities.iter().filter_map(|name| Quantity::named(name)).collect();
    let (run, _) = spec_of_json(&found.spec, &quantities)
        .map_err(|(field, _)| anyhow::anyhow!("run.json: {field} is of another version of this program"))?;
    let tensors = |name: &str, written: &str| {
        let bytes = file(name)?;
        ensure!(hash(bytes.iter().copied()) == written, "{name} is not as it was written");
        Ok(bytes)
    };
    let [of_network, of_optimiser] = &found.hashes;
    let saved = Saved {
        network: tensors(network, of_network)?,
        optimiser: tensors(optimiser, of_optimiser)?,
        standing: found.standing,
    };
    Ok(Found { path: path.to_owned(), run, program: found.program, data: found.data, marks: found.marks, saved })
}
