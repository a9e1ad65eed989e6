//! The settings of the page, which are no run's: the struct that holds them, and their lines of the table. A new one is a
//! field and a line here, its words in `scene`, and what it does in the page.

use super::Kind;
use super::table::{Planned, choice_of, flag, real, settings};
use crate::model::choice;
use crate::{Diagram, Place, Quantity, Reason, complaint};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How the page looks and what it does at first; everything that is not part of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOptions {
    /// Two runs in lock-step; embedded, one unless a link asks for two.
    pub compare: bool,
    /// The block in focus at first; `stem` and `head` are blocks too.
    pub block: Option<String>,
    /// The quantity that profile and history show, one of [`Quantity::PLOTTED`].
    pub plot: Quantity,
    /// Profile and history show it relative to the last block's.
    pub relative: bool,
    /// What the chart under all others shows.
    pub instrument: Instrument,
    /// Without chrome, to stand in another page.
    pub embed: bool,
    /// Light, dark, or what the system has.
    pub theme: Theme,
    /// For projectors: everything is larger by this factor, 1 to 2.
    pub scale: f64,
    /// Control groups that are not shown.
    pub hide: Vec<ControlGroup>,
    /// Trains as soon as it can.
    pub play: bool,
    /// Whether it trains on while nobody sees it.
    pub background: bool,
    /// What computes the runs.
    pub source: ComputedBy,
    /// Whether the page comes from a program that can compute them; no setting, but links then say which of the two does.
    pub served: bool,
    /// Single keys do what buttons do.
    pub keys: bool,
    /// Addresses of recordings that are opened, in place of a run of its own; a link names each with a `run` of its own.
    pub runs: Vec<String>,
    /// The step of the recording that is looked at first.
    pub step: Option<u64>,
    /// The lesson that the page begins with, by its name.
    pub lesson: Option<String>,
    /// Test hook: the engine panics after the first step.
    pub fault: bool,
    /// The version of the parameters, if the link gave it.
    pub version: Option<String>,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self {
            compare: true,
            block: None,
            plot: Quantity::GradInL2,
            relative: false,
            instrument: Instrument::Branches,
            embed: false,
            theme: Theme::Auto,
            scale: 1.0,
            hide: Vec::new(),
            play: false,
            background: false,
            source: ComputedBy::Browser,
            served: false,
            keys: true,
            runs: Vec::new(),
            step: None,
            lesson: None,
            fault: false,
            version: None,
        }
    }
}

choice! {
    /// The colours of the page.
    Theme {
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
        /// What the system has.
        Auto = "auto",
    }
}

choice! {
    /// What computes the page's runs.
    ComputedBy {
        /// The browser.
        Browser = "browser",
        /// The program that serves the page.
        Native = "native",
    }
}

choice! {
    /// What the chart under all others shows.
    Instrument {
        /// Through how many branches the gradient goes, over time.
        Branches = "branches",
        /// What part of it goes through each number of branches.
        Paths = "paths",
        /// Held-out accuracy with all strengths multiplied.
        Sweep = "sweep",
        /// Held-out accuracy without each block.
        Ablation = "ablation",
    }
}

impl Instrument {
    /// What is measured for it while it is shown, beside what is usual.
    pub fn quantities(self) -> &'static [Quantity] {
        match self {
            Self::Branches => &[],
            Self::Paths => &[Quantity::PathEnergy, Quantity::PathBound],
            Self::Sweep => &[Quantity::SweepAccuracy],
            Self::Ablation => &[Quantity::AblationAccuracy],
        }
    }
}

choice! {
    /// Controls that can be hidden. Readouts cannot.
    ControlGroup {
        /// Play and pause.
        Play = "play",
        /// The single step.
        Step = "step",
        /// Reset.
        Reset = "reset",
        /// Every switch of a shortcut.
        Skips = "skips",
        /// The settings behind "More".
        Settings = "settings",
        /// The second run.
        Compare = "compare",
        /// Light and dark.
        Theme = "theme",
        /// Log or linear axis.
        Axis = "axis",
        /// What profile and history show.
        Plot = "plot",
        /// Opening and saving recordings.
        Open = "open",
        /// Their list, the strip of experiments, and the way out of one.
        Lessons = "lessons",
    }
}

/// The last step that can be asked for.
const MOST_STEPS: u64 = 1_000_000_000;
/// The version of the parameters that this page knows.
const VERSION: &str = "1";
/// What `fault` accepts.
const PANIC: &str = "panic";

