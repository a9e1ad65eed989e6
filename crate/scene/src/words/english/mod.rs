//! English.

mod complaints;
mod exports;
mod help;
mod lessons;
mod messages;
mod proof;
mod quantities;
mod recordings;
mod settings;
mod sharing;
mod surprises;
mod terms;
mod texts;
mod walk;
mod weights;

use crate::flow::{NoGradient, Plot};
use crate::format::{percent, setting};
use crate::lane_marker;
use crate::plot::Axis;
use protocol::{Damage, DataProblem, DiagramBlock, Fade, Failure, Folded, Lane, Lost, Place, RunSetting, ShortcutKind};

pub use complaints::{accepted, complaint, complaint_of_flag, typed_not_taken, value_not_taken};
pub use exports::{export_as, export_source, export_title, plotted};
pub use help::{DOING, Gloss, KEYS, failure_details, this_copy, this_copy_of};
pub use lessons::{
    RIGHT_WITHIN, leads_to, lesson_fault, lesson_goes, lesson_not_taken, lesson_too_large, lesson_unreachable,
    lesson_where, runs_of_step, see_it, sketch_block, sketch_drawn, sketch_empty, sketch_gap, sketch_title,
    sketch_value, takes_about, waits_about, wanted,
};
pub use messages::{message, message_field, refusal};
pub use proof::{proof_joins, proof_of, proof_progress, proof_result, relative_error, slope, unchecked};
pub use quantities::{explained, quantity};
pub use recordings::{
    agreement, close_run, file_fault, kilobytes, not_inside, open_run, overlaid, overlaid_table, question_recorded,
    recording_fault, recording_origin, recording_unreachable, relative_depth, runs_open, saved_until, show_as,
    too_many_runs,
};
pub use settings::{
    SettingWords, activation, augment, branch_layers, family, ground, image_size, init, labels, merge, needs_compare,
    network, network_short, no_choice, norm, not_available, not_now, option_a, order, order_short, seed, setting_words,
    settings, settings_no_json, stochastic_depth, unknown_parameters, value, width,
};
pub use sharing::{bibtex, citation, copy, frame};
pub use surprises::{
    DeathCause, after_change, dead_network, exploding_start, first_above_last, flat_start, jump_of_the_loss,
    learnt_and_small, lost_loss, never_finite, open_and_still_vanishing, signal_dies_forwards, training_above_held_out,
    what_is, what_was,
};
pub use terms::Term;
pub use texts::Text;
pub use walk::{Said, walk_begins, walk_changed, walk_pace, walk_part, walk_said, walk_title};
pub use weights::{
    from_file, save, starts_from, weights_need, weights_not_taken, weights_of, weights_problem, weights_renamed,
    weights_to_save,
};

/// Block numbers count from 1.
pub fn block(index: usize) -> String {
    format!("block {}", index + 1)
}

/// How a run's shortcuts stand: all open, all closed, all at one strength, or a number of them open.
pub enum SkipState {
    /// There are none.
    Absent,
    /// All at strength 1.
    Open,
    /// All at strength 0.
    Closed,
    /// All at the same other strength.
    At(String),
    /// Some at strength 0, the others not.
    Some {
        /// How many are not at 0.
        open: usize,
        /// How many there are.
        of: usize,
    },
    /// None at 0, not all the same.
    Mixed,
    /// They closed step by step while the run went on.
    FadedOut,
    /// Otherwise after a while than at first.
    Changed,
}

/// A run's name by its shortcuts, as in "skips open".
pub fn skips(state: &SkipState) -> String {
    match state {
        SkipState::Absent => Text::NoShortcuts.words().to_owned(),
        SkipState::Open => "skips open".to_owned(),
        SkipState::Closed => "skips closed".to_owned(),
        SkipState::At(strength) => format!("skips at {strength}"),
        SkipState::Some { open, of } => format!("{open} of {of} skips open"),
        SkipState::Mixed => "skips partly open".to_owned(),
        SkipState::FadedOut => "skips faded out".to_owned(),
        SkipState::Changed => "skips changed".to_owned(),
    }
}

