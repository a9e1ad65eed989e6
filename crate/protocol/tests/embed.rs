//! The messages to and from an embedding page are those of the catalogue, field for field.

#![allow(clippy::unwrap_used)]

use protocol::embed::{
    Answer, Answered, Asked, ErrorCode, Field, FieldKind, LaneStep, MESSAGES, MarkTold, PREFIX, Presence, Ready,
    Refusal, StateName, StateTold, StepTold, Subject, Told, Trouble, read,
};
use protocol::{Lane, Mark, RunSetting};
use serde_json::{Value, json};

fn state() -> StateTold {
    StateTold { state: StateName::Resting, why: Some("unseen".into()), step: 3 }
}

fn lane_step() -> LaneStep {
    LaneStep {
        step: Some(2),
        updates: 3,
        loss: Some(2.3),
        train_accuracy: Some(0.1),
        accuracy: None,
        strengths: vec![1.0, 0.5],
        blocks: vec!["layer1.0".into(), "layer2.0".into()],
        grad_in_l2: vec![Some(f64::NAN), None],
        grad_out_l2: vec![Some(1e-9), Some(f64::INFINITY)],
        first_over_last: Some(0.5),
    }
}

/// One of each message that the page sends; an answer to each question.
fn told() -> Vec<Told> {
    let LaneStep { step, updates, loss, train_accuracy, accuracy, .. } = lane_step();
    let lanes = Lane::ALL.map(|lane| (lane, lane_step())).into();
    let mark =
        Mark { step: 5, what: RunSetting::Skip, block: Some("layer2.0".into()), from: 1.0, to: 0.0, folded: false };
    let answer = |what, answered| Told::Answer(Answer { id: json!(7), what, answered });
    vec![
        Told::Ready(Ready { build: "abc".into(), settings: [("lr".to_owned(), json!(0.05))].into_iter().collect() }),
        Told::State(state()),
        Told::Step(Box::new(StepTold { step, updates, loss, train_accuracy, accuracy, steps_per_second: None, lanes })),
        Told::Mark(MarkTold::new(Lane::B, &mark)),
        Told::Resize { height: 450.0 },
        Told::Error(Trouble { message: "No.".into(), lane: None, key: Some("lr".into()), code: ErrorCode::BadValue }),
        answer(Subject::State, Answered::State(state())),
        answer(Subject::Settings, Answered::Settings(serde_json::Map::new())),
        answer(Subject::Record, Answered::Record("{}\n".into())),
    ]
}

fn is_of(value: &Value, kind: FieldKind) -> bool {
    let number = |value: &Value| value.is_number() || ["NaN", "Infinity", "-Infinity"].iter().any(|name| value == name);
    let every = |is: &dyn Fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(is));
    match kind {
        FieldKind::Text => value.is_string(),
        FieldKind::OneOf(names) => names.iter().any(|name| value == name),
        FieldKind::Whole => value.is_u64(),
        FieldKind::Number => number(value),
        FieldKind::Flag => value.is_boolean(),
        FieldKind::Texts => every(&Value::is_string),
        FieldKind::Numbers => every(&|value| value.is_null() || number(value)),
        FieldKind::Lane => value == "a" || value == "b",
        FieldKind::Settings => value.is_object(),
        FieldKind::Anything => true,
        FieldKind::Object(fields) => has(value, fields, &[]),
        FieldKind::Lanes(fields) => value.as_object().is_some_and(|lanes| {
            lanes.iter().all(|(lane, value)| (lane == "a" || lane == "b") && has(value, fields, &[]))
        }),
    }
}

/// Whether an object has these fields and no others.
fn has(value: &Value, fields: &[Field], also: &[&str]) -> bool {
    let Some(object) = value.as_object() else { return false };
    let known = |name: &String| also.contains(&name.as_str()) || fields.iter().any(|field| field.name == name);
    let right = |field: &Field| match (object.get(field.name), field.presence) {
        (None, presence) => presence == Presence::Optional,
        (Some(Value::Null), Presence::Nullable) => true,
        (Some(value), _) => is_of(value, field.kind),
    };
    object.keys().all(known) && fields.iter().all(right)
}

