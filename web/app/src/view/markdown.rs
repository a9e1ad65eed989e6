//! Text of a lesson: Markdown as elements. Raw HTML in it is text, and links lead only to the web, to the site or within the
//! page.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use yew::virtual_dom::VNode;
use yew::{AttrValue, Html, html};

/// The elements of a text.
pub fn markdown(text: &str) -> Html {
    let mut stack = vec![(None, Vec::new())];
    for event in Parser::new(text) {
        match event {
            Event::Start(tag) => stack.push((Some(tag), Vec::new())),
            Event::End(TagEnd::Image) | Event::End(_) => {
                if let Some((Some(tag), inner)) = stack.pop() {
                    put(&mut stack, element(&tag, inner.into_iter().collect()));
                }
            }
            Event::Code(code) => put(&mut stack, html! { <code>{ code.into_string() }</code> }),
            Event::SoftBreak | Event::HardBreak => put(&mut stack, html! { { " " } }),
            Event::Rule => put(&mut stack, html! { <hr /> }),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                put(&mut stack, html! { { text.into_string() } });
            }
            _ => {}
        }
    }
    stack.pop().map(|(_, inner)| inner.into_iter().collect()).unwrap_or_default()
}

/// The text alone, a paragraph each.
pub fn plain(text: &str) -> Vec<String> {
    let mut paragraphs = vec![String::new()];
    for event in Parser::new(text) {
        let more = match event {
            Event::Start(Tag::Paragraph | Tag::Item | Tag::Heading { .. }) => {
                paragraphs.push(String::new());
                continue;
            }
            Event::SoftBreak | Event::HardBreak => " ".into(),
            Event::Code(text) | Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => text,
            _ => continue,
        };
        if let Some(last) = paragraphs.last_mut() {
            last.push_str(&more);
        }
    }
    paragraphs.retain(|paragraph| !paragraph.trim().is_empty());
    paragraphs
}

fn put(stack: &mut [(Option<Tag>, Vec<VNode>)], node: Html) {
    if let Some((_, inner)) = stack.last_mut() {
        inner.push(node);
    }
}

fn element(tag: &Tag, inner: Html) -> Html {
    match tag {
        Tag::Paragraph => html! { <p>{ inner }</p> },
        Tag::Emphasis => html! { <em>{ inner }</em> },
        Tag::Strong => html! { <strong>{ inner }</strong> },
        Tag::List(None) => html! { <ul>{ inner }</ul> },
        Tag::List(Some(_)) => html! { <ol>{ inner }</ol> },
        Tag::Item => html! { <li>{ inner }</li> },
        Tag::Heading { .. } => html! { <h3>{ inner }</h3> },
        Tag::BlockQuote(_) => html! { <blockquote>{ inner }</blockquote> },
        Tag::Link { dest_url, .. } if is_safe(dest_url) => {
            let href = AttrValue::from(dest_url.to_string());
            html! { <a {href} rel="noopener">{ inner }</a> }
        }
        // A picture is its description.
        _ => inner,
    }
}

/// Whether a link may be followed: to the web, within the site, or within the page.
fn is_safe(address: &str) -> bool {
    let scheme =
        address.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    scheme.is_none_or(|scheme| ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_to_the_web_the_site_or_the_page_only() {
        for good in
            ["https://example.org/a?b=c:d#e", "HTTP://example.org", "lessons/a.md", "#skips", "?lesson=a:b", "./a:b"]
        {
            assert!(is_safe(good), "{good}");
        }
        for bad in
            ["javascript:alert(1)", "data:text/html,x", "JavaScript:x", "vbscript:x", "file:///etc", " javascript:x"]
        {
            assert!(!is_safe(bad), "{bad}");
        }
    }

    #[test]
    fn a_text_becomes_elements_and_raw_html_stays_text() {
        let shown = |text: &str| format!("{:?}", markdown(text));
        assert!(shown("a **b** *c*").contains("strong") && shown("- a\n- b").contains("\"li\""));
        let raw = shown("<script>alert(1)</script>");
        assert!(!raw.contains("VTag") || !raw.contains("tag: \"script\""), "{raw}");
        assert!(raw.contains("alert"));
        assert_eq!(plain("A **b**\nc\n\n- `d`\n- e <i>"), ["A b c", "d", "e <i>"]);
        assert!(!shown("[x](javascript:alert)").contains("javascript"));
    }
}