settings! {
    /// A setting of the page.
    PageSetting of PageOptions in Page;
    Embed "embed" fixed NONE flag!(embed);
    Compare "compare" fixed NONE flag!(compare);
    Block "block" fixed NONE Kind::Text {
        accepts: || Reason::one_of(&[]),
        get: |page| page.block.clone().unwrap_or_default(),
        set: |page, text| {
            page.block = Some(text.to_owned()).filter(|name| !name.is_empty());
            Ok(()).into()
        },
    };
    Plot "plot" fixed NONE Kind::Choice {
        names: &Quantity::PLOTTED_NAMES,
        get: |page| page.plot.name(),
        set: |page, index| page.plot = Quantity::PLOTTED[index],
    };
    Relative "relative" fixed NONE flag!(relative);
    Instrument "instrument" fixed NONE choice_of!(Instrument, instrument);
    Theme "theme" fixed NONE choice_of!(Theme, theme);
    Scale "scale" fixed NONE real!(scale, 1.0..=2.0);
    Hide "hide" fixed NONE Kind::Text {
        accepts: || Reason::list_of(ControlGroup::NAMES),
        get: |page| page.hide.iter().map(|group| group.name()).collect::<Vec<_>>().join(","),
        set: |page, text| set_hide(page, text).into(),
    };
    Play "play" fixed NONE flag!(play);
    Background "background" fixed NONE flag!(background);
    Source "source" fixed NONE choice_of!(ComputedBy, source);
    Keys "keys" fixed NONE flag!(keys);
    Run "run" fixed NONE Kind::Text {
        accepts: || Reason::File,
        get: |page| page.runs.join(" "),
        set: |page, text| {
            // Each adds one; a link that is written names them one by one.
            page.runs.extend(Some(text.to_owned()).filter(|text| !text.is_empty()));
            if text.is_empty() { Err(Reason::File) } else { Ok(()) }.into()
        },
    };
    Step "step" fixed NONE Kind::Text {
        accepts: || Reason::Whole { min: 0, max: MOST_STEPS },
        get: |page| page.step.map(|step| step.to_string()).unwrap_or_default(),
        set: |page, text| {
            page.step = text.parse().ok().filter(|step| *step <= MOST_STEPS);
            if page.step.is_some() { Ok(()) } else { Err(Reason::Whole { min: 0, max: MOST_STEPS }) }.into()
        },
    };
    Lesson "lesson" fixed NONE Kind::Text {
        accepts: || Reason::one_of(&[]),
        get: |page| page.lesson.clone().unwrap_or_default(),
        set: |page, text| {
            page.lesson = Some(text.to_owned()).filter(|name| !name.is_empty());
            Ok(()).into()
        },
    };
    Fault "fault" fixed NONE Kind::Text {
        accepts: || Reason::one_of(&[PANIC]),
        get: |page| if page.fault { PANIC.to_owned() } else { String::new() },
        set: |page, text| {
            page.fault |= text == PANIC;
            if text == PANIC { Ok(()) } else { Err(Reason::one_of(&[PANIC])) }.into()
        },
    };
    Version "v" fixed NONE Kind::Text {
        accepts: || Reason::one_of(&[VERSION]),
        get: |page| page.version.clone().unwrap_or_default(),
        set: |page, text| {
            // A link keeps the version that it came with.
            page.version = Some(text.to_owned());
            if text == VERSION { Ok(()) } else { Err(Reason::one_of(&[VERSION])) }.into()
        },
    };
}

/// Settings of the page that are planned.
pub(super) const PLANNED: &[Planned] =
    &[Planned::new("engine", "simd128"), Planned::new("lang", "en"), Planned::new("lock", "")];

fn set_hide(page: &mut PageOptions, text: &str) -> Result<(), Reason> {
    let names = || text.split(',').map(str::trim).filter(|name| !name.is_empty());
    page.hide = names().filter_map(|name| name.parse().ok()).collect();
    if names().count() == page.hide.len() { Ok(()) } else { Err(Reason::list_of(ControlGroup::NAMES)) }
}

impl PageSetting {
    /// The value as a link writes it; `None` if it is the default.
    pub fn written(self, page: &PageOptions) -> Option<String> {
        let value = self.setting().get(page);
        let is_said = self == Self::Source && page.served;
        (is_said || value != self.setting().get(&PageOptions::usual(page.embed))).then_some(value)
    }

    /// The value that the page uses, to be said where another one was not taken; `None` if there is none to say.
    pub fn in_force(self, page: &PageOptions) -> Option<String> {
        match self {
            Self::Version => Some(VERSION.to_owned()),
            Self::Scale | Self::Theme | Self::Plot => Some(self.setting().get(page)),
            _ => self.written(page),
        }
    }
}

impl PageOptions {
    /// What a page has, alone or embedded, that is asked for nothing else: embedded there is room for one run.
    pub fn usual(embed: bool) -> Self {
        Self { embed: false, compare: !embed, ..Self::default() }
    }

    /// Whether this group of controls is to be seen.
    pub fn shows(&self, group: ControlGroup) -> bool {
        !self.hide.contains(&group)
    }

    /// The place in focus.
    ///
    /// # Errors
    /// If the network has no block of that name.
    pub fn place(&self, diagram: &Diagram) -> Result<Option<Place>, crate::Complaint> {
        let Some(name) = &self.block else { return Ok(None) };
        let names = || Place::all(diagram.blocks.len()).map(|place| diagram.place_name(place).to_owned()).collect();
        diagram.place(name).map(Some).ok_or_else(|| complaint::unknown_block(name, names()))
    }
}
