//! What a page and the program that serves it may say to each other, damaged anyhow.
#![allow(clippy::unwrap_used)]

use protocol::codec::Message;
use protocol::socket::{CREDITS, Told, Visit};
use protocol::{Change, Check, Command, Data, RunSetting, RunSpec, Start, Weights};
use std::sync::Arc;

/// Numbers that look drawn, and are the same each time.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, end: usize) -> usize {
        self.next() as usize % end.max(1)
    }

    /// These bytes with some changed, cut off, put in or said twice.
    fn damaged(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len());
            match self.below(5) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.next() as u8),
                2 => bytes.extend_from_within(at..),
                3 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = 0xff),
                _ => {
                    let other = self.next() as u8;
                    bytes.get_mut(at).into_iter().for_each(|byte| *byte ^= other);
                }
            }
        }
        bytes
    }
}

fn commands() -> Vec<Command> {
    let weights = Arc::new(Weights { file: "own.safetensors".to_owned(), bytes: vec![7; 60] });
    let spec = RunSpec { skip: "layer1.0=0.5".parse().unwrap(), data: Data::Digits, ..RunSpec::page_default() };
    vec![
        Command::Start(Box::new(Start {
            spec: spec.clone(),
            data_url: "http://localhost:8080/assets/data/digits/".to_owned(),
            credits: CREDITS,
            weights: Some(weights.clone()),
        })),
        Command::Check(Box::new(Check { number: 3, specs: vec![spec], weights })),
        Command::Change(Change::Set { setting: RunSetting::Lr, value: 0.1 }),
        Command::Change(Change::Skip { block: Some(4), strength: 0.5 }),
        Command::Until(300),
        Command::Present(false),
        Command::Credit,
    ]
}

/// `HEADWATER_FUZZ` sets another number of thousands of cases when the test is built.
#[test]
#[allow(clippy::disallowed_macros, reason = "docs/serve.md quotes it")]
fn damaged_messages_are_refused_or_are_others_and_never_a_panic() {
    let thousands: Option<u64> = option_env!("HEADWATER_FUZZ").and_then(|text| text.parse().ok());
    let cases = 1000 * thousands.unwrap_or(100);
    let mut draws = Draws(7);
    let commands: Vec<_> = commands().iter().map(|command| command.encode().unwrap()).collect();
    let visit = Visit { page: u64::MAX, lane: 1, source: 7, lanes: 2, heard: 12, joins: true, which: 5, drives: false };
    let told = [
        Told::Welcome { heard: 5, next: 9, past: 9, drives: true },
        Told::Heard(70),
        Told::Driving { driven: false, rests: true },
    ];
    let told = told.map(|told| serde_json::to_string(&told).unwrap());
    let (mut refused, mut read) = ([0_u64; 3], [0_u64; 3]);
    let mut count = |which: usize, is_read: bool| if is_read { read[which] += 1 } else { refused[which] += 1 };
    for case in 0..cases {
        let bytes = draws.damaged(&commands[case as usize % commands.len()]);
        // What is read is a command, and written again it is that one.
        let command = Command::decode(&bytes);
        if let Ok(command) = &command {
            let again = Command::decode(&command.encode().unwrap()).unwrap();
            assert_eq!(format!("{again:?}"), format!("{command:?}"));
        }
        count(0, command.is_ok());
        let text = String::from_utf8_lossy(&draws.damaged(visit.to_string().as_bytes())).into_owned();
        let found = text.parse::<Visit>();
        if let Ok(found) = found {
            assert_eq!(found.to_string().parse(), Ok(found), "{text}");
            assert!(found.lane < 2 && (1..=2).contains(&found.lanes), "{text}");
        }
        count(1, found.is_ok());
        let text = String::from_utf8_lossy(&draws.damaged(told[case as usize % told.len()].as_bytes())).into_owned();
        let found = serde_json::from_str::<Told>(&text);
        if let Ok(found) = &found {
            assert_eq!(serde_json::from_str::<Told>(&serde_json::to_string(found).unwrap()).unwrap(), *found);
        }
        count(2, found.is_ok());
    }
    println!(
        "of {cases} commands, visits and frames of the program each: refused {refused:?}, read as others {read:?}"
    );
    assert!(refused.iter().chain(&read).all(|count| *count > cases / 1000), "refused {refused:?}, read {read:?}");
}
