//! Settings as text, and messages as bytes.

#![allow(clippy::unwrap_used)]

use protocol::codec::Message;
use protocol::setting::{ControlGroup, Scope, Setting, Theme, entries};
use protocol::*;

/// Every setting that has a value reads what it writes, with the defaults and with another value.
fn reads_what_it_writes<S: Clone + PartialEq + std::fmt::Debug>(settings: &[Setting<S>], samples: &[S]) {
    for setting in settings {
        for sample in samples {
            let (mut copy, text) = (sample.clone(), setting.get(sample));
            let outcome = setting.set(&mut copy, &text);
            if !text.is_empty() && setting.is_written() {
                assert_eq!((outcome, &copy), (Outcome::Taken, sample), "{}={text}", setting.name());
            }
        }
    }
}

#[test]
fn every_setting_reads_what_it_writes() {
    let spec = RunSpec::page_default();
    let other = RunSpec {
        model: "mlp7".parse().unwrap(),
        measure_every: Some(Schedule::Log),
        eval_every: 3,
        skip: "layer1.0=0.5".parse().unwrap(),
        lr: 1e-5,
        seed: u64::from(u32::MAX),
        ..RunSpec::program_default()
    };
    reads_what_it_writes(RunSpec::SETTINGS, &[spec, other]);
    let page = PageOptions {
        embed: true,
        theme: Theme::Dark,
        scale: 1.5,
        hide: vec![ControlGroup::Settings, ControlGroup::Skips],
        block: Some("layer2.0".into()),
        version: Some("1".into()),
        ..PageOptions::default()
    };
    assert!(!page.shows(ControlGroup::Skips) && page.shows(ControlGroup::Play));
    reads_what_it_writes(PageOptions::SETTINGS, &[PageOptions::default(), page]);
    let program = ProgramOptions {
        classes: Some(10),
        channels: Some(1),
        updates: Some(5),
        epochs: Some(2),
        checkpoint_every: Some(3),
        threads: Some(2),
        ..ProgramOptions::default()
    };
    reads_what_it_writes(ProgramOptions::SETTINGS, &[program]);
}

/// What is typed is taken as it is or not at all; from a link a number out of range becomes the nearest.
#[test]
fn a_value_that_is_set_strictly_and_not_accepted_changes_nothing() {
    let before = RunSpec::page_default();
    for (setting, text) in [(RunSetting::Lr, "500"), (RunSetting::Batch, "0"), (RunSetting::Norm, "layer")] {
        let (mut strict, mut mended) = (before.clone(), before.clone());
        let complaint = setting.setting().set(&mut mended, text).complaint().unwrap();
        assert_eq!(setting.setting().set_strictly(&mut strict, text), Outcome::Refused(complaint));
        assert_eq!((strict == before, mended == before), (true, setting == RunSetting::Norm));
    }
    let mut strict = before;
    assert_eq!(RunSetting::Lr.setting().set_strictly(&mut strict, "0.5"), Outcome::Taken);
    assert_eq!(strict.lr, 0.5);
}

/// The table as such: names are unique, a default is accepted, every entry leads back to itself.
#[test]
fn the_table_has_each_setting_once_and_accepts_its_defaults() {
    let all = entries();
    for (index, entry) in all.iter().enumerate() {
        assert!(all[..index].iter().all(|other| other.name != entry.name), "{} stands twice", entry.name);
        let is_name = |text: &str| text.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
        assert!(is_name(entry.name) && !entry.name.ends_with("_b"), "{}", entry.name);
        assert!(entry.scope == Scope::Planned || entry.id.unwrap().name() == entry.name, "{}", entry.name);
    }
    for setting in RunSetting::ALL {
        assert_eq!(RunSetting::named(setting.name()), Some(*setting));
        for default in [RunSpec::page_default(), RunSpec::program_default()] {
            let outcome = setting.setting().set(&mut default.clone(), &setting.get(&default));
            assert_eq!(outcome, Outcome::Taken, "{setting:?}");
        }
    }
    for setting in PageSetting::ALL {
        assert_eq!(PageSetting::named(setting.name()), Some(*setting));
        assert_eq!(setting.written(&PageOptions::default()), None, "{setting:?}");
    }
}

