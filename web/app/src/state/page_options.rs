//! The URL parameters that are the page's own, not the run's.

use protocol::SpecError;

/// How the page looks and what it does at first; everything that is not part of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct PageOptions {
    /// Without chrome, to stand in another page.
    pub embed: bool,
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// Trains as soon as it can.
    pub play: bool,
    /// Control groups that are not shown.
    pub hide: Vec<Group>,
    /// For projectors: everything is larger by this factor, 1 to 2.
    pub scale: f64,
    /// The block in focus at first.
    pub block: Option<String>,
    /// Two runs in lock-step.
    pub compare: bool,
    /// The version of the parameters, as the link gave it.
    pub version: Option<String>,
    /// Test hook: the engine panics after the first step.
    pub fault: bool,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self {
            embed: false,
            theme: Theme::Auto,
            play: false,
            hide: Vec::new(),
            scale: 1.0,
            block: None,
            compare: false,
            version: None,
            fault: false,
        }
    }
}

/// The colours of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
    /// As the system.
    #[default]
    Auto,
}

impl Theme {
    /// The name in the URL.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Auto => "auto",
        }
    }
}

/// Controls that can be hidden. Readouts cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Play and pause.
    Play,
    /// The single step.
    Step,
    /// Reset.
    Reset,
    /// Every switch of a shortcut.
    Skips,
    /// The settings behind "More".
    Settings,
    /// The second run.
    Compare,
    /// Light and dark.
    Theme,
    /// Log or linear axis.
    Axis,
}

impl Group {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Play, "play"),
        (Self::Step, "step"),
        (Self::Reset, "reset"),
        (Self::Skips, "skips"),
        (Self::Settings, "settings"),
        (Self::Compare, "compare"),
        (Self::Theme, "theme"),
        (Self::Axis, "axis"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, own)| *own == name).map(|(group, _)| group)
    }

    fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(group, _)| *group == self).map_or("", |(_, name)| name)
    }
}

/// The page's keys, in the order in which a link writes them.
pub const PAGE_KEYS: [&str; 9] = ["compare", "block", "embed", "theme", "scale", "hide", "play", "fault", "v"];

impl PageOptions {
    /// Sets one of [`PAGE_KEYS`] from text; an error if the value was not taken as it is.
    pub fn set(&mut self, key: &str, text: &str) -> Result<(), SpecError> {
        let refuse = |accepted: &str| Err(SpecError::new(key, text, accepted));
        let flag = |slot: &mut bool| match text {
            "1" | "0" | "" => {
                *slot = text == "1";
                Ok(())
            }
            _ => refuse("0 or 1"),
        };
        match key {
            "embed" => return flag(&mut self.embed),
            "play" => return flag(&mut self.play),
            "compare" => return flag(&mut self.compare),
            "theme" => match [Theme::Light, Theme::Dark, Theme::Auto].into_iter().find(|theme| theme.name() == text) {
                Some(theme) => self.theme = theme,
                None => return refuse("light, dark or auto"),
            },
            "scale" => return self.set_scale(text),
            "hide" => return self.set_hide(text),
            "block" => self.block = Some(text.to_owned()).filter(|name| !name.is_empty()),
            "fault" if text == "panic" => self.fault = true,
            "fault" => return refuse("panic"),
            "v" => {
                self.version = Some(text.to_owned());
                if text != "1" {
                    return refuse("1, the version that this page knows");
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn set_scale(&mut self, text: &str) -> Result<(), SpecError> {
        let error = || SpecError::new("scale", text, "a number from 1 to 2");
        let scale = text.trim().parse::<f64>().ok().filter(|scale| !scale.is_nan()).ok_or_else(error)?;
        self.scale = scale.clamp(1.0, 2.0);
        if self.scale == scale { Ok(()) } else { Err(error()) }
    }

    fn set_hide(&mut self, text: &str) -> Result<(), SpecError> {
        let names = || text.split(',').map(str::trim).filter(|name| !name.is_empty());
        self.hide = names().filter_map(Group::named).collect();
        match names().find(|name| Group::named(name).is_none()) {
            None => Ok(()),
            Some(unknown) => {
                let all: Vec<_> = Group::ALL.into_iter().map(|(_, name)| name).collect();
                Err(SpecError::new("hide", unknown, format!("a comma list of {}", all.join(", "))))
            }
        }
    }

    /// The value of one of [`PAGE_KEYS`] as a link writes it; `None` if it is the default.
    pub fn get(&self, key: &str) -> Option<String> {
        let flag = |on: bool| on.then(|| "1".to_owned());
        match key {
            "embed" => flag(self.embed),
            "play" => flag(self.play),
            "compare" => flag(self.compare),
            "theme" => (self.theme != Theme::Auto).then(|| self.theme.name().to_owned()),
            "scale" => (self.scale != 1.0).then(|| self.scale.to_string()),
            "hide" => {
                let names: Vec<_> = self.hide.iter().map(|group| group.name()).collect();
                (!names.is_empty()).then(|| names.join(","))
            }
            "block" => self.block.clone(),
            "fault" => self.fault.then(|| "panic".to_owned()),
            "v" => self.version.clone(),
            _ => None,
        }
    }

    /// The value of one of [`PAGE_KEYS`] that the page uses, defaults included; `None` if it is none.
    pub fn in_force(&self, key: &str) -> Option<String> {
        match key {
            // A link keeps the version that it came with.
            "v" => Some("1".to_owned()),
            "scale" => Some(self.scale.to_string()),
            "theme" => Some(self.theme.name().to_owned()),
            _ => self.get(key),
        }
    }

    /// Whether this group of controls is to be seen.
    pub fn shows(&self, group: Group) -> bool {
        !self.hide.contains(&group)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_and_written_back() {
        let mut options = PageOptions::default();
        let given =
            [("embed", "1"), ("theme", "dark"), ("scale", "1.5"), ("hide", "settings,skips"), ("block", "layer2.0")];
        for (key, text) in given {
            options.set(key, text).unwrap();
            assert_eq!(options.get(key).as_deref(), Some(text));
        }
        assert!(options.embed && !options.shows(Group::Skips) && options.shows(Group::Play));
        assert!(PAGE_KEYS.iter().all(|key| PageOptions::default().get(key).is_none()));
    }

    #[test]
    fn bad_values_are_named() {
        let mut options = PageOptions::default();
        for (key, text) in [("embed", "yes"), ("theme", "pink"), ("scale", "9"), ("hide", "loss"), ("v", "2")] {
            let error = options.set(key, text).unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
        assert_eq!((options.scale, options.theme), (2.0, Theme::Auto));
    }
}
