//! What leaves the page is what was measured, and stands alone.

use super::{Exhibit, Picture, file_name};
use crate::testing::{falling, foreign, lanes, snapshot, step, trained};
use crate::{Chart, LaneView, Overlaid, Plot, Snapshot, View, words};
use protocol::recording::{COLUMNS, Origin, line};
use protocol::{BlockKind, Column, Ends, Evaluation, Event, Measured, Place, Quantity, StepRecord};
use serde_json::Value;

const LINK: &str = "https://example.org/headwater/?skip=off&seed=7";

/// Two runs with odd numbers among theirs.
fn runs() -> (Snapshot, Snapshot) {
    let (mut a, b) = trained();
    let blocks = a.diagram.blocks.len();
    let values = (0..blocks).map(|index| Some([0.1 + 0.2, 5e-324, f64::NAN, 1.0 / 3.0][index % 4])).collect();
    let columns = vec![
        Column { quantity: Quantity::GradInL2, values },
        Column { quantity: Quantity::SkipGradL2, values: vec![Some(0.3); blocks] },
        Column { quantity: Quantity::BranchGradL2, values: vec![Some(0.1); blocks] },
    ];
    let measured = Measured { columns, ..Measured::default() };
    let ends = Ends { head_grad_in_l2: Some(2.0 / 3.0), stem_grad_out_l2: Some(7.0), ..Ends::default() };
    let (step, loss, train_accuracy, lr) = (60, 1.0 / 7.0, 0.1, 0.05);
    a.apply(Event::Step(StepRecord { step, loss, train_accuracy, lr, measured, ends }));
    let measured = Measured::default();
    a.apply(Event::Eval(Evaluation { step: 61, loss: 0.7, accuracy: 1.0 / 9.0, measured, answers: Vec::new() }));
    (a, b)
}

/// The rows of a table, cell by cell.
fn rows(csv: &str) -> Vec<Vec<&str>> {
    assert!(csv.starts_with(COLUMNS), "the head comes first");
    csv.lines().skip(1).map(|line| line.split(',').collect()).collect()
}

/// The lines of both runs, without their headers.
fn lines_of(exhibit: Exhibit, lanes: &[LaneView], view: &View) -> Vec<String> {
    let origin = Origin { producer: "mine".to_owned(), created: "2026".to_owned(), command: None };
    let mut lines = exhibit.lines(lanes, view, &[&origin; 12]);
    let headers = lines.extract_if(.., |line| line.contains("\"type\":\"header\"")).count();
    assert!(headers >= lanes.len());
    lines
}

fn bits(text: &str) -> u64 {
    text.parse::<f64>().unwrap().to_bits()
}

#[test]
fn the_table_of_a_profile_is_the_plotted_quantity_at_the_shown_step_to_the_last_bit() {
    let (a, b) = runs();
    let lanes = lanes(&a, &b);
    let csv = Exhibit::Chart(Chart::Profile).csv(&lanes, &View::default());
    let mut expected = Vec::new();
    for view in &lanes {
        let record = view.snapshot.latest().unwrap();
        for (block, value) in view.snapshot.diagram.blocks.iter().zip(record.column(Quantity::GradInL2).unwrap()) {
            expected.push((view.lane.name(), record.step, block.name.as_str(), value.unwrap().to_bits()));
        }
        expected.push((view.lane.name(), record.step, Place::HEAD, record.ends.head_grad_in_l2.unwrap().to_bits()));
    }
    let of = |row: &Vec<&str>| (row[2] == "step" && row[3] == "grad_in_l2").then_some(bits(row[5]));
    let rows = rows(&csv);
    let found: Vec<_> =
        rows.iter().map(|row| (row[0], row[1].parse::<u64>().unwrap(), row[4], of(row).unwrap())).collect();
    assert_eq!(found, expected);
}

