//! Recordings: what is written is read again, however it arrives, cut anywhere, and damaged anyhow.

#![allow(clippy::unwrap_used, clippy::panic)]

use protocol::recording::{
    Fault, FaultReason, Item, Origin, Reader, compressed, header, interrupted, line, spec_as_json, spec_of_json,
};
use protocol::{
    BlockKind, Column, Diagram, EndReason, Ends, Evaluation, Event, ImageAnswer, Lane, Lost, Mark, Measured, Norm,
    Outcome, Plan, Quantity, RunSetting, RunSpec, Scalar, ShortcutKind, Skip, StepRecord, Vector,
};

fn origin() -> Origin {
    Origin {
        producer: "headwater 0.1.0 (abc1234)".to_owned(),
        created: "2026-11-26T12:00:00Z".to_owned(),
        command: Some("headwater train".to_owned()),
    }
}

fn spec(norm: Norm) -> (RunSpec, Plan) {
    let mut spec = RunSpec { norm, skip: Skip::All(0.5), lr: 0.05, ..RunSpec::program_default() };
    RunSetting::Model.setting().set(&mut spec, "resnet8").strict().unwrap();
    RunSetting::Events.setting().set(&mut spec, "2:skip=off;3:lr=0.01").strict().unwrap();
    spec.quantities = vec![Quantity::GradInL2, Quantity::EffectiveDepthClosed, Quantity::PathEnergy];
    let plan = Plan::new(spec.model_spec()).unwrap();
    (spec, plan)
}

