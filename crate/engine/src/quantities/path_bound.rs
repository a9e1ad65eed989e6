//! The historical figure of Veit, Wilber & Belongie 2016 (arXiv 1605.06431, section 4.3): for each k the mean norm of the
//! gradient along single paths through k branches, from random paths, times the number of such paths C(n, k). By the
//! triangle inequality this is an upper bound of ‖G_k‖; it knows no cancellation between paths, and exceeds `path_energy`
//! by orders of magnitude. Blocks without a shortcut stand on every path.

use super::paths::{Analysis, Backward, through_block};
#[cfg(test)]
use super::twins::Twin;
use super::{Definition, Measure, Measurements};
use crate::EngineError;
use crate::network::{BlockFloat, Ways};
use crate::random::Stream;
use protocol::Quantity;

/// Random paths of each length.
const PATHS: usize = 20;

pub(super) const DEFINITION: Definition = Definition {
    yields: &[Quantity::PathBound, Quantity::PathNorm],
    measure: Measure::Paths(|backward| Box::new(PathBound::new(backward))),
    #[cfg(test)]
    twin: Twin::Own("the_norms_of_random_paths_lie_among_those_of_all_and_bound_the_parts"),
};

struct PathBound {
    choice: Stream,
    /// Blocks with both ways.
    optional: Vec<usize>,
    /// Whether the path goes through the branch, a block each.
    through: Vec<bool>,
    g: BlockFloat,
    left: usize,
    length: usize,
    path: usize,
    /// Mean norm of a path, by length.
    means: Vec<f64>,
}

impl PathBound {
    fn new(backward: &Backward) -> Self {
        let (seed, step) = backward.seed_and_step;
        let blocks = backward.tapes.len();
        let ways = |index: usize| backward.tapes[index].ways.as_ref().map(Option::is_some);
        let both = |index: &usize| ways(*index).shortcut && ways(*index).branch;
        let mut bound = Self {
            choice: Stream::new(seed, "path-bound", step),
            optional: (0..blocks).filter(both).collect(),
            through: backward.tapes.iter().map(|tape| tape.ways.branch.is_some()).collect(),
            g: backward.at_end().clone(),
            left: blocks,
            length: 0,
            path: 0,
            means: vec![0.0; blocks + 1],
        };
        bound.draw();
        bound
    }

    /// Chooses `length` of the blocks with both ways.
    fn draw(&mut self) {
        let mut order = self.optional.clone();
        self.choice.shuffle(&mut order);
        for (place, block) in order.into_iter().enumerate() {
            self.through[block] = place < self.length;
        }
    }
}

impl Analysis for PathBound {
    fn advance(&mut self, backward: &Backward, found: &mut Measurements) -> Result<bool, EngineError> {
        if self.left > 0 {
            self.left -= 1;
            let through = self.through[self.left];
            let way = Ways { shortcut: f64::from(!through), branch: f64::from(through) };
            self.g = through_block(backward, self.left, &self.g, way)?.whole;
            return Ok(true);
        }
        let branches = self.through.iter().filter(|through| **through).count();
        self.means[branches] += self.g.l2()? / PATHS as f64;
        self.path += 1;
        if self.path == PATHS {
            (self.path, self.length) = (0, self.length + 1);
        }
        if self.length <= self.optional.len() {
            (self.g, self.left) = (backward.at_end().clone(), backward.tapes.len());
            self.draw();
            return Ok(true);
        }
        let always =
            backward.tapes.iter().filter(|tape| tape.ways.shortcut.is_none() && tape.ways.branch.is_some()).count();
        let count = |length: usize| {
            let chosen = length.checked_sub(always).filter(|chosen| *chosen <= self.optional.len());
            chosen.map_or(0.0, |chosen| measure::ln_binomial(self.optional.len(), chosen).exp())
        };
        let bound = self.means.iter().enumerate().map(|(length, mean)| count(length) * mean).collect();
        found.set_vector(Quantity::PathBound, bound);
        found.set_vector(Quantity::PathNorm, std::mem::take(&mut self.means));
        Ok(false)
    }
}
