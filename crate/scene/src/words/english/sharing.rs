//! Words of what is handed on.

/// The button that copies this.
pub fn copy(what: &str) -> String {
    format!("Copy: {what}")
}

/// The element that shows the page at this address within another page.
pub fn frame(address: &str) -> String {
    let address = address.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<iframe src=\"{address}\" width=\"750\" height=\"450\" style=\"border:0;width:100%\" title=\"Headwater\"></iframe>"
    )
}

/// How what is shown at this address is cited in a text.
pub fn citation(version: &str, build: &str, address: &str) -> String {
    format!(
        "The Headwater developers. Headwater: how gradients flow through a residual network while it trains. Version \
         {version}, build {build}. {address}"
    )
}

/// An entry for BibTeX.
pub fn bibtex(version: &str, build: &str, address: &str) -> String {
    format!(
        "@software{{headwater,\n  author = {{{{The Headwater developers}}}},\n  title = {{Headwater: how gradients flow through a \
         residual network while it trains}},\n  version = {{{version}}},\n  note = {{build {build}}},\n  url = {{{address}}}\n}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_one_within_an_attribute() {
        let frame = frame("https://example.org/?a=1&skip=\"off\"");
        assert!(frame.contains("src=\"https://example.org/?a=1&amp;skip=&quot;off&quot;\""), "{frame}");
    }

    #[test]
    fn both_citations_say_version_build_and_address() {
        for text in
            [citation("1.2", "abc", "https://example.org/?seed=3"), bibtex("1.2", "abc", "https://example.org/?seed=3")]
        {
            for part in ["The Headwater developers", "1.2", "abc", "https://example.org/?seed=3"] {
                assert!(text.contains(part), "{part} in {text}");
            }
            assert_eq!(text.matches('{').count(), text.matches('}').count());
        }
    }

    /// `CITATION.cff` says what the page says.
    #[test]
    fn the_file_for_citing_is_of_this_version() {
        let file = include_str!("../../../../../CITATION.cff");
        for line in [
            concat!("version: ", env!("CARGO_PKG_VERSION")),
            "title: \"Headwater: how gradients flow through a residual network while it trains\"",
            "  - name: The Headwater developers",
        ] {
            assert!(file.lines().any(|own| own == line), "{line}");
        }
    }
}
