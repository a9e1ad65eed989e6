//! The figure that stands in the page's own file until the program draws (`index.html`): the river of the first recording. When
//! that recording is another one (`cargo xtask recordings`), `BLESS=1 cargo test -p headwater figure` draws it anew, and the
//! words around it in `index.html` are to be changed by hand, as the test says.

use super::recorded::of_picture as read;
use super::sheet::lane_view;
use protocol::Place;
use scene::{Chart, LaneView, NARROW, Picture, Piece, Scene, Text, View, escaped, lane_class, reading, svg_inner};
use std::fs;
use std::path::Path;

/// The colours and the rules of the charts as the page has them: browsers know light and dark, in pictures too.
const STYLE: [&str; 2] =
    [include_str!("../../../../assets/style/tokens.css"), include_str!("../../../../assets/style/charts.css")];

/// What the page itself draws of it in windows of 1280, 768 and 390 pixels.
const VIEWS: [(&str, f64, f64); 3] =
    [("first_wide.svg", 1214.0, 171.0), ("first_middle.svg", 718.0, 196.0), ("first_narrow.svg", 340.0, 196.0)];

#[test]
fn the_figure_in_the_page_is_the_first_recording() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let runs = read(&[root.join("assets/recordings/first.headwater.jsonl.gz")]).expect("a recording");
    let lanes: Vec<LaneView> = runs.iter().map(|run| lane_view(run, &run.snapshot)).collect();
    let page = fs::read_to_string(root.join("index.html")).expect("the page's own file");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, width, height) in VIEWS {
        let view = View { width, height, focus: Some(Place::Block(0)), compact: width < NARROW, ..View::default() };
        // With what in the page are elements over it.
        let drawn = document(&Picture::new(Chart::River, &lanes, &view, &[]).chart);
        let path = root.join("assets").join(name);
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &drawn).expect("a place for it");
        }
        assert!(
            fs::read_to_string(&path).is_ok_and(|own| own == drawn),
            "{name} is another picture; look at it, then BLESS=1 cargo test -p headwater figure"
        );
    }
    let summary = Chart::River.draw(&lanes, &View { width: VIEWS[0].1, height: VIEWS[0].2, ..View::default() }).summary;
    let reading = reading(&lanes);
    let said: String = reading.full.iter().map(markup).collect();
    let words = [Text::Tagline, Text::QuestionPair, Text::SkipsExplained].map(|text| text.words().to_owned());
    let words = words
        .into_iter()
        .chain([escaped(&summary).to_string(), said])
        .chain(reading.surprise.map(|surprise| surprise.sentence));
    let lacking: Vec<String> = words.filter(|words| !page.contains(words)).collect();
    assert!(lacking.is_empty(), "index.html lacks {lacking:#?}");
}

/// A drawing that is shown as an image of a page.
fn document(chart: &Scene) -> String {
    let (Scene { width, height, .. }, drawn) = (chart, svg_inner(chart).replace("/>", "/>\n"));
    let style = STYLE.concat();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n\
         <style>\n{style}\ntext {{ font-family: var(--sans); }}\n</style>\n{drawn}\n</svg>\n"
    )
}

/// What `view::lead` of the page makes of it.
fn markup(piece: &Piece) -> String {
    let words = escaped(&piece.words);
    match piece.lane.filter(|_| piece.strong) {
        Some(lane) => format!("<strong class=\"{}\">{words}</strong>", lane_class(lane)),
        None => words.to_string(),
    }
}
