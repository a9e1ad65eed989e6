//! What is said of files of weights, in English.

use crate::format::thousands;
use crate::lane_marker;
use crate::words::Text;
use protocol::{Contents, Lane, Renaming, RunSpec, Weights, WeightsProblem};

/// What is wrong with a file of weights; without a full stop at the end.
pub fn weights_problem(problem: &WeightsProblem) -> String {
    match problem {
        WeightsProblem::TooLarge { bytes } => {
            format!("it has {} MB, and a page reads {} MB at most", bytes.div_ceil(1 << 20), Weights::MOST_BYTES >> 20)
        }
        WeightsProblem::Unreadable => "it could not be read".to_owned(),
        WeightsProblem::Not(contents) => not_safetensors(*contents),
        WeightsProblem::Damaged => {
            "it is not a whole safetensors file but cut or damaged: fetch or save it again".to_owned()
        }
        WeightsProblem::Missing { name, shape } => format!("it has no tensor {name} of shape {shape:?}"),
        WeightsProblem::Shape { name, found, needed } => {
            format!("its tensor {name} has shape {found:?}, and {needed:?} is needed")
        }
        WeightsProblem::Classes { name, found, needed } => {
            let [of_file, of_data] = [found, needed].map(|shape| thousands(shape.first().copied().unwrap_or(0) as u64));
            format!(
                "it answers with {of_file} classes, and the images have {of_data} (its tensor {name} has shape {found:?}, \
                 and {needed:?} is needed)"
            )
        }
        WeightsProblem::Kind { name, found } => {
            format!("its tensor {name} holds {found}, and floating-point numbers (f16, bf16, f32, f64) are needed")
        }
        WeightsProblem::NotFinite { name, count, of, dtype } => {
            let (count, of) = (thousands(*count as u64), thousands(*of as u64));
            format!("of the {of} values of its tensor {name}, {count} are NaN or infinite in {dtype}")
        }
        WeightsProblem::Extra { name } => format!("it has a tensor {name}, which the network has not"),
    }
}

/// What a file is in place of a safetensors file, and what to do; without a full stop at the end.
fn not_safetensors(contents: Contents) -> String {
    const CONVERT: &str = "in Python, import torch; from safetensors.torch import save_file; \
                           w = torch.load(\"FILE\", map_location=\"cpu\"); w = w.get(\"state_dict\", w); \
                           save_file({k: v.contiguous().clone() for k, v in w.items() if torch.is_tensor(v)}, \
                           \"FILE.safetensors\") makes one of it";
    match contents {
        Contents::Empty => "it is empty, not a safetensors file: fetch or save it again".to_owned(),
        Contents::LfsPointer => {
            "it is a Git LFS pointer, which stands for the file and is not it: git lfs pull fetches the file".to_owned()
        }
        Contents::Pickle => format!(
            "it is a Python pickle, as torch.save once wrote, not a safetensors file; it may hold programs and is not \
             opened: {CONVERT}"
        ),
        Contents::Zip => format!(
            "it is a zip archive, as torch.save writes, not a safetensors file; it may hold programs and is not opened: \
             {CONVERT}"
        ),
        Contents::Gzip => "it is compressed, not a safetensors file: gunzip makes one of it".to_owned(),
        Contents::Html => {
            "it is a web page, not a safetensors file: its address leads to a page about the file; fetch the file itself"
                .to_owned()
        }
        Contents::Other => "it is not a safetensors file".to_owned(),
    }
}

/// How the names of the tensors in a file were read.
pub fn weights_renamed(file: &str, renamings: &[Renaming]) -> String {
    let word = |renaming: &Renaming| match renaming {
        Renaming::Without(prefix) => format!("without the {prefix} that all of them begin with"),
        Renaming::Linear => "linear as fc".to_owned(),
        Renaming::HuggingFace => "from Hugging Face’s to torchvision’s".to_owned(),
    };
    let words: Vec<_> = renamings.iter().map(word).collect();
    format!("The names of the tensors in {file} were read {}.", super::list(&words, "and"))
}

/// A file of weights is not taken: what is wrong, and what is accepted; `run` is given where there are two.
pub fn weights_not_taken(file: &str, problem: &WeightsProblem, spec: &RunSpec, run: Option<Lane>) -> String {
    let run = run.map(|run| format!(" {}", lane_marker(run))).unwrap_or_default();
    format!(
        "{file} cannot be used: {}. Accepted is a safetensors file with torchvision’s names for the network that is \
         chosen{run}: {} of width {} with {}. Nothing was changed.",
        weights_problem(problem),
        spec.model.title(),
        spec.width,
        super::norm(spec.norm),
    )
}

/// What a run starts from in place of numbers drawn from a seed.
pub fn from_file(file: &str) -> String {
    format!("from {file}")
}

/// Whose weights a run started from.
pub fn weights_of(file: &str) -> String {
    format!("weights of {file}")
}

/// The sentence about a run that starts from a file.
pub fn starts_from(file: &str) -> String {
    format!(
        "This run starts from the weights of {file}, and Reset goes back to them. A link cannot carry them: whoever opens one \
         starts from the seed."
    )
}

/// What can be saved: a run's weights, marked where there are two.
pub fn weights_to_save(run: Option<Lane>) -> String {
    run.map_or_else(|| "Weights".to_owned(), |run| format!("Weights {}", lane_marker(run)))
}

/// The name of the button that saves this.
pub fn save(what: impl AsRef<str>) -> String {
    format!("{}: {}", Text::Save.words(), what.as_ref())
}

/// A file of weights cannot be opened now, since what it takes is not there.
pub fn weights_need(file: &str, why: &str) -> String {
    format!("{file} was not opened. {why}")
}
