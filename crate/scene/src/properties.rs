//! What must hold for every chart, whatever the values and the sizes.

use crate::testing::{diagram_of, falling, foreign, lanes, snapshot, step, trained, walked};
use crate::{
    Chart, Class, Form, LaneView, Overlaid, Plot, Scene, Shape, Snapshot, View, reading, settings_line, svg_inner,
};
use protocol::{
    BlockKind, Column, Ends, Evaluation, Event, Lane, Mark, Measured, Phase, Place, Quantity, RunSetting, StepPhase,
    StepRecord,
};

/// Classes of shapes that show data.
const DATA: [Class; 8] =
    [Class::Band, Class::Pool, Class::Arc, Class::Line, Class::Raw, Class::Smooth, Class::Mark, Class::Value];

fn view(width: f64, height: f64) -> View<'static> {
    View { width, height, ..View::default() }
}

/// Shapes with all of these classes.
fn with<'a>(scene: &'a Scene, classes: &[Class]) -> Vec<&'a Shape> {
    scene.shapes.iter().filter(|shape| classes.iter().all(|class| shape.has_class(*class))).collect()
}

#[test]
fn nothing_measured_nothing_drawn() {
    let (a, b) = (snapshot(20, 1.0), snapshot(20, 0.0));
    for chart in Chart::ALL {
        let scene = chart.draw(&lanes(&a, &b), &View { focus: Some(Place::Block(2)), ..view(600.0, 220.0) });
        for class in DATA {
            assert!(with(&scene, &[class]).is_empty(), "{class:?}");
        }
        assert!(*chart == Chart::History || !scene.shapes.is_empty());
        assert!(scene.pixels.is_none() && scene.summary.contains("Nothing measured"));
        assert!(chart.draw(&[], &view(600.0, 220.0)).summary.contains("Nothing measured"));
    }
    // But the diagram's structure stands: boxes, switches' arcs, the dry bed.
    let scene = Chart::River.draw(&lanes(&a, &b), &view(600.0, 220.0));
    assert_eq!(with(&scene, &[Class::Block]).len(), 22, "blocks, stems and heads");
    assert_eq!(with(&scene, &[Class::ArcOpen, Class::LaneA]).len(), 9);
    assert_eq!(with(&scene, &[Class::ArcClosed, Class::LaneB]).len(), 9);
}

/// A stream of values that charts must survive.
struct Odd(u64);

impl Odd {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn value(&mut self) -> f64 {
        const ODD: [f64; 9] =
            [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 5e-324, 1e-40, f64::MAX, f64::MIN_POSITIVE];
        match self.next() % 3 {
            0 => ODD[self.next() as usize % ODD.len()],
            _ => 10f64.powf(self.next() as f64 / f64::from(1u32 << 31) * 60.0 - 48.0),
        }
    }

    fn run(&mut self, blocks: usize) -> Snapshot {
        let mut run = Snapshot::new(diagram_of(blocks));
        let mut at = 0;
        for _ in 0..self.next() % 6 {
            let column = |quantity: &Quantity| Column {
                quantity: *quantity,
                values: (0..blocks).map(|_| (!self.next().is_multiple_of(5)).then(|| self.value())).collect(),
            };
            let columns = Quantity::PROFILE.iter().map(column).collect();
            let measured = Measured { columns, ..Measured::default() };
            let ends = Ends { head_grad_in_l2: Some(self.value()), ..Ends::default() };
            let (loss, lr) = (self.value(), self.value());
            run.apply(Event::Step(StepRecord { step: at, loss, train_accuracy: self.value(), lr, measured, ends }));
            let (loss, accuracy, measured) = (self.value(), self.value(), Measured::default());
            run.apply(Event::Eval(Evaluation { step: at + 1, loss, accuracy, measured, answers: Vec::new() }));
            let what =
                [RunSetting::Skip, RunSetting::Lr, RunSetting::Momentum, RunSetting::Batch][self.next() as usize % 4];
            run.apply(Event::Mark(Mark {
                step: at + 1,
                what,
                block: None,
                from: 0.0,
                to: self.value(),
                folded: false,
            }));
            at += 1 + self.next() % 400;
        }
        run
    }
}

