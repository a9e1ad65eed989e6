//! A proof under way, one part of the network a call.

use super::line::{Along, Line};
use super::picks::picks;
use super::rounding::{Rounding, SHAKES, shaken};
use super::slope::{judge, mean, step};
use crate::EngineError;
use crate::network::norms::sum_of_squares;
use crate::network::{Block, BlockFloat, Join, Network, Parameters};
use crate::pass::{Batch, Measuring, Pass};
use crate::random::Stream;
use candle_core::{DType, Tensor};
use protocol::{Proof as Found, ProvedJoin, ProvedPart, Quantity, Slope, Verdict, WeightSlope};
use std::collections::VecDeque;

/// The norms and the cosine whose identity is checked at each join.
const SPLIT: [Quantity; 4] =
    [Quantity::GradInL2, Quantity::SkipGradL2, Quantity::BranchGradL2, Quantity::SkipBranchCosine];

/// The widest step, as a share of the size of what moves: of ‖w‖ along a whole part, of the root mean square of w along one
/// weight.
const WIDEST: [f64; 2] = [1e-5, 1e-4];

/// Single weights are checked where that takes no more multiplications than this.
const MOST_MULTIPLICATIONS: u64 = 100_000_000_000;

/// A proof of the gradients of one network on one batch. It changes nothing of the network.
///
/// The gradients are those of one [`Pass`] as it trains. The losses are of the same network with its weights widened to
/// float64, by batch statistics, and no running statistics move.
pub struct Proof {
    batch: Batch,
    joins: Vec<Join>,
    seed: u64,
    pass: Option<Box<Pass>>,
    gradients: Vec<Option<Tensor>>,
    /// The network with its weights moved, of which the pass is, and how often that was done.
    shaken: Option<Network>,
    shakes: usize,
    rounding: Rounding,
    /// The tensors of stem, blocks and head.
    tensors: Vec<Vec<usize>>,
    /// The weights in float64.
    parameters: Parameters,
    /// What arrives at the part that is checked now, and which one that is.
    arriving: BlockFloat,
    part: usize,
    due: VecDeque<Due>,
    under_way: Option<UnderWay>,
    /// The losses of the images where the network stands.
    here: Vec<f64>,
    with_weights: bool,
    done: usize,
    found: Found,
}

/// A line that is due.
struct Due {
    line: Line,
    step: f64,
    /// The error that rounding in the gradient's precision explains.
    rounded: f64,
}

/// A loss that is being computed.
struct UnderWay {
    /// On which line; where the network stands, if on none.
    due: Option<Due>,
    /// The losses of the images ahead on this line, if they are done.
    ahead: Option<Vec<f64>>,
    parameters: Parameters,
    part: usize,
    x: BlockFloat,
}

impl Proof {
    /// A proof of this network on this batch with these joins. `found` says of which run and step, and of which images.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if the device has no memory left.
    pub fn new(network: &Network, batch: Batch, joins: Vec<Join>, found: Found) -> Result<Self, EngineError> {
        let pass = Pass::new(network, batch.clone(), joins.clone(), Measuring::of(&SPLIT));
        let images = batch.images.to_dtype(DType::F64)?;
        let parts = network.blocks.len() + 2;
        // Every line is two losses from its part on: half of the network on average.
        let forwards = (parts * (2 + Found::WEIGHTS)) as u64;
        let images_count = batch.labels.elem_count() as u64;
        let cost = network.plan.multiply_accumulates.saturating_mul(images_count).saturating_mul(forwards);
        Ok(Self {
            arriving: BlockFloat::plain(images.clone()),
            batch: Batch { images, labels: batch.labels },
            joins,
            seed: found.seed,
            pass: Some(Box::new(pass)),
            gradients: Vec::new(),
            shaken: None,
            shakes: 0,
            rounding: Rounding::default(),
            tensors: tensors(network),
            parameters: network.parameters.to_dtype(DType::F64)?,
            part: 0,
            due: VecDeque::new(),
            under_way: None,
            here: Vec::new(),
            with_weights: cost <= MOST_MULTIPLICATIONS,
            done: 0,
            found: Found { parameter_hash: network.parameters.hash()?, ..found },
        })
    }

