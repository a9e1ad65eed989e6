//! Weights as files: out and in to the last bit, and whatever is wrong with one is named.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{
    DIGITS, data, device, formula_network, loss_bits, mlp, resnet8, run, session, small, small_spec, steps,
};
use candle_core::{DType, Tensor};
use engine::{EngineError, Network, Session, Tensors, read_tensors};
use protocol::{Contents, Init, Norm, Plan, RunSpec, WeightsProblem};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn spec(norm: Norm) -> RunSpec {
    RunSpec { norm, init: Init::He, ..small_spec() }
}

fn plan(spec: &RunSpec) -> Plan {
    Plan::new(spec.model_spec()).unwrap()
}

/// The network of these tensors, or what is wrong with them.
fn made(plan: Plan, tensors: Tensors) -> Result<Network, WeightsProblem> {
    Network::from_tensors(plan, tensors, DType::F32, device()).map_err(|error| match error {
        EngineError::Weights(problem) => problem,
        other => panic!("{other}"),
    })
}

fn restarted(file: &[u8], spec: &RunSpec) -> Session {
    Session::from_weights(read_tensors(file).unwrap(), spec.clone(), data(DIGITS), device().clone()).unwrap()
}

#[test]
fn what_was_trained_is_saved_and_read_again_to_the_last_bit() {
    for norm in [Norm::Bn, Norm::None] {
        let spec = RunSpec { eval_every: 20, ..spec(norm) };
        let mut trained = session(spec.clone());
        run(&mut trained, 20);
        let file = trained.network().to_safetensors().unwrap();
        let again = restarted(&file, &spec);
        assert_eq!(again.network().to_safetensors().unwrap(), file, "{norm}");
        assert_eq!(again.network().parameters.hash().unwrap(), trained.network().parameters.hash().unwrap());
        // And it is the file of its own beginning after a reset, whatever was trained meanwhile.
        let mut again = again;
        let losses = loss_bits(&run(&mut again, 5));
        assert_ne!(again.network().to_safetensors().unwrap(), file);
        let mut reset = again.restart().unwrap();
        assert_eq!(reset.network().to_safetensors().unwrap(), file);
        assert_eq!(loss_bits(&run(&mut reset, 5)), losses);
    }
}

#[test]
fn a_run_from_a_file_begins_with_what_the_trained_network_answers() {
    let spec = spec(Norm::Bn);
    let mut trained = session(spec.clone());
    run(&mut trained, 30);
    let mut again = restarted(&trained.network().to_safetensors().unwrap(), &spec);
    // The first batch of this seed was learnt: its loss is no longer that of the first step.
    let (first, second) = (run(&mut session(spec), 1), run(&mut again, 1));
    assert!(steps(&second)[0].loss < 0.8 * steps(&first)[0].loss, "{second:?}");
}

#[test]
fn the_names_are_torchvisions() {
    let names = |spec| {
        let network = formula_network(spec, 1, DType::F32);
        let mut names: Vec<_> = read_tensors(&network.to_safetensors().unwrap()).unwrap().into_keys().collect();
        names.sort();
        names
    };
    let resnet = names(small("resnet18", 2, 32));
    // Of the 122 tensors in torchvision's state_dict of a ResNet-18, 20 are num_batches_tracked.
    assert_eq!(resnet.len(), 102);
    for name in
        ["conv1.weight", "bn1.running_var", "layer2.0.downsample.1.running_mean", "layer4.1.bn2.bias", "fc.bias"]
    {
        assert!(resnet.iter().any(|own| own == name), "{name} in {resnet:?}");
    }
    let vgg = names(small("vgg16_bn", 2, 32));
    assert!(
        vgg.iter().any(|name| name == "features.1.running_mean") && vgg.iter().any(|name| name == "classifier.6.bias")
    );
}

