//! The measured sentence under the question. Every value in it is one that the profile plots.

use crate::flow::{NoGradient, compared, passed_on, why_no_gradient};
use crate::format::ratio;
use crate::lane_marker;
use crate::plot::is_drawable;
use crate::settings::{Moment, lane_name};
use crate::words::surprise::{Surprise, surprise};
use crate::words::{self, Text};
use crate::{LaneView, Snapshot};
use protocol::Lane;

/// The measured sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Whole sentences.
    pub full: Vec<Piece>,
    /// Short sentences, where there is little room.
    pub short: Vec<Piece>,
    /// A sentence about what surprises.
    pub surprise: Option<Surprise>,
}

/// A stretch of a sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// The words, spaces included.
    pub words: String,
    /// Whether it is the measured value, set in bold.
    pub strong: bool,
    /// The run that it speaks of.
    pub lane: Option<Lane>,
}

impl Reading {
    /// The whole sentences as plain text.
    pub fn text(&self) -> String {
        self.full.iter().map(|piece| piece.words.as_str()).collect()
    }

    /// The short form as plain text, which tests read.
    pub fn short_text(&self) -> String {
        self.short.iter().map(|piece| piece.words.as_str()).collect()
    }
}

/// What the latest measurements say about what part of the gradient comes through the first block; before any it says so.
pub fn reading(lanes: &[LaneView]) -> Reading {
    let sentences: Vec<_> = (0..lanes.len()).filter_map(|index| lane_sentence(lanes, index)).collect();
    if sentences.is_empty() {
        let words = Text::NothingMeasuredYet.words();
        return Reading { full: pieces(words, None), short: pieces(words, None), surprise: None };
    }
    let mut steps: Vec<_> = sentences.iter().map(|sentence| sentence.step).collect();
    steps.dedup();
    // The step that is looked at may lie between two measurements.
    let newest = lanes.iter().filter_map(|lane| Some(lane.snapshot.latest()?.step)).max();
    let before = newest.filter(|newest| steps.iter().all(|step| step < newest));
    let mut full = pieces(&words::measured_at(&steps, before), None);
    for (number, sentence) in sentences.iter().enumerate() {
        let follows = number > 0 && sentence.blocks() == sentences[0].blocks();
        let words = sentence.words(follows) + &sentence.loss() + &sentence.before();
        let sign = if sentences.len() > 1 { format!("{} ", lane_marker(sentence.lane)) } else { String::new() };
        full.extend(pieces(&(sign + &words + ". "), Some(sentence.lane)));
    }
    let short = sentences.iter().map(|sentence| pieces(&(sentence.short_words() + ". "), Some(sentence.lane)));
    let mut short: Vec<Piece> = short.flatten().collect();
    for last in [&mut full, &mut short].into_iter().filter_map(|pieces| pieces.last_mut()) {
        last.words.truncate(last.words.trim_end().len());
    }
    Reading { full, short, surprise: surprise(lanes) }
}

/// What is known about one run.
struct LaneSentence {
    lane: Lane,
    name: String,
    short_name: String,
    step: u64,
    /// The first and the last block that pass on a gradient, and its norm.
    ends: Option<[(usize, f64); 2]>,
    /// Why the blocks before, or all of them, pass on none.
    why_none: NoGradient,
    /// The number of classes, if the loss is that of guessing, and whether it was lower before.
    guessing: Option<(usize, bool)>,
}

fn lane_sentence(lanes: &[LaneView], index: usize) -> Option<LaneSentence> {
    let snapshot = lanes[index].snapshot;
    let record = snapshot.measured()?;
    let blocks = Some(passed_on(record).len()).filter(|blocks| *blocks > 0)?;
    let ends = compared(record);
    let first = ends.map(|[(first, _), _]| first);
    let without = first.unwrap_or(blocks);
    Some(LaneSentence {
        lane: lanes[index].lane,
        name: lane_name(lanes, index, false, Moment::Measured).to_string(),
        short_name: lane_name(lanes, index, true, Moment::Measured).to_string(),
        step: record.step,
        ends,
        why_none: why_no_gradient(record, without),
        guessing: guessed_classes(snapshot).map(|classes| (classes, snapshot.has_learnt())),
    })
}

/// The number of classes if, after 50 updates, the smoothed loss is within 2 % of that of guessing.
fn guessed_classes(snapshot: &Snapshot) -> Option<usize> {
    let classes = snapshot.diagram.classes?;
    let loss = snapshot.losses().last().map_or(f64::NAN, |point| f64::from(point.smoothed));
    let guesses = snapshot.updates_done() >= 50 && (loss / (classes as f64).ln() - 1.0).abs() < 0.02;
    guesses.then_some(classes)
}

