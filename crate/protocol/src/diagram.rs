//! All that is drawn of a network: what a [`Plan`] says about it, or what a recording from elsewhere does.

use crate::{BlockKind, ImageShape, Plan, Quantity, RunSpec, Shortcut, Skip};
use std::ops::Range;

/// A network as it is drawn. What a recording from elsewhere may not say is optional.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagram {
    /// The blocks, from the input to the loss.
    pub blocks: Vec<DiagramBlock>,
    /// The stages, from the input to the loss; together they hold every block.
    pub stages: Vec<Stage>,
    /// The quantities that the run measures.
    pub quantities: Vec<Quantity>,
    /// The run's settings at step 0.
    pub spec: Option<RunSpec>,
    /// The file of the weights that it started from, if these were not drawn from the seed.
    pub weights: Option<String>,
    /// The step at which a recording of it begins, with the changes that were made before.
    pub begins: u64,
    /// Shape of one input image, `[C, H, W]`.
    pub input: Option<ImageShape>,
    /// Number of classes.
    pub classes: Option<usize>,
    /// Number of trainable scalars.
    pub parameters: Option<usize>,
    /// The class of the model, in a recording from elsewhere.
    pub model: Option<String>,
    /// What a recording from elsewhere says of itself: sentences, such as which values it does not have and why.
    pub notes: Vec<String>,
}

/// One block as it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct DiagramBlock {
    /// torchvision's module name, such as `layer2.0`.
    pub name: String,
    /// What the branch is made of.
    pub kind: BlockKind,
    /// What the shortcut does.
    pub shortcut: ShortcutKind,
    /// Shapes of one image at its input and its output, `[C, H, W]`.
    pub shapes: Option<[ImageShape; 2]>,
    /// Number of trainable scalars, the projection's included.
    pub parameters: Option<usize>,
    /// The class of its module, in a recording from elsewhere.
    pub module: Option<String>,
}

impl DiagramBlock {
    /// A block of which no more is known.
    pub fn named(name: impl Into<String>, kind: BlockKind, shortcut: ShortcutKind) -> Self {
        Self { name: name.into(), kind, shortcut, shapes: None, parameters: None, module: None }
    }
}

/// What a shortcut does, without its layers: [`Shortcut`] has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShortcutKind {
    /// There is none.
    None,
    /// Nothing.
    Identity,
    /// Keeps every second row and column and appends zero channels.
    OptionA,
    /// Layers of its own, or whatever else is not the identity.
    Projection,
}

impl ShortcutKind {
    /// Its name in recordings from elsewhere, whose readers rebuild nothing.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Identity => "identity",
            Self::OptionA | Self::Projection => "projection",
        }
    }

    /// That of this name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::None, Self::Identity, Self::Projection].into_iter().find(|kind| kind.name() == name)
    }
}

/// Neighbouring blocks whose outputs have one height and width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its place among the stages, from 1.
    pub number: usize,
    /// Its blocks, by index.
    pub blocks: Range<usize>,
    /// Height and width of the first block's output, unless an image is one pixel there.
    pub size: Option<[usize; 2]>,
}

/// A part of the network that can be looked at: what the gradient passes one after the other, from the input to the loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// What stands before the first block.
    Stem,
    /// The block of that index, from 0.
    Block(usize),
    /// What follows the last block: it makes the class scores.
    Head,
}

impl Place {
    /// The stem's name in links and tables.
    pub const STEM: &'static str = "stem";

    /// The head's name in links and tables.
    pub const HEAD: &'static str = "head";

    /// Every place of a network of `blocks` blocks, from the input to the loss.
    pub fn all(blocks: usize) -> impl DoubleEndedIterator<Item = Self> {
        [Self::Stem].into_iter().chain((0..blocks).map(Self::Block)).chain([Self::Head])
    }

    /// Its index among [`Place::all`].
    pub fn order(self, blocks: usize) -> usize {
        match self {
            Self::Stem => 0,
            Self::Block(index) => index + 1,
            Self::Head => blocks + 1,
        }
    }