#[test]
fn every_message_out_is_of_the_catalogue() {
    let mut names = Vec::new();
    for message in told() {
        let json = message.to_json();
        let name = json["type"].as_str().unwrap().to_owned();
        let found = MESSAGES.iter().find(|message| message.out && message.name == name);
        assert!(has(&json, found.unwrap().fields, &["type", "v"]) && json["v"] == 1, "{json}");
        names.push(name);
    }
    for message in MESSAGES.iter().filter(|message| message.out) {
        assert!(names.iter().any(|name| name == message.name), "{} is never sent", message.name);
    }
}

#[test]
fn every_code_is_in_its_list() {
    for (name, code) in ErrorCode::NAMES.iter().zip([
        ErrorCode::UnknownType,
        ErrorCode::UnknownSetting,
        ErrorCode::NewerVersion,
        ErrorCode::BadMessage,
        ErrorCode::BadValue,
        ErrorCode::NotAvailable,
        ErrorCode::Engine,
        ErrorCode::Run,
        ErrorCode::NotFinite,
    ]) {
        assert_eq!(serde_json::to_value(code).unwrap(), json!(name));
    }
}

#[test]
fn every_message_in_is_read() {
    for message in MESSAGES.iter().filter(|message| !message.out) {
        assert!(message.name.starts_with(PREFIX));
        let mut value = json!({"type": message.name, "v": 1});
        for field in message.fields {
            value[field.name] = match field.kind {
                FieldKind::OneOf(names) => json!(names[0]),
                FieldKind::Flag => json!(false),
                _ => json!({"any": 1}),
            };
        }
        assert!(matches!(read(&value), Some(Ok(_))), "{value}");
    }
    let asked = |value: Value| read(&value).unwrap().unwrap();
    let set = asked(json!({"type": "headwater:set", "v": 1, "lr": 0.05, "batch": 16, "skip": "off", "play": true}));
    let pairs = [("lr", "0.05"), ("batch", "16"), ("skip", "off"), ("play", "1")];
    let Asked::Set(mut found) = set else { panic!("{set:?}") };
    found.sort();
    let mut pairs = pairs.map(|(name, text)| (name.to_owned(), text.to_owned()));
    pairs.sort();
    assert_eq!(found, pairs);
    assert_eq!(
        asked(json!({"type": "headwater:get", "id": [1], "what": "record"})),
        Asked::Get { id: json!([1]), what: Subject::Record }
    );
    assert_eq!(asked(json!("slide:stop")), Asked::Visible(false));
    assert_eq!(asked(json!("slide:start")), Asked::Visible(true));
}

#[test]
fn what_is_not_understood_is_refused_and_what_is_not_meant_is_left_alone() {
    for foreign in
        [json!(null), json!("text"), json!(3), json!([]), json!({}), json!({"type": 3}), json!({"type": "webpackOk"})]
    {
        assert_eq!(read(&foreign), None, "{foreign}");
    }
    let refused = |value: Value| read(&value).unwrap().unwrap_err();
    assert_eq!(refused(json!({"type": "headwater:dance", "v": 1})), Refusal::Type("headwater:dance".into()));
    assert_eq!(refused(json!({"type": "headwater:play", "v": 2})), Refusal::Version("2".into()));
    assert_eq!(refused(json!({"type": "headwater:dance", "v": "9"})), Refusal::Version("9".into()));
    for value in [
        json!({"type": "headwater:get", "what": "everything"}),
        json!({"type": "headwater:get"}),
        json!({"type": "headwater:visible", "visible": 1}),
        json!({"type": "headwater:set", "lr": [1]}),
        json!({"type": "headwater:set", "lr": null}),
    ] {
        assert!(matches!(refused(value.clone()), Refusal::Field { .. }), "{value}");
    }
}
