//! Images of one's own, as the program's users give them: what it says of a folder, and runs on it.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn headwater(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_headwater")).args(arguments).output().unwrap()
}

fn done(arguments: &[&str]) -> String {
    let output = headwater(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code 2 and one line on standard error that holds every one of these words.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = headwater(arguments);
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {line}");
    assert!(output.stdout.is_empty() && line.trim_end().lines().count() == 1, "{arguments:?}: {line}");
    for word in words {
        assert!(line.contains(word), "{arguments:?} should name {word}: {line}");
    }
}

/// An empty folder of this test alone.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("data").join(name);
    let _not_there = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let head = [0, 0, 8, dims.len() as u8].into_iter().chain(dims.iter().flat_map(|size| size.to_be_bytes()));
    head.chain(values.iter().copied()).collect()
}

/// 8×8 images of three classes, each brightest in another third: 60 to train on, 15 held out.
fn stripes(name: &str) -> PathBuf {
    let folder = folder(name);
    for (word, count) in [("train", 60u32), ("t10k", 15)] {
        let labels: Vec<_> = (0..count).map(|image| (image % 3) as u8).collect();
        let pixel = |image: u32, place: u32| {
            let noise = (image * 31 + place * 17) % 60;
            (noise + if place / 8 / 3 == image % 3 { 190 } else { 0 }) as u8
        };
        let pixels: Vec<_> = (0..count).flat_map(|image| (0..64).map(move |place| pixel(image, place))).collect();
        fs::write(folder.join(format!("{word}-images-idx3-ubyte")), idx(&[count, 8, 8], &pixels)).unwrap();
        fs::write(folder.join(format!("{word}-labels-idx1-ubyte")), idx(&[count], &labels)).unwrap();
    }
    folder
}

/// Pictures of two classes, of differing sizes.
fn pictures(name: &str) -> PathBuf {
    let folder = folder(name);
    for (split, count) in [("train", 8u32), ("val", 3)] {
        for (class, colour) in [("blue", 2), ("red", 0)] {
            fs::create_dir_all(folder.join(split).join(class)).unwrap();
            for number in 0..count {
                let (width, height) = (20 + number, 30 - number);
                let value = |place: u32| if place % 3 == colour { 200 } else { (place * 7 + number * 13) % 90 } as u8;
                let pixels: Vec<_> = (0..3 * width * height).map(value).collect();
                let mut file = Vec::new();
                let mut encoder = png::Encoder::new(&mut file, width, height);
                encoder.set_color(png::ColorType::Rgb);
                encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
                fs::write(folder.join(split).join(class).join(format!("{number}.png")), file).unwrap();
            }
        }
    }
    folder
}

