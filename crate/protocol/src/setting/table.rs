//! What all settings have in common, whichever struct holds them: their names, where they are accepted, their defaults.

use super::{Kind, PageOptions, PageSetting, ProgramOptions, ProgramSetting, RunSetting, RunSpec, Setting, page, run};
use crate::Reason;
use serde::{Deserialize, Serialize};

/// Which setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Id {
    /// One of a run: it is in the recording's header, and `NAME_b` is the second run's.
    Run(RunSetting),
    /// One of the page: how it looks and what it does at first.
    Page(PageSetting),
    /// One of the program alone.
    Program(ProgramSetting),
}

impl Id {
    /// The name in the URL and in the header; the program's flag is the same with `-` for `_`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run(setting) => setting.name(),
            Self::Page(setting) => setting.name(),
            Self::Program(setting) => setting.name(),
        }
    }
}

/// A command of the program that takes settings as flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subcommand {
    /// `headwater models`.
    Models,
    /// `headwater probe`.
    Probe,
    /// `headwater train`.
    Train,
    /// `headwater data`.
    Data,
    /// `headwater check`.
    Check,
    /// `headwater export`.
    Export,
    /// `headwater report`.
    Report,
    /// `headwater sweep`.
    Sweep,
    /// `headwater serve`.
    Serve,
}

impl Subcommand {
    pub(super) const NONE: &'static [Self] = &[];
    pub(super) const NETWORKS: &'static [Self] = &[Self::Models, Self::Probe, Self::Train];
    pub(super) const SIZED: &'static [Self] = &[Self::Models, Self::Probe, Self::Train, Self::Data];
    pub(super) const SHAPES: &'static [Self] = &[Self::Models, Self::Probe];
    pub(super) const RUNS: &'static [Self] = &[Self::Probe, Self::Train];
    pub(super) const COMPUTES: &'static [Self] = &[Self::Probe, Self::Train, Self::Sweep, Self::Serve];
    pub(super) const SWEEP: &'static [Self] = &[Self::Sweep];
    pub(super) const PROBE: &'static [Self] = &[Self::Probe];
    pub(super) const TRAIN: &'static [Self] = &[Self::Train];
    pub(super) const PRINTS_JSON: &'static [Self] = &[Self::Models, Self::Probe, Self::Train, Self::Data, Self::Check];
    pub(super) const EXPORT: &'static [Self] = &[Self::Export];
    pub(super) const WRITES_A_FILE: &'static [Self] = &[Self::Data, Self::Export, Self::Report, Self::Sweep];
    pub(super) const SERVE: &'static [Self] = &[Self::Serve];
}

/// A setting that is planned: a link that has it keeps it, and the page says that this version does not know it. It stands
/// in the file of the struct that will hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name in the URL.
    pub name: &'static str,
    /// The value that this version behaves like, if there is one: of that nothing is said.
    pub usual: &'static str,
}

impl Planned {
    pub(super) const fn new(name: &'static str, usual: &'static str) -> Self {
        Self { name, usual }
    }
}

/// Every planned setting.
pub fn planned() -> impl Iterator<Item = &'static Planned> {
    run::PLANNED.iter().chain(page::PLANNED)
}

/// What a setting belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A run: a URL parameter, a field of the form, a flag, a field of the header.
    Run,
    /// The page: a URL parameter.
    Page,
    /// The program: a flag.
    Program,
    /// Not there yet: a URL parameter that the page names as such.
    Planned,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which setting; `None` if it is planned.
    pub id: Option<Id>,
    /// Its name.
    pub name: &'static str,
    /// What it belongs to.
    pub scope: Scope,
    /// Whether it may change while a run goes on.
    pub live: bool,
    /// What it accepts, as the reason why anything else is not; `None` if it is planned.
    pub accepts: Option<Reason>,
    /// The setting that it is short for.
    pub short_for: Option<Id>,
    /// Its value unless somebody says otherwise, in the page and, for a setting of the program, there.
    pub default: String,
    /// The commands of the program that take it as a flag.
    pub commands: &'static [Subcommand],
}

