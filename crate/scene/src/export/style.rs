//! The style sheet within a drawing that stands alone: the page's own rules for charts, in its light colours, and with colours
//! in place of variables and functions, which many programs that show SVG do not know. For what knows no style sheet at all,
//! the looks of each shape.

use crate::drawing::{Form, Shape};
use std::collections::BTreeMap;

/// The rules of the charts.
const CHARTS: &str = include_str!("../../../../assets/style/charts.css");
/// The colours and fonts that they name.
const TOKENS: &str = include_str!("../../../../assets/style/tokens.css");

/// The selectors under which tokens stand: everywhere, and in the shapes of each run.
const ROOT: &str = ":root";
const LANES: [&str; 2] = [".lane-a", ".lane-b"];

/// Values by the names of variables.
type Tokens = BTreeMap<String, String>;

/// What stands alone names its own font.
const WORDS: &str = "text { font-family: var(--sans); }";

/// The tokens outside of runs, and those in the shapes of each.
fn tokens() -> (Tokens, [(&'static str, Tokens); 2]) {
    let of = |selector: &str| -> Tokens {
        let own = rules(TOKENS).into_iter().filter(|rule| rule.selectors == [selector]);
        own.flat_map(|rule| rule.declarations).filter(|(name, _)| name.starts_with("--")).collect()
    };
    let root = of(ROOT);
    let lanes = LANES.map(|lane| (lane, root.clone().into_iter().chain(of(lane)).collect::<Tokens>()));
    (root, lanes)
}

/// The style sheet, with `more` rules.
pub fn style(more: &str) -> String {
    let (root, lanes) = tokens();
    let mut sheet = String::new();
    for rule in [WORDS, CHARTS, more].into_iter().flat_map(rules) {
        write_rule(&mut sheet, &rule.selectors, rule.declarations.iter(), &root);
        // What depends on whose shape it is.
        let of_a_lane = || {
            rule.declarations
                .iter()
                .filter(|(_, value)| resolve(value, &root).as_ref() != resolve(value, &lanes[0].1).as_ref())
        };
        for (lane, tokens) in &lanes {
            let selectors: Vec<_> = rule.selectors.iter().map(|selector| format!("{selector}{lane}")).collect();
            write_rule(&mut sheet, &selectors, of_a_lane(), tokens);
        }
    }
    sheet
}

/// How each shape looks, for what knows no style sheets.
pub struct Looks {
    rules: Vec<Rule>,
    root: Tokens,
    lanes: [(&'static str, Tokens); 2],
}

impl Default for Looks {
    /// Those of the charts.
    fn default() -> Self {
        let (root, lanes) = tokens();
        Self { rules: [WORDS, CHARTS].into_iter().flat_map(rules).collect(), root, lanes }
    }
}

impl Looks {
    /// The properties of a shape with their values: of rules that name more classes, or stand later, those that count.
    pub fn of(&self, shape: &Shape) -> BTreeMap<&str, String> {
        let is_text = matches!(shape.form, Form::Text { .. });
        let classes = shape.classes.to_string();
        let classes: Vec<&str> = classes.split(' ').collect();
        let lane = self.lanes.iter().find(|(lane, _)| classes.contains(&&lane[1..]));
        let tokens = lane.map_or(&self.root, |(_, tokens)| tokens);
        let mut found: BTreeMap<&str, (usize, String)> = BTreeMap::new();
        for rule in &self.rules {
            let Some(weight) = rule.selectors.iter().filter_map(|own| weight(own, is_text, &classes)).max() else {
                continue;
            };
            for (name, value) in &rule.declarations {
                if let Some(value) = resolve(value, tokens)
                    && found.get(name.as_str()).is_none_or(|(other, _)| *other <= weight)
                {
                    found.insert(name, (weight, value));
                }
            }
        }
        found.into_iter().map(|(name, (_, value))| (name, value)).collect()
    }
}

/// How much a selector such as `svg .value.lane-a` counts for a shape within a drawing; nothing if it is not about it.
fn weight(selector: &str, is_text: bool, classes: &[&str]) -> Option<usize> {
    let (within, own) = selector.split_once(' ').map_or((0, selector), |(_, own)| (1, own));
    let (element, named) = own.split_once('.').unwrap_or((own, ""));
    let named: Vec<&str> = named.split('.').filter(|name| !name.is_empty()).collect();
    let fits = (element.is_empty() || is_text && element == "text") && named.iter().all(|name| classes.contains(name));
    fits.then_some(within + usize::from(!element.is_empty()) + 100 * named.len())
}

/// A rule of a style sheet.
struct Rule {
    selectors: Vec<String>,
    /// Properties or variables with their values, in order.
    declarations: Vec<(String, String)>,
}

/// The rules of a style sheet without nested ones.
fn rules(sheet: &str) -> Vec<Rule> {
    let without_comments: String = sheet
        .split("/*")
        .enumerate()
        .map(|(index, part)| if index == 0 { part } else { part.split_once("*/").map_or("", |(_, rest)| rest) })
        .collect();
    let trimmed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rule = |(selectors, body): (&str, &str)| Rule {
        selectors: selectors.split(',').map(trimmed).collect(),
        declarations: body
            .split(';')
            .filter_map(|declaration| declaration.split_once(':'))
            .map(|(name, value)| (trimmed(name), trimmed(value)))
            .collect(),
    };
    without_comments.split('}').filter_map(|text| text.split_once('{')).map(rule).collect()
}

/// Writes what of a rule can be said with these tokens.
fn write_rule<'a>(
    sheet: &mut String,
    selectors: &[String],
    declarations: impl Iterator<Item = &'a (String, String)>,
    tokens: &Tokens,
) {
    let said = declarations.filter_map(|(name, value)| Some(format!("{name}:{}", resolve(value, tokens)?)));
    let said: Vec<_> = said.collect();
    if !said.is_empty() {
        sheet.push_str(&format!("{}{{{}}}\n", selectors.join(","), said.join(";")));
    }
}

/// A value with what its variables and functions stand for; `None` if a variable has no value.
fn resolve(value: &str, tokens: &Tokens) -> Option<String> {
    let functions = ["var(", "light-dark(", "color-mix("];
    let first = functions.iter().filter_map(|name| Some((value.find(name)?, *name))).min();
    let Some((start, name)) = first else { return Some(value.to_owned()) };
    let inside = start + name.len();
    let end = inside + closing(&value[inside..])?;
    let given = arguments(&value[inside..end]);
    let stands_for = match (name, given.as_slice()) {
        ("var(", [name, fallback @ ..]) => match tokens.get(*name) {
            Some(own) => resolve(own, tokens),
            None => fallback.first().and_then(|fallback| resolve(fallback, tokens)),
        },
        ("light-dark(", [light, _]) => resolve(light, tokens),
        ("color-mix(", [_, first, second]) => mixed(&resolve(first, tokens)?, &resolve(second, tokens)?),
        _ => None,
    };
    resolve(&format!("{}{}{}", &value[..start], stands_for?, &value[end + 1..]), tokens)
}

/// Where the bracket closes that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, letter)| {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

/// The parts between commas that stand in no brackets.
fn arguments(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts
}

/// `#0072b2 44%` of a colour and the rest of the other one.
fn mixed(first: &str, second: &str) -> Option<String> {
    let (colour, share) = first.split_once(' ')?;
    let share: f64 = share.trim().strip_suffix('%')?.parse().ok()?;
    let (a, b) = (channels(colour)?, channels(second)?);
    let mix = |index: usize| (share / 100.0 * a[index] + (1.0 - share / 100.0) * b[index]).round() as u8;
    Some(format!("#{:02x}{:02x}{:02x}", mix(0), mix(1), mix(2)))
}

/// Red, green and blue of a colour that is written as `#rrggbb`.
fn channels(colour: &str) -> Option<[f64; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    Some([number >> 16, number >> 8 & 255, number & 255].map(f64::from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drawing::{Anchor, Class};

    #[test]
    fn nothing_is_left_that_only_browsers_know() {
        let sheet = style("");
        for function in ["var(", "light-dark(", "color-mix(", "--"] {
            assert!(!sheet.contains(function), "{function} in {sheet}");
        }
        assert!(!sheet.contains(['<', '&']), "it stands within XML");
    }

    #[test]
    fn every_rule_of_the_charts_is_there_for_each_run() {
        let sheet = style("");
        for rule in rules(CHARTS) {
            assert!(sheet.contains(&rule.selectors[0]), "{:?}", rule.selectors);
        }
        for rule in [
            ".line,.smooth{fill:none;stroke-width:2;stroke-linejoin:round}",
            ".line.lane-a,.smooth.lane-a{stroke:#0072b2}",
            ".line.lane-b,.smooth.lane-b{stroke:#d55e00}",
            ".line.lane-b,.smooth.lane-b{stroke-dasharray:6 4}",
            ".arc.lane-a{stroke:#529fcb}",
            "svg .value{fill:#1b222c;font-weight:700;stroke:#ffffff;stroke-width:3;paint-order:stroke}",
            "svg .value.lane-b{fill:#b04c00}",
        ] {
            assert!(sheet.lines().any(|line| line == rule), "{rule} in {sheet}");
        }
    }

    #[test]
    fn a_shape_looks_as_the_style_sheet_says() {
        let looks = Looks::default();
        let of = |shape: Shape, property: &str| looks.of(&shape).get(property).cloned();
        let line = |lane: Class| Shape::line([Class::Line, lane], [0.0, 0.0], [1.0, 1.0]);
        assert_eq!(of(line(Class::LaneA), "stroke").as_deref(), Some("#0072b2"));
        assert_eq!(of(line(Class::LaneA), "stroke-dasharray"), None);
        assert_eq!(of(line(Class::LaneB), "stroke-dasharray").as_deref(), Some("6 4"));
        let dot = |classes: [Class; 3]| Shape::circle(classes, [0.0, 0.0], 1.0);
        assert_eq!(of(dot([Class::Dot, Class::Off, Class::LaneB]), "fill").as_deref(), Some("#ffffff"));
        let value = Shape::text([Class::Value, Class::LaneB], [0.0, 0.0], Anchor::Start, "1");
        assert_eq!(of(value.clone(), "fill").as_deref(), Some("#b04c00"));
        assert_eq!(of(value, "font-size").as_deref(), Some("11px"));
        let label = Shape::text(Class::LabelFaint, [0.0, 0.0], Anchor::Start, "1");
        assert_eq!(of(label, "font-size").as_deref(), Some("10px"));
    }
}
