//! `docs/gallery.md` and its pictures: what the page shows of the recordings that come with it, drawn as its *Export* draws.
//! Nothing is trained for it, and every number is read off a recording. When one of these is another one, or a chart is drawn
//! otherwise, look at the pictures after `BLESS=1 cargo test -p headwater gallery`, which writes them.

use super::raster::data_address;
use super::recorded::{Recorded, of_picture as read};
use super::sheet::lane_view;
use protocol::Place;
use scene::{
    Chart, Exhibit, LaneView, Picture, Plot, Snapshot, View, lane_marker, other_settings, reading, settings_line, words,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the recordings lie, from the root and from the page.
const FOLDER: &str = "assets/recordings";
/// How their names end.
const ENDING: &str = ".headwater.jsonl.gz";
/// Where `cargo xtask serve` serves the page.
const PAGE: &str = "http://127.0.0.1:8080/";
/// All pictures together, bytes.
const MOST_BYTES: usize = 600_000;

const HEAD: &str = "\
# Gallery

What the page shows of the recordings that come with it. Each picture is drawn by the code that draws the page, as its \
*Export* writes it. The sentences under it are the page's own, with numbers read off the recording. A link opens that \
moment in the page that `cargo xtask serve` serves.

Written by `BLESS=1 cargo test -p headwater gallery`; a test fails when this file or a picture is stale.
";

/// What is shown of one recording, or of two together.
struct Section {
    /// Names of files up to their endings.
    runs: &'static [&'static str],
    /// Each with the step that it is of, or with all.
    charts: &'static [(Chart, Option<u64>)],
}

const SECTIONS: [Section; 8] = [
    Section {
        runs: &["first"],
        charts: &[(Chart::River, Some(200)), (Chart::Profile, Some(0)), (Chart::Learning, None)],
    },
    Section { runs: &["fashion-no-norm"], charts: &[(Chart::History, None)] },
    Section { runs: &["fashion-batch-norm"], charts: &[(Chart::River, Some(800)), (Chart::Learning, None)] },
    Section { runs: &["resnet56"], charts: &[(Chart::Profile, Some(0)), (Chart::History, None)] },
    Section { runs: &["zero-gamma"], charts: &[(Chart::River, Some(0)), (Chart::Branches, None)] },
    Section { runs: &["fade"], charts: &[(Chart::Learning, None), (Chart::Branches, None)] },
    Section { runs: &["resnet18-start", "vgg19-start"], charts: &[(Chart::River, Some(0))] },
    Section { runs: &["resnet50-start", "resnet152-start"], charts: &[(Chart::River, Some(0))] },
];

#[test]
fn the_gallery_shows_the_recordings_that_come_with_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (page, folder) = (root.join("docs/gallery.md"), root.join("docs/gallery"));
    let listed = listed(&root);
    let shown: BTreeSet<&str> = SECTIONS.iter().flat_map(|section| section.runs).copied().collect();
    assert_eq!(shown, listed.keys().map(String::as_str).collect(), "every recording of the list is shown");

    let (mut text, mut pictures) = (HEAD.to_owned(), BTreeMap::new());
    for section in &SECTIONS {
        section.write(&root, &listed, &mut text, &mut pictures);
    }
    if std::env::var_os("BLESS").is_some() {
        // Pictures that are no longer shown go too.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a place for them");
        fs::write(&page, &text).expect("a place for it");
        for (name, drawn) in &pictures {
            fs::write(folder.join(name), drawn).expect("a place for it");
        }
    }
    let stale = "look at the pictures after BLESS=1 cargo test -p headwater gallery";
    assert!(fs::read_to_string(page).is_ok_and(|own| own == text), "docs/gallery.md says something else; {stale}");
    for (name, drawn) in &pictures {
        assert!(fs::read_to_string(folder.join(name)).is_ok_and(|own| own == *drawn), "{name} is stale; {stale}");
        roxmltree::Document::parse(drawn).expect("well-formed XML");
    }
    let there = fs::read_dir(folder).expect("the pictures").map(|file| file.expect("a file").file_name());
    let there: BTreeSet<String> = there.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(there, pictures.keys().cloned().collect(), "no picture too many; {stale}");
    let bytes: usize = pictures.values().map(String::len).sum();
    assert!(bytes < MOST_BYTES, "{bytes} bytes of pictures");
}

/// Title of each recording that comes with the page, and what it shows.
fn listed(root: &Path) -> BTreeMap<String, [String; 2]> {
    let list = fs::read_to_string(root.join(FOLDER).join("list.json")).expect("the list");
    let list: Vec<BTreeMap<String, serde_json::Value>> = serde_json::from_str(&list).expect("a list");
    let one = |entry: BTreeMap<String, serde_json::Value>| {
        let word = |key: &str| entry[key].as_str().expect("words").to_owned();
        (word("file").trim_end_matches(ENDING).to_owned(), [word("title"), word("about")])
    };
    list.into_iter().map(one).collect()
}

