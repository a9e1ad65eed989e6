//! What a lesson was for the one who took it, on paper: the questions, what was expected, what was measured and why.

use crate::charts::Sketch;
use crate::drawing::{escaped, svg_inner};
use crate::export::style;
use crate::words::{self, Text};

/// A worksheet. Its texts are plain.
#[derive(Clone, Debug, Default)]
pub struct Worksheet<'a> {
    /// The lesson's title.
    pub title: String,
    /// The settings of its runs, the seed among them.
    pub settings: String,
    /// The build of the page.
    pub build: String,
    /// The link to the lesson.
    pub link: String,
    /// Its steps, as far as they were taken.
    pub steps: Vec<Taken<'a>>,
}

/// A step that was taken.
#[derive(Clone, Debug, Default)]
pub struct Taken<'a> {
    /// The question.
    pub ask: String,
    /// What was chosen.
    pub chosen: Option<String>,
    /// What was drawn, and what was measured of it.
    pub sketch: Option<Sketch<'a>>,
    /// What came of it, once that was told: a paragraph each.
    pub came: Vec<String>,
    /// The measured values: what each is, as it is written, and in full.
    pub values: Vec<[String; 3]>,
}

/// Width and height of a drawing on paper, px.
const SIZE: [f64; 2] = [460.0, 170.0];

/// What the sheet looks like; the drawings have the charts' own rules.
const STYLE: &str = "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 sans-serif;color:#1b222c;background:#fff}\
    h1{margin:0}h2{font-size:1.05rem;margin:1.5rem 0 .3rem}p{margin:.3rem 0}table{border-collapse:collapse}\
    th,td{padding:.1rem .8rem .1rem 0;text-align:left;font-weight:400;vertical-align:top}.sheet-small{font-size:.8rem}\
    .sheet-line{display:inline-block;min-width:14rem;border-bottom:1px solid}section{break-inside:avoid}";

impl Worksheet<'_> {
    /// The sheet as a file.
    pub fn page(&self) -> String {
        let (title, body, charts) = (escaped(&self.title), self.body(), style(""));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}\n{charts}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
        )
    }

    /// What is on it, as markup.
    pub fn body(&self) -> String {
        let line = |text: Text| format!("{}: <span class=\"sheet-line\"></span> ", text.words());
        let mut out =
            format!("<h1>{}</h1>\n<p>{}{}</p>\n", escaped(&self.title), line(Text::SheetName), line(Text::SheetDate));
        for (index, step) in self.steps.iter().enumerate() {
            out += &step.section(index + 1);
        }
        let small = [self.settings.clone(), words::this_copy_of(&self.build), self.link.clone()];
        for text in small.iter().filter(|text| !text.is_empty()) {
            out += &format!("<p class=\"sheet-small\">{}</p>\n", escaped(text));
        }
        out
    }
}

impl Taken<'_> {
    fn section(&self, number: usize) -> String {
        let mut out = format!("<section>\n<h2>{number}. {}</h2>\n", escaped(&self.ask));
        let mut row = |name: Text, text: &str| {
            out += &format!("<p><em>{}</em>: {}</p>\n", name.words(), escaped(text));
        };
        if let Some(chosen) = &self.chosen {
            row(Text::SheetExpected, chosen);
        }
        if let Some(sketch) = &self.sketch {
            row(Text::SheetDrawn, &words::sketch_title(sketch.draw));
            let scene = sketch.scene(SIZE[0], SIZE[1]);
            out += &format!(
                "<svg viewBox=\"0 0 {} {}\" width=\"{}\" height=\"{}\" role=\"img\" aria-label=\"{}\">{}</svg>\n",
                SIZE[0],
                SIZE[1],
                SIZE[0],
                SIZE[1],
                escaped(&scene.summary),
                svg_inner(&scene)
            );
            out += &format!("<p>{}</p>\n", escaped(&scene.summary));
        }
        if self.came.is_empty() {
            out += &format!("<p>{}</p>\n", Text::SheetNotYet.words());
        }
        for text in &self.came {
            out += &format!("<p>{}</p>\n", escaped(text));
        }
        if !self.values.is_empty() {
            let rows = self.values.iter().map(|row| {
                let [name, written, full] = row.each_ref().map(|text| escaped(text));
                format!("<tr><th scope=\"row\">{name}</th><td>{written}</td><td>{full}</td></tr>\n")
            });
            out += &format!("<table class=\"sheet-small\">\n{}</table>\n", rows.collect::<String>());
        }
        out + "</section>\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::lesson::Draw;
    use protocol::{Lane, Quantity};

    #[test]
    fn a_sheet_holds_what_was_expected_drawn_and_measured_and_a_line_for_the_name() {
        let draw = Draw { of: Quantity::GradInL2, lane: Lane::B, relative: true, decades: 8, top: 0 };
        let sketch = Sketch { draw, set: &[Some(-1.0), None], measured: &[Some(1.0 / 26e6), Some(1.0)] };
        let first = Taken {
            ask: "Who is <helped>?".to_owned(),
            chosen: Some("All & none.".to_owned()),
            sketch: Some(sketch),
            came: vec!["None was.".to_owned()],
            values: vec![["loss ●".to_owned(), "2.30".to_owned(), "2.3025".to_owned()]],
        };
        let sheet = Worksheet {
            title: "One".to_owned(),
            settings: "ResNet-20 · seed 7".to_owned(),
            build: "abc1234".to_owned(),
            link: "https://example.org/?lesson=one&v=1".to_owned(),
            steps: vec![first, Taken { ask: "And then?".to_owned(), ..Taken::default() }],
        };
        let page = sheet.page();
        for held in [
            "<h2>1. Who is &lt;helped&gt;?</h2>",
            "All &amp; none.",
            "class=\"gap\"",
            "6.4 powers of ten apart",
            "<p>None was.</p>",
            "<td>2.3025</td>",
            "<h2>2. And then?</h2>",
            Text::SheetNotYet.words(),
            "seed 7",
            "build abc1234",
            "lesson=one&amp;v=1",
            "class=\"sheet-line\"",
        ] {
            assert!(page.contains(held), "{held} in {page}");
        }
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("var("), "it stands alone");
        assert!(page.len() < 40_000, "{}", page.len());
    }
}