#[test]
fn no_number_and_no_size_gives_a_coordinate_that_is_not_finite() {
    let mut odd = Odd(1);
    for blocks in 1..=54 {
        for width in [320.0, 390.0, 525.0, 760.0, 1240.0, 1300.0, 0.0] {
            let (a, b, deeper) = (odd.run(blocks), odd.run(blocks), odd.run(blocks + 1));
            let overlaid = [
                Overlaid { number: 3, title: "alike", run: &b },
                Overlaid { number: 9, title: "deeper", run: &deeper },
            ];
            let height = 60.0 + (odd.next() % 260) as f64;
            let focus = Place::all(blocks + 1).nth(odd.next() as usize % (blocks + 3));
            let quantity = Quantity::PLOTTED[odd.next() as usize % Quantity::PLOTTED.len()];
            let plot = Plot { quantity, relative: odd.next().is_multiple_of(2) };
            let view = View {
                width,
                height,
                focus,
                plot,
                linear: odd.next().is_multiple_of(2),
                look_back: odd.next().is_multiple_of(2).then(|| odd.next() % 2000),
                compact: odd.next().is_multiple_of(2),
                overlaid: &overlaid[..odd.next() as usize % 3],
            };
            for chart in Chart::ALL {
                let scene = chart.draw(&lanes(&a, &b), &view);
                for shape in &scene.shapes {
                    let numbers = shape.lengths();
                    assert!(numbers.iter().all(|v| v.is_finite() && v.abs() < 1e5), "{view:?} {blocks} {shape:?}");
                }
                let svg = svg_inner(&scene);
                assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{svg}");
            }
            let at = StepPhase::all(blocks).nth(odd.next() as usize % (2 * blocks + 4)).unwrap();
            let walks = [&a, &b].map(|run| run.measured().map(|record| Phase::of(at, record)));
            let [first, second] = lanes(&a, &b);
            let walked =
                [LaneView { walk: walks[0].as_ref(), ..first }, LaneView { walk: walks[1].as_ref(), ..second }];
            let scene = Chart::River.draw(&walked, &view);
            let lengths = scene.shapes.iter().flat_map(Shape::lengths);
            assert!(lengths.into_iter().all(|v| v.is_finite() && v.abs() < 1e5), "{at:?} {view:?} {blocks}");
            assert!(!reading(&lanes(&a, &b)).text().contains("NaN"));
            let measured = [&a, &b].iter().any(|run| run.latest().is_some());
            assert_eq!(Chart::History.draw(&lanes(&a, &b), &view).pixels.is_some(), measured);
        }
    }
}

#[test]
fn a_run_whose_settings_are_not_known_is_drawn_like_any_other() {
    let (run, plain) = (foreign(BlockKind::Basic), foreign(BlockKind::Conv));
    for lanes in [&lanes(&run, &plain)[..], &lanes(&run, &run)[..1]] {
        for chart in Chart::ALL {
            for view in
                [view(1240.0, 220.0), View { focus: Some(Place::Block(1)), compact: true, ..view(320.0, 110.0) }]
            {
                let scene = chart.draw(lanes, &view);
                assert!(scene.summary.contains(|letter: char| letter.is_ascii_digit()), "{chart:?}: {}", scene.summary);
                assert!(scene.shapes.iter().all(|shape| shape.lengths().iter().all(|v| v.is_finite())), "{chart:?}");
            }
        }
        assert!(reading(lanes).text().contains("block 1"));
    }
    let line = |run: &Snapshot| settings_line(run.spec.as_ref(), &run.diagram, run.strengths());
    assert_eq!(
        [line(&run), line(&plain)],
        ["6 blocks in 3 stages · skips on", "6 blocks in 3 stages · no skip connections"]
    );
    // What it lacks is not made up.
    let svg = svg_inner(&Chart::Learning.draw(&lanes(&run, &plain), &view(600.0, 220.0)));
    assert!(!svg.contains("guessing"), "{svg}");
}

/// Width of the river at each join.
fn pool_widths(scene: &Scene, lane: Lane) -> Vec<f64> {
    let heights = with(scene, &[Class::Pool, Class::of_lane(lane)]).into_iter().map(|shape| match shape.form {
        Form::Rect { height, .. } => height,
        _ => panic!("a rectangle"),
    });
    heights.collect()
}

/// Widths of the channels over the shortcuts.
fn channel_widths(scene: &Scene, lane: Lane) -> Vec<f64> {
    let widths = with(scene, &[Class::Arc, Class::of_lane(lane)]).into_iter();
    widths.filter_map(|shape| if let Form::Path { stroke, .. } = shape.form { stroke } else { None }).collect()
}

