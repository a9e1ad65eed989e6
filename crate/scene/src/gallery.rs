//! Each chart as a picture of a known run. A change of these files is a change of what people see: look at it, then let
//! the test write them anew with `BLESS=1 cargo test -p scene gallery`.
#![expect(clippy::disallowed_methods, reason = "the test reads and writes its pictures")]

use crate::testing::{falling, lanes, snapshot, step, trained, walked};
use crate::{Chart, LaneView, Overlaid, Scene, Sketch, Snapshot, View, svg_inner};
use protocol::lesson::Draw;
use protocol::{Evaluation, Event, Lane, Mark, Measured, Place, Quantity, RunSetting, StepPhase};
use std::fmt::Write;

/// The trained pair, with evaluations and changes on the way.
fn eventful() -> (Snapshot, Snapshot) {
    let (mut a, mut b) = trained();
    for run in [&mut a, &mut b] {
        for at in [20, 40, 60] {
            let accuracy = 0.1 + at as f64 / 100.0;
            run.apply(Event::Eval(Evaluation {
                step: at,
                loss: 2.0,
                accuracy,
                measured: Measured::default(),
                answers: Vec::new(),
            }));
        }
        run.apply(Event::Mark(Mark {
            step: 30,
            what: RunSetting::Lr,
            block: None,
            from: 0.05,
            to: 0.01,
            folded: false,
        }));
    }
    let block = Some("layer2.0".to_owned());
    a.apply(Event::Mark(Mark { step: 50, what: RunSetting::Skip, block, from: 1.0, to: 0.5, folded: false }));
    (a, b)
}

/// Values without a place on a log axis, in a deeper network.
fn broken() -> Snapshot {
    let mut run = snapshot(32, 0.0);
    let mut joins = falling(15, 1.0, 1e-30);
    (joins[0], joins[1], joins[6]) = (0.0, 1e-47, f64::NAN);
    run.apply(step(0, 2.3, &joins, false));
    run
}

fn document(scene: &Scene) -> String {
    let Scene { width, height, summary, .. } = scene;
    let inner = svg_inner(scene).replace("/>", "/>\n").replace("</text>", "</text>\n");
    let mut text = String::new();
    let _ = writeln!(text, r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">"#);
    let _ = writeln!(text, "<!-- {summary} -->");
    text + &inner + "</svg>\n"
}

#[test]
fn the_gallery_shows_what_the_charts_draw() {
    let ((a, b), broken, (new_a, new_b)) = (eventful(), broken(), (snapshot(20, 1.0), snapshot(20, 0.0)));
    let (pair, fresh, one) = (lanes(&a, &b), lanes(&new_a, &new_b), [lanes(&broken, &broken)[0]]);
    let wide = View { width: 1240.0, height: 220.0, focus: Some(Place::Block(3)), ..View::default() };
    let half = View { width: 600.0, height: 220.0, focus: Some(Place::Block(3)), ..View::default() };
    let small = View { width: 390.0, height: 110.0, focus: Some(Place::Block(3)), compact: true, ..View::default() };
    let (mut deep, plain) = (snapshot(32, 1.0), trained().1);
    (0..90).for_each(|at| deep.apply(step(at, 2.2 / (1.0 + at as f64 / 40.0), &falling(15, 0.3, 1e-3), true)));
    let overlaid = [(3, "deep", &deep), (4, "plain", &plain), (8, "deep", &deep)];
    let overlaid = overlaid.map(|(number, title, run)| Overlaid { number, title, run });
    let walks = |at| [&a, &b].map(|run| walked(run, at));
    let (forward, back) = (walks(StepPhase::Forward(4)), walks(StepPhase::Backward(5)));
    let forward = [0, 1].map(|lane| LaneView { walk: Some(&forward[lane]), ..pair[lane] });
    let back = [0, 1].map(|lane| LaneView { walk: Some(&back[lane]), ..pair[lane] });
    let shows: [(&str, &[LaneView], View); 8] = [
        ("", &pair, wide),
        ("-small", &pair, small),
        ("-fresh", &fresh, half),
        ("-broken", &one, View { look_back: Some(0), ..half }),
        ("-linear", &pair, View { linear: true, ..half }),
        ("-forward", &forward, wide),
        ("-back", &back, wide),
        ("-overlaid", &pair, View { overlaid: &overlaid, ..half }),
    ];
    for (chart, (kind, lanes, view)) in Chart::ALL.iter().flat_map(|chart| shows.map(|show| (chart, show))) {
        // The others have no linear axis to choose, and nothing is overlaid on them.
        let has_it = match kind {
            "-linear" => *chart == Chart::Profile,
            "-forward" | "-back" => *chart == Chart::River,
            "-overlaid" => matches!(chart, Chart::Profile | Chart::Learning),
            _ => true,
        };
        if !has_it {
            continue;
        }
        let name = format!("{}{kind}", chart.name());
        hold(&name, &chart.draw(lanes, &view));
    }
    let draw = Draw { of: Quantity::GradInL2, lane: Lane::B, relative: true, decades: 8, top: 0 };
    let set = [Some(-1.0), None, None, None, Some(-0.5), None, None, None, None];
    let measured = falling(9, 1.0, 1e-9).into_iter().take(9).map(|value| Some(value * 10.0)).collect::<Vec<_>>();
    for (name, set, measured) in
        [("sketch-fresh", [None; 9], &[][..]), ("sketch-drawn", set, &[]), ("sketch-measured", set, &measured)]
    {
        hold(name, &Sketch { draw, set: &set, measured }.scene(460.0, 150.0));
    }
}

fn hold(name: &str, scene: &Scene) {
    let drawn = document(scene);
    let path = format!("{}/gallery/{name}.svg", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    assert!(std::fs::read_to_string(&path).unwrap() == drawn, "{path} is another picture");
}
