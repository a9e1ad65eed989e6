//! What the program hands out beside its runs: recordings of the command line, data sets, and images of one's own.

use super::{Served, open, start, visit};
use crate::arguments::{read_words, train_default};
use crate::data::shipped_file;
use crate::failure::Failure;
use crate::serve::announcement;
use flate2::read::MultiGzDecoder;
use protocol::{Data, Reply, RunSpec, RunState};
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// An empty folder of one test.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("headwater-serve-{}-{name}", std::process::id()));
    let _none_of_before = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("b")).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn refused(words: &[&str]) -> String {
    let all = ["headwater", "serve", "--port", "0"].iter().chain(words).map(Into::into);
    match open(&read_words(all).unwrap_or_else(|_| panic!("{words:?}"))) {
        Err(Failure::Input(sentence)) => sentence,
        other => panic!("{:?}", other.map(|_| ())),
    }
}

/// Two recordings of one name, plain and compressed.
fn recordings(folder: &Path) -> [PathBuf; 2] {
    let packed = include_bytes!("../../../../../assets/recordings/vgg19-start.headwater.jsonl.gz");
    let mut plain = Vec::new();
    MultiGzDecoder::new(&packed[..]).read_to_end(&mut plain).unwrap();
    let files = [folder.join("my run #1.jsonl"), folder.join("b").join("my run #1.jsonl")];
    fs::write(&files[0], plain).unwrap();
    fs::write(&files[1], packed).unwrap();
    files
}