#[test]
fn a_larger_gradient_is_a_wider_river_and_equal_ones_are_equally_wide() {
    let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
    let joins = falling(9, 0.5, 1e-5);
    a.apply(step(0, 2.3, &joins, true));
    b.apply(step(0, 2.3, &joins, false));
    let scene = Chart::River.draw(&lanes(&a, &b), &view(1240.0, 220.0));
    let (wide, same) = (pool_widths(&scene, Lane::A), pool_widths(&scene, Lane::B));
    assert_eq!(wide.len(), 10);
    // Equal factors are equal steps, from full to five sixths of the way to a hairline.
    let steps: Vec<f64> = wide.windows(2).map(|w| w[1] - w[0]).collect();
    assert!(steps.iter().all(|step| *step > 0.0 && (step - steps[0]).abs() < 1e-9), "{wide:?}");
    // A pool at a closed shortcut has no legs to hold: only at the two ends there is one.
    assert!(same.first() == wide.first() && same.last() == wide.last());
    // The channels over the shortcuts follow, and the closed lane has none.
    let channels = channel_widths(&scene, Lane::A);
    assert!(channels.len() == 9 && channels.windows(2).all(|w| w[0] < w[1]));
    assert!(channel_widths(&scene, Lane::B).is_empty());
    assert_eq!(with(&scene, &[Class::ArcClosed, Class::LaneB]).len(), 9);
}

/// Width of the water through each box, at its end towards the loss.
fn through_widths(scene: &Scene, lane: Lane) -> Vec<f64> {
    let of_band = |shape: &&Shape| match shape.lengths()[..] {
        [_, _, _, upper, _, lower, ..] => lower - upper,
        _ => panic!("four corners"),
    };
    with(scene, &[Class::Band, Class::of_lane(lane)]).iter().map(of_band).collect()
}

#[test]
fn the_water_divides_linearly_between_arc_and_box() {
    let mut run = snapshot(20, 1.0);
    run.apply(step(0, 2.3, &[0.5; 10], true));
    let scene = Chart::River.draw(&lanes(&run, &run)[..1], &view(1240.0, 220.0));
    let (river, over, through) =
        (pool_widths(&scene, Lane::A)[0], channel_widths(&scene, Lane::A), through_widths(&scene, Lane::A));
    // The test's steps have 0.97 over the shortcut and 0.1 through the branch.
    let share = 0.97 / 1.07;
    for (over, through) in over.iter().zip(&through) {
        assert!((over / river - share).abs() < 1e-6, "{over} of {river}");
        assert!((through / river - (1.0 - share)).abs() < 1e-6, "{through} of {river}");
    }
}

#[test]
fn six_decades_below_the_largest_the_bed_is_dry_and_the_scale_says_so() {
    let (mut a, mut b) = (snapshot(20, 1.0), snapshot(20, 0.0));
    a.apply(step(0, 2.3, &falling(9, 0.5, 0.9), true));
    b.apply(step(0, 2.3, &falling(9, 0.5, 1e-9), false));
    for view in [view(1240.0, 220.0), View { compact: true, ..view(501.0, 140.0) }, view(327.0, 120.0)] {
        let scene = Chart::River.draw(&lanes(&a, &b), &view);
        // Of nine decades in nine blocks six are wet; the seventh block is where it dries up.
        let dry = with(&scene, &[Class::Bed, Class::LaneB]).len();
        assert!((3..=4).contains(&dry), "{view:?}: {dry}");
        assert!(with(&scene, &[Class::Bed, Class::LaneA]).is_empty());
        assert!(!with(&scene, &[Class::Gauge]).is_empty(), "{view:?}");
        assert!(svg_inner(&scene).contains(">dry<"), "{view:?}");
    }
}

#[test]
fn under_each_block_stands_its_fraction_of_the_last_one_s() {
    let (a, b) = trained();
    let scene = Chart::River.draw(&lanes(&a, &b), &view(1240.0, 220.0));
    assert_eq!(with(&scene, &[Class::Fraction, Class::LaneB]).len(), 9);
    let norms = crate::flow::passed_on(b.latest().unwrap());
    let svg = svg_inner(&scene);
    for norm in &norms[..8] {
        let fraction = crate::format::ratio(norm.unwrap(), norms[8].unwrap()).unwrap();
        assert!(svg.contains(&format!(">{fraction}<")), "{fraction}: {svg}");
    }
}