/// How a run's shortcuts stand, in one word, where there is little room.
pub fn skips_short(state: &SkipState) -> String {
    match state {
        SkipState::Absent => Text::PlainShort.words().to_owned(),
        SkipState::Open => "open".to_owned(),
        SkipState::Closed => "closed".to_owned(),
        SkipState::At(strength) => format!("at {strength}"),
        SkipState::Some { open, of } => format!("{open}/{of} open"),
        SkipState::Mixed => "partly".to_owned(),
        SkipState::FadedOut | SkipState::Changed => "changed".to_owned(),
    }
}

/// Strengths of runs of neighbouring blocks, for the settings line: `(first, last, strength)`, numbered from 1.
pub fn skip_runs(runs: &[(usize, usize, f64)]) -> String {
    let strength = |a: f64| match a {
        1.0 => "on".to_owned(),
        0.0 => "off".to_owned(),
        other => strength(other),
    };
    let span = |first: usize, last: usize| if first == last { first.to_string() } else { format!("{first}–{last}") };
    match runs {
        [] => "no skips".to_owned(),
        [(_, _, only)] => format!("skips {}", strength(*only)),
        [(first, last, a), rest @ ..] => {
            let block = if first == last { "block" } else { "blocks" };
            let others = rest.iter().map(|(first, last, a)| format!(", {} in {}", strength(*a), span(*first, *last)));
            format!("skips {} in {block} {}{}", strength(*a), span(*first, *last), others.collect::<String>())
        }
    }
}

/// What part of the last block's gradient the first one passes on, as a factor. `**` encloses what is set
/// in bold.
pub fn passes_on(run: &str, part: &str, [first, last]: [usize; 2]) -> String {
    format!("{}: {} passes on **{part}** what {} does", capital(run), block(first), block(last))
}

/// What part the first block passes on, for the second run of a comparison: shorter, since the first run's sentence said of what.
pub fn passes_on_too(run: &str, part: &str, last: usize) -> String {
    format!("{}: **{part}** what its {} does", capital(run), block(last))
}

/// What part the first block passes on, as a short sentence of its own.
pub fn passes_on_short(run: &str, part: &str, [first, last]: [usize; 2]) -> String {
    let own = if first == 0 { String::new() } else { format!("{} ", block(first)) };
    format!("{}: {own}**{part}** {}’s", capital(run), block(last))
}

/// In place of a part: the first block's gradient is 0.
pub fn passes_on_nothing(run: &str, first: usize) -> String {
    format!("{}: {} passes on **nothing**, its gradient is exactly 0", capital(run), block(first))
}

/// In place of a part: no other block passes on a gradient.
pub fn passes_on_alone(run: &str, only: usize) -> String {
    format!("{}: of all blocks only {} passes on a gradient", capital(run), block(only))
}

/// In place of a part: no block passes on a gradient.
pub fn no_gradient_at_all(run: &str, why: NoGradient) -> String {
    let why = match why {
        NoGradient::FirstThatLearns(own) => {
            &format!("nothing before {} learns, so that no block passes on a gradient", block(own))
        }
        NoGradient::NoneLearns => "no block learns, so that none passes on a gradient",
        NoGradient::NotRecorded => "of no block a gradient is recorded that it passes on",
    };
    format!("{}: {why}", capital(run))
}

/// Why the blocks before this one pass on no gradient.
pub fn no_gradient_before(first: usize, why: NoGradient) -> String {
    match why {
        NoGradient::FirstThatLearns(own) => {
            format!("Nothing before {} learns, so that it passes on no gradient", block(own))
        }
        NoGradient::NoneLearns | NoGradient::NotRecorded => format!("Before {} no gradient is recorded", block(first)),
    }
}

/// In place of a part: there is nothing to compare with.
pub fn no_part(run: &str, finite: bool) -> String {
    let why =
        if finite { "the gradient is **0** at the last block too" } else { "the gradient is **not finite** any more" };
    format!("{}: {why}", capital(run))
}

/// Added when the smoothed loss has not left that of guessing, or has come back to it.
pub fn guessing(classes: usize, again: bool) -> String {
    let [is, still] = if again { ["is back", ""] } else { ["stays", " still"] };
    format!(", and the loss {is} at ln {classes}: it{still} guesses")
}

/// Which measurement the sentences that follow speak of, and of which step that was the last one.
pub fn measured_at(steps: &[u64], before: Option<u64>) -> String {
    let before = before.map(|step| format!(", the last time before step {}", crate::format::thousands(step)));
    format!("Measured {}{} · ", at_steps(steps), before.unwrap_or_default())
}