#[test]
fn recordings_are_listed_opened_and_handed_out_as_they_are() {
    let folder = folder("recordings");
    let files = recordings(&folder);
    let served = Served::with(&[text(&files[0]), text(&files[1])]);
    let names = ["my%20run%20%231.jsonl", "my%20run%20%231.jsonl%20%282%29"];
    assert_eq!(served.query, format!("?run=recordings/{}&run=recordings/{}", names[0], names[1]));
    let body = |path: &str| served.ask(&format!("GET {path} HTTP/1.0\nHost: HOST\nAccept-Encoding: gzip"));
    for (name, file) in names.iter().zip(&files) {
        let whole = fs::read(file).unwrap();
        let answer = body(&format!("/recordings/{name}"));
        assert!(answer.starts_with("HTTP/1.0 200") && !answer.contains("content-encoding"), "{answer}");
        assert!(answer.ends_with(&*String::from_utf8_lossy(&whole)), "{answer}");
    }
    let list = body("/assets/recordings/list.json");
    let list: Vec<Value> = serde_json::from_str(list.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(list[0]["title"], "my run #1.jsonl");
    assert_eq!(list[1]["file"], format!("../../recordings/{}", names[1]));
    assert_eq!(list[1]["bytes"], fs::metadata(&files[1]).unwrap().len());
    fs::remove_file(&files[0]).unwrap();
    assert!(body(&format!("/recordings/{}", names[0])).contains(" 500 "));
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_no_recording_or_no_folder_of_images_is_named_before_anything_is_served() {
    let folder = folder("refused");
    let cut = folder.join("cut.jsonl");
    fs::write(&cut, "{\"type\":\"header\",\"schema\":99}\n").unwrap();
    for (words, named) in [
        (vec![text(&cut)], "cut.jsonl"),
        (vec!["/no/such/file"], "/no/such/file"),
        (vec![text(&folder)], "it is no file"),
        (vec!["--data-dir", "/no/such/folder"], "/no/such/folder"),
        (vec!["--data-dir", text(&folder)], text(&folder)),
    ] {
        let sentence = refused(&words);
        assert!(sentence.contains(named) && sentence.lines().count() == 1, "{sentence}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn where_in_the_page_ones_own_images_are_is_said_before_its_address() {
    assert_eq!(announcement("http://x", ""), "serving http://x\n");
    let both = announcement("http://x", "DIR");
    assert_eq!(both, "the images of DIR are chosen in the page: More, data\nserving http://x\n");
}

#[test]
fn the_data_sets_of_the_page_are_those_of_the_program() {
    let served = Served::with(&[]);
    let answer = served.ask("GET /assets/data/digits/manifest.json HTTP/1.0\nHost: HOST");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("content-type: application/json") && head.contains("cache-control: no-cache"), "{head}");
    assert_eq!(body.as_bytes(), shipped_file("digits/manifest.json").unwrap());
    let head = served.ask("HEAD /assets/data/fashion-mnist/train-00.bin HTTP/1.0\nHost: HOST");
    let length = shipped_file("fashion-mnist/train-00.bin").unwrap().len();
    assert!(head.contains(&format!("content-length: {length}\r\n")) && head.ends_with("\r\n\r\n"), "{head}");
    for none in ["digits", "digits/", "digits/none.bin", "folder:3x8x8:2/manifest.json"] {
        assert_eq!(shipped_file(none), None);
    }
}

#[test]
fn more_recordings_than_the_page_shows_are_refused() {
    let folder = folder("many");
    let one = recordings(&folder)[0].clone();
    let many = vec![text(&one); 12];
    assert!(
        open(&read_words(["headwater", "serve", "--port", "0"].iter().chain(&many).map(Into::into)).ok().unwrap())
            .is_ok()
    );
    let sentence = refused(&[&many[..], &[text(&one)]].concat());
    assert!(sentence.contains("12 runs at most") && sentence.contains("there are 13"), "{sentence}");
    fs::remove_dir_all(folder).unwrap();
}

/// Two classes of two pictures each.
fn pictures(folder: &Path) {
    for class in ["blue", "red"] {
        fs::create_dir_all(folder.join("pictures").join(class)).unwrap();
        for number in 0..2_u8 {
            let mut file = Vec::new();
            let mut encoder = png::Encoder::new(&mut file, 20, 30);
            encoder.set_color(png::ColorType::Rgb);
            encoder.write_header().unwrap().write_image_data(&vec![90 * number; 3 * 20 * 30]).unwrap();
            fs::write(folder.join("pictures").join(class).join(format!("{number}.png")), file).unwrap();
        }
    }
}

#[test]
fn pictures_are_offered_and_trained_on_at_the_sizes_that_networks_take() {
    let folder = folder("pictures");
    pictures(&folder);
    let served = Served::with(&["--data-dir", text(&folder.join("pictures"))]);
    let offered: Vec<_> = served.here().data.into_iter().map(|own| (own.data.to_string(), own.title)).collect();
    assert_eq!(
        offered[..2].iter().map(|(data, _)| data).collect::<Vec<_>>(),
        ["folder:3x224x224:2", "folder:3x32x32:2"]
    );
    assert!(offered[0].1.ends_with("classes, for networks of ImageNet’s kind"), "{offered:?}");
    assert!(offered[1].1.ends_with("classes, for others"), "{offered:?}");
    let mut spec = RunSpec { batch: 2, eval_every: 0, ..train_default() };
    spec.set_model("resnet8".parse().unwrap());
    let data = "folder:3x32x32:2".parse().unwrap();
    let mut page = served.begin(1, &RunSpec { data, width: 4, ..spec });
    let replies = page.until_state(true, RunState::Ready);
    // 2 of 3 channels and 32 × 32 bytes to train on, and 2 held out.
    let bytes = |reply: &Reply| matches!(reply, Reply::Loading { total: 12_288, .. });
    assert!(replies.iter().any(bytes), "{replies:?}");
    fs::remove_dir_all(folder).unwrap();
}

/// The four files of an idx set of 8×8 images.
fn idx(folder: &Path) {
    for (word, count) in [("train", 40_u32), ("t10k", 10)] {
        let head = |sizes: &[u32]| {
            let sizes: Vec<u8> = sizes.iter().flat_map(|size| size.to_be_bytes()).collect();
            [&[0, 0, 8, sizes.len() as u8 / 4], sizes.as_slice()].concat()
        };
        let pixels = (0..count * 64).map(|pixel| (pixel * 7 % 251) as u8);
        let images: Vec<_> = head(&[count, 8, 8]).into_iter().chain(pixels).collect();
        let labels: Vec<_> = head(&[count]).into_iter().chain((0..count).map(|image| (image % 10) as u8)).collect();
        fs::write(folder.join(format!("{word}-images-idx3-ubyte")), images).unwrap();
        fs::write(folder.join(format!("{word}-labels-idx1-ubyte")), labels).unwrap();
    }
}

#[test]
fn images_of_ones_own_are_offered_and_trained_on() {
    let folder = folder("images");
    idx(&folder);
    let served = Served::with(&["--data-dir", text(&folder)]);
    let offered = served.here().data;
    let own: Data = "idx:1x8x8:10".parse().unwrap();
    assert_eq!(offered.iter().map(|own| own.data).collect::<Vec<_>>(), [own, Data::Digits, Data::FashionMnist]);
    let mut spec = train_default();
    spec.set_model("mlp1".parse().unwrap());
    let mut page = served.begin(1, &RunSpec { data: own, width: 4, ..spec.clone() });
    let replies = page.until_state(true, RunState::Ready);
    assert!(replies.iter().any(|reply| matches!(reply, Reply::Started { .. })));
    // They are read anew for each run; now they are gone.
    fs::remove_dir_all(folder).unwrap();
    let (mut next, _) = served.welcome(visit(1, 2));
    next.say(&start(&RunSpec { data: own, width: 4, ..spec }));
    let replies = next.until(true, |reply| matches!(reply, Reply::Failed(_)));
    let Some(Reply::Failed(protocol::Failure::Data { file, problem })) = replies.last() else { panic!("{replies:?}") };
    assert!(file.contains("images"), "{file}: {problem:?}");
}