/// Every setting there is and every one that is planned, in the order in which links and help texts have them.
pub fn entries() -> Vec<Entry> {
    let run = RunSpec::SETTINGS.iter().map(|setting| entry(setting, Scope::Run, &RunSpec::page_default()));
    let page = PageOptions::SETTINGS.iter().map(|setting| entry(setting, Scope::Page, &PageOptions::default()));
    let program =
        ProgramOptions::SETTINGS.iter().map(|setting| entry(setting, Scope::Program, &ProgramOptions::default()));
    let planned = planned().map(|planned| Entry {
        id: None,
        name: planned.name,
        scope: Scope::Planned,
        live: false,
        accepts: None,
        short_for: None,
        default: planned.usual.to_owned(),
        commands: Subcommand::NONE,
    });
    run.chain(page).chain(program).chain(planned).collect()
}

fn entry<S>(setting: &Setting<S>, scope: Scope, default: &S) -> Entry {
    let short_for = match setting.kind {
        Kind::ShortFor { other, .. } => Some(other),
        _ => None,
    };
    Entry {
        id: Some(setting.id),
        name: setting.name(),
        scope,
        live: setting.live,
        accepts: Some(setting.range()),
        short_for,
        default: setting.get(default),
        commands: setting.commands,
    }
}

/// Declares the settings of a struct: an enum of their names, and the table, in one place.
macro_rules! settings {
    (
        $(#[$doc:meta])* $name:ident of $holder:ident in $scope:ident;
        $($variant:ident $text:literal $live:ident $commands:ident $kind:expr;)+
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[allow(missing_docs)]
        pub enum $name { $($variant),+ }

        impl $name {
            /// Every one, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name in the URL and in the header; the program's flag is the same with `-` for `_`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The setting of that name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|setting| setting.name() == name)
            }

            /// What it accepts, how it is read and written.
            pub fn setting(self) -> &'static $crate::setting::Setting<$holder> {
                &$holder::SETTINGS[self as usize]
            }
        }

        impl From<$name> for $crate::setting::Id {
            fn from(setting: $name) -> Self { Self::$scope(setting) }
        }

        impl $holder {
            /// The settings, in the order in which a link writes them.
            pub const SETTINGS: &'static [$crate::setting::Setting<Self>] = &[$($crate::setting::Setting {
                id: $crate::setting::Id::$scope($name::$variant),
                live: settings!(@$live),
                commands: $crate::setting::Subcommand::$commands,
                kind: $kind,
            }),+];
        }
    };
    (@live) => { true };
    (@fixed) => { false };
}
pub(super) use settings;

/// A setting whose value is one of a closed list of names, in a field of that name.
macro_rules! choice_of {
    ($type:ident, $field:ident) => {
        $crate::setting::Kind::Choice {
            names: $type::NAMES,
            get: |holder| holder.$field.name(),
            set: |holder, index| holder.$field = $type::ALL[index],
        }
    };
}
pub(super) use choice_of;

/// A setting that is a whole number, in a field of that name.
macro_rules! whole {
    ($field:ident, $min:literal..=$max:expr) => { whole!($field, $min..=$max, offers []) };
    ($field:ident, $min:literal..=$max:expr, offers [$($offer:literal),*]) => {
        $crate::setting::Kind::Whole {
            min: $min,
            max: $max,
            offers: &[$($offer),*],
            get: |holder| holder.$field as u64,
            set: |holder, value| holder.$field = value as _,
        }
    };
}
pub(super) use whole;

/// A setting that is a number, in a field of that name.
macro_rules! real {
    ($field:ident, $min:literal..=$max:literal) => {
        $crate::setting::Kind::Real {
            min: $min,
            max: $max,
            get: |holder| holder.$field,
            set: |holder, value| holder.$field = value,
        }
    };
}
pub(super) use real;

/// A setting that is yes or no, in a field of that name.
macro_rules! flag {
    ($field:ident) => {
        $crate::setting::Kind::Flag { get: |holder| holder.$field, set: |holder, on| holder.$field = on }
    };
}
pub(super) use flag;
