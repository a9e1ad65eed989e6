//! The parts of a training step, in the order in which it walks through them, and what is known of the step at each: what slow
//! motion shows.

use crate::{Column, Diagram, Ends, Measured, Place, Quantity, StepRecord};
use serde::{Deserialize, Serialize};

/// A part of a training step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepPhase {
    /// The stem has gone forward.
    Stem,
    /// The block of this index has gone forward.
    Forward(usize),
    /// The head has found the loss, and the gradient that arrives at the last block.
    Loss,
    /// The gradient has gone back through the block of this index.
    Backward(usize),
    /// The gradient has gone back through the stem.
    StemBack,
    /// The parameters were updated.
    Update,
}

impl StepPhase {
    /// All parts of a step of a network with this number of blocks, in order.
    pub fn all(blocks: usize) -> impl Iterator<Item = Self> {
        let forward = (0..blocks).map(Self::Forward);
        let backward = (0..blocks).rev().map(Self::Backward);
        let (first, last) = ([Self::Stem], [Self::StemBack, Self::Update]);
        first.into_iter().chain(forward).chain([Self::Loss]).chain(backward).chain(last)
    }

    /// The part that follows; `None` after the update.
    pub fn next(self, blocks: usize) -> Option<Self> {
        Self::all(blocks).skip_while(|phase| *phase != self).nth(1)
    }

    /// Its name, such as `forward:layer1.0`, `loss` or `backward:stem`.
    pub fn name(self, diagram: &Diagram) -> String {
        let block = |index: usize| diagram.blocks.get(index).map_or("", |block| block.name.as_str());
        match self {
            Self::Stem => "forward:stem".to_owned(),
            Self::Forward(index) => format!("forward:{}", block(index)),
            Self::Loss => "loss".to_owned(),
            Self::Backward(index) => format!("backward:{}", block(index)),
            Self::StemBack => "backward:stem".to_owned(),
            Self::Update => "update".to_owned(),
        }
    }

    /// Whether the signal is still on its way to the loss.
    pub fn is_forward(self) -> bool {
        matches!(self, Self::Stem | Self::Forward(_))
    }

    /// Where in the network it is; nowhere in particular for the update.
    pub fn place(self) -> Option<Place> {
        match self {
            Self::Stem | Self::StemBack => Some(Place::Stem),
            Self::Forward(index) | Self::Backward(index) => Some(Place::Block(index)),
            Self::Loss => Some(Place::Head),
            Self::Update => None,
        }
    }

    /// The first block, from the input, that the gradient has gone back through; the number of blocks before it went through any.
    pub fn reached(self, blocks: usize) -> usize {
        match self {
            Self::Stem | Self::Forward(_) | Self::Loss => blocks,
            Self::Backward(index) => index,
            Self::StemBack | Self::Update => 0,
        }
    }

    /// Number of blocks that the signal has gone forward through.
    pub fn passed(self, blocks: usize) -> usize {
        match self {
            Self::Stem => 0,
            Self::Forward(index) => index + 1,
            _ => blocks,
        }
    }
}

/// What is known of a step after one of its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The part.
    pub at: StepPhase,
    /// The record as far as it is known: before the loss is found, loss and accuracy are NaN; values of blocks that were not
    /// reached are absent. After the update it is the step's record.
    pub known: StepRecord,
}

impl Phase {
    /// What a forward pass shows of each block.
    const FORWARD: [Quantity; 3] = [Quantity::BranchRatio, Quantity::BranchRms, Quantity::ActivationRms];

    /// What a backward pass shows of each block.
    const BACKWARD: [Quantity; 6] = [
        Quantity::GradInL2,
        Quantity::GradOutL2,
        Quantity::WeightGradL2,
        Quantity::BranchGradL2,
        Quantity::SkipGradL2,
        Quantity::SkipBranchCosine,
    ];

    /// Whether slow motion shows a quantity: then it is measured at a step that is walked through.
    pub fn shows(quantity: Quantity) -> bool {
        Self::FORWARD.contains(&quantity) || Self::BACKWARD.contains(&quantity)
    }