/// The river's scale.
pub fn river_scale(largest: &str) -> String {
    format!("full = {largest}")
}

/// The scale of the signal while it goes forward in slow motion.
pub fn signal_scale(largest: &str) -> String {
    format!("signal: full = {largest}")
}

/// A summary of one run's profile: what is shown, at the last block, at the first one.
pub fn profile_summary(run: &str, what: Plot, last: usize, at_last: &str, at_first: &str) -> String {
    let [title, over] = plot_words(what);
    format!("{}: {title}{over} {at_last} at block {last}, {at_first} at block 1.", capital(run))
}

/// What profile and history show, and over what.
fn plot_words(plot: Plot) -> [&'static str; 2] {
    [quantity(plot.quantity).title, if plot.is_relative() { " relative to the last block" } else { "" }]
}

/// A summary of one run's branches used.
pub fn branches_summary(run: &str, step: &str, branches: &str, of: usize) -> String {
    format!("{}: the gradient goes through {branches} of {of} branches at step {step}.", capital(run))
}

/// The number of branches used at the end of its line.
pub fn branches_label(branches: &str, of: usize) -> String {
    format!("{branches} of {of}")
}

/// A summary of one run's loss.
pub fn loss_summary(run: &str, step: &str, loss: &str, held_out: Option<&str>) -> String {
    let held_out = held_out.map(|share| format!(", held-out accuracy {share}")).unwrap_or_default();
    format!("{}: smoothed loss {loss} at step {step}{held_out}.", capital(run))
}

/// A change of the shortcuts on the time charts; `index` is the block's, or none for all.
pub fn skip_mark(index: Option<usize>, to: f64) -> String {
    let state = match to {
        1.0 => "open".to_owned(),
        0.0 => "closed".to_owned(),
        other => format!("at {}", setting(other)),
    };
    index.map_or_else(|| format!("skips {state}"), |index| format!("{} {state}", block(index)))
}

/// The shortcuts begin to fade out, until this step.
pub fn fade_mark(to: u64) -> String {
    format!("skips fade until {}", crate::format::thousands(to))
}

/// Between which steps the shortcuts fade out.
pub fn fade(fade: Fade) -> String {
    format!("skips fade out in steps {}–{}", crate::format::thousands(fade.from), crate::format::thousands(fade.to))
}

/// A change of a live setting on the time charts.
pub fn setting_mark(setting: RunSetting, to: &str) -> String {
    format!("{} {to}", setting.name())
}

/// How a run's shortcuts stand, and since when.
pub fn since(state: &str, step: u64) -> String {
    format!("{state} since step {}", crate::format::thousands(step))
}

/// Since which step, under the name of a run.
pub fn since_short(step: u64) -> String {
    format!("since {}", crate::format::thousands(step))
}

/// That the switches are in force from the next step on; short where there is little room.
pub fn next_step(short: bool) -> String {
    if short { "next step".to_owned() } else { " from the next step on".to_owned() }
}

/// A step of the past is looked at, of so many.
pub fn looks_back(step: &str, all: &str) -> String {
    format!("looking back: step {step} of {all}")
}

/// The step of a recording that is shown, and its last one where there is room.
pub fn recorded_step(step: &str, last: Option<&str>) -> String {
    last.map_or_else(|| format!("step {step}"), |last| format!("step {step} of {last}"))
}

/// Several changes at the same step.
pub fn many_marks(count: usize) -> String {
    format!("{count} changes")
}

/// How far a run is: updates done, and the budget where there is room.
pub fn progress(done: &str, of: Option<&str>) -> String {
    of.map_or_else(|| format!("{done} steps"), |of| format!("{done} of {of} steps"))
}

/// A run that catches up with the other one.
pub fn catches_up(run: Lane, with: &str) -> String {
    format!("{} catches up with {with}", lane_marker(run))
}