    /// The index of the block that it is.
    pub fn block(self) -> Option<usize> {
        match self {
            Self::Block(index) => Some(index),
            Self::Stem | Self::Head => None,
        }
    }

    /// Whether a network of `blocks` blocks has it.
    pub fn is_in(self, blocks: usize) -> bool {
        self.block().is_none_or(|index| index < blocks)
    }
}

impl Diagram {
    /// The network of this plan, which measures what the settings say.
    pub fn new(plan: &Plan, spec: Option<RunSpec>) -> Self {
        let block = |block: &crate::BlockPlan| {
            let drawn = DiagramBlock {
                name: block.name.clone(),
                kind: block.kind,
                shortcut: match block.shortcut {
                    Shortcut::None => ShortcutKind::None,
                    Shortcut::Identity => ShortcutKind::Identity,
                    Shortcut::OptionA { .. } => ShortcutKind::OptionA,
                    Shortcut::Projection(_) => ShortcutKind::Projection,
                },
                shapes: Some([block.input, block.output]),
                parameters: Some(block.parameters),
                module: None,
            };
            (block.stage, drawn)
        };
        let quantities = spec.as_ref().map(|spec| spec.quantities.clone()).unwrap_or_default();
        Self {
            spec,
            input: Some(plan.input),
            classes: Some(plan.spec.classes),
            parameters: Some(plan.parameter_count),
            ..Self::staged(plan.blocks.iter().map(block), quantities)
        }
    }

    /// A network of which only its blocks are known, each with the number of its stage, as in a recording from elsewhere.
    pub fn foreign(blocks: impl IntoIterator<Item = (usize, DiagramBlock)>, quantities: Vec<Quantity>) -> Self {
        Self::staged(blocks.into_iter(), quantities)
    }

    /// Blocks with the number of the stage that each stands in.
    fn staged(staged: impl Iterator<Item = (usize, DiagramBlock)>, quantities: Vec<Quantity>) -> Self {
        let (mut blocks, mut stages): (Vec<DiagramBlock>, Vec<Stage>) = (Vec::new(), Vec::new());
        for (number, block) in staged {
            let index = blocks.len();
            match stages.last_mut() {
                Some(stage) if stage.number == number => stage.blocks.end = index + 1,
                _ => {
                    let size = block.shapes.map(|[_, [_, height, width]]| [height, width]);
                    let size = size.filter(|[height, width]| height * width > 1);
                    stages.push(Stage { number, blocks: index..index + 1, size });
                }
            }
            blocks.push(block);
        }
        Self {
            blocks,
            stages,
            quantities,
            spec: None,
            weights: None,
            begins: 0,
            input: None,
            classes: None,
            parameters: None,
            model: None,
            notes: Vec::new(),
        }
    }

    /// Whether its shortcuts can be set: of a network from elsewhere nobody knows how.
    pub fn has_switches(&self) -> bool {
        self.spec.is_some() && self.has_shortcuts()
    }

    /// Whether its blocks have shortcuts.
    pub fn has_shortcuts(&self) -> bool {
        self.blocks.iter().any(|block| block.shortcut != ShortcutKind::None)
    }

    /// The index of the block of that name.
    pub fn block_index(&self, name: &str) -> Option<usize> {
        self.blocks.iter().position(|block| block.name == name)
    }

    /// The place of that name: a block's, `stem` or `head`.
    pub fn place(&self, name: &str) -> Option<Place> {
        match name {
            Place::STEM => Some(Place::Stem),
            Place::HEAD => Some(Place::Head),
            block => self.block_index(block).map(Place::Block),
        }
    }

    /// The name of a place; nothing for a block that there is not.
    pub fn place_name(&self, place: Place) -> &str {
        match place {
            Place::Stem => Place::STEM,
            Place::Head => Place::HEAD,
            Place::Block(index) => self.blocks.get(index).map_or("", |block| &block.name),
        }
    }