impl Section {
    /// Its words, and its pictures by their names.
    fn write(
        &self,
        root: &Path,
        listed: &BTreeMap<String, [String; 2]>,
        text: &mut String,
        pictures: &mut BTreeMap<String, String>,
    ) {
        let files: Vec<String> = self.runs.iter().map(|name| format!("{FOLDER}/{name}{ENDING}")).collect();
        let paths: Vec<PathBuf> = files.iter().map(|file| root.join(file)).collect();
        let runs = read(&paths).expect("recordings");
        let said: Vec<&[String; 2]> = self.runs.iter().map(|name| &listed[*name]).collect();
        let titles: Vec<&str> = said.iter().map(|[title, _]| title.as_str()).collect();
        let about: Vec<&str> = said.iter().map(|[_, about]| about.as_str()).collect();
        // Two files have one run each.
        let origin = |(name, run): (&&str, &Recorded)| {
            words::recording_origin(&format!("{name}{ENDING}"), &run.origin.producer, &run.origin.created)
        };
        let origins: Vec<String> = self.runs.iter().zip(&runs).map(origin).collect();
        let query: Vec<String> = files.iter().map(|file| format!("run={file}")).collect();
        let links: Vec<String> = files.iter().map(|file| format!("[`{file}`](../{file})")).collect();
        *text += &format!("\n## {}\n\n{} {}\n", titles.join(" · "), about.join(" "), links.join(", "));
        for (chart, step) in self.charts {
            let name = format!("{}-{}.svg", self.runs[0], chart.name());
            let at = step.map(|step| format!("&step={step}")).unwrap_or_default();
            let link = format!("{PAGE}?{}{at}", query.join("&"));
            let Shown { title, words, drawn } = Shown::of(*chart, *step, &runs, &origins);
            *text += &format!("\n![{title}](gallery/{name})\n\n{words} [Open it]({link})\n");
            pictures.insert(name, drawn);
        }
    }
}

/// A chart, and what it shows in words.
struct Shown {
    title: String,
    words: String,
    drawn: String,
}

impl Shown {
    fn of(chart: Chart, step: Option<u64>, runs: &[Recorded], origins: &[String]) -> Self {
        let then: Vec<Option<Snapshot>> = runs.iter().map(|run| Some(run.snapshot.until(step?))).collect();
        let mut lanes = Vec::new();
        for (run, then) in runs.iter().zip(&then) {
            let snapshot = then.as_ref().unwrap_or(&run.snapshot);
            lanes.push(LaneView { strengths: snapshot.strengths(), ..lane_view(run, snapshot) });
        }
        let height = match chart {
            Chart::River => 190.0,
            Chart::History => 320.0,
            _ => 260.0,
        };
        let focus = Some(Place::Block(0));
        let view = View { width: 868.0, height, focus, look_back: step, ..View::default() };
        let mut steps: Vec<u64> = lanes.iter().filter_map(|lane| Some(lane.snapshot.latest()?.step)).collect();
        steps.dedup();
        let exhibit = Exhibit::Chart(chart);
        let title = words::export_title(
            chart.title().words(),
            &exhibit.plotted(Plot::default()),
            &steps,
            exhibit.is_of_all_steps(),
        );
        let caption: Vec<String> = [title.clone(), settings(runs)].into_iter().chain(origins.iter().cloned()).collect();
        let picture = Picture::new(chart, &lanes, &view, &caption);
        let (summary, reading) = (&picture.chart.summary, reading(&lanes));
        let words = match chart {
            Chart::River => {
                let surprise = reading.surprise.as_ref().map(|surprise| format!(" {}", surprise.sentence));
                reading.text() + &surprise.unwrap_or_default()
            }
            Chart::History => format!("{summary} {}", reading.text()),
            _ => summary.clone(),
        };
        let drawn = picture.svg(|pixels| data_address(pixels).expect("a picture"));
        Self { title, words, drawn }
    }
}

/// The settings of the first run, and what the second one has otherwise.
fn settings(runs: &[Recorded]) -> String {
    let [first, others @ ..] = runs else { return String::new() };
    let diagram = &first.snapshot.diagram;
    let mut line = settings_line(diagram.spec.as_ref(), diagram, &diagram.strengths());
    for run in others {
        let own = &run.snapshot.diagram;
        let [first, second] = [diagram, own].map(|diagram| diagram.spec.as_ref().expect("settings"));
        line += &format!(" · {} {}", lane_marker(run.lane), other_settings(first, second, &own.strengths()));
    }
    line
}