/// A block in the diagram, for those who do not see it: "Block 3 of 9, skip open, gradient passed on 2.1e-03, 64 %
/// over the skip". A block without a shortcut has no strength.
pub fn block_label(
    number: usize,
    of: usize,
    strength: Option<f64>,
    gradient: Option<&str>,
    share: Option<&str>,
) -> String {
    let shortcut = match strength {
        None => String::new(),
        Some(1.0) => ", skip open".to_owned(),
        Some(0.0) => ", skip closed".to_owned(),
        Some(other) => format!(", skip at {}", setting(other)),
    };
    let gradient = gradient.map(|norm| format!(", gradient passed on {norm}")).unwrap_or_default();
    let share = share.map(|share| format!(", {share} over the skip")).unwrap_or_default();
    format!("Block {number} of {of}{shortcut}{gradient}{share}")
}

/// The stem or the head in the diagram, for those who do not see it.
pub fn end_label(place: Place, gradient: Option<&str>) -> String {
    let way = if place == Place::Stem { "arriving" } else { "passed on" };
    let gradient = gradient.map(|norm| format!(", gradient {way} {norm}")).unwrap_or_default();
    format!("{}{gradient}", place_title(place))
}

/// The name of a switch.
pub fn switch_label(number: usize) -> String {
    format!("Skip of block {number}")
}

/// That a chart has nothing to show yet.
pub fn unmeasured(updates: u64) -> String {
    if updates == 0 {
        return Text::NothingMeasuredYet.words().to_owned();
    }
    format!("Not measured up to step {}.", crate::format::thousands(updates))
}

/// The mean number of branches on a path, as it is or by the bound.
pub fn mean_path(bound: bool, mean: &str) -> String {
    format!("{} {mean}", if bound { "bound: mean" } else { "mean" })
}

/// Through how many branches the gradient of a run goes on average.
pub fn paths_summary(run: Lane, bound: bool, step: u64, mean: &str, blocks: usize) -> String {
    let what = if bound { "by the upper bound" } else { "as it is" };
    let (run, step) = (run.name().to_uppercase(), crate::format::thousands(step));
    format!("Run {run} at step {step}: {what} the gradient goes through {mean} of {blocks} branches on average.")
}

/// The accuracy at the end of a sweep's line: that with the strengths as they are.
pub fn at_full(accuracy: &str) -> String {
    format!("at 1×: {accuracy}")
}

/// The accuracies of a sweep.
pub fn sweep_summary(run: Lane, updates: u64, listed: &str) -> String {
    let (run, updates) = (run.name().to_uppercase(), crate::format::thousands(updates));
    format!("Run {run} after {updates} updates: {listed}.")
}

/// What accuracy is lost without each block.
pub fn ablation_summary(run: Lane, updates: u64, listed: &str) -> String {
    let (run, updates) = (run.name().to_uppercase(), crate::format::thousands(updates));
    format!("Run {run} after {updates} updates loses without {listed}.")
}

/// What a slider sets.
pub fn strength_of(name: &str) -> String {
    format!("Strength of {}", name.replacen(|first: char| first.is_uppercase(), &name[..1].to_lowercase(), 1))
}

/// How strong skips are: "0.5", or from the least to the most.
pub fn strengths(strengths: &[f64]) -> String {
    let (least, most) = strengths.iter().fold((f64::INFINITY, 0.0f64), |(a, b), own| (a.min(*own), b.max(*own)));
    if strengths.is_empty() {
        return String::new();
    }
    if least == most { strength(least) } else { format!("{}–{}", strength(least), strength(most)) }
}

/// A strength to three digits: one that fades has as many as there are steps.
pub fn strength(a: f64) -> String {
    setting((a * 1000.0).round() / 1000.0)
}

/// What the button does that fades skips out.
pub fn fade_over(steps: u64) -> String {
    format!("Fade the skips out over {} steps", crate::format::thousands(steps))
}

/// What a fold of skips into the weights changed of the answers.
pub fn folded(run: Option<Lane>, folded: &Folded) -> String {
    let run = run.map(|run| format!("{} ", lane_marker(run))).unwrap_or_default();
    let closed = format!("{run}The skips are folded into the weights and closed");
    let step = crate::format::thousands(folded.step);
    let Some(logits) = folded.logits else { return format!("{closed}, from step {step} on.") };
    let [difference, largest] = [logits.difference, logits.largest].map(crate::format::number);
    format!("{closed}: at step {step} no logit changed by more than {difference} (the largest is {largest}).")
}

/// The name of a control where another run has one like it: "All skips, run B".
pub fn of_run(name: &str, run: Option<Lane>) -> String {
    run.map_or_else(|| name.to_owned(), |run| format!("{name}, run {}", run.name().to_uppercase()))
}

