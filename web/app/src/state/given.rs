//! What the page is given before it starts: the parameters of its link or, in a page without one, the settings that stand in
//! it; and what course tools make of them.

use protocol::embed;
use scene::{Text, words};
use serde_json::Value;

/// The parameters to start with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Names and values.
    pub pairs: Vec<(String, String)>,
    /// What is to be said of settings that could not be read.
    pub problem: Option<String>,
}

/// Where the page stands and what it finds there.
pub struct Surroundings<'a> {
    /// The parameters of the link, decoded.
    pub link: Vec<(String, String)>,
    /// The text of the element `headwater-settings`, if the page has one.
    pub element: Option<&'a str>,
    /// Whether the page stands in another one.
    pub framed: bool,
    /// The names of the recordings that stand in the page itself.
    pub recordings: &'a [String],
}

/// The parameters that the surroundings give.
pub fn given(surroundings: Surroundings) -> Given {
    let Surroundings { link, element, framed, recordings } = surroundings;
    let mut given = match element {
        Some(text) if link.is_empty() => of_element(text),
        _ => Given { pairs: link, problem: None },
    };
    for (name, _) in &mut given.pairs {
        // `&amp;` that was escaped once more leaves this before each name but the first.
        while let Some(rest) = name.strip_prefix("amp;") {
            *name = rest.to_owned();
        }
    }
    if framed && !given.pairs.iter().any(|(name, _)| name == "embed") {
        given.pairs.push(("embed".to_owned(), "1".to_owned()));
    }
    if !given.pairs.iter().any(|(name, _)| name == "run") {
        given.pairs.extend(recordings.iter().map(|name| ("run".to_owned(), name.clone())));
    }
    given
}

fn of_element(text: &str) -> Given {
    match serde_json::from_str(text) {
        Ok(Value::Object(settings)) => Given { pairs: embed::settings(&settings), problem: None },
        Ok(_) => Given { problem: Some(Text::SettingsNoObject.words().to_owned()), ..Given::default() },
        Err(error) => Given { problem: Some(words::settings_no_json(&error.to_string())), ..Given::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn alone(link: &[(&str, &str)], element: Option<&'static str>) -> Given {
        given(Surroundings { link: pairs(link), element, framed: false, recordings: &[] })
    }

    #[test]
    fn an_ampersand_that_was_escaped_twice_is_understood() {
        let found = alone(&[("depth", "8"), ("amp;skip", "off"), ("amp;amp;lr", "0.1"), ("sample;amp;x", "1")], None);
        assert_eq!(found.pairs, pairs(&[("depth", "8"), ("skip", "off"), ("lr", "0.1"), ("sample;amp;x", "1")]));
    }

    #[test]
    fn a_page_without_a_link_reads_the_settings_that_stand_in_it() {
        let text = r#"{"depth": 8, "lr": 0.05, "skip": "off", "play": true, "odd": [1]}"#;
        let expected = [("depth", "8"), ("lr", "0.05"), ("skip", "off"), ("play", "1"), ("odd", "")];
        assert_eq!(alone(&[], Some(text)), Given { pairs: pairs(&expected), problem: None });
        assert_eq!(alone(&[("depth", "20")], Some(text)).pairs, pairs(&[("depth", "20")]));
        for bad in ["[1]", "{\"depth\": 8", ""] {
            let Given { pairs, problem } = alone(&[], Some(bad));
            assert!(pairs.is_empty() && problem.is_some_and(|sentence| sentence.ends_with('.')), "{bad}");
        }
    }

    #[test]
    fn recordings_in_the_page_are_opened_unless_its_link_names_others() {
        let recordings = ["a.jsonl".to_owned(), "b.jsonl".to_owned()];
        let inside = |link: &[(&str, &str)]| {
            given(Surroundings { link: pairs(link), element: None, framed: false, recordings: &recordings }).pairs
        };
        assert_eq!(inside(&[("step", "3")]), pairs(&[("step", "3"), ("run", "a.jsonl"), ("run", "b.jsonl")]));
        assert_eq!(inside(&[("run", "b.jsonl")]), pairs(&[("run", "b.jsonl")]));
    }

    #[test]
    fn a_framed_page_is_an_embed_unless_its_link_says_otherwise() {
        let framed = |link: &[(&str, &str)]| {
            given(Surroundings { link: pairs(link), element: None, framed: true, recordings: &[] }).pairs
        };
        assert_eq!(framed(&[("lr", "1")]), pairs(&[("lr", "1"), ("embed", "1")]));
        assert_eq!(framed(&[("embed", "0")]), pairs(&[("embed", "0")]));
    }
}
