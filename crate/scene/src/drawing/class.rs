//! The CSS classes of shapes. Shapes carry classes only; the page's style sheet (`assets/style/charts.css`) gives them
//! colour, font and line.

use protocol::Lane;

/// Declares [`Class`], the list of its variants and their names.
macro_rules! classes {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A CSS class of a shape. Each has a rule in `assets/style`, and `charts.css` has rules for these alone.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Class { $($(#[doc = $doc])+ $variant,)+ }

        impl Class {
            /// Every class.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its name in markup and style sheet.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

classes! {
    /// Beside any other class: the shape belongs to run A, whose hue it has.
    LaneA = "lane-a",
    /// Beside any other class: the shape belongs to run B, whose hue it has.
    LaneB = "lane-b",
    /// Path: the river's bed where no water is drawn, before the first measurement or where a norm is 0. Thin, dashed.
    Bed = "bed",
    /// Beside [`Self::Bed`]: a norm there is not finite.
    Bad = "bad",
    /// Path: the river through a block. Filled with water.
    Band = "band",
    /// Rectangle: the river between two blocks. Filled with water.
    Pool = "pool",
    /// Rectangle: how wide the river is at some part of the largest norm, in its scale.
    Gauge = "gauge",
    /// Text: what part of the last block's gradient a block passes on, in its lane's hue. 12 px, bold.
    Fraction = "fraction",
    /// Path: a channel over a shortcut; its `stroke-width` is what it carries. No fill, a stroke of water.
    Arc = "arc",
    /// Beside [`Self::Arc`]: the shortcut was closed since that was measured. Fainter still.
    ArcPast = "arc-past",
    /// Path: the thin arc of a shortcut that is open but has no measurement yet.
    ArcOpen = "arc-open",
    /// Path: the thin arc of a shortcut whose strength is neither 0 nor 1.
    ArcPart = "arc-part",
    /// Path: the thin arc of a closed shortcut. Dashed.
    ArcClosed = "arc-closed",
    /// Rectangle: a block, the stem or the head.
    Block = "box",
    /// Beside [`Self::Block`]: the focused one. A thick line.
    BlockFocus = "box-focus",
    /// Beside [`Self::Block`]: the one that slow motion has just gone through. A thicker line in ink, on tinted ground.
    BlockWalk = "box-walk",
    /// Path: the signal that has gone forward in slow motion. Filled, in no run's hue.
    Signal = "signal",
    /// Text: a block's index, from 1, or the name of stem or head, in its box. 11 px, bold.
    BlockIndex = "box-number",
    /// Path: the boundary of a stage. Thin, faint.
    Stage = "stage",
    /// Path: a curve with markers. Lane B's is dashed.
    Line = "line",
    /// Path: the line of a run that is only overlaid, beside a dash. Thin.
    Overlaid = "overlaid",
    /// Path: the line of a run that is only overlaid where the dashes are used up, in another tone. Thin.
    OverlaidToo = "overlaid-too",
    /// Beside an overlaid run's line: without gaps.
    Dash1 = "dash-1",
    /// Beside an overlaid run's line: dots.
    Dash2 = "dash-2",
    /// Beside an overlaid run's line: short dashes.
    Dash3 = "dash-3",
    /// Beside an overlaid run's line: dash, dot.
    Dash4 = "dash-4",
    /// Beside an overlaid run's line: long dashes.
    Dash5 = "dash-5",
    /// Beside an overlaid run's line: dash, dot, dot.
    Dash6 = "dash-6",
    /// Text: the number of an overlaid run at the end of its line. 10 px, bold, with a halo of paper.
    OverlaidNumber = "overlaid-number",
    /// Circle: lane A's marker.
    Dot = "dot",
    /// Path: lane B's marker, a triangle.
    Triangle = "tri",
    /// Beside a marker: the value has no place on the axis. Hollow.
    Off = "off",
    /// Beside a marker: the block is focused.
    MarkerFocus = "marker-focus",
    /// Path: the focused block in a chart over blocks. Thin.
    FocusLine = "focus-line",
    /// Path: the loss as it is. Faint.
    Raw = "raw",
    /// Path: the smoothed loss. Lane B's is dashed.
    Smooth = "smooth",
    /// Path: a prediction that is drawn. No fill, dotted.
    Drawn = "drawn",
    /// Circle: a prediction at a block. Hollow.
    DrawnPoint = "drawn-point",
    /// Path: what lies between a prediction and what was measured. Filled, faint.
    Gap = "gap",
    /// Path: loss and accuracy of guessing. Thin, dashed.
    Guide = "guide",
    /// Path: a setting was changed at this step. Thin, dotted.
    Mark = "mark",
    /// Text: what was changed. 10 px.
    MarkLabel = "mark-label",
    /// Path: the step that is looked back at.
    LookBack = "look-back",
    /// Path: an axis. Thin.
    Axis = "axis",
    /// Path: a line across the chart at a tick. Thin, faint.
    Grid = "grid",
    /// Beside [`Self::Grid`]: the row of values that have no place on the axis.
    GridRow = "grid-row",
    /// Text: a value at an axis. 11 px, tabular figures.
    Tick = "tick",
    /// Text: what an axis or an end is. 11 px.
    Label = "label",
    /// Text: what is named in passing, such as a stage or "guessing". 10 px, faint.
    LabelFaint = "label-faint",
    /// Text: a run's name or loss, in its hue. 12 px, bold.
    LabelStrong = "label-strong",
    /// Text: a measured value, in its hue. 11 px, bold, with a halo of paper.
    Value = "value",
    /// Rectangle: the ground of a drawing that stands alone.
    Paper = "paper",
    /// Text: the title of a drawing that stands alone. 13 px, bold.
    CaptionTitle = "caption-title",
    /// Text: what stands under the title. 12 px.
    Caption = "caption",
}

impl Class {
    /// The class of a run's hue.
    pub fn of_lane(lane: Lane) -> Self {
        match lane {
            Lane::A => Self::LaneA,
            Lane::B => Self::LaneB,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const CHARTS: &str = include_str!("../../../../assets/style/charts.css");
    const TOKENS: &str = include_str!("../../../../assets/style/tokens.css");

    /// Every class that a selector of the style sheet names.
    fn selected(css: &str) -> BTreeSet<String> {
        // What stands before a brace, without comments.
        let without_comments: String = css
            .split("/*")
            .enumerate()
            .map(|(i, part)| if i == 0 { part } else { part.split_once("*/").map_or("", |(_, rest)| rest) })
            .collect();
        let selectors = without_comments.split('}').filter_map(|rule| rule.split_once('{')).map(|(before, _)| before);
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        let names = |selector: &str| {
            let after_dots = selector.split('.').skip(1);
            after_dots
                .map(|rest| rest.chars().take_while(|letter| is_name(*letter)).collect::<String>())
                .collect::<Vec<_>>()
        };
        selectors.flat_map(names).collect()
    }

    #[test]
    fn every_class_has_a_rule_and_every_rule_of_the_charts_a_class() {
        let classes: BTreeSet<String> = Class::ALL.iter().map(|class| class.name().to_owned()).collect();
        let charts = selected(CHARTS);
        let ruled: BTreeSet<String> = charts.union(&selected(TOKENS)).cloned().collect();
        assert_eq!(classes.len(), Class::ALL.len(), "two classes have one name");
        assert_eq!(classes.difference(&ruled).collect::<Vec<_>>(), [] as [&String; 0], "classes without a rule");
        assert_eq!(charts.difference(&classes).collect::<Vec<_>>(), [] as [&String; 0], "rules without a class");
    }
}
