//! A part of what a run's lines say: the values of some names, as rows of a table or as lines that hold nothing else.

use super::{Row, line, rows};
use crate::{Diagram, Event, Lane};
use serde_json::{Map, Value};

/// The values of these names alone: of quantities, `loss`, `accuracy`, `train_accuracy`, `lr`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt(pub Vec<&'static str>);

/// What tells a line from others.
const ALWAYS: [&str; 3] = ["type", "step", "lane"];

/// What holds values by their names, a level deeper in `ends`.
const GROUPS: [&str; 4] = ["columns", "scalars", "vectors", "ends"];

impl Excerpt {
    /// Those rows of an event.
    pub fn rows<'a>(&self, diagram: &'a Diagram, event: &'a Event) -> Vec<Row<'a>> {
        let mut rows = rows(diagram, event);
        rows.retain(|row| self.0.contains(&row.quantity));
        rows
    }

    /// The line of an event with those values.
    pub fn line(&self, lane: Lane, event: &Event) -> Value {
        match line(lane, event) {
            Value::Object(whole) => Value::Object(self.of(whole, true)),
            other => other,
        }
    }

    fn of(&self, whole: Map<String, Value>, is_line: bool) -> Map<String, Value> {
        let own = |(key, value): (String, Value)| match value {
            Value::Object(group) if !is_line || GROUPS.contains(&key.as_str()) => {
                let group = self.of(group, false);
                (!group.is_empty()).then_some((key, Value::Object(group)))
            }
            value => {
                let stays = self.0.contains(&key.as_str()) || is_line && ALWAYS.contains(&key.as_str());
                stays.then_some((key, value))
            }
        };
        whole.into_iter().filter_map(own).collect()
    }
}