/// A value below, at and above each bound of every number, by text and by number: one range, one complaint.
#[test]
fn every_number_has_one_range() {
    for setting in RunSpec::SETTINGS {
        let (min, max) = match setting.range() {
            Reason::Whole { min, max } => (min as f64, max as f64),
            Reason::Real { min, max } => (min, max),
            _ => continue,
        };
        for (value, inside) in [(min, true), (max, true), (min - 1.0, false), (max + 1.0, false)] {
            let mut spec = RunSpec::page_default();
            let by_text = setting.set(&mut spec, &value.to_string()).strict();
            assert_eq!(by_text.is_ok(), inside, "{}={value}", setting.name());
            assert_eq!(setting.number(&spec), Some(value.clamp(min, max)), "{}={value}", setting.name());
            let before = RunSpec::page_default();
            let mut spec = before.clone();
            assert_eq!(setting.set_number(&mut spec, value), by_text, "{}={value}", setting.name());
            assert!(inside || spec == before, "{}={value}", setting.name());
        }
        assert!(setting.set_number(&mut RunSpec::page_default(), f64::NAN).is_err(), "{}", setting.name());
    }
}

/// A change says a number: a setting that is live takes one, or has a change of its own as `skip` and `fade` have.
#[test]
fn every_live_setting_is_a_number() {
    let has_own = |setting: &RunSetting| matches!(setting, RunSetting::Skip | RunSetting::Fade);
    for setting in RunSetting::ALL.iter().filter(|setting| setting.is_live() && !has_own(setting)) {
        let mut spec = RunSpec::page_default();
        let value = setting.setting().number(&spec).unwrap();
        assert_eq!(setting.setting().set_number(&mut spec, value), Ok(()), "{setting:?}");
    }
    let embed = PageSetting::Embed.setting();
    let mut page = PageOptions::default();
    assert_eq!((embed.set_number(&mut page, 1.0), embed.number(&page)), (Ok(()), Some(1.0)));
    assert!(embed.set_number(&mut page, 0.5).is_err());
}

/// The value that `text` leaves, and why it was not taken as it is.
fn set(name: &str, text: &str) -> (String, Option<Reason>) {
    let (mut spec, setting) = (RunSpec::page_default(), RunSetting::named(name).unwrap());
    let complaint = setting.setting().set(&mut spec, text).complaint();
    if let Some(Complaint { setting: about, given, .. }) = &complaint {
        assert_eq!((about.name(), given.as_str()), (name, text));
    }
    (setting.get(&spec), complaint.map(|complaint| complaint.reason))
}

#[test]
fn values_out_of_range_move_to_the_nearest_and_say_so() {
    assert_eq!(set("batch", "64"), ("64".into(), None));
    assert_eq!(set("batch", "100000"), ("512".into(), Some(Reason::Whole { min: 1, max: 512 })));
    assert_eq!(set("width", "1025"), ("1024".into(), Some(Reason::Whole { min: 1, max: 1024 })));
    assert_eq!(set("lr", "-1").0, "0");
    assert_eq!(set("lr", "inf").0, "100");
    assert_eq!(set("depth", "21").0, "20");
    assert_eq!(set("depth", "50").0, "44");
    assert_eq!(set("depth", "21").1, Some(Reason::CifarDepth));
}

#[test]
fn unreadable_values_change_nothing_and_name_what_is_accepted() {
    for (name, bad) in [
        ("lr", "fast"),
        ("lr", "NaN"),
        ("norm", "layer"),
        ("model", "resnet21"),
        ("model", "resnet153"),
        ("model", "vgg11"),
        ("model", "mlp0"),
        ("model", "mlp007"),
        ("order", "both"),
        ("merge", "sum"),
        ("seed", "0x10"),
        ("init", ""),
        ("data", "cifar"),
        ("depth", "many"),
        ("batch", "1.5"),
        ("skip", "layer1.0=x"),
        ("measure_every", "often"),
        ("eval_every", "-"),
    ] {
        let (value, reason) = set(name, bad);
        let setting = RunSetting::named(name).unwrap();
        assert_eq!(value, setting.get(&RunSpec::page_default()), "{name}={bad}");
        assert_eq!(reason, Some(setting.setting().range()), "{name}={bad}");
    }
}