    /// Parts done and parts in all, about: a part of the network, in one loss.
    pub fn progress(&self) -> (usize, usize) {
        let parts = self.joins.len() + 2;
        let lines = if self.with_weights { 2 + Found::WEIGHTS } else { 2 };
        // Of n parts, each with 2 losses a line from there on: n + … + 1 parts.
        let all = lines * parts * (parts + 1) + 2 * parts;
        (self.done.min(all), all)
    }

    /// Runs one part of the network; `false` when there is nothing left to do.
    ///
    /// # Errors
    /// [`EngineError::Candle`] if images or labels do not have the shapes that the plan needs, or the device has no memory
    /// left.
    pub fn advance(&mut self, network: &Network) -> Result<bool, EngineError> {
        if let Some(pass) = &mut self.pass {
            if !pass.advance(self.shaken.as_ref().unwrap_or(network))? {
                self.end_pass(network)?;
            }
            return Ok(true);
        }
        self.done += 1;
        if let Some(under_way) = self.under_way.take() {
            self.follow(network, under_way)?;
        } else if let Some(due) = self.due.pop_front() {
            self.under_way = Some(self.begin(due, None)?);
        } else if self.part <= network.blocks.len() {
            self.arriving = network.through(self.part, &self.parameters, None, &self.arriving, &self.joins)?;
            self.part += 1;
            self.due = self.lines(network)?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Runs the rest and hands over what was found.
    ///
    /// # Errors
    /// What [`Proof::advance`] fails with.
    pub fn finish(mut self, network: &Network) -> Result<Found, EngineError> {
        while self.advance(network)? {}
        Ok(self.into_found())
    }

    /// What was found, once there is nothing left to do.
    pub fn into_found(self) -> Found {
        self.found
    }

    /// A pass is through: the network's own, or one with its weights moved. Then the next one, or the first loss.
    fn end_pass(&mut self, network: &Network) -> Result<(), EngineError> {
        let Some(pass) = self.pass.take() else { return Ok(()) };
        match self.shaken.take() {
            None => self.take_gradients(network, *pass)?,
            Some(shaken) => {
                let moved = pass.finish(&shaken)?.gradients;
                self.rounding.note(&self.tensors, &self.gradients, &moved)?;
            }
        }
        if self.shakes < SHAKES {
            let stream = &mut Stream::new(self.seed, "proof:shake", self.shakes as u64);
            let shaken = shaken(network, stream)?;
            let Batch { images, labels } = &self.batch;
            let batch = Batch { images: images.to_dtype(network.dtype())?, labels: labels.clone() };
            self.pass = Some(Box::new(Pass::new(&shaken, batch, self.joins.clone(), Measuring::default())));
            (self.shaken, self.shakes) = (Some(shaken), self.shakes + 1);
        } else {
            let parameters = self.parameters.clone();
            self.under_way = Some(UnderWay { due: None, ahead: None, parameters, part: 0, x: self.arriving.clone() });
        }
        Ok(())
    }

    /// The network's own gradients are what is checked, and its norms obey the identity of each join.
    fn take_gradients(&mut self, network: &Network, pass: Pass) -> Result<(), EngineError> {
        let result = pass.finish(network)?;
        self.found.loss = result.loss;
        self.gradients = result.gradients;
        let measured = result.found.finish()?.measured;
        let column = |quantity| measured.column(quantity).unwrap_or_default();
        let [whole, skip, branch, cosine] = SPLIT.map(column);
        for (index, block) in network.plan.blocks.iter().enumerate() {
            let at = |column: &[Option<f64>]| column.get(index).copied().flatten();
            if let (Some(whole), Some(skip), Some(branch), Some(cosine)) = (at(whole), at(skip), at(branch), at(cosine))
            {
                let squares = skip * skip + branch * branch;
                let deviation = (squares + 2.0 * cosine * skip * branch - whole * whole).abs();
                // Where nothing flows, nothing deviates.
                let deviation = if squares > 0.0 { deviation / squares } else { deviation };
                self.found.joins.push(ProvedJoin { name: block.name.clone(), deviation });
            }
        }
        Ok(())
    }

    /// The lines through the part that is checked now.
    fn lines(&mut self, network: &Network) -> Result<VecDeque<Due>, EngineError> {
        let indices = self.tensors[self.part].clone();
        let mut lines = VecDeque::new();
        if indices.is_empty() {
            return Ok(lines);
        }
        let name = match self.part.checked_sub(1) {
            None => "stem".to_owned(),
            Some(block) => network.plan.blocks.get(block).map_or("head".to_owned(), |block| block.name.clone()),
        };
        let stream = &mut Stream::new(self.seed, &format!("proof:{name}"), self.found.step);
        let mut along = vec![Along::Gradient, Along::Random];
        if self.with_weights {
            let tensor = |index: &usize| (*index, self.parameters.tensor(*index), self.gradients[*index].as_ref());
            along.extend(picks(&indices.iter().map(tensor).collect::<Vec<_>>(), Found::WEIGHTS, stream)?);
        }
        let weights = || indices.iter().map(|index| self.parameters.tensor(*index));
        let size = sum_of_squares(weights())?.sqrt();
        let count = weights().map(Tensor::elem_count).sum::<usize>() as f64;
        for along in along {
            let (widest, rounded) = match along {
                Along::Gradient => (WIDEST[0] * size, 0.0),
                Along::Random => (WIDEST[0] * size, self.rounding.across(self.part)),
                Along::Weight(index, _) => (WIDEST[1] * size / count.sqrt(), self.rounding.of_weight(index)),
            };
            if let Some(line) = Line::new(along, &indices, &self.parameters, &self.gradients, stream)? {
                let step = step(line.predicted, mean(&self.here), widest);
                lines.push_back(Due { line, step, rounded });
            }
        }
        let nothing = Slope { predicted: 0.0, found: 0.0, step: 0.0, floor: 0.0, verdict: Verdict::TooSmall };
        let bound = self.rounding.bound(self.part);
        let part = ProvedPart { name, bound, direction: nothing, across: nothing, weights: Vec::new() };
        self.found.parts.push(part);
        Ok(lines)
    }

    /// Begins the next loss on this line.
    fn begin(&self, due: Due, ahead: Option<Vec<f64>>) -> Result<UnderWay, EngineError> {
        let by = if ahead.is_none() { due.step } else { -due.step };
        let parameters = due.line.moved(&self.parameters, by)?;
        Ok(UnderWay { due: Some(due), ahead, parameters, part: self.part, x: self.arriving.clone() })
    }

    /// One part more of the loss under way; at its end the other loss of its line, or the verdict.
    fn follow(&mut self, network: &Network, mut under_way: UnderWay) -> Result<(), EngineError> {
        if under_way.part <= network.blocks.len() {
            let UnderWay { parameters, part, x, .. } = &under_way;
            under_way.x = network.through(*part, parameters, None, x, &self.joins)?;
            under_way.part += 1;
            self.under_way = Some(under_way);
            return Ok(());
        }
        let UnderWay { due, ahead, parameters, x, .. } = under_way;
        let labels = &self.batch.labels;
        let smoothing = network.head.label_smoothing;
        let losses = network.head.evaluate(&parameters, None, &x, labels)?.losses(labels, smoothing)?;
        match (due, ahead) {
            (None, _) => {
                self.found.loss_f64 = mean(&losses);
                self.here = losses;
                self.due = self.lines(network)?;
            }
            (Some(due), None) => self.under_way = Some(self.begin(due, Some(losses))?),
            (Some(due), Some(ahead)) => self.judge(&due, &ahead, &losses),
        }
        Ok(())
    }

    fn judge(&mut self, Due { line, step, rounded }: &Due, ahead: &[f64], behind: &[f64]) {
        let Some(part) = self.found.parts.last_mut() else { return };
        let slope = judge(line.predicted, [ahead, behind, &self.here], *step, part.bound, *rounded);
        match line.along {
            Along::Gradient => part.direction = slope,
            Along::Random => part.across = slope,
            Along::Weight(index, place) => {
                let parameter = self.parameters.plan()[index].name.clone();
                part.weights.push(WeightSlope { parameter, index: place, slope });
            }
        }
    }
}

/// The tensors of stem, blocks and head.
fn tensors(network: &Network) -> Vec<Vec<usize>> {
    let blocks = network.blocks.iter().map(Block::parameter_indices);
    let (stem, head) = (network.stem.parameter_indices(), network.head.parameter_indices());
    std::iter::once(stem).chain(blocks).chain([head]).collect()
}