#[test]
fn a_switch_is_seen_at_once_and_the_measurement_stays_until_the_next() {
    let (a, b) = trained();
    let closed = [0.0; 9];
    let mut both = lanes(&a, &b);
    both[0].strengths = &closed;
    let scene = Chart::River.draw(&both, &view(1240.0, 220.0));
    assert_eq!(with(&scene, &[Class::ArcClosed, Class::LaneA]).len(), 9);
    assert_eq!(with(&scene, &[Class::ArcPast, Class::LaneA]).len(), 9);
    let words = |chart: Scene| svg_inner(&chart);
    assert!(
        words(Chart::Profile.draw(&both, &view(600.0, 200.0))).contains("skips open"),
        "the curve was measured open"
    );
    let half = [0.5; 9];
    both[0].strengths = &half;
    let scene = Chart::River.draw(&both, &view(1240.0, 220.0));
    let dashed = |shape: &&&Shape| matches!(shape.form, Form::Path { dash: Some([on, off]), .. } if on == off);
    assert_eq!(with(&scene, &[Class::Arc, Class::LaneA]).iter().filter(dashed).count(), 9);
}

#[test]
fn the_profile_has_a_marker_a_block_and_true_places() {
    let (a, b) = trained();
    let scene = Chart::Profile.draw(&lanes(&a, &b), &view(600.0, 200.0));
    assert_eq!(
        (with(&scene, &[Class::Dot, Class::LaneA]).len(), with(&scene, &[Class::Triangle, Class::LaneB]).len()),
        (10, 10),
        "the blocks and the head"
    );
    assert_eq!((with(&scene, &[Class::Line, Class::LaneA]).len(), with(&scene, &[Class::Off]).len()), (1, 0));
    let line = with(&scene, &[Class::Line, Class::LaneB])[0].lengths();
    let heights: Vec<f64> = line.chunks(2).map(|point| point[1]).collect();
    // The twin's values fall by equal factors, so on a log axis the line is straight.
    assert!(heights.windows(3).all(|w| ((w[0] - w[1]) - (w[1] - w[2])).abs() < 1e-9 && w[0] > w[1]));
    let linear = Chart::Profile.draw(&lanes(&a, &b), &View { linear: true, ..view(600.0, 200.0) });
    assert_ne!(linear, scene);
}

#[test]
fn the_focused_block_shows_its_values() {
    let (a, b) = trained();
    let focused = View { focus: Some(Place::Block(3)), ..view(1240.0, 220.0) };
    let value = crate::number(a.latest().unwrap().column(Quantity::GradInL2).unwrap()[3].unwrap());
    let scene = Chart::Profile.draw(&lanes(&a, &b), &focused);
    assert!(svg_inner(&scene).contains(&value));
    assert_eq!(with(&scene, &[Class::Value]).len(), 2);
    assert_eq!(with(&Chart::River.draw(&lanes(&a, &b), &focused), &[Class::BlockFocus]).len(), 2);
    let at = |x: f64| crate::profile_place_at(&lanes(&a, &b), &focused, x);
    assert_eq!([58.0, 5.0].map(at), [Some(Place::Stem), None]);
    let places: Vec<_> = (0..1240).filter_map(|x| at(f64::from(x))).collect();
    assert!(Place::all(9).all(|place| places.contains(&place)) && places.is_sorted(), "{places:?}");
}

#[test]
fn changes_are_marked_once_in_time() {
    let (mut a, mut b) = trained();
    for run in [&mut a, &mut b] {
        run.apply(Event::Mark(Mark {
            step: 20,
            what: RunSetting::Lr,
            block: None,
            from: 0.05,
            to: 0.01,
            folded: false,
        }));
        let block = Some("layer2.0".to_owned());
        run.apply(Event::Mark(Mark { step: 50, what: RunSetting::Skip, block, from: 1.0, to: 0.0, folded: false }));
    }
    let scene = Chart::Learning.draw(&lanes(&a, &b), &view(600.0, 220.0));
    assert_eq!(with(&scene, &[Class::Mark]).len(), 2);
    let svg = svg_inner(&scene);
    assert!(svg.contains("lr 0.01<") && svg.contains("block 4 closed<"), "{svg}");
    assert!(svg.contains(">guessing<"));
}