#[test]
fn other_widths_of_numbers_are_read_as_f32() {
    let network = formula_network(resnet8(2), 1, DType::F64);
    let tensors = read_tensors(&network.to_safetensors().unwrap()).unwrap();
    let plan = || network.plan.clone();
    let exact = made(plan(), tensors.clone()).unwrap().parameters.hash().unwrap();
    for (dtype, rounds) in [(DType::F64, false), (DType::F32, false), (DType::F16, true), (DType::BF16, true)] {
        let narrow = |tensor: &Tensor| tensor.to_dtype(dtype).unwrap();
        let narrowed: Tensors = tensors.iter().map(|(name, tensor)| (name.clone(), narrow(tensor))).collect();
        let views = narrowed.iter().map(|(name, tensor)| (name.clone(), tensor));
        let file = safetensors::serialize(views, None).unwrap();
        let read = made(plan(), read_tensors(&file).unwrap()).unwrap();
        assert_eq!(read.dtype(), DType::F32);
        assert_eq!(read.parameters.hash().unwrap() != exact, rounds, "{dtype:?}");
    }
}

#[test]
fn what_does_not_fit_is_named() {
    let file = formula_network(resnet8(2), 1, DType::F32).to_safetensors().unwrap();
    let tensors = read_tensors(&file).unwrap();
    let plan = Plan::new(resnet8(2)).unwrap();
    let changed = |change: fn(&mut Tensors)| {
        let mut tensors = tensors.clone();
        change(&mut tensors);
        made(plan.clone(), tensors).err().unwrap()
    };
    let name = |name: &str| name.to_owned();
    let missing = changed(|own| drop(own.remove("layer2.0.bn1.bias")));
    assert_eq!(missing, WeightsProblem::Missing { name: name("layer2.0.bn1.bias"), shape: vec![4] });
    let shape = changed(|own| drop(own.insert("bn1.running_var".into(), own["fc.bias"].clone())));
    assert_eq!(shape, WeightsProblem::Shape { name: name("bn1.running_var"), found: vec![10], needed: vec![2] });
    let kind = changed(|own| drop(own.insert("fc.bias".into(), own["fc.bias"].to_dtype(DType::U8).unwrap())));
    assert_eq!(kind, WeightsProblem::Kind { name: name("fc.bias"), found: name("u8") });
    let extra = changed(|own| drop(own.insert("layer9.0.bn1.running_mean".into(), own["bn1.bias"].clone())));
    assert_eq!(extra, WeightsProblem::Extra { name: name("layer9.0.bn1.running_mean") });
    let classes = Plan::new(protocol::ModelSpec { classes: 7, ..resnet8(2) }).unwrap();
    let found = made(classes, tensors.clone()).err();
    assert_eq!(found, Some(WeightsProblem::Classes { name: name("fc.bias"), found: vec![10], needed: vec![7] }));
    // Other networks: deeper, wider, of another family.
    let other = |spec| made(Plan::new(spec).unwrap(), tensors.clone()).err().unwrap();
    let deeper = protocol::ModelSpec { model: "resnet14".parse().unwrap(), ..resnet8(2) };
    assert!(matches!(other(deeper), WeightsProblem::Missing { .. }));
    assert!(matches!(other(resnet8(3)), WeightsProblem::Shape { .. }));
    assert!(matches!(other(mlp(3, 4)), WeightsProblem::Shape { .. }));
}

/// A file whose header is this text, with `bytes` bytes behind it.
fn with_header(header: &str, bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; bytes]].concat()
}