/// The name of the button that puts a notice away.
pub fn close(sentence: &str) -> String {
    format!("{}: {sentence}", Text::Close.words())
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A number of blocks.
pub fn blocks(count: usize) -> String {
    format!("{count} block{}", if count == 1 { "" } else { "s" })
}

/// What the axis of blocks is, and which overlaid runs have another number of blocks.
pub fn block_axis(stretched: &[usize]) -> String {
    let axis = Text::BlockAxis.words();
    if stretched.is_empty() {
        return axis.to_owned();
    }
    let numbers: Vec<String> = stretched.iter().map(usize::to_string).collect();
    format!("{axis}; {}: relative depth", list(&numbers, "and"))
}

/// A stage of the network, with the height and width of its images where there is room.
pub fn stage(number: usize, size: Option<[usize; 2]>) -> String {
    size.map_or_else(|| format!("stage {number}"), |[height, width]| format!("stage {number} · {height}×{width}"))
}

/// The smoothed loss at the end of its line; short where there is little room.
pub fn loss_label(loss: &str, short: bool) -> String {
    format!("{} {loss}", if short { "smooth" } else { "smoothed" })
}

/// The held-out accuracy at the end of its line; of one that is not of now it says after how many updates it was taken.
pub fn held_out_label(share: &str, outdated_at: Option<&str>) -> String {
    match outdated_at {
        Some(updates) => format!("{share} at {updates}"),
        None => format!("held-out {share}"),
    }
}

/// After how many updates something was measured.
pub fn after(updates: u64) -> String {
    format!("after {}", crate::format::thousands(updates))
}

/// The steps that numbers are of, one a run where they differ.
pub fn at_steps(at: &[u64]) -> String {
    let steps: Vec<_> = at.iter().map(|step| crate::format::thousands(*step)).collect();
    format!("at step{} {}", if at.len() > 1 { "s" } else { "" }, list(&steps, "and"))
}

/// Up to which steps numbers go, one a run where they differ.
pub fn up_to_steps(to: &[u64]) -> String {
    at_steps(to).replacen("at", "up to", 1)
}

/// "a", "a and b", "a, b and c".
fn list(words: &[impl AsRef<str>], and: &str) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {and} {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

/// Characters of a value that somebody gave, at most; what goes on after them is not read by anybody.
const MOST_CHARACTERS: usize = 60;

/// A text of somebody else, at a length that can be read.
fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let start: String = text.chars().take(MOST_CHARACTERS / 2).collect();
    format!("{start}… ({} characters)", crate::format::thousands(text.chars().count() as u64))
}

/// Names that somebody gave: the first of them, if there are many.
fn few(names: &[impl AsRef<str>]) -> String {
    const MOST: usize = 5;
    let mut words: Vec<_> = names.iter().take(MOST).map(|name| cut(name.as_ref())).collect();
    if names.len() > MOST {
        words.truncate(MOST - 1);
        words.push(format!("{} more", names.len() - (MOST - 1)));
    }
    list(&words, "and")
}

/// The worker is dead; `why` is its panic's text, or nothing.
pub fn worker_died(why: &str) -> String {
    let why = why.trim().trim_end_matches('.').replace('\n', " ");
    let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
    format!("The engine stopped unexpectedly{why}; what was measured is kept.")
}

/// Why a run cannot begin or go on.
pub fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Settings(wrong) => format!("These settings cannot be used: {}.", complaint(wrong)),
        Failure::Memory { model, width, batch, image: [height, image_width], needed, available } => {
            let gigabytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
            format!(
                "{model} of width {width} with batch {batch} of {height}×{image_width} images needs about {:.1} GB to \
                 train, and there is room for {:.1} GB: choose a smaller depth, width, image size or batch.",
                gigabytes(*needed),
                gigabytes(*available),
            )
        }
        Failure::Data { file, problem: DataProblem::Status(status) } => {
            format!("The data file {file} could not be loaded (status {status}).")
        }
        Failure::Data { file, problem: DataProblem::Unreachable(why) } => {
            format!("The data file {file} could not be loaded ({why}).")
        }
        Failure::Data { problem: DataProblem::NotInTheFile, .. } => {
            "These images are not in this file: headwater-full.html holds every data set.".to_owned()
        }
        Failure::Data { file, problem: DataProblem::Damaged(damage) } => {
            format!("The data file {file} cannot be used: {}.", self::damage(damage))
        }
        Failure::Internal(what) => {
            format!("The engine stopped by a mistake of its own: {what}; please reload the page.")
        }
    }
}