    /// The strength of each block's shortcut at step 0: 0 in a network without shortcuts, 1 where nothing is said.
    pub fn strengths(&self) -> Vec<f64> {
        let mut strengths = vec![if self.has_shortcuts() { 1.0 } else { 0.0 }; self.blocks.len()];
        match self.spec.as_ref().map(|spec| &spec.skip) {
            Some(Skip::All(strength)) if self.has_shortcuts() => strengths.fill(*strength),
            Some(Skip::List(list)) => {
                for (name, strength) in list {
                    if let Some(index) = self.block_index(name) {
                        strengths[index] = *strength;
                    }
                }
            }
            _ => {}
        }
        strengths
    }

    /// The shortest way to write these strengths.
    pub fn skip(&self, strengths: &[f64]) -> Skip {
        match strengths.first() {
            _ if !self.has_shortcuts() => Skip::All(1.0),
            Some(first) if strengths.iter().all(|strength| strength == first) => Skip::All(*first),
            _ => {
                let listed = self.blocks.iter().zip(strengths).filter(|(_, strength)| **strength != 1.0);
                Skip::List(listed.map(|(block, strength)| (block.name.clone(), *strength)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagram_says_what_its_plan_says() {
        let mut spec = RunSpec::page_default();
        spec.skip = Skip::List(vec![("layer2.0".to_owned(), 0.5)]);
        let plan = Plan::new(spec.model_spec()).unwrap();
        let diagram = Diagram::new(&plan, Some(spec.clone()));
        let stages: Vec<_> =
            diagram.stages.iter().map(|stage| (stage.number, stage.blocks.clone(), stage.size)).collect();
        assert_eq!(stages, [(1, 0..3, Some([8, 8])), (2, 3..6, Some([4, 4])), (3, 6..9, Some([2, 2]))]);
        assert_eq!(diagram.strengths(), spec.skip.strengths(&plan).unwrap());
        assert_eq!(diagram.skip(&diagram.strengths()), spec.skip);
        assert_eq!((diagram.has_shortcuts(), diagram.block_index("layer2.0")), (plan.has_shortcuts(), Some(3)));
        assert_eq!((diagram.quantities, diagram.parameters), (spec.quantities, Some(plan.parameter_count)));
    }

    #[test]
    fn stem_and_head_are_places_like_the_blocks() {
        let block = |name: &str| (1, DiagramBlock::named(name, BlockKind::Basic, ShortcutKind::Identity));
        let diagram = Diagram::foreign(["a", "b"].map(block), Vec::new());
        let places: Vec<_> = Place::all(2).collect();
        assert_eq!(places, [Place::Stem, Place::Block(0), Place::Block(1), Place::Head]);
        for (order, place) in places.into_iter().enumerate() {
            assert_eq!((place.order(2), diagram.place(diagram.place_name(place))), (order, Some(place)));
            assert!(place.is_in(2));
        }
        assert_eq!(
            (diagram.place("c"), diagram.place_name(Place::Block(2)), Place::Block(2).is_in(2)),
            (None, "", false)
        );
    }

    #[test]
    fn a_network_from_elsewhere_has_blocks_and_stages() {
        let block = |(name, stage): (&str, usize)| {
            (stage, DiagramBlock::named(name, BlockKind::Attention, ShortcutKind::Identity))
        };
        let blocks = [("a", 1), ("b", 2), ("c", 2)].map(block);
        let diagram = Diagram::foreign(blocks, vec![Quantity::GradInL2]);
        assert_eq!((diagram.blocks.len(), diagram.stages.len(), &diagram.stages[1].blocks), (3, 2, &(1..3)));
        assert_eq!((diagram.strengths(), &diagram.spec), (vec![1.0; 3], &None));
        assert_eq!((diagram.has_shortcuts(), diagram.has_switches()), (true, false));
        let plain = DiagramBlock::named("features.0", BlockKind::Conv, ShortcutKind::None);
        let plain = Diagram::foreign([(1, plain)], Vec::new());
        assert_eq!((plain.has_shortcuts(), plain.strengths(), plain.skip(&[0.0])), (false, vec![0.0], Skip::All(1.0)));
    }
}