#[test]
fn each_table_and_its_lines_hold_the_same_values_and_only_those_of_the_chart() {
    let (a, b) = runs();
    let lanes = lanes(&a, &b);
    let share = Plot { quantity: Quantity::SkipShare, relative: false };
    for (chart, plot, names) in [
        (Chart::River, Plot::default(), &["grad_in_l2", "grad_out_l2", "branch_grad_l2", "skip_grad_l2"][..]),
        (Chart::Profile, Plot::default(), &["grad_in_l2"]),
        (Chart::Profile, share, &["skip_share"]),
        (Chart::History, Plot::default(), &["grad_in_l2"]),
        (Chart::Learning, Plot::default(), &["loss", "train_accuracy", "accuracy"]),
        (Chart::Branches, Plot::default(), &["effective_depth_closed"]),
    ] {
        let exhibit = Exhibit::Chart(chart);
        let shown = View { plot, ..View::default() };
        let csv = exhibit.csv(&lanes, &shown);
        let rows = rows(&csv);
        for name in names {
            assert!(rows.iter().any(|row| row[3] == *name), "{chart:?} without {name}");
        }
        assert!(rows.iter().all(|row| names.contains(&row[3])), "{chart:?}: {csv}");
        let mut in_lines: Vec<(String, u64)> = Vec::new();
        for line in lines_of(exhibit, &lanes, &shown) {
            let Value::Object(object) = serde_json::from_str(&line).unwrap() else { panic!("{line}") };
            assert!(object.contains_key("lane") && !object.contains_key("lr"));
            for (name, value) in object.iter().filter(|(name, _)| !["type", "lane", "step"].contains(&name.as_str())) {
                values(name, value, &mut in_lines);
            }
        }
        let mut in_rows: Vec<_> = rows.iter().map(|row| (row[3].to_owned(), bits(row[5]))).collect();
        in_rows.sort();
        in_lines.sort();
        assert_eq!(in_rows, in_lines, "{chart:?}");
    }
}

/// Every number within a value, with the name under which it stands.
fn values(name: &str, value: &Value, found: &mut Vec<(String, u64)>) {
    match value {
        Value::Number(number) => found.push((name.to_owned(), number.as_f64().unwrap().to_bits())),
        Value::String(text) => found.push((name.to_owned(), bits(text))),
        Value::Array(list) => list.iter().for_each(|value| values(name, value, found)),
        Value::Object(object) => object.iter().for_each(|(name, value)| values(name, value, found)),
        Value::Null | Value::Bool(_) => {}
    }
}

#[test]
fn the_history_is_of_every_kept_step_and_the_loss_of_what_is_looked_at() {
    let (a, _) = runs();
    let past = a.until(10);
    let view = LaneView { snapshot: &past, ..lanes(&a, &a)[0] };
    let steps = |chart: Chart| {
        let csv = Exhibit::Chart(chart).csv(&[view], &View::default());
        let mut steps: Vec<u64> = rows(&csv).iter().map(|row| row[1].parse().unwrap()).collect();
        steps.dedup();
        steps
    };
    assert_eq!(steps(Chart::History), (0..=60).collect::<Vec<_>>());
    assert_eq!(steps(Chart::Learning), (0..=10).collect::<Vec<_>>());
    assert_eq!(steps(Chart::Profile), [10]);
}

#[test]
fn between_two_measurements_what_is_drawn_is_what_leaves_the_page() {
    let (mut a, b) = trained();
    let (Some(last), drawn) = (a.latest().map(|record| record.step), a.measured().unwrap().clone()) else { panic!() };
    a.apply(Event::Step(StepRecord { step: last + 1, measured: Measured::default(), ..drawn.clone() }));
    let lanes = lanes(&a, &b);
    for chart in [Chart::Profile, Chart::River] {
        let csv = Exhibit::Chart(chart).csv(&lanes[..1], &View::default());
        let steps: Vec<u64> = rows(&csv).iter().map(|row| row[1].parse().unwrap()).collect();
        assert!(steps.len() >= 9 && steps.iter().all(|step| *step == drawn.step), "{chart:?}: {csv}");
    }
}

#[test]
fn a_run_that_is_only_overlaid_leaves_the_page_by_its_number() {
    let (a, b) = trained();
    let mut deep = snapshot(32, 1.0);
    for at in [0, 10, 20] {
        deep.apply(step(at, 2.0 - at as f64 / 100.0, &falling(15, 1.0 + at as f64, 0.5), true));
    }
    let overlaid = [Overlaid { number: 7, title: "deep", run: &deep }];
    let lanes = lanes(&a, &b);
    for look_back in [None, Some(19)] {
        let view = View { overlaid: &overlaid, look_back, ..View::default() };
        let own = |csv: &str| {
            let of = |row: &Vec<&str>| (row[3].to_owned(), row[1].parse::<u64>().unwrap(), bits(row[5]));
            rows(csv).iter().filter(|row| row[0] == "7").map(of).collect::<Vec<_>>()
        };
        // What the chart shows of it at that step.
        let shown = overlaid[0].measured(look_back).unwrap();
        let column = shown.column(Quantity::GradInL2).unwrap().iter().flatten();
        let mut profile: Vec<_> = column.map(|value| ("grad_in_l2".to_owned(), shown.step, value.to_bits())).collect();
        profile.push(("grad_in_l2".to_owned(), shown.step, shown.ends.head_grad_in_l2.unwrap().to_bits()));
        let csv = Exhibit::Chart(Chart::Profile).csv(&lanes, &view);
        assert_eq!(own(&csv), profile);
        let csv = Exhibit::Chart(Chart::Learning).csv(&lanes, &view);
        let losses: Vec<_> =
            own(&csv).into_iter().filter(|(name, ..)| name == "loss").map(|(_, step, _)| step).collect();
        assert_eq!(losses, overlaid[0].losses(look_back).iter().map(|point| point.step).collect::<Vec<_>>());
        for chart in [Chart::Profile, Chart::Learning] {
            let lines = lines_of(Exhibit::Chart(chart), &lanes, &view);
            assert!(lines.iter().any(|line| line.contains("\"lane\":\"7\"")), "{chart:?}");
        }
        // The charts that do not show it say nothing of it.
        for exhibit in [Exhibit::Chart(Chart::River), Exhibit::Chart(Chart::History), Exhibit::Record] {
            assert_eq!(own(&exhibit.csv(&lanes, &view)), []);
        }
    }
}

