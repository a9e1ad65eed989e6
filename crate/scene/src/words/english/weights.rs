//! What is said of files of weights, in English.

use crate::format::thousands;
use crate::lane_marker;
use crate::words::Text;
use protocol::{Lane, RunSpec, Weights, WeightsProblem};

/// What is wrong with a file of weights; without a full stop at the end.
pub fn weights_problem(problem: &WeightsProblem) -> String {
    match problem {
        WeightsProblem::TooLarge { bytes } => {
            format!("it has {} MB, and a page reads {} MB at most", bytes.div_ceil(1 << 20), Weights::MOST_BYTES >> 20)
        }
        WeightsProblem::Unreadable => "it could not be read".to_owned(),
        WeightsProblem::Empty => "it is empty, not a safetensors file".to_owned(),
        WeightsProblem::PyTorch => {
            "it is what torch.save writes, which may hold programs and is not opened; in Python, safetensors.torch.save_file \
             makes a safetensors file"
                .to_owned()
        }
        WeightsProblem::Html => "it is a web page, not a safetensors file".to_owned(),
        WeightsProblem::Foreign => "it is not a safetensors file".to_owned(),
        WeightsProblem::Damaged => "it is not a whole safetensors file: it is cut or damaged".to_owned(),
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
        WeightsProblem::Extra { name } => format!("it has a tensor {name}, which the network has not"),
    }
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
