//! Shapes, parameter counts and costs of the planned networks, against the published ones.

#![allow(clippy::unwrap_used)]

use protocol::{Model, ModelSpec, Norm, ParameterPlan, Plan, Shortcut, Skip};

fn spec(depth: usize, width: usize, channels: usize, image_size: usize, norm: Norm) -> ModelSpec {
    ModelSpec { model: Model::cifar(depth).unwrap(), width, channels, image_size, classes: 10, norm }
}

/// He et al. 2015, section 4.2, exact counts with option-A shortcuts: depth, blocks, parameters, multiplications.
#[test]
fn the_cifar_family_has_the_published_sizes() {
    let published = [
        (8, 3, 75_290, 12.24e6),
        (20, 9, 269_722, 40.55e6),
        (32, 15, 464_154, 68.86e6),
        (44, 21, 658_586, 97.17e6),
        (56, 27, 853_018, 125.49e6),
        (110, 54, 1_727_962, 252.89e6),
        (1202, 600, 19_421_274, 2829.24e6),
    ];
    for (depth, blocks, parameters, multiply_accumulates) in published {
        let plan = Plan::new(spec(depth, 16, 3, 32, Norm::Bn)).unwrap();
        assert_eq!((plan.blocks.len(), plan.parameter_count), (blocks, parameters), "resnet{depth}");
        assert!((plan.multiply_accumulates as f64 - multiply_accumulates).abs() < 0.005e6, "resnet{depth}");
    }
}

#[test]
fn the_tiny_networks_have_their_sizes() {
    for (depth, parameters, multiply_accumulates) in [(8, 19_074, 2.31e6), (20, 67_906, 7.73e6), (56, 214_402, 23.99e6)]
    {
        let plan = Plan::new(spec(depth, 8, 1, 28, Norm::Bn)).unwrap();
        assert_eq!(plan.parameter_count, parameters);
        assert!((plan.multiply_accumulates as f64 - multiply_accumulates).abs() < 0.005e6, "resnet{depth}");
    }
}

#[test]
fn without_norm_there_are_no_norm_parameters() {
    let plan = Plan::new(spec(20, 16, 3, 32, Norm::None)).unwrap();
    assert_eq!(plan.parameter_count, 268_346);
    assert!(plan.parameters.iter().all(|parameter| !parameter.name.contains("bn")));
}

#[test]
fn shapes_and_shortcuts_change_at_the_stages() {
    let plan = Plan::new(spec(20, 8, 1, 28, Norm::None)).unwrap();
    let block = &plan.blocks[plan.block_index("layer2.0").unwrap()];
    assert_eq!((block.input, block.output, block.shortcut), ([8, 28, 28], [16, 14, 14], Shortcut::OptionA));
    assert_eq!(plan.blocks.last().unwrap().output, [32, 7, 7]);
    assert_eq!(plan.blocks.iter().filter(|block| block.shortcut == Shortcut::OptionA).count(), 2);
    assert_eq!(plan.parameters.iter().map(ParameterPlan::count).sum::<usize>(), plan.parameter_count);
    assert!(plan.parameters.is_sorted_by(|a, b| a.name < b.name));
}

#[test]
fn odd_sizes_round_up_at_a_stride() {
    let plan = Plan::new(spec(8, 4, 1, 7, Norm::Bn)).unwrap();
    assert_eq!(plan.blocks.iter().map(|block| block.output[1]).collect::<Vec<_>>(), [7, 4, 2]);
}

#[test]
fn a_size_out_of_range_is_named() {
    let error = Plan::new(spec(8, 0, 1, 28, Norm::Bn)).unwrap_err().to_string();
    assert_eq!(error, "width \"0\" is not accepted: it must be a whole number from 1 to 1024");
}

#[test]
fn strengths_name_blocks_and_default_to_open() {
    let plan = Plan::new(spec(8, 8, 1, 28, Norm::Bn)).unwrap();
    let strengths = |text: &str| text.parse::<Skip>().and_then(|skip| skip.strengths(&plan));
    assert_eq!(strengths("on").unwrap(), [1.0; 3]);
    assert_eq!(strengths("0.25").unwrap(), [0.25; 3]);
    assert_eq!(strengths("layer1.0=0.5, layer3.0=off").unwrap(), [0.5, 1.0, 0.0]);
    for bad in ["layer9.0=1", "layer1.0=3", "-0.1", "NaN", "maybe", "", "layer1.0=1,layer1.0=0"] {
        assert!(strengths(bad).is_err(), "{bad}");
    }
    assert_eq!(Skip::from_strengths(&plan, &[0.5, 1.0, 0.0]).to_string(), "layer1.0=0.5,layer3.0=0");
    assert_eq!(Skip::from_strengths(&plan, &[0.0; 3]).to_string(), "off");
}

#[test]
fn memory_grows_with_the_batch_and_the_network() {
    let plan = |depth, width| Plan::new(spec(depth, width, 1, 28, Norm::Bn)).unwrap();
    let default = plan(20, 8).training_bytes(32);
    assert!((10_000_000..50_000_000).contains(&default), "{default}");
    assert!(plan(20, 8).training_bytes(64) > default && plan(56, 8).training_bytes(32) > default);
    assert!(plan(1202, 256).training_bytes(32) > 10_000_000_000);
}
