//! Settings as text, and messages as bytes.

#![allow(clippy::unwrap_used)]

use protocol::codec::Message;
use protocol::*;

#[test]
fn every_setting_reads_what_it_writes() {
    let spec = RunSpec::page_default();
    for key in KEYS {
        let mut copy = spec.clone();
        assert_eq!(key.set(&mut copy, &(key.get)(&spec)), Outcome::Taken, "{}", key.name);
        assert_eq!(copy, spec, "{}", key.name);
    }
}

/// The value that `text` leaves, and the sentence about it if it was not taken as it is.
fn set(name: &str, text: &str) -> (String, Option<String>) {
    let mut spec = RunSpec::page_default();
    let outcome = key(name).unwrap().set(&mut spec, text);
    ((key(name).unwrap().get)(&spec), outcome.strict().err().map(|error| error.to_string()))
}

#[test]
fn values_out_of_range_move_to_the_nearest_and_say_so() {
    assert_eq!(set("batch", "64"), ("64".into(), None));
    let sentence = "batch \"100000\" is not accepted: it must be a whole number from 1 to 512";
    assert_eq!(set("batch", "100000"), ("512".into(), Some(sentence.into())));
    assert_eq!(set("lr", "-1").0, "0");
    assert_eq!(set("lr", "inf").0, "10");
    assert_eq!(set("depth", "21").0, "20");
    assert_eq!(set("depth", "50").0, "44");
    assert!(set("depth", "21").1.is_some());
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
    ] {
        let (value, sentence) = set(name, bad);
        let before = (key(name).unwrap().get)(&RunSpec::page_default());
        assert_eq!(value, before, "{name}={bad}");
        assert!(sentence.unwrap().contains(&format!("{name} {bad:?} is not accepted: it must be ")), "{name}={bad}");
    }
}

#[test]
fn quantities_are_a_closed_list() {
    assert_eq!(Quantity::parse_list("grad_in_l2,branch_rms").unwrap(), [Quantity::GradInL2, Quantity::BranchRms]);
    let on_demand = Quantity::ALL.iter().filter(|quantity| quantity.schedule() == Schedule::OnDemand).count();
    assert_eq!(Quantity::parse_list("all").unwrap().len(), Quantity::ALL.len() - on_demand);
    assert!(Quantity::parse_list("grad").unwrap_err().to_string().contains("branch_ratio"));
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
    let mark = Mark { step: 8, what: MarkKind::Skip, block: Some("layer1.0".into()), from: 1.0, to: 0.0 };
    let reply = Reply::Events(vec![Event::Step(record), Event::Mark(mark), Event::End(EndReason::Done)]);
    let bytes = reply.encode().unwrap();
    assert_eq!(Reply::decode(&bytes).unwrap(), reply);
    for length in 0..bytes.len() {
        assert!(Reply::decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
    let start = Start { spec: RunSpec::page_default(), data_url: "http://localhost/data/".into(), credits: 3 };
    let command = Command::Start(start);
    assert_eq!(Command::decode(&command.encode().unwrap()).unwrap(), command);
}