#[test]
fn a_value_of_the_page_that_cannot_be_read_is_named() {
    let mut page = PageOptions::default();
    for (name, text) in [("embed", "yes"), ("theme", "pink"), ("scale", "9"), ("hide", "loss"), ("v", "2")] {
        let setting = PageSetting::named(name).unwrap().setting();
        let complaint = setting.set(&mut page, text).complaint().unwrap();
        assert_eq!((complaint.name().as_str(), complaint.given.as_str()), (name, text));
    }
    assert_eq!((page.scale, page.theme), (2.0, Theme::Auto));
    assert_eq!(PageSetting::Version.in_force(&page).as_deref(), Some("1"));
}

#[test]
fn a_form_offers_what_the_plan_accepts() {
    for model in ["resnet8", "resnet18", "vgg16", "vgg16_bn", "mlp3"] {
        let mut spec = RunSpec { image_size: 32, ..RunSpec::page_default() };
        spec.set_model(model.parse().unwrap());
        for setting in
            [RunSetting::Norm, RunSetting::Init, RunSetting::Order, RunSetting::Merge, RunSetting::Activation]
        {
            let mut offered = setting.setting().offers().unwrap();
            offered.retain(|value| setting.against(&spec, value).is_none());
            assert_eq!(setting.goes_with(spec.model), offered.len() > 1, "{model} {setting:?}: {offered:?}");
            for value in setting.setting().offers().unwrap() {
                let mut trial = spec.clone();
                assert_eq!(setting.setting().set(&mut trial, &value), Outcome::Taken);
                let about_it = |complaint: &Complaint| complaint.setting == setting.into();
                let refused = Plan::new(trial.model_spec()).err().is_some_and(|complaint| about_it(&complaint));
                assert_eq!(!refused, offered.contains(&value), "{model} {setting:?}={value}");
            }
        }
    }
}

#[test]
fn quantities_are_a_closed_list() {
    assert_eq!(Quantity::parse_list("grad_in_l2,branch_rms").unwrap(), [Quantity::GradInL2, Quantity::BranchRms]);
    let on_demand = Quantity::ALL.iter().filter(|quantity| quantity.schedule() == Schedule::OnDemand).count();
    assert_eq!(Quantity::parse_list("all").unwrap().len(), Quantity::ALL.len() - on_demand);
    assert_eq!(Quantity::parse_list("grad"), Err(Quantity::accepted()));
}

#[test]
fn messages_survive_the_codec_and_cut_ones_are_refused() {
    let column = Column { quantity: Quantity::BranchRatio, values: vec![None, Some(1e-300), Some(f64::INFINITY)] };
    let record = StepRecord {
        step: 7,
        loss: 2.5,
        train_accuracy: 0.5,
        lr: 0.05,
        measured: Measured { columns: vec![column], ..Measured::default() },
        ends: Ends::default(),
    };
    let mark =
        Mark { step: 8, what: RunSetting::Skip, block: Some("layer1.0".into()), from: 1.0, to: 0.0, folded: false };
    let reply = Reply::Events(vec![Event::Step(record), Event::Mark(mark), Event::End(EndReason::Done)]);
    let bytes = reply.encode().unwrap();
    assert_eq!(Reply::decode(&bytes).unwrap(), reply);
    for length in 0..bytes.len() {
        assert!(Reply::decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    let start =
        Start { spec: RunSpec::page_default(), data_url: "http://localhost/data/".into(), credits: 3, weights: None };
    let command = Command::Start(Box::new(start));
    assert_eq!(Command::decode(&command.encode().unwrap()).unwrap(), command);
}