/// What is wrong with a data file.
fn damage(damage: &Damage) -> String {
    match damage {
        Damage::Manifest { line, column } => format!("it cannot be read from line {line}, column {column} on"),
        Damage::NoImages => "it names no training images or no held-out ones".to_owned(),
        Damage::Compression => "it is cut or damaged".to_owned(),
        Damage::Foreign => "it is not a data file of this program, or cut".to_owned(),
        Damage::Sizes { found, expected } => {
            format!("it is of other sizes than its manifest says ({found:?}, not {expected:?})")
        }
        Damage::Length => "it is cut".to_owned(),
        Damage::Label(label) => format!("it is damaged: its label {label} is no class"),
    }
}

/// The loss or a gradient is not a finite number; `place` is where the first such number arises; `run` is given where there
/// are two.
pub fn not_finite(lost: Lost, step: u64, place: Place, run: Option<Lane>) -> String {
    let place = match place {
        Place::Stem => "before the first block".to_owned(),
        Place::Block(index) => format!("in {}", block(index)),
        Place::Head => "after the last block".to_owned(),
    };
    let lost = match lost {
        Lost::Loss => "loss",
        Lost::Gradient => "gradient",
    };
    let run = run.map(|run| format!(" of {}", lane_marker(run))).unwrap_or_default();
    format!(
        "The {lost}{run} at step {step} is not a finite number, and the first such number arises {place}: a smaller learning \
         rate or batch norm usually helps; what was measured is kept."
    )
}

/// A step was left out, and those like it will be; `run` is given where there are two.
pub fn without_update(step: u64, run: Option<Lane>) -> String {
    let run = run.map(|run| format!(" of {}", lane_marker(run))).unwrap_or_default();
    format!(
        "The loss{run} at step {step} is not a finite number: such steps make no update. A smaller learning rate or batch \
         norm usually helps."
    )
}

/// The button that begins a run again with this learning rate.
pub fn again_with(rate: f64) -> String {
    format!("Again with learning rate {rate}")
}

/// A run that a reset or a new run ended is kept.
pub fn run_kept(updates: u64) -> String {
    format!("Your run of {} is put aside, whole.", steps(updates))
}

/// A second run that nobody compares with any more is let go.
pub fn run_let_go(updates: u64) -> String {
    format!("The second run, of {}, is let go; “Compare” makes it again, step by step the same.", steps(updates))
}

/// With what a program computes: its threads, or the graphics card.
pub fn engine_of(device: &str, threads: usize) -> String {
    match (device, threads) {
        ("cpu", 1) => "1 thread".to_owned(),
        ("cpu", _) => format!("{threads} threads"),
        _ => device.to_owned(),
    }
}

/// The program that serves the page, with what it computes.
pub fn this_computer(engine: &str) -> String {
    format!("this computer: {engine}")
}

fn steps(updates: u64) -> String {
    if updates == 1 { "one step".to_owned() } else { format!("{updates} steps") }
}

/// What the network takes an image for, and how sure it is; told by a sign and a word, whatever the colour.
pub fn image_answer(is_right: bool, class: &str, share: &str) -> String {
    if is_right { format!("✓ right, {share}") } else { format!("✗ wrong: {class}, {share}") }
}

/// Steps a second.
pub fn pace(number: &str, short: bool) -> String {
    if short { format!("{number}/s") } else { format!("{number} {}", Text::StepsPerSecond.words()) }
}

/// What part of a step's time measuring takes.
pub fn measuring(share: &str) -> String {
    format!("{} {share}", Text::MeasuringShare.words())
}

/// Where a step stands that is under way: `done` of its parts are done. The parts are the stem, each block forward, the
/// head, each block backward, the stem again, the analyses and the update.
pub fn step_part(done: usize, blocks: usize) -> String {
    match done {
        0 => "stem, forward".to_owned(),
        _ if done <= blocks => format!("block {done} of {blocks}, forward"),
        _ if done <= blocks + 1 => "head".to_owned(),
        _ if done <= 2 * blocks + 1 => format!("block {} of {blocks}, backward", 2 * blocks + 2 - done),
        _ if done <= 2 * blocks + 2 => "stem, backward".to_owned(),
        _ if done <= 2 * blocks + 3 => "measuring".to_owned(),
        _ => "update".to_owned(),
    }
}

