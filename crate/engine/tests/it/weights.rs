//! Weights as files: out and in to the last bit, and whatever is wrong with one is named.
#![allow(clippy::unwrap_used, clippy::panic)]

use crate::support::{DIGITS, data, formula_network, loss_bits, mlp, resnet8, run, session, small, small_spec, steps};
use candle_core::{DType, Device, Tensor};
use engine::{EngineError, Network, Session, Tensors, read_tensors};
use protocol::{Init, Norm, Plan, RunSpec, WeightsProblem};
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
    Network::from_tensors(plan, tensors, DType::F32, &Device::Cpu).map_err(|error| match error {
        EngineError::Weights(problem) => problem,
        other => panic!("{other}"),
    })
}

fn restarted(file: &[u8], spec: &RunSpec) -> Session {
    Session::from_weights(read_tensors(file).unwrap(), spec.clone(), data(DIGITS), Device::Cpu).unwrap()
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

#[test]
fn a_file_that_is_none_is_told_by_its_first_bytes() {
    let of = |bytes: &[u8]| read_tensors(bytes).err();
    assert_eq!(of(b""), Some(WeightsProblem::Empty));
    assert_eq!(of(b"PK\x03\x04 and the rest of a zip"), Some(WeightsProblem::PyTorch));
    assert_eq!(of(b"\x80\x02}q\x00."), Some(WeightsProblem::PyTorch));
    assert_eq!(of(b"\n<!doctype html><title>404</title>"), Some(WeightsProblem::Html));
    assert_eq!(of(b"no tensors here"), Some(WeightsProblem::Foreign));
    // A header that says to be as long as all memory there is.
    assert_eq!(of(b"\xff\xff\xff\xff\xff\xff\xff\xff{}"), Some(WeightsProblem::Foreign));
    assert_eq!(of(b"\xff\xff\xff\x7f\0\0\0\0{}"), Some(WeightsProblem::Damaged));
    let header = br#"{"a":{"dtype":"F32","shape":[4294967295,4294967295,4294967295],"data_offsets":[0,4]}}"#;
    let mut liar = (header.len() as u64).to_le_bytes().to_vec();
    liar.extend(header);
    liar.extend([0; 4]);
    assert_eq!(of(&liar), Some(WeightsProblem::Damaged));
    let header = br#"{"a":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}"#;
    let mut other = (header.len() as u64).to_le_bytes().to_vec();
    other.extend(header);
    other.extend([0; 4]);
    assert_eq!(of(&other), Some(WeightsProblem::Kind { name: "a".into(), found: "BOOL".into() }));
}

#[test]
fn a_file_that_is_cut_or_damaged_anywhere_is_an_error_or_a_network_and_never_a_panic() {
    let plan = Plan::new(resnet8(1)).unwrap();
    let file = formula_network(resnet8(1), 1, DType::F32).to_safetensors().unwrap();
    for length in (0..file.len()).step_by(7) {
        let expected = match length {
            0 => WeightsProblem::Empty,
            1..9 => WeightsProblem::Foreign,
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
