//! What is often said, and what was found when it was looked at.

use serde::Deserialize;
use serde_json::Error;

/// The sayings of a file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folklore {
    /// The version of the format: 1.
    pub folklore: u64,
    /// In the order in which they are shown.
    pub items: Vec<Saying>,
}

/// A saying.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saying {
    /// What is said.
    pub said: String,
    /// What was found, Markdown.
    pub found: String,
    /// The name of the lesson in which one sees it.
    #[serde(default)]
    pub lesson: Option<String>,
    /// Who found it, and where that stands.
    pub source: String,
}

impl Folklore {
    /// Reads a file of sayings.
    ///
    /// # Errors
    /// What the parser says; of a newer version, or where something is left empty, that.
    pub fn read(text: &str) -> Result<Self, Error> {
        use serde::de::Error as _;
        let read: Self = serde_json::from_str(text)?;
        let is_empty =
            |item: &Saying| [&item.said, &item.found, &item.source].iter().any(|text| text.trim().is_empty());
        match read.items.iter().position(is_empty) {
            _ if read.folklore != 1 => Err(Error::custom(format!("folklore {}, where 1 is read", read.folklore))),
            Some(index) => Err(Error::custom(format!("item {} leaves a text empty", index + 1))),
            None => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"folklore": 1, "items": [
        {"said": "A.", "found": "**No.**", "lesson": "one", "source": "Paper"}, {"said": "B.", "found": "No.", "source": "Paper"}
    ]}"#;

    #[test]
    fn sayings_are_read_and_what_is_none_is_refused() {
        let read = Folklore::read(GOOD).unwrap();
        assert_eq!(read.items.iter().map(|item| item.lesson.as_deref()).collect::<Vec<_>>(), [Some("one"), None]);
        for (good, bad) in [
            (r#""folklore": 1"#, r#""folklore": 2"#),
            (r#""found": "No.", "#, ""),
            (r#""said": "B.""#, r#""said": " ""#),
            (r#""source": "Paper"}"#, r#""source": "Paper", "by": "me"}"#),
        ] {
            assert!(Folklore::read(&GOOD.replacen(good, bad, 1)).is_err(), "{bad}");
        }
    }
}
