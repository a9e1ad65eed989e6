//! What is wrong with a recording, in English.

use super::{complaint, cut};
use crate::agreement::{AT_FIRST, Agreement, LATER, LATER_LEAST};
use crate::flow::Plot;
use crate::format::{number, percent, thousands};
use crate::lane_marker;
use protocol::Lane;
use protocol::recording::{Fault, FaultReason, LONGEST_LINE, MOST_BLOCKS, MOST_STEPS, SCHEMA, Wanted};

/// What is wrong with a recording, and where; without a full stop at the end.
pub fn recording_fault(fault: &Fault) -> String {
    let Fault { line, field, reason } = fault;
    let place = match field.as_str() {
        "" => format!("line {}", thousands(*line)),
        field => format!("line {}, {field}", thousands(*line)),
    };
    match reason {
        FaultReason::Empty => "the file is empty: no step was recorded".to_owned(),
        FaultReason::NoRecording => {
            "it is no recording: no line is a header, {\"type\":\"header\",\"schema\":1,…}".to_owned()
        }
        FaultReason::Damaged => format!("{place}: the compressed file is damaged here"),
        FaultReason::Incomplete => format!("{place}: the file ends within it; it is left out"),
        FaultReason::TooLong => format!("{place}: it is longer than {} MB", LONGEST_LINE >> 20),
        FaultReason::NotJson => format!("{place}: it is no JSON object on a line of its own"),
        FaultReason::Missing => format!("{place}: it is missing"),
        FaultReason::Wants(wanted) => format!("{place}: it must be {}", self::wanted(*wanted)),
        FaultReason::Newer(schema) => {
            format!("{place}: it has schema {schema}, and this version reads up to {SCHEMA}: a newer one is needed")
        }
        FaultReason::Lane(name) => format!("{place}: {name:?} is neither \"a\" nor \"b\"; its lines are left out"),
        FaultReason::BeforeHeader => format!("{place}: the header of this lane must come first"),
        FaultReason::SecondHeader => format!("{place}: this lane has a header already"),
        FaultReason::Blocks(found) => {
            format!(
                "{place}: there must be from 1 to {} blocks, not {}",
                thousands(MOST_BLOCKS as u64),
                thousands(*found as u64)
            )
        }
        FaultReason::Length { blocks, found } => {
            format!("{place}: there must be one value for each of {blocks} blocks, not {found}")
        }
        FaultReason::Order { after } => {
            format!("{place}: it must be larger than {}, the step before", thousands(*after))
        }
        FaultReason::TooLarge => format!("{place}: it is larger than {}", thousands(MOST_STEPS)),
        FaultReason::UnknownBlock(name) => format!("{place}: {name:?} is no block of its header"),
        FaultReason::Setting(own) => {
            format!("{place}: {}; the run can be shown, not made again", complaint(own))
        }
        FaultReason::OtherBlocks => {
            format!("{place}: they are not those of the network that spec names; the run can be shown, not made again")
        }
    }
}

/// Up to which step a saved recording has every step, and why not those after it; `bytes` is what the page keeps of a run.
pub fn saved_until(step: u64, bytes: usize) -> String {
    let (step, most) = (thousands(step), bytes / 1_000_000);
    format!(
        "Every step up to {step} is in it, and after that those that the charts show: the page keeps {most} MB of steps a run."
    )
}

fn wanted(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Object => "an object",
        Wanted::List => "a list",
        Wanted::Text => "a text",
        Wanted::Whole => "a whole number from 0 on",
        Wanted::Number => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
        Wanted::NumberOrNull => "a number, \"NaN\", \"Infinity\", \"-Infinity\" or null",
    }
}

/// A recording that could not be fetched; `why` is a status, or what the browser says, which is little where the file is
/// on another site.
pub fn recording_unreachable(address: &str, why: &str, elsewhere: bool) -> String {
    let site = other_site(elsewhere);
    format!("The recording {} could not be fetched: {why}.{site}", cut(address))
}

/// What else it takes where a file is on another site.
pub(super) fn other_site(elsewhere: bool) -> &'static str {
    if elsewhere {
        " It is on another site: that must allow it (Access-Control-Allow-Origin), and so must this page’s policy (connect-src)."
    } else {
        ""
    }
}

/// What is wrong with a file that was opened.
pub fn file_fault(file: &str, fault: &Fault) -> String {
    format!("{file}: {}.", recording_fault(fault))
}

/// More runs than can be open together.
pub fn too_many_runs(file: &str, most: usize) -> String {
    format!("{file}: {most} runs at most are shown together here; the others are left out.")
}

/// What so many recorded runs are asked.
pub fn question_recorded(count: usize) -> String {
    let runs = match count {
        1 => "A run that was recorded".to_owned(),
        2 => "Two runs that were recorded".to_owned(),
        more => format!("{more} runs that were recorded"),
    };
    format!("{runs}. How much of the gradient gets through block 1?")
}

/// How many runs are open.
pub fn runs_open(count: usize) -> String {
    format!("{count} runs are open")
}

/// What the choice of a run as one of the two is.
pub fn show_as(lane: Lane, run: &str) -> String {
    format!("Show as {}: {run}", lane_marker(lane))
}

/// The button that closes one of several runs.
pub fn close_run(run: &str) -> String {
    format!("Close {run}")
}

/// What is known of one of several runs: its file, and how far it goes.
pub fn open_run(file: &str, steps: u64) -> String {
    format!("{file} · {} step{}", thousands(steps), if steps == 1 { "" } else { "s" })
}

/// How a run of this number of blocks is overlaid on profiles of another number.
pub fn relative_depth(blocks: usize) -> String {
    format!(" · {} over relative depth", super::blocks(blocks))
}

/// The runs that are overlaid on a chart that stands alone.
pub fn overlaid(names: &[String]) -> String {
    format!("Thin lines: {}", names.join("; "))
}

/// What the table of the overlaid runs holds.
pub fn overlaid_table(plot: Plot) -> String {
    let [title, over] = super::plot_words(plot);
    format!("{}{over} of the runs that are thin lines", super::capital(title))
}

/// Why a file that comes with the page cannot be had in a page that is one file.
pub fn not_inside() -> &'static str {
    "it is not inside this file"
}

/// The size of a file.
pub fn kilobytes(bytes: u64) -> String {
    format!("{} kB", thousands(bytes.div_ceil(1000)))
}

/// What is open: its file, who wrote it and when.
pub fn recording_origin(file: &str, producer: &str, created: &str) -> String {
    let date = created.get(..10).unwrap_or(created);
    format!("{file} · {producer} · {date}")
}

/// Whether a run that is made again is the recorded one; `run` is its sign where there are two.
pub fn agreement(file: &str, run: &str, own: &Agreement) -> String {
    if !own.begins_alike() {
        return format!(
            "{run}Not the run of {file}: step 0 differs by up to {}, where rounding makes less than {AT_FIRST:e}. Another \
             version made it, or other data.",
            number(own.at_first)
        );
    }
    let begins = format!("{run}The run of {file}, made again: step 0 agrees within {AT_FIRST:e}");
    let Some((step, now, then)) = own.later else { return format!("{begins}.") };
    let [now, then] = [now, then].map(number);
    let at = thousands(step);
    if own.goes_alike() {
        format!(
            "{begins}; smoothed loss {now} at step {at}, recorded {then} (within {} or {LATER_LEAST}: last digits, which differ between \
             processors, grow as it trains).",
            percent(LATER)
        )
    } else {
        format!(
            "{begins}, but at step {at} the smoothed loss is {now}, recorded {then}: further apart than {} and {LATER_LEAST}.",
            percent(LATER)
        )
    }
}