/// What part of the last block's gradient the first one passes on.
enum PassedOn {
    /// This part of it.
    Part { part: String, blocks: [usize; 2] },
    /// There is no part to speak of: the sentence that says why.
    NoPart(String),
}

impl LaneSentence {
    /// The first and the last block that pass on a gradient.
    fn blocks(&self) -> Option<[usize; 2]> {
        self.ends.map(|ends| ends.map(|(block, _)| block))
    }

    fn passed_on(&self, name: &str) -> PassedOn {
        let Some([(first, first_norm), (last, last_norm)]) = self.ends else {
            return PassedOn::NoPart(words::no_gradient_at_all(name, self.why_none));
        };
        let finite = first_norm.is_finite() && last_norm.is_finite();
        match ratio(first_norm, last_norm) {
            _ if !finite || !is_drawable(last_norm) => PassedOn::NoPart(words::no_part(name, finite)),
            _ if !is_drawable(first_norm) => PassedOn::NoPart(words::passes_on_nothing(name, first)),
            _ if first == last && first > 0 => PassedOn::NoPart(words::passes_on_alone(name, first)),
            Some(part) => PassedOn::Part { part, blocks: [first, last] },
            None => PassedOn::NoPart(words::no_part(name, finite)),
        }
    }

    fn words(&self, follows: bool) -> String {
        match self.passed_on(&self.name) {
            PassedOn::Part { part, blocks: [_, last] } if follows => words::passes_on_too(&self.name, &part, last),
            PassedOn::Part { part, blocks } => words::passes_on(&self.name, &part, blocks),
            PassedOn::NoPart(why) => why,
        }
    }

    fn short_words(&self) -> String {
        match self.passed_on(&self.short_name) {
            PassedOn::Part { part, blocks } => words::passes_on_short(&self.short_name, &part, blocks),
            PassedOn::NoPart(why) => why,
        }
    }

    /// Why the blocks before the first that passes on a gradient do not, as a sentence of its own.
    fn before(&self) -> String {
        let first = self.blocks().map_or(0, |[first, _]| first);
        if first == 0 { String::new() } else { format!(". {}", words::no_gradient_before(first, self.why_none)) }
    }

    fn loss(&self) -> String {
        self.guessing.map(|(classes, again)| words::guessing(classes, again)).unwrap_or_default()
    }
}