#[test]
fn the_record_is_every_event_as_it_stands_in_a_recording() {
    let (a, b) = runs();
    let lanes = lanes(&a, &b);
    let of = |view: &LaneView| view.whole.events().iter().map(|event| line(view.lane, event).to_string()).collect();
    let expected: Vec<Vec<String>> = lanes.iter().map(of).collect();
    assert!(expected.iter().all(|lines| lines.len() >= 60));
    assert_eq!(lines_of(Exhibit::Record, &lanes, &View::default()), expected.concat());
    let csv = Exhibit::Record.csv(&lanes, &View::default());
    assert!(csv.contains("a,61,eval,accuracy,,0.1111111111111111\n") && csv.contains("a,60,step,lr,,0.05\n"), "{csv}");
}

#[test]
fn a_drawing_stands_alone_and_says_where_it_comes_from() {
    let (a, b) = runs();
    let lanes = lanes(&a, &b);
    let view = View { width: 600.0, height: 200.0, ..View::default() };
    let pixels = "data:image/png;base64,AAAA";
    let caption =
        ["A title <of> it".to_owned(), "settings".to_owned(), words::export_source(&[7], None, "abc1234", LINK)];
    for chart in Chart::ALL {
        let svg = Picture::new(*chart, &lanes, &view, &caption).svg(|_| pixels.to_owned());
        let document = roxmltree::Document::parse(&svg).unwrap();
        for node in document.descendants().filter(roxmltree::Node::is_element) {
            assert_ne!(node.tag_name().name(), "script");
            for attribute in node.attributes() {
                let value = attribute.value();
                assert_eq!(attribute.name() == "href", value == pixels, "{value}");
                assert!(!value.contains("url(") || value == "url(#colours)", "{value}");
            }
        }
        let style = document.descendants().find(|node| node.has_tag_name("style")).unwrap().text().unwrap();
        assert!(!style.contains("url(") && !style.contains("@import") && style.contains("sans-serif"), "{style}");
        assert_eq!(svg.contains(pixels), *chart == Chart::History);
        let words: Vec<&str> = document.descendants().filter_map(|node| node.text()).collect();
        for part in
            ["A title <of> it", "settings", "seed 7 · build abc1234 · https://example.org/headwater/?skip=off&seed=7"]
        {
            assert!(words.contains(&part), "{chart:?} without {part}: {words:?}");
        }
    }
}

#[test]
fn the_switches_of_the_page_are_circles_in_the_drawing() {
    let (a, b) = runs();
    let lanes = lanes(&a, &b);
    let view = View { width: 900.0, height: 300.0, ..View::default() };
    let svg = Picture::new(Chart::River, &lanes, &view, &[]).svg(|_| String::new());
    let count = |class: &str| svg.matches(&format!("<circle class=\"{class}\"")).count();
    assert_eq!([count("dot off lane-a"), count("dot lane-b"), count("dot off lane-b")], [0, 0, 9]);
    // Beside the nine the sign of the run.
    assert_eq!(count("dot lane-a"), 9 + 1);
    let plain = foreign(BlockKind::Conv);
    let view_of = LaneView { snapshot: &plain, whole: &plain, strengths: &[], ..lanes[0] };
    let svg = Picture::new(Chart::River, &[view_of], &view, &[]).svg(|_| String::new());
    assert_eq!(svg.matches("<circle class=\"dot").count(), 1, "there is nothing to open");
}

#[test]
fn files_are_named_by_what_is_in_them() {
    let spec = crate::testing::spec(20);
    let name = file_name(Exhibit::Chart(Chart::Profile), Some(&spec), Some(41), "csv");
    assert_eq!(name, "headwater-profile-resnet20-fashion-mnist-seed1-step41.csv");
    assert_eq!(file_name(Exhibit::Record, None, None, "json"), "headwater-record.json");
}