/// A run of a few steps with odd numbers in it.
fn events() -> Vec<Event> {
    let odd = [0.1 + 0.2, 1e-310, 5e-324, f64::MAX, 1.0 / 3.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
    let measured = |at: usize| Measured {
        columns: vec![Column {
            quantity: Quantity::GradInL2,
            values: vec![Some(odd[at % odd.len()]), None, Some(odd[(at + 1) % odd.len()])],
        }],
        scalars: vec![Scalar {
            quantity: Quantity::EffectiveDepthClosed,
            value: at.is_multiple_of(2).then_some(odd[at]),
        }],
        vectors: vec![Vector { quantity: Quantity::PathEnergy, values: odd[..4].to_vec() }],
    };
    let mut events = Vec::new();
    for (at, loss) in odd.into_iter().enumerate().take(7) {
        if at == 2 {
            let block = Some("layer2.0".to_owned());
            events.push(Event::Mark(Mark {
                step: 2,
                what: RunSetting::Skip,
                block,
                from: 0.5,
                to: 0.0,
                folded: false,
            }));
            events.push(Event::Mark(Mark {
                step: 2,
                what: RunSetting::Lr,
                block: None,
                from: 0.05,
                to: 0.01,
                folded: false,
            }));
        }
        events.push(Event::Step(StepRecord {
            step: at as u64,
            loss,
            train_accuracy: 0.125,
            lr: 0.05,
            measured: measured(at),
            ends: Ends { stem_grad_out_l2: Some(loss), head_weight_grad_l2: Some(1e-9), ..Ends::default() },
        }));
    }
    events.push(Event::Eval(Evaluation {
        step: 7,
        loss: f64::INFINITY,
        accuracy: 0.0971,
        measured: Measured::default(),
        answers: vec![ImageAnswer { image: 3, class: 7, probability: 1.0 / 7.0 }],
    }));
    events.push(Event::End(EndReason::NonFinite { step: 7, lost: Lost::Gradient, block: Some("layer2.0".to_owned()) }));
    events
}

/// The run starts from weights of a file.
fn from_a_file(diagram: Diagram) -> Diagram {
    Diagram { weights: Some("mine.safetensors".to_owned()), ..diagram }
}

/// Both lanes of a comparison, line by line in turn.
fn lines() -> Vec<String> {
    let (first, plan) = spec(Norm::Bn);
    let (second, other) = spec(Norm::None);
    let mut lines = vec![
        header(Lane::A, &origin(), &Diagram::new(&plan, Some(first))).to_string(),
        header(Lane::B, &origin(), &from_a_file(Diagram::new(&other, Some(second)))).to_string(),
    ];
    for event in events() {
        lines.push(line(Lane::A, &event).to_string());
        lines.push(line(Lane::B, &event).to_string());
    }
    lines
}

fn text() -> String {
    lines().iter().map(|line| format!("{line}\n")).collect()
}

/// What is read of a file that arrives in pieces of this size, and what was wrong.
fn read_by(bytes: &[u8], size: usize) -> (Vec<Item>, Option<Fault>) {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    for piece in bytes.chunks(size.max(1)) {
        if let Err(fault) = reader.push(piece, &mut items) {
            return (items, Some(fault));
        }
    }
    let fault = reader.finish(&mut items).err();
    (items, fault)
}

/// Equal to the last bit, NaN included.
fn same(a: &[Item], b: &[Item]) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

fn of_lane(items: &[Item], wanted: Lane) -> Vec<Event> {
    let own = |item: &Item| match item {
        Item::Event(lane, event) if *lane == wanted => Some(event.clone()),
        _ => None,
    };
    items.iter().filter_map(own).collect()
}

#[test]
fn what_is_written_is_read_again_to_the_last_bit() {
    let (items, fault) = read_by(text().as_bytes(), 1 << 20);
    assert_eq!(fault, None);
    for lane in Lane::ALL {
        assert_eq!(format!("{:?}", of_lane(&items, lane)), format!("{:?}", events()));
    }
    let [Item::Header(first), Item::Header(second)] = &items[..2] else { panic!("{items:?}") };
    let of = |(spec, plan): (RunSpec, Plan)| Diagram::new(&plan, Some(spec));
    assert_eq!((&first.diagram, &first.origin), (&of(spec(Norm::Bn)), &origin()));
    assert_eq!((&second.diagram, &second.origin), (&from_a_file(of(spec(Norm::None))), &origin()));
}

#[test]
fn every_setting_of_a_run_stands_in_its_header() {
    let (spec, plan) = spec(Norm::Bn);
    let later = [
        (RunSetting::Fade, "3-9"),
        (RunSetting::LrSchedule, "step:3,9*0.1"),
        (RunSetting::Warmup, "5"),
        (RunSetting::NoDecay, "norms-biases"),
        (RunSetting::LabelSmoothing, "0.1"),
        (RunSetting::OnNonfinite, "continue"),
        (RunSetting::Augment, "crop"),
    ];
    let mut full = spec.clone();
    for (setting, value) in later {
        assert!(spec_as_json(&spec).get(setting.name()).is_none(), "as headers were before there was {setting:?}");
        assert_eq!(setting.setting().set(&mut full, value), Outcome::Taken);
    }
    let text = header(Lane::A, &origin(), &Diagram::new(&plan, Some(full.clone()))).to_string();
    let json = spec_as_json(&full);
    let read = spec_of_json(json.as_object().unwrap(), &full.quantities).unwrap().0;
    assert_eq!(read, full);
    for setting in RunSetting::written() {
        assert!(text.contains(&format!("\"{}\":", setting.name())), "{}", setting.name());
    }
    assert_eq!(spec_as_json(&spec)["events"], "2:skip=off;3:lr=0.01");
}

#[test]
fn the_pieces_in_which_it_arrives_change_nothing() {
    let text = text();
    let whole = read_by(text.as_bytes(), usize::MAX).0;
    let packed = [compressed(&text.as_bytes()[..700]), compressed(&text.as_bytes()[700..])].concat();
    for size in [1, 2, 3, 7, 100, 4096] {
        for bytes in [text.as_bytes(), &packed] {
            let (items, fault) = read_by(bytes, size);
            assert!(same(&items, &whole) && fault.is_none(), "pieces of {size}: {fault:?}");
        }
    }
    let no_end = text.trim_end();
    assert!(same(&read_by(no_end.as_bytes(), 64).0, &whole), "the last line needs no end of line");
    let windows = text.replace('\n', "\r\n");
    assert!(same(&read_by(windows.as_bytes(), 64).0, &whole));
}

#[test]
fn a_file_cut_anywhere_opens_with_every_complete_line() {
    let text = text();
    let whole = read_by(text.as_bytes(), usize::MAX).0;
    let first = text.find('\n').unwrap();
    for cut in first + 1..text.len() {
        let (mut items, fault) = read_by(&text.as_bytes()[..cut], usize::MAX);
        let ends_within = text.as_bytes()[cut - 1] != b'\n';
        // A line that lacks nothing but its end is whole.
        let is_whole = text.as_bytes()[cut] == b'\n';
        let complete = text[..cut].matches('\n').count() + usize::from(is_whole);
        if ends_within && !is_whole {
            let Some(Item::Warning(warning)) = items.pop() else { panic!("no warning at {cut}") };
            assert_eq!(warning.reason, FaultReason::Incomplete);
        }
        assert_eq!((fault, items.len()), (None, complete), "cut at {cut}");
        assert!(same(&items, &whole[..complete]));
    }
}

#[test]
fn a_compressed_file_cut_anywhere_opens_with_every_complete_member() {
    let lines = lines();
    let members: Vec<Vec<u8>> = lines.chunks(4).map(|four| compressed((four.join("\n") + "\n").as_bytes())).collect();
    let whole = members.concat();
    let all = read_by(&whole, usize::MAX).0;
    for cut in members[0].len()..whole.len() {
        let mut ends = members.iter().scan(0, |end, member| {
            *end += member.len();
            Some(*end)
        });
        let complete = 4 * ends.position(|end| end > cut).unwrap();
        let (items, fault) = read_by(&whole[..cut], 512);
        assert_eq!(fault, None, "cut at {cut}");
        assert!(items.len() >= complete && same(&items[..complete], &all[..complete]), "cut at {cut}");
    }
}

#[test]
fn faults_are_named_by_line_and_field() {
    let lines = lines();
    let with = |line: usize, from: &str, to: &str| {
        let mut lines = lines.clone();
        assert!(lines[line - 1].contains(from), "{from} in {}", lines[line - 1]);
        lines[line - 1] = lines[line - 1].replacen(from, to, 1);
        read_by(lines.join("\n").as_bytes(), 4096)
    };
    let cases = [
        (1, "\"schema\":1", "\"schema\":2", "schema", "Newer(2)"),
        (1, "\"schema\":1", "\"schema\":\"1\"", "schema", "Wants(Whole)"),
        (1, "\"producer\":", "\"product\":", "producer", "Missing"),
        (1, "\"created\":\"2026-11-26T12:00:00Z\"", "\"created\":7", "created", "Wants(Text)"),
        (1, "\"blocks\":[", "\"blocks\":[1,", "blocks[0]", "Wants(Object)"),
        (1, "\"name\":\"layer2.0\"", "\"title\":\"layer2.0\"", "blocks[1].name", "Missing"),
        (1, "\"quantities\":[", "\"quantities\":[7,", "quantities[0]", "Wants(Text)"),
        (2, "\"lane\":\"b\"", "\"lane\":\"a\"", "lane", "SecondHeader"),
        (2, "\"lane\":\"b\"", "\"lane\":7", "lane", "Wants(Text)"),
        (3, "\"type\":\"step\"", "\"kind\":\"step\"", "type", "Missing"),
        (3, "\"type\":\"step\"", "\"type\":3", "type", "Wants(Text)"),
        (3, "\"step\":0", "\"step\":-1", "step", "Wants(Whole)"),
        (3, "\"step\":0", "\"step\":0.5", "step", "Wants(Whole)"),
        (3, "\"step\":0", "\"step\":18446744073709551615", "step", "TooLarge"),
        (3, "\"loss\":", "\"lost\":", "loss", "Missing"),
        (3, "\"loss\":", "\"loss\":[],\"lost\":", "loss", "Wants(Number)"),
        (3, "null,", "\"much\",", "columns.grad_in_l2[1]", "Wants(NumberOrNull)"),
        (3, "null,", "", "columns.grad_in_l2", "Length { blocks: 3, found: 2 }"),
        (3, "\"columns\":{", "\"columns\":[{", "", "NotJson"),
        (
            3,
            "\"scalars\":{\"effective_depth_closed\":",
            "\"scalars\":{\"effective_depth_closed\":{},\"x\":",
            "scalars.effective_depth_closed",
            "Wants(NumberOrNull)",
        ),
        (3, "\"path_energy\":[", "\"path_energy\":[null,", "vectors.path_energy[0]", "Wants(Number)"),
        (3, "\"grad_out_l2\":", "\"grad_out_l2\":[],\"y\":", "ends.stem.grad_out_l2", "Wants(NumberOrNull)"),
        (5, "\"step\":1", "\"step\":0", "step", "Order { after: 0 }"),
        (7, "\"block\":\"layer2.0\"", "\"block\":\"layer9.0\"", "block", "UnknownBlock(\"layer9.0\")"),
        (7, "\"to\":0.0", "\"too\":0.0", "to", "Missing"),
        (21, "\"accuracy\":", "\"share\":", "accuracy", "Missing"),
        (21, "\"class\":7", "\"class\":-7", "answers[0].class", "Wants(Whole)"),
        (23, "\"reason\":\"nonfinite\"", "\"why\":\"nonfinite\"", "reason", "Missing"),
        (23, "\"block\":\"layer2.0\"", "\"block\":2", "block", "Wants(Text)"),
        (1, "\"spec\":{", "\"spec\":7,\"specs\":{", "spec", "Wants(Object)"),
    ];
    for (line, from, to, field, reason) in cases {
        let (items, fault) = with(line, from, to);
        let fault = fault.unwrap_or_else(|| panic!("{from} -> {to}: nothing is wrong"));
        assert_eq!(
            (fault.line, fault.field.as_str(), format!("{:?}", fault.reason).as_str()),
            (line as u64, field, reason)
        );
        assert_eq!(items.len(), line - 1, "what stands before it is read: {from} -> {to}");
    }
    // What hinders less.
    let mild = [
        (1, "\"lr\":0.05", "\"lr\":\"fast\"", "spec.lr"),
        (1, "\"model\":\"resnet8\"", "\"model\":\"resnet14\"", "blocks"),
        (1, "\"model\":\"resnet8\"", "\"model\":\"transformer\"", "spec.model"),
        (3, "\"lane\":\"a\"", "\"lane\":\"c\"", "lane"),
    ];
    for (line, from, to, field) in mild {
        let (items, fault) = with(line, from, to);
        let warned = items
            .iter()
            .any(|item| matches!(item, Item::Warning(own) if own.field == field && own.line == line as u64));
        assert!(warned && fault.is_none(), "{from} -> {to}: {fault:?} {:?}", &items[..4]);
        if line == 1 {
            let Item::Header(header) = &items[0] else { panic!("a header") };
            assert_eq!((header.diagram.blocks.len(), &header.diagram.spec), (3, &None));
        }
    }
    for empty in [Vec::new(), compressed(b"")] {
        assert_eq!(read_by(&empty, 7).1.map(|fault| fault.reason), Some(FaultReason::Empty));
    }
    for nothing in ["\n\n", "{\"type\":\"note\"}", "\u{feff}\n"] {
        assert_eq!(
            read_by(nothing.as_bytes(), 7).1.map(|fault| fault.reason),
            Some(FaultReason::NoRecording),
            "{nothing:?}"
        );
    }
    assert_eq!(read_by(b"\x1f\x8bjunk that is no gzip", 7).1.map(|fault| fault.reason), Some(FaultReason::Damaged));
    assert_eq!(read_by(b"PK\x03\x04 a zip\n", 7).1.map(|fault| fault.reason), Some(FaultReason::NotJson));
}

#[test]
fn steps_come_in_order_and_evaluations_too() {
    let Some(Event::Eval(evaluation)) = events().into_iter().rev().nth(1) else { panic!("an evaluation") };
    let at = |lane: Lane, step: u64| line(lane, &Event::Eval(Evaluation { step, ..evaluation.clone() })).to_string();
    let read = |more: &[String]| read_by([&lines()[..20], more].concat().join("\n").as_bytes(), 4096).1;
    // Of each lane by itself, and whatever steps stand between them.
    assert_eq!(read(&[at(Lane::A, 10), at(Lane::B, 3), at(Lane::A, 50), at(Lane::B, 4)]), None);
    for late in [10, 50] {
        let fault = read(&[at(Lane::A, 50), at(Lane::B, 3), at(Lane::A, late)]).unwrap();
        assert_eq!((fault.line, fault.field.as_str(), fault.reason), (23, "step", FaultReason::Order { after: 50 }));
    }
}

#[test]
fn fields_and_types_from_elsewhere_are_left_alone() {
    let foreign = concat!(
        "{\"type\":\"header\",\"schema\":1,\"producer\":\"mine\",\"created\":\"2026\",\"spec\":null,\"colour\":\"red\",",
        "\"blocks\":[{\"name\":\"encoder.0\"},{\"name\":\"encoder.1\",\"kind\":\"attention\",\"stage\":2}],\"quantities\":[\"grad_in_l2\",\"mood\"]}\n",
        "{\"type\":\"weather\",\"step\":\"sunny\"}\n",
        "{\"type\":\"step\",\"step\":5,\"loss\":1,\"columns\":{\"mood\":[\"good\"],\"grad_in_l2\":[1,2]},\"scalars\":null}\n",
        "{\"type\":\"step\",\"step\":7,\"loss\":1,\"columns\":{\"grad_in_l2\":[1,2]},\"reason\":3,\"created\":7,\"blocks\":9}\n",
        "{\"type\":\"mark\",\"step\":6,\"what\":\"resume\"}\n",
        "{\"type\":\"mark\",\"step\":6,\"what\":\"fade\",\"from\":\"0-100\",\"to\":null}\n",
        "{\"type\":\"end\",\"reason\":\"out of coffee\"}\n",
    );
    let (items, fault) = read_by(foreign.as_bytes(), 64);
    assert_eq!(fault, None);
    let [
        Item::Header(header),
        Item::Event(Lane::A, Event::Step(step)),
        Item::Event(Lane::A, Event::Step(other)),
        Item::Event(Lane::A, Event::End(end)),
    ] = &items[..]
    else {
        panic!("{items:?}")
    };
    assert_eq!((header.diagram.blocks.len(), header.diagram.stages.len()), (2, 2));
    assert_eq!(step.column(Quantity::GradInL2), Some(&[Some(1.0), Some(2.0)][..]));
    assert!(step.train_accuracy.is_nan() && *end == EndReason::Interrupted && other.step == 7);
    assert_eq!(interrupted(Lane::A).to_string(), "{\"type\":\"end\",\"reason\":\"interrupted\",\"lane\":\"a\"}");
}

#[test]
fn what_a_recording_from_elsewhere_says_of_its_network_is_kept() {
    let first = concat!(
        "{\"type\":\"header\",\"schema\":1,\"producer\":\"headwater.py\",\"created\":\"2026\",\"lane\":\"a\",\"spec\":null,",
        "\"model\":\"GPT2LMHeadModel\",\"notes\":[\"The columns of h.1.mlp are null: it is frozen.\"],\"quantities\":[\"grad_in_l2\"],\"blocks\":[",
        "{\"name\":\"h.0.attn\",\"kind\":\"attention\",\"stage\":1,\"shortcut\":\"identity\",\"module\":\"GPT2Attention\"},",
        "{\"name\":\"h.0.mlp\",\"kind\":\"mlp\",\"stage\":1,\"shortcut\":\"projection\",\"module\":\"GPT2MLP\"},",
        "{\"name\":\"odd\",\"kind\":\"of a new kind\",\"stage\":2,\"shortcut\":\"gated\",\"module\":\"Odd\"},",
        "{\"name\":\"features.0\",\"kind\":\"conv\",\"stage\":2},{\"name\":\"last\",\"kind\":\"linear\",\"stage\":2,\"shortcut\":\"none\"}]}\n",
    );
    let read = |text: &str| {
        let (items, fault) = read_by(text.as_bytes(), 64);
        let [Item::Header(header)] = &items[..] else { panic!("{items:?} {fault:?}") };
        header.diagram.clone()
    };
    let diagram = read(first);
    let kinds: Vec<_> = diagram.blocks.iter().map(|block| (block.kind, block.shortcut)).collect();
    assert_eq!(
        kinds,
        [
            (BlockKind::Attention, ShortcutKind::Identity),
            (BlockKind::Mlp, ShortcutKind::Projection),
            (BlockKind::Block, ShortcutKind::Projection),
            (BlockKind::Conv, ShortcutKind::None),
            (BlockKind::Linear, ShortcutKind::None),
        ]
    );
    assert_eq!((diagram.model.as_deref(), diagram.notes.len()), (Some("GPT2LMHeadModel"), 1));
    assert_eq!(diagram.blocks[0].module.as_deref(), Some("GPT2Attention"));
    assert!(diagram.has_shortcuts() && !diagram.has_switches());
    let again = header(Lane::A, &origin(), &diagram);
    assert_eq!(read(&format!("{again}\n")), diagram);
    assert!(
        !header(Lane::A, &origin(), &Diagram::new(&spec(Norm::Bn).1, Some(spec(Norm::Bn).0)))
            .to_string()
            .contains("shortcut")
    );
    for (field, odd) in
        [("model", "3"), ("notes[0]", "[null]"), ("blocks[0].module", "[{\"name\":\"a\",\"module\":1}]")]
    {
        let name = field.split(['[', '.']).next().unwrap();
        let mut wrong: serde_json::Value = serde_json::from_str(first).unwrap();
        wrong[name] = serde_json::from_str(odd).unwrap();
        let (_, fault) = read_by(format!("{wrong}\n").as_bytes(), 64);
        assert_eq!(fault.unwrap().field, field);
    }
}

/// Small random numbers without a crate (Marsaglia 2003).
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// `HEADWATER_FUZZ` sets another number of thousands of cases when the test is built.
#[test]
fn however_a_file_is_damaged_the_reader_says_so_and_holds_no_more_than_a_line() {
    let thousands: Option<u64> = option_env!("HEADWATER_FUZZ").and_then(|text| text.parse().ok());
    let cases = 1000 * thousands.unwrap_or(100);
    let short: Vec<String> = lines().into_iter().take(9).collect();
    let text = short.join("\n") + "\n";
    let packed = [compressed(&text.as_bytes()[..900]), compressed(&text.as_bytes()[900..])].concat();
    let pieces: [&[u8]; 8] = [b"{", b"}", b"[", b"\"", b"1e999", b"null", b"\n", b"\xff"];
    let (mut random, mut faults) = (Xorshift(0x9e37_79b9_7f4a_7c15), 0u64);
    for case in 0..cases {
        let mut bytes = if case % 4 == 0 { packed.clone() } else { text.clone().into_bytes() };
        for _ in 0..1 + random.below(4) {
            let at = random.below(bytes.len());
            match random.below(6) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes.truncate(at.max(1)),
                2 => {
                    let end = (at + random.below(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
                3 => {
                    let piece = pieces[random.below(pieces.len())];
                    bytes.splice(at..at, piece.iter().copied());
                }
                4 => {
                    let end = (at + random.below(200)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    let to = random.below(bytes.len());
                    bytes.splice(to..to, copy);
                }
                _ => bytes[at] = random.below(256) as u8,
            }
            if bytes.is_empty() {
                bytes.push(b'\n');
            }
        }
        let (items, fault) = read_by(&bytes, 1 + random.below(5000));
        faults += u64::from(fault.is_some());
        assert!(items.len() <= 40, "{} items", items.len());
    }
    assert!(faults > cases / 4, "{faults} of {cases} were found");
}

#[test]
fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let (mut reader, mut items) = (Reader::default(), Vec::new());
    let spaces = vec![b' '; 1 << 20];
    let fault = (0..64).find_map(|_| reader.push(&spaces, &mut items).err());
    assert_eq!(fault.map(|fault| fault.reason), Some(FaultReason::TooLong));
    // A small file that unpacks to much more.
    let bomb = compressed(&vec![b'x'; 64 << 20]);
    assert!(bomb.len() < 100_000);
    assert_eq!(read_by(&bomb, 1 << 20).1.map(|fault| fault.reason), Some(FaultReason::TooLong));
}