#[test]
fn changes_close_together_all_have_their_label() {
    let (mut a, b) = trained();
    for (step, block) in [(20, "layer1.0"), (22, "layer2.0")] {
        let block = Some(block.to_owned());
        a.apply(Event::Mark(Mark { step, what: RunSetting::Skip, block, from: 1.0, to: 0.0, folded: false }));
    }
    let svg = svg_inner(&Chart::Learning.draw(&lanes(&a, &b), &view(600.0, 220.0)));
    assert!(svg.contains(">● block 1 closed<") && svg.contains(">● block 4 closed<"), "{svg}");
}

#[test]
fn the_word_for_the_steps_keeps_clear_of_the_last_number() {
    let (mut a, b) = trained();
    a.apply(step(99_999, 1.0, &falling(9, 1.0, 0.1), true));
    let svg = svg_inner(&Chart::Learning.draw(&lanes(&a, &b), &view(600.0, 220.0)));
    let x_of = |words: &str| -> f64 {
        let before = svg.split(&format!(">{words}</text>")).next().unwrap();
        let start = before.rsplit(" x=\"").next().unwrap();
        start.split('"').next().unwrap().parse().unwrap()
    };
    let half = crate::plot::text_width(Class::Tick, "100,000") / 2.0;
    assert!(x_of("step") >= x_of("100,000") + half + 6.0, "{svg}");
}

#[test]
fn the_stages_keep_their_place_while_the_name_of_a_run_gets_longer() {
    let (mut a, b) = trained();
    let places = |a: &Snapshot| -> Vec<(String, f64)> {
        let scene = Chart::River.draw(&lanes(a, &b), &view(1240.0, 190.0));
        let texts = scene.shapes.iter().filter_map(|shape| match &shape.form {
            Form::Text { x, words, .. } if words.starts_with("stage") => Some((words.to_string(), *x)),
            _ => None,
        });
        texts.collect()
    };
    let before = places(&a);
    assert_eq!(before.len(), 3);
    a.apply(Event::Mark(Mark { step: 60, what: RunSetting::Skip, block: None, from: 1.0, to: 0.0, folded: false }));
    a.apply(step(60, 2.3, &falling(9, 1.0, 0.1), false));
    assert_eq!(places(&a), before);
}

#[test]
fn what_the_losses_have_come_to_stays_within_the_chart() {
    for (loss, share, changed) in
        [(2.31, 0.97, true), (8.00e-3, 0.97, false), (2.62e-4, 1.0, true), (0.0117, 1.0, false), (1.23e5, 0.1, true)]
    {
        let run = |strength, updates: u64| {
            let mut run = snapshot(20, strength);
            run.apply(step(updates - 1, loss, &falling(9, 1.0, 0.1), true));
            let measured = Measured::default();
            run.apply(Event::Eval(Evaluation { step: updates, loss, accuracy: share, measured, answers: Vec::new() }));
            if changed {
                run.apply(Event::Mark(Mark {
                    step: updates,
                    what: RunSetting::Lr,
                    block: None,
                    from: 0.05,
                    to: 0.01,
                    folded: false,
                }));
                run.apply(step(updates, loss, &falling(9, 1.0, 0.1), true));
            }
            run
        };
        let (a, b) = (run(1.0, 1_100), run(0.0, 100_000));
        for (width, height) in (300..=700).step_by(10).flat_map(|width| [(width, 120.0), (width, 260.0)]) {
            let scene = Chart::Learning.draw(&lanes(&a, &b), &view(f64::from(width), height));
            let mut labels = 0;
            for shape in &scene.shapes {
                let Form::Text { x, words, .. } = &shape.form else { continue };
                let class = [Class::LabelStrong, Class::Value].into_iter().find(|class| shape.has_class(*class));
                let Some(class) = class else { continue };
                let end = x + crate::plot::text_width(class, words);
                assert!(end <= f64::from(width), "{words:?} ends at {end:.0} of {width} px");
                labels += 1;
            }
            assert_eq!(labels, 4, "a loss and a share of each run");
        }
    }
}

#[test]
fn all_shortcuts_that_change_together_are_one_mark() {
    let (mut a, b) = trained();
    let names: Vec<_> = a.diagram.blocks.iter().map(|block| block.name.clone()).collect();
    let mut change = |step, names: &[String], from, to| {
        for name in names {
            a.apply(Event::Mark(Mark {
                step,
                what: RunSetting::Skip,
                block: Some(name.clone()),
                from,
                to,
                folded: false,
            }));
        }
    };
    change(20, &names, 1.0, 0.0);
    change(40, &names[..2], 0.0, 1.0);
    let svg = svg_inner(&Chart::Learning.draw(&lanes(&a, &b), &view(600.0, 220.0)));
    assert!(svg.contains(">● skips closed<") && svg.contains(">● 2 changes<"), "{svg}");
}