#[test]
fn a_file_that_is_none_is_told_by_its_first_bytes() {
    let of = |bytes: &[u8]| read_tensors(bytes).err();
    let not = |contents| Some(WeightsProblem::Not(contents));
    assert_eq!(of(b""), not(Contents::Empty));
    assert_eq!(of(b"PK\x03\x04 and the rest of a zip"), not(Contents::Zip));
    assert_eq!(of(b"\x80\x02}q\x00."), not(Contents::Pickle));
    assert_eq!(of(b"\n<!doctype html><title>404</title>"), not(Contents::Html));
    assert_eq!(of(b"\x1f\x8b\x08\0\0\0\0\0{"), not(Contents::Gzip));
    assert_eq!(of(b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n"), not(Contents::LfsPointer));
    assert_eq!(of(b"no tensors here"), not(Contents::Other));
    // A header that says to be as long as all memory there is.
    assert_eq!(of(b"\xff\xff\xff\xff\xff\xff\xff\xff{}"), not(Contents::Other));
    assert_eq!(of(b"\xff\xff\xff\x7f\0\0\0\0{}"), Some(WeightsProblem::Damaged));
    // One whose length, 640, begins like a pickle.
    assert_eq!(of(b"\x80\x02\0\0\0\0\0\0{"), Some(WeightsProblem::Damaged));
    // One whose length is a '<'.
    assert_eq!(of(b"<\0\0\0\0\0\0\0{}"), Some(WeightsProblem::Damaged));
    let liar = r#"{"a":{"dtype":"F32","shape":[4294967295,4294967295,4294967295],"data_offsets":[0,4]}}"#;
    assert_eq!(of(&with_header(liar, 4)), Some(WeightsProblem::Damaged));
}

#[test]
fn numbers_of_other_types_are_refused_by_name_before_any_is_read() {
    // Candle's conversion of an F8_E4M3 never ends.
    for found in ["BOOL", "F8_E4M3", "F8_E5M2", "F8_E8M0", "I8", "U16", "U64", "C64"] {
        let bytes = match found {
            "U64" | "C64" => 8,
            "U16" => 2,
            _ => 1,
        };
        let header = format!(
            r#"{{"z":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"a":{{"dtype":"{found}","shape":[1],"data_offsets":[4,{}]}}}}"#,
            4 + bytes
        );
        let problem = WeightsProblem::Kind { name: "a".into(), found: found.into() };
        assert_eq!(read_tensors(&with_header(&header, 4 + bytes)).err(), Some(problem));
    }
}

#[test]
fn values_that_are_not_finite_are_counted_and_their_tensor_named() {
    let plan = Plan::new(resnet8(2)).unwrap();
    let tensors = read_tensors(&formula_network(resnet8(2), 1, DType::F32).to_safetensors().unwrap()).unwrap();
    let odd = |name: &str, values: Vec<f64>, dtype| {
        let mut tensors = tensors.clone();
        let tensor = Tensor::new(values, device()).unwrap().to_dtype(dtype).unwrap();
        tensors.insert(name.to_owned(), tensor);
        made(plan.clone(), tensors).err()
    };
    let problem = |name: &str, count, of| {
        Some(WeightsProblem::NotFinite { name: name.to_owned(), count, of, dtype: "f32".to_owned() })
    };
    let some = vec![f64::NAN, 1.0, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 2.0, 3.0, 4.0, 5.0];
    for dtype in [DType::F16, DType::BF16, DType::F32, DType::F64] {
        assert_eq!(odd("fc.bias", some.clone(), dtype), problem("fc.bias", 3, 10), "{dtype:?}");
    }
    assert_eq!(odd("bn1.running_var", vec![1.0, f64::NAN], DType::F32), problem("bn1.running_var", 1, 2));
    // What f64 holds and f32 does not.
    assert_eq!(odd("fc.bias", vec![1e39; 10], DType::F64), problem("fc.bias", 10, 10));
    assert_eq!(odd("fc.bias", vec![1e38; 10], DType::F64), None);
}

#[test]
fn names_of_others_make_the_same_network() {
    let small_resnet18 = small("resnet18", 2, 32);
    let hugging_face = |name: &str| {
        let parts: Vec<_> = name.split('.').collect();
        let number = |part: &str| part[part.len() - 1..].parse::<usize>().unwrap();
        match parts[..] {
            ["conv1", own] => format!("resnet.embedder.embedder.convolution.{own}"),
            ["bn1", own] => format!("resnet.embedder.embedder.normalization.{own}"),
            ["fc", own] => format!("classifier.1.{own}"),
            [stage, block, "downsample", which, own] => {
                let kind = ["convolution", "normalization"][number(which)];
                format!("resnet.encoder.stages.{}.layers.{block}.shortcut.{kind}.{own}", number(stage) - 1)
            }
            [stage, block, layer, own] => {
                let kind = if layer.starts_with("conv") { "convolution" } else { "normalization" };
                let (stage, layer) = (number(stage) - 1, number(layer) - 1);
                format!("resnet.encoder.stages.{stage}.layers.{block}.layer.{layer}.{kind}.{own}")
            }
            _ => panic!("{name}"),
        }
    };
    type Rule<'a> = (protocol::ModelSpec, &'a dyn Fn(&str) -> String);
    let rules: [Rule; 5] = [
        (resnet8(2), &|name| format!("module.{name}")),
        (resnet8(2), &|name| format!("_orig_mod.module.{}", name.replace("fc.", "linear."))),
        (resnet8(2), &|name| name.replace("fc.", "linear.")),
        (small_resnet18, &|name| format!("model.{name}")),
        (small_resnet18, &hugging_face),
    ];
    for (spec, rule) in rules {
        let network = formula_network(spec, 1, DType::F32);
        let file = network.to_safetensors().unwrap();
        let tensors: Tensors = read_tensors(&file).unwrap().into_iter().map(|(name, own)| (rule(&name), own)).collect();
        assert!(!tensors.contains_key("fc.weight") || !tensors.contains_key("conv1.weight"));
        assert_eq!(made(network.plan, tensors).unwrap().to_safetensors().unwrap(), file, "{}", rule("fc.weight"));
    }
}

#[test]
fn a_file_that_is_cut_or_damaged_anywhere_is_an_error_or_a_network_and_never_a_panic() {
    let plan = Plan::new(resnet8(1)).unwrap();
    let file = formula_network(resnet8(1), 1, DType::F32).to_safetensors().unwrap();
    for length in (0..file.len()).step_by(7) {
        let expected = match length {
            0 => WeightsProblem::Not(Contents::Empty),
            1..9 => WeightsProblem::Not(Contents::Other),
            _ => WeightsProblem::Damaged,
        };
        assert_eq!(read_tensors(&file[..length]).err(), Some(expected), "{length}");
    }
    let header = 8 + u64::from_le_bytes(*file.first_chunk().unwrap()) as usize;
    let (mut refused, mut taken) = (0, 0);
    for place in (0..header).chain((header..file.len()).step_by(97)) {
        for bit in 0..8 {
            let mut damaged = file.clone();
            damaged[place] ^= 1 << bit;
            match read_tensors(&damaged).map(|tensors| made(plan.clone(), tensors)) {
                Ok(Ok(_)) => taken += 1,
                Ok(Err(_)) | Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 8 * 1000 && taken >= 8, "{refused} refused, {taken} taken");
    assert_eq!(
        plan.parameters.len(),
        made(plan.clone(), read_tensors(&file).unwrap()).unwrap().parameters.plan().len()
    );
}

#[test]
fn the_weights_of_a_network_with_norm_serve_one_without() {
    let mut trained = session(spec(Norm::Bn));
    run(&mut trained, 3);
    let tensors = read_tensors(&trained.network().to_safetensors().unwrap()).unwrap();
    assert!(made(plan(&spec(Norm::None)), tensors.clone()).is_ok());
    // The other way round its own tensors are missing.
    let without = formula_network(protocol::ModelSpec { norm: Norm::None, ..resnet8(4) }, 1, DType::F32);
    let without = read_tensors(&without.to_safetensors().unwrap()).unwrap();
    assert!(matches!(made(plan(&spec(Norm::Bn)), without), Err(WeightsProblem::Missing { .. })));
}