/// Where an evaluation stands that is under way.
pub fn evaluation_part(share: &str) -> String {
    format!("held-out images, {share}")
}

/// Through how many branches the gradient goes on average, in runs of so many: what stands before the numbers.
pub fn effective_depth() -> &'static str {
    "gradient takes on average"
}

/// What stands after the number of that run.
pub fn of_branches(blocks: &[usize], run: usize) -> String {
    let is_last = run + 1 == blocks.len();
    let is_shared = blocks.iter().all(|own| *own == blocks[0]);
    match (is_last, is_shared) {
        (true, _) => format!("of {} branches", blocks[run]),
        (false, true) => String::new(),
        (false, false) => format!("of {}, ", blocks[run]),
    }
}

/// A step of a run.
pub fn step(step: u64) -> String {
    format!("step {}", crate::format::thousands(step))
}

/// A summary of the history.
pub fn history_summary(plot: Plot, blocks: usize, (first, last): (u64, u64), axis: &Axis) -> String {
    let [title, over] = plot_words(plot);
    let colours = match axis {
        Axis::Log(decades) => format!("1e{} to 1e{}", decades.low, decades.high),
        _ => format!("{} to {}", percent(0.0), percent(1.0)),
    };
    format!(
        "{}{over} of each of {blocks} blocks at steps {first} to {last}, coloured from {colours}; of steps that share a \
         column of pixels it shows the one that differs most.",
        capital(title)
    )
}

/// The list of one run's blocks.
pub fn lane_list(lane: &str) -> String {
    format!("Blocks of run {}, from the input to the loss", lane.to_uppercase())
}

/// The title of what is known about one place.
pub fn place_title(place: Place) -> String {
    match place {
        Place::Stem => capital(Text::Stem.words()),
        Place::Head => capital(Text::Head.words()),
        Place::Block(index) => capital(&block(index)),
    }
}

/// What is known about the stem or the head.
pub fn end_facts(place: Place) -> &'static str {
    match place {
        Place::Stem => "what stands before block 1: it makes of the image what the blocks work on",
        Place::Head => "what follows the last block: it makes of the blocks' output a score for each class",
        Place::Block(_) => "",
    }
}

/// What is known about a block: its name, shapes, shortcut and parameters.
pub fn block_facts(block: &DiagramBlock) -> String {
    let shape = |shape: [usize; 3]| match shape {
        [features, 1, 1] => features.to_string(),
        [channels, height, width] => format!("{channels}×{height}×{width}"),
    };
    let change = block.shapes.map_or_else(String::new, |[input, output]| {
        if input == output { shape(output) } else { format!("{} → {}", shape(input), shape(output)) }
    });
    let shortcut = match block.shortcut {
        ShortcutKind::OptionA => " (option A)",
        ShortcutKind::Projection => " (projection)",
        ShortcutKind::None | ShortcutKind::Identity => "",
    };
    let parameters = block.parameters.map(|count| format!("{} parameters", crate::format::thousands(count as u64)));
    let change = Some(change + shortcut).filter(|part| !part.is_empty());
    // Where nothing is known but names, it is said what these stand for.
    let around = block.shapes.is_none().then(|| around(block.shortcut).to_owned());
    let parts = [Some(block.name.clone()), block.module.clone(), around.or(change), parameters];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What goes around the branch of a block from elsewhere.
fn around(shortcut: ShortcutKind) -> &'static str {
    match shortcut {
        ShortcutKind::None => "no skip",
        ShortcutKind::Identity => "identity skip",
        ShortcutKind::OptionA | ShortcutKind::Projection => "projection skip",
    }
}

/// The caption of a table of the present profile.
pub fn table_caption(list: &str, at: Option<u64>) -> String {
    at.map_or_else(|| format!("{list}: nothing measured yet"), |at| format!("{list}, at {}", step(at)))
}

/// Which initial parameters a run has, and which build computes it.
pub fn parameter_hash(hash: &str, build: &str) -> String {
    format!("Initial parameters {hash} · build {build}")
}
