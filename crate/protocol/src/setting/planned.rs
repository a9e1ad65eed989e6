//! Settings that are planned: a link that has them keeps them, and the page says that this version does not know them.

/// A planned setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// Its name in the URL.
    pub name: &'static str,
    /// The value that this version behaves like, if there is one: of that nothing is said.
    pub usual: &'static str,
}

/// Every planned setting.
pub const PLANNED: &[Planned] = &[
    planned("option_a", "after"),
    planned("fade", ""),
    planned("run", ""),
    planned("source", "browser"),
    planned("engine", "simd128"),
    planned("step", ""),
    planned("lesson", ""),
    planned("lang", "en"),
    planned("keys", "1"),
    planned("lock", ""),
    planned("plot", "grad_in_l2"),
    planned("relative", "0"),
    planned("events", ""),
];

const fn planned(name: &'static str, usual: &'static str) -> Planned {
    Planned { name, usual }
}