/// Where a chart writes these words: x and y.
fn places_of(scene: &Scene, wanted: &str) -> Vec<[f64; 2]> {
    let place = |shape: &Shape| match &shape.form {
        Form::Text { x, y, words, .. } if words.contains(wanted) => Some([*x, *y]),
        _ => None,
    };
    scene.shapes.iter().filter_map(place).collect()
}

#[test]
fn a_change_at_the_right_edge_is_not_written_over_the_loss_of_guessing() {
    let (mut a, b) = trained();
    let drawn = |a: &Snapshot| Chart::Learning.draw(&lanes(a, &b), &view(450.0, 150.0));
    let above = places_of(&drawn(&a), "guessing")[0];
    for block in ["layer1.0", "layer2.0"] {
        let of_block = Some(block.to_owned());
        let what = RunSetting::Skip;
        let mark = Mark { step: 58, what, block: of_block, from: 1.0, to: 0.0, folded: false };
        a.apply(Event::Mark(mark.clone()));
        a.apply(Event::Mark(Mark { step: 59, block: Some("layer1.1".to_owned()), ..mark }));
    }
    let drawn = drawn(&a);
    let guessing = places_of(&drawn, "guessing")[0];
    let marks = places_of(&drawn, "●");
    assert!(guessing[1] > above[1] && !marks.is_empty());
    assert!(marks.iter().all(|mark| (mark[1] - guessing[1]).abs() > 9.0), "{marks:?} {guessing:?}");
}

#[test]
fn the_marker_of_a_history_stands_over_no_row_s_name() {
    for (depth, blocks) in [(8, 3), (14, 6), (20, 9)] {
        let (mut a, mut b) = (snapshot(depth, 1.0), snapshot(depth, 0.0));
        [&mut a, &mut b].into_iter().for_each(|run| run.apply(step(0, 2.0, &falling(blocks, 0.036, 0.9), true)));
        for height in [100.0, 150.0, 200.0, 300.0] {
            let drawn = Chart::History.draw(&lanes(&a, &b), &view(500.0, height));
            let markers = [places_of(&drawn, "●"), places_of(&drawn, "▲")].concat();
            for name in ["stem", "block 1", "head"].map(str::to_owned).into_iter().chain([blocks.to_string()]) {
                for [x, y] in places_of(&drawn, &name).into_iter().filter(|[x, _]| *x < 60.0) {
                    let is_free = markers.iter().all(|marker| marker[0] != x || (marker[1] - y).abs() >= 11.0);
                    assert!(is_free, "{name} of ResNet-{depth} at {height}");
                }
            }
        }
    }
}

#[test]
fn a_step_that_is_walked_through_has_the_switches_it_began_with() {
    let (mut a, b) = trained();
    let (what, block) = (RunSetting::Skip, Some("layer2.0".to_owned()));
    a.apply(Event::Mark(Mark { step: 60, what, block, from: 1.0, to: 0.0, folded: false }));
    let walk = walked(&a, StepPhase::Forward(2));
    let svg = |walk, strengths: &[f64]| {
        let mut views = lanes(&a, &b);
        (views[0].walk, views[0].strengths) = (walk, strengths);
        svg_inner(&Chart::River.draw(&views, &view(900.0, 200.0)))
    };
    assert!(svg(None, a.strengths()).contains("from the next step on"), "60 is still to come");
    assert!(!svg(Some(&walk), a.strengths()).contains("from the next step on"), "60 is under way with them");
    assert!(svg(Some(&walk), &[1.0; 9]).contains("from the next step on"), "thrown while it is walked through");
}

#[test]
fn switches_that_were_not_measured_yet_say_from_when_they_are_in_force() {
    let (a, b) = trained();
    let mut views = lanes(&a, &b);
    views[0].strengths = &[0.0; 9];
    let svg =
        |width: f64| svg_inner(&Chart::River.draw(&views, &View { compact: width < 600.0, ..view(width, 200.0) }));
    assert!(svg(900.0).contains(">skips closed from the next step on<"));
    assert!(svg(500.0).contains(">next step<"));
}
