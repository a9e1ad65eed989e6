//! The style sheet within a drawing that stands alone: the page's own rules for charts, in its light colours, and with colours
//! in place of variables and functions, which many programs that show SVG do not know.

use std::collections::BTreeMap;

/// The rules of the charts.
const CHARTS: &str = include_str!("../../../../assets/style/charts.css");
/// The colours and fonts that they name.
const TOKENS: &str = include_str!("../../../../assets/style/tokens.css");

/// What only a sheet has: its words around the charts.
const SHEET: &str = "\
text { font-family: var(--sans); }
.sheet { fill: var(--paper); }
.sheet-title { font-size: 20px; font-weight: 700; fill: var(--ink); }
.chart-title { font-size: 15px; font-weight: 700; fill: var(--ink); }
.run-title { font-size: 13px; font-weight: 700; fill: var(--lane-text); }
.words { font-size: 12px; fill: var(--soft); }
.command { font-family: ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; font-size: 12px; fill: var(--ink); }
.pixels { image-rendering: pixelated; }
";

/// The selectors under which tokens stand: everywhere, and in the shapes of each run.
const ROOT: &str = ":root";
const LANES: [&str; 2] = [".lane-a", ".lane-b"];

/// Values by the names of variables.
type Tokens = BTreeMap<String, String>;

/// The style sheet.
pub fn style() -> String {
    let of = |selector: &str| -> Tokens {
        let own = rules(TOKENS).into_iter().filter(|rule| rule.selectors == [selector]);
        own.flat_map(|rule| rule.declarations).filter(|(name, _)| name.starts_with("--")).collect()
    };
    let root = of(ROOT);
    let lanes = LANES.map(|lane| (lane, root.clone().into_iter().chain(of(lane)).collect::<Tokens>()));
    let mut sheet = String::new();
    for rule in [CHARTS, SHEET].into_iter().flat_map(rules) {
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

    #[test]
    fn nothing_is_left_that_only_browsers_know() {
        let sheet = style();
        for function in ["var(", "light-dark(", "color-mix(", "--"] {
            assert!(!sheet.contains(function), "{function} in {sheet}");
        }
        assert!(!sheet.contains(['<', '&']), "it stands within XML");
    }

    #[test]
    fn every_rule_of_the_charts_is_there_for_each_run() {
        let sheet = style();
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
}