#[test]
fn what_a_folder_holds_is_counted_measured_and_shown() {
    let folder = stripes("counted");
    let place = folder.to_str().unwrap();
    let picture = folder.join("picture.png");
    let found: Value =
        serde_json::from_str(&done(&["data", place, "--json", "--out", picture.to_str().unwrap()])).unwrap();
    assert_eq!((&found["kind"], &found["data"]), (&"idx".into(), &"idx:1x8x8:3".into()));
    assert_eq!((&found["train"], &found["test"], &found["height"]), (&60.into(), &15.into(), &8.into()));
    for class in found["classes"].as_array().unwrap() {
        assert_eq!((&class["train"], &class["test"]), (&20.into(), &5.into()));
    }
    let bytes = fs::read(folder.join("train-images-idx3-ubyte")).unwrap();
    let mean = bytes[16..].iter().map(|value| f64::from(*value) / 255.0).sum::<f64>() / (60.0 * 64.0);
    assert!((found["mean"][0].as_f64().unwrap() - mean).abs() < 1e-12, "{found}");
    let text = done(&["data", place]);
    assert!(text.contains("60 training and 15 held-out images of 8x8 pixels") && text.contains(&format!("{mean:.4}")));
    // Three rows of ten images of the first ones of each class.
    let decoder = png::Decoder::new(std::io::Cursor::new(fs::read(picture).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut shown = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut shown).unwrap();
    assert_eq!((info.width, info.height), (10 * 10 + 2, 3 * 10 + 2));
    let second_row = 3 * (12 * 102 + 2);
    assert_eq!(&shown[second_row..second_row + 3], &[bytes[16 + 64]; 3]);
}

#[test]
fn a_run_on_a_folder_learns_is_recorded_by_what_it_is_and_can_be_checked() {
    let folder = stripes("learnt");
    let (place, record) = (folder.to_str().unwrap(), folder.join("run.headwater.jsonl"));
    let train = ["train", "--model", "mlp2", "--width", "16", "--data-dir", place, "--batch", "12", "--steps", "60"];
    let recorded = ["--record", record.to_str().unwrap(), "--augment", "flip", "--seed", "3"];
    done(&[&train[..], &recorded].concat());
    let lines = fs::read_to_string(&record).unwrap();
    let header: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!((&header["spec"]["data"], &header["spec"]["augment"]), (&"idx:1x8x8:3".into(), &"flip".into()));
    assert!(header["command"].as_str().is_none_or(|command| command.ends_with("--data-dir DIR")), "{header}");
    let mut evals = lines.lines().filter(|line| line.contains("\"type\":\"eval\""));
    let last: Value = serde_json::from_str(evals.next_back().unwrap()).unwrap();
    assert!(last["accuracy"].as_f64().unwrap() > 0.9, "{last}");
    done(&["check", record.to_str().unwrap()]);
    // Its settings make the run again, on the same folder.
    let again = folder.join("again.headwater.jsonl");
    done(
        &[
            &train[..],
            &["--data", "idx:1x8x8:3", "--record", again.to_str().unwrap(), "--augment", "flip", "--seed", "3"],
        ]
        .concat(),
    );
    let steps =
        |path: &Path| -> Vec<String> { fs::read_to_string(path).unwrap().lines().skip(1).map(str::to_owned).collect() };
    assert_eq!(steps(&record), steps(&again));
    // Random labels are those of the same images.
    let random = done(&[&train[..], &["--labels", "random", "--json"]].concat());
    assert!(random.contains("\"type\":\"eval\""));
}

#[test]
fn pictures_are_trained_on_alike_with_any_number_of_threads() {
    let folder = pictures("threads");
    let place = folder.to_str().unwrap();
    let with = |threads: &str| {
        let options = ["--data-dir", place, "--image-size", "16", "--batch", "4", "--steps", "6", "--eval-every", "3"];
        let others = ["--augment", "crop,flip", "--threads", threads, "--json"];
        done(&[&["train", "--model", "resnet8", "--width", "4"], &options[..], &others].concat())
    };
    let one = with("1");
    assert!(one.lines().count() > 6);
    assert_eq!(one, with("2"));
    let found: Value = serde_json::from_str(&done(&["data", place, "--image-size", "16", "--json"])).unwrap();
    assert_eq!(found["data"], "folder:3x16x16:2");
    assert_eq!(found["classes"][1]["name"], "red");
    // Without a flag it says at which size they are shown, and which others networks take.
    let told = done(&["data", place]);
    assert!(told.contains("of 224x224 pixels") && told.contains("others take 32x32"), "{told}");
    assert!(!done(&["data", place, "--image-size", "16"]).contains("others take"));
    let probed = done(&["probe", "--model", "resnet8", "--width", "4", "--data-dir", place, "--batch", "4", "--json"]);
    assert!(serde_json::from_str::<Value>(&probed).unwrap()["loss"].as_f64().unwrap().is_finite());
}

#[test]
fn what_cannot_be_trained_on_is_named_before_anything_is_written() {
    let folder = stripes("refused");
    let place = folder.to_str().unwrap();
    let train = ["train", "--model", "mlp2", "--width", "8", "--steps", "2"];
    let nowhere = format!("{place}-nowhere");
    refused(&[&train[..], &["--data-dir", &nowhere]].concat(), &["refused-nowhere is not there"]);
    refused(&[&train[..], &["--data", "idx:1x8x8:3"]].concat(), &["--data \"idx:1x8x8:3\"", "--data-dir"]);
    let other = ["--data", "digits", "--data-dir", place];
    refused(&[&train[..], &other].concat(), &["--data digits", "which is idx:1x8x8:3"]);
    refused(&[&train[..], &["--data-dir", place, "--augment", "turn"]].concat(), &["augment \"turn\"", "crop,flip"]);
    refused(&["data", &nowhere], &["is not there"]);
    let pictures = pictures("refused-cut");
    let cut = pictures.join("train/red/3.png");
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    let record = pictures.join("run.headwater.jsonl");
    let recorded = ["--data-dir", pictures.to_str().unwrap(), "--record", record.to_str().unwrap()];
    refused(&[&train[..], &recorded].concat(), &["red/3.png cannot be decoded"]);
    assert!(!record.exists(), "nothing half done");
}

/// Two sets of one shape and size, such as MNIST and Fashion-MNIST, differ in their labels and pixels.
#[test]
fn a_run_goes_on_with_the_images_that_it_learned_from_alone() {
    let (own, moved, relabelled, brighter) =
        (stripes("own"), stripes("own-moved"), stripes("own-relabelled"), stripes("own-brighter"));
    for (folder, name, byte) in
        [(&relabelled, "train-labels-idx1-ubyte", 9), (&brighter, "train-images-idx3-ubyte", 20)]
    {
        let mut bytes = fs::read(folder.join(name)).unwrap();
        bytes[byte] = (bytes[byte] + 1) % 3;
        fs::write(folder.join(name), bytes).unwrap();
    }
    let checkpoints = folder("own-checkpoints");
    let checkpoints = checkpoints.to_str().unwrap();
    let run =
        ["train", "--model", "mlp2", "--width", "8", "--batch", "12", "--steps", "4", "--checkpoint", checkpoints];
    done(&[&run[..], &["--data-dir", own.to_str().unwrap()]].concat());
    let resume = ["train", "--resume", checkpoints, "--steps", "6", "--data-dir"];
    for other in [relabelled, brighter] {
        refused(&[&resume[..], &[other.to_str().unwrap()]].concat(), &["step-000004", "another set of idx:1x8x8:3"]);
    }
    let fewer = stripes("own-fewer");
    fs::write(fewer.join("train-images-idx3-ubyte"), idx(&[57, 8, 8], &[7; 57 * 64])).unwrap();
    fs::write(fewer.join("train-labels-idx1-ubyte"), idx(&[57], &[[0, 1, 2]; 19].concat())).unwrap();
    refused(&[&resume[..], &[fewer.to_str().unwrap()]].concat(), &["60 training images", "57 now"]);
    done(&[&resume[..], &[moved.to_str().unwrap()]].concat());
}

/// Pictures have no measured mean: what their files hold tells them apart.
#[test]
fn a_run_goes_on_with_the_pictures_that_it_learned_from_alone() {
    let (own, moved, changed) = (pictures("seen"), pictures("seen-moved"), pictures("seen-changed"));
    // Two pictures of one class, the one for the other.
    fs::rename(changed.join("train/red/1.png"), changed.join("kept.png")).unwrap();
    fs::rename(changed.join("train/red/2.png"), changed.join("train/red/1.png")).unwrap();
    fs::rename(changed.join("kept.png"), changed.join("train/red/2.png")).unwrap();
    let checkpoints = folder("seen-checkpoints");
    let checkpoints = checkpoints.to_str().unwrap();
    let run = ["train", "--model", "mlp2", "--width", "8", "--image-size", "16", "--batch", "4", "--steps", "2"];
    done(&[&run[..], &["--checkpoint", checkpoints, "--data-dir", own.to_str().unwrap()]].concat());
    let resume = ["train", "--resume", checkpoints, "--steps", "3", "--data-dir"];
    let output = headwater(&[&resume[..], &[changed.to_str().unwrap()]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && said.contains("another set of folder:3x16x16:2"), "{said}");
    done(&[&resume[..], &[moved.to_str().unwrap()]].concat());
}