/// Splits at `**`, which encloses what is bold.
fn pieces(words: &str, lane: Option<Lane>) -> Vec<Piece> {
    let parts = words.split("**").enumerate().filter(|(_, part)| !part.is_empty());
    parts.map(|(index, part)| Piece { words: part.to_owned(), strong: index % 2 == 1, lane }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{falling, lanes, snapshot, step, trained};
    use protocol::{Column, Event, Measured, Quantity};

    #[test]
    fn before_any_measurement_it_says_so() {
        let (a, b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        assert_eq!(reading(&lanes(&a, &b)).text(), Text::NothingMeasuredYet.words());
        assert_eq!(reading(&[]).short_text(), Text::NothingMeasuredYet.words());
    }

    #[test]
    fn the_sentence_says_what_was_measured() {
        let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
        let joins = |first: f64, last: f64| {
            let mut joins = falling(9, 1.0, 0.1);
            (joins[0], joins[8]) = (first, last);
            joins
        };
        a.apply(step(239, 1.2, &joins(0.0358, 0.0361), true));
        b.apply(step(239, 1.9, &joins(6e-10, 1.86e-3), false));
        let reading = reading(&lanes(&a, &b));
        let expected = "Measured at step 239 · ● Skips open: block 1 passes on 0.99× what block 9 does. \
                        ▲ Skips closed: 3.2·10⁻⁷× what its block 9 does.";
        assert_eq!(reading.text(), expected);
        assert_eq!(reading.short_text(), "Open: 0.99× block 9’s. Closed: 3.2·10⁻⁷× block 9’s.");
        let strong: Vec<_> = reading.full.iter().filter(|piece| piece.strong).collect();
        assert_eq!(strong.len(), 2);
        assert_eq!((strong[1].words.as_str(), strong[1].lane), ("3.2·10⁻⁷×", Some(Lane::B)));
    }

    #[test]
    fn between_two_measurements_the_sentence_says_of_which_step_it_is() {
        let mut run = snapshot(20, 1.0);
        for at in 0..12 {
            let Event::Step(mut record) = step(at, 2.3, &falling(9, 1.0, 0.1), true) else { panic!("a step") };
            if at % 10 > 0 {
                record.measured = Measured::default();
            }
            run.apply(Event::Step(record));
        }
        let text = |run: &Snapshot| reading(&lanes(run, run)[..1]).text();
        assert!(text(&run.until(7)).starts_with("Measured at step 0, the last time before step 7 · "));
        assert!(text(&run.until(10)).starts_with("Measured at step 10 · "));
    }

    #[test]
    fn the_part_is_that_of_the_plotted_numbers() {
        let (a, b) = trained();
        let text = reading(&lanes(&a, &b)).text();
        for run in [&a, &b] {
            let norms = passed_on(run.latest().unwrap());
            let part = ratio(norms[0].unwrap(), norms[8].unwrap()).unwrap();
            assert!(text.contains(&part), "{part}: {text}");
        }
        assert!(text.contains("Skips closed") && text.contains("the loss stays at ln 10"));
        assert_eq!(text.matches("the loss stays").count(), 1);
    }

    #[test]
    fn a_network_that_had_learnt_is_back_at_guessing() {
        let mut run = snapshot(20, 1.0);
        let train = |run: &mut Snapshot, steps: std::ops::Range<u64>, loss: f64| {
            steps.for_each(|at| run.apply(step(at, loss, &falling(9, 0.036, 0.9), true)));
        };
        train(&mut run, 0..100, 0.1);
        train(&mut run, 100..200, 2.303);
        let other = snapshot(20, 0.0);
        let text = reading(&lanes(&run, &other)[..1]).text();
        assert!(text.contains("the loss is back at ln 10: it guesses"), "{text}");
    }

    #[test]
    fn where_the_first_blocks_pass_on_nothing_the_first_that_does_is_named_and_why() {
        let some = Some(1.0);
        let text = |without: usize, weights: &[Option<f64>]| {
            let Event::Step(mut record) = step(15, 2.3, &falling(4, 1.0, 1e-4), false) else { panic!("a step") };
            record.measured.columns[0].values[..without].fill(None);
            record.measured.columns.push(Column { quantity: Quantity::WeightGradL2, values: weights.to_vec() });
            record.ends.head_weight_grad_l2 = some;
            let mut run = snapshot(20, 0.0);
            run.apply(Event::Step(record));
            reading(&lanes(&run, &run)[..1])
        };
        let reads_images = text(1, &[some; 4]);
        let expected = "Measured at step 15 · Skips closed: block 2 passes on 0.010× what block 4 does. Nothing before block 1 \
                        learns, so that it passes on no gradient.";
        assert_eq!(reads_images.text(), expected);
        assert_eq!(reads_images.short_text(), "Closed: block 2 0.010× block 4’s.");
        let frozen = text(3, &[None, None, some, some]).text();
        let alone = "of all blocks only block 4 passes on a gradient. Nothing before block 3 learns, so that it passes on no \
                     gradient.";
        assert!(frozen.ends_with(alone), "{frozen}");
        assert!(text(2, &[]).text().ends_with("Before block 3 no gradient is recorded."));
        let head_alone = text(4, &[None; 4]).text();
        assert!(head_alone.ends_with("closed: no block learns, so that none passes on a gradient."), "{head_alone}");
        let last_alone = text(4, &[None, None, None, some]).text();
        assert!(last_alone.contains(": nothing before block 4 learns, so that no block passes on a gradient."));
        assert!(text(4, &[]).text().ends_with(": of no block a gradient is recorded that it passes on."));
    }

    #[test]
    fn gradients_without_a_part_are_said_to_have_none() {
        let text = |first: f64, last: f64| {
            let mut run = snapshot(20, 0.0);
            let mut joins = falling(9, 1.0, 0.1);
            (joins[0], joins[8]) = (first, last);
            run.apply(step(0, 2.3, &joins, false));
            reading(&lanes(&run, &snapshot(20, 1.0))[..1]).text()
        };
        assert!(text(0.0, 1.0).contains("passes on nothing"));
        assert!(text(1e-47, 1.0).contains("1.0·10⁻⁴⁷×"));
        assert!(text(f64::NAN, 1.0).contains("not finite"));
        assert!(text(1.0, f64::INFINITY).contains("not finite"));
        assert!(text(0.0, 0.0).contains("the gradient is 0 at the last block too"));
        assert!(text(1.0, 2e-3).contains("500×"));
    }
}
