//! What the content security policy of the README refuses: style attributes, and scripts and styles within the page.

use super::repository::{Finding, Repository};

/// The page as it is served before the program starts.
const PAGE: &str = "index.html";

/// Style attributes of the page's elements (`~style` sets the property, which is allowed), and what stands inline in
/// `index.html`.
pub(super) fn refused(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, text) in repository.of("web/app/src/", ".rs") {
        for (index, line) in text.lines().enumerate() {
            if [" style={", " style=\"", "\"style\","].iter().any(|attribute| line.contains(attribute)) {
                let sentence = "the content security policy refuses style attributes; ~style sets the property";
                findings.push(Finding::at(file, index + 1, sentence));
            }
        }
    }
    for (index, line) in repository.text(PAGE).lines().enumerate() {
        if ["<script>", "<style", " style=", " onload=", " onerror="].iter().any(|inline| line.contains(inline)) {
            findings.push(Finding::at(PAGE, index + 1, "the content security policy refuses what stands inline"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::repository::planted;
    use super::*;

    #[test]
    fn a_style_attribute_and_an_inline_script_are_found() {
        let view = "html! {\n<div ~style={good} />\n<div style={bad} />\n}";
        let page = "<script src=\"./good.js\"></script>\n<script>bad()</script>";
        let found = refused(&planted(&[("web/app/src/view/a.rs", view), (PAGE, page)]));
        let places: Vec<_> = found.iter().map(|finding| (finding.file.as_str(), finding.line)).collect();
        assert_eq!(places, [("web/app/src/view/a.rs", 3), (PAGE, 2)]);
    }
}