    /// What of a record, which may be that of a step under way, is known after this part.
    pub fn of(at: StepPhase, record: &StepRecord) -> Self {
        if at == StepPhase::Update {
            return Self { at, known: record.clone() };
        }
        let column = |own: &Column| {
            let blocks = own.values.len();
            let is_known = |index: usize| match own.quantity {
                quantity if Self::FORWARD.contains(&quantity) => index < at.passed(blocks),
                quantity if Self::BACKWARD.contains(&quantity) => index >= at.reached(blocks),
                _ => false,
            };
            let known = |(index, value): (usize, &Option<f64>)| value.filter(|_| is_known(index));
            let values = own.values.iter().enumerate().map(known).collect();
            Self::shows(own.quantity).then_some(Column { quantity: own.quantity, values })
        };
        let columns = record.measured.columns.iter().filter_map(column).collect();
        let has_loss = !at.is_forward();
        let through = at == StepPhase::StemBack;
        let ends = Ends {
            head_grad_in_l2: record.ends.head_grad_in_l2.filter(|_| has_loss),
            head_weight_grad_l2: record.ends.head_weight_grad_l2.filter(|_| has_loss),
            stem_grad_out_l2: record.ends.stem_grad_out_l2.filter(|_| through),
            stem_weight_grad_l2: record.ends.stem_weight_grad_l2.filter(|_| through),
        };
        let found = |value: f64| if has_loss { value } else { f64::NAN };
        let known = StepRecord {
            step: record.step,
            loss: found(record.loss),
            train_accuracy: found(record.train_accuracy),
            lr: record.lr,
            measured: Measured { columns, ..Measured::default() },
            ends,
        };
        Self { at, known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_goes_forward_to_the_loss_and_back_and_ends_with_the_update() {
        use StepPhase::{Backward, Forward, Loss, Stem, StemBack, Update};
        let all: Vec<_> = StepPhase::all(2).collect();
        assert_eq!(all, [Stem, Forward(0), Forward(1), Loss, Backward(1), Backward(0), StemBack, Update]);
        assert_eq!((Loss.next(2), StemBack.next(2), Update.next(2)), (Some(Backward(1)), Some(Update), None));
        assert_eq!(all.iter().map(|phase| phase.passed(2)).collect::<Vec<_>>(), [0, 1, 2, 2, 2, 2, 2, 2]);
        assert_eq!(all.iter().map(|phase| phase.reached(2)).collect::<Vec<_>>(), [2, 2, 2, 2, 1, 0, 0, 0]);
    }

    #[test]
    fn nothing_is_known_before_its_part_of_the_step() {
        let column = |quantity| Column { quantity, values: vec![Some(1.0), Some(2.0)] };
        let columns = [Quantity::GradInL2, Quantity::BranchRms, Quantity::UpdateRatio].map(column).to_vec();
        let ends = Ends { head_grad_in_l2: Some(3.0), stem_grad_out_l2: Some(1.0), ..Ends::default() };
        let measured = Measured { columns, ..Measured::default() };
        let record = StepRecord { step: 4, loss: 2.3, train_accuracy: 0.1, lr: 0.05, measured, ends };
        let known = |at| Phase::of(at, &record).known;
        let first = known(StepPhase::Forward(0));
        assert!(first.loss.is_nan() && first.ends == Ends::default());
        assert_eq!(first.column(Quantity::BranchRms), Some(&[Some(1.0), None][..]));
        assert_eq!(first.column(Quantity::GradInL2), Some(&[None, None][..]));
        let middle = known(StepPhase::Backward(1));
        assert_eq!((middle.loss, middle.ends.head_grad_in_l2, middle.ends.stem_grad_out_l2), (2.3, Some(3.0), None));
        assert_eq!(middle.column(Quantity::GradInL2), Some(&[None, Some(2.0)][..]));
        assert_eq!((middle.column(Quantity::UpdateRatio), known(StepPhase::Update)), (None, record.clone()));
    }
}
