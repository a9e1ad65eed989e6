//! Shapes, parameter counts and costs of the planned networks, against the published ones.

#![allow(clippy::unwrap_used)]

use protocol::{
    Activation, ActivationOrder, Complaint, Init, Merge, Model, ModelSpec, Norm, OptionA, ParameterPlan, Plan, Reason,
    RunSetting, Shortcut, Skip,
};

fn spec(depth: usize, width: usize, channels: usize, image_size: usize, norm: Norm) -> ModelSpec {
    ModelSpec { width, channels, image_size, norm, ..ModelSpec::standard(Model::cifar(depth).unwrap()) }
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
    assert_eq!((block.input, block.output), ([8, 28, 28], [16, 14, 14]));
    assert_eq!(block.shortcut, Shortcut::OptionA { channels: 16, before: 0 });
    let around = Plan::new(ModelSpec { option_a: OptionA::Around, ..spec(20, 8, 1, 28, Norm::None) }).unwrap();
    assert_eq!(
        around.blocks[plan.block_index("layer3.0").unwrap()].shortcut,
        Shortcut::OptionA { channels: 32, before: 8 }
    );
    assert_eq!(around.parameters, plan.parameters);
    assert_eq!(plan.blocks.last().unwrap().output, [32, 7, 7]);
    assert_eq!(plan.blocks.iter().filter(|block| matches!(block.shortcut, Shortcut::OptionA { .. })).count(), 2);
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
    let complaint = Plan::new(spec(8, 0, 1, 28, Norm::Bn)).unwrap_err();
    assert_eq!(complaint, Complaint::new(RunSetting::Width, &0, Reason::Whole { min: 1, max: 1024 }));
}

#[test]
fn strengths_name_blocks_and_default_to_open() {
    let plan = Plan::new(spec(8, 8, 1, 28, Norm::Bn)).unwrap();
    let strengths = |text: &str| text.parse::<Skip>().ok().and_then(|skip| skip.strengths(&plan).ok());
    assert_eq!(strengths("on").unwrap(), [1.0; 3]);
    assert_eq!(strengths("0.25").unwrap(), [0.25; 3]);
    assert_eq!(strengths("layer1.0=0.5, layer3.0=off").unwrap(), [0.5, 1.0, 0.0]);
    for bad in ["layer9.0=1", "layer1.0=3", "-0.1", "NaN", "maybe", "", "layer1.0=1,layer1.0=0"] {
        assert!(strengths(bad).is_none(), "{bad}");
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

/// torchvision's counts (its models' metadata, `num_params` and `_ops`): parameters, multiplications at 224, and the
/// parameters of each stage.
#[test]
fn the_imagenet_family_has_torchvisions_sizes() {
    let published: [(&str, usize, u64, [usize; 4]); 5] = [
        ("resnet18", 11_689_512, 1_814_073_344, [147_968, 525_568, 2_099_712, 8_393_728]),
        ("resnet34", 21_797_672, 3_663_761_408, [221_952, 1_116_416, 6_822_400, 13_114_368]),
        ("resnet50", 25_557_032, 4_089_184_256, [215_808, 1_219_584, 7_098_368, 14_964_736]),
        ("resnet101", 44_549_160, 7_801_405_440, [215_808, 1_219_584, 26_090_496, 14_964_736]),
        ("resnet152", 60_192_808, 11_513_626_624, [215_808, 2_339_840, 40_613_888, 14_964_736]),
    ];
    for (name, parameters, multiply_accumulates, stages) in published {
        let plan = Plan::new(ModelSpec::standard(name.parse().unwrap())).unwrap();
        assert_eq!((plan.parameter_count, plan.multiply_accumulates), (parameters, multiply_accumulates), "{name}");
        let of = |stage| -> usize {
            plan.blocks.iter().filter(|block| block.stage == stage).map(|block| block.parameters).sum()
        };
        assert_eq!([1, 2, 3, 4].map(of), stages, "{name}");
        assert_eq!(plan.blocks.last().unwrap().output[1..], [7, 7], "{name}");
    }
    let identities = [("resnet18", 5), ("resnet34", 13), ("resnet50", 12), ("resnet101", 29), ("resnet152", 46)];
    for (name, count) in identities {
        let plan = Plan::new(ModelSpec::standard(name.parse().unwrap())).unwrap();
        let identity = |block: &&protocol::BlockPlan| block.shortcut == Shortcut::Identity;
        assert_eq!(plan.blocks.iter().filter(identity).count(), count, "{name}");
    }
}

#[test]
fn vgg_has_torchvisions_sizes_and_names() {
    let published: [(&str, usize, u64, &str); 4] = [
        ("vgg16", 138_357_544, 15_470_264_320, "features.28"),
        ("vgg16_bn", 138_365_992, 15_470_264_320, "features.40"),
        ("vgg19", 143_667_240, 19_632_062_464, "features.34"),
        ("vgg19_bn", 143_678_248, 19_632_062_464, "features.49"),
    ];
    for (name, parameters, multiply_accumulates, last) in published {
        let plan = Plan::new(ModelSpec::standard(name.parse().unwrap())).unwrap();
        assert_eq!((plan.parameter_count, plan.multiply_accumulates), (parameters, multiply_accumulates), "{name}");
        assert_eq!(plan.blocks.last().unwrap().name, last);
        assert!(!plan.has_shortcuts());
        assert!("0.5".parse::<Skip>().unwrap().strengths(&plan).is_err());
    }
}

/// Pre-activation with option A has as many parameters as post-activation; the 1×1 convolutions of a projection are counted.
#[test]
fn order_keeps_the_count_and_concatenation_appends_width_channels_a_block() {
    for depth in [20, 56, 110] {
        let post = spec(depth, 16, 3, 32, Norm::Bn);
        let pre = ModelSpec { order: ActivationOrder::Pre, ..post };
        assert_eq!(Plan::new(pre).unwrap().parameter_count, Plan::new(post).unwrap().parameter_count);
    }
    let plan = Plan::new(ModelSpec { merge: Merge::Concat, ..spec(20, 8, 1, 28, Norm::Bn) }).unwrap();
    let channels: Vec<_> = plan.blocks.iter().map(|block| block.output[0]).collect();
    assert_eq!(channels, [16, 24, 32, 40, 48, 56, 64, 72, 80]);
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let standard = |name: &str| ModelSpec::standard(name.parse().unwrap());
    let refused = [
        (ModelSpec { order: ActivationOrder::Pre, ..standard("resnet18") }, "order"),
        (ModelSpec { activation: Activation::Tanh, ..standard("vgg16") }, "activation"),
        (ModelSpec { merge: Merge::Concat, ..standard("mlp8") }, "merge"),
        (ModelSpec { branch_layers: 1, ..standard("resnet20") }, "branch_layers"),
        (ModelSpec { norm: Norm::Bn, ..standard("vgg16") }, "norm"),
        (ModelSpec { norm: Norm::None, ..standard("vgg16_bn") }, "norm"),
        (ModelSpec { init: Init::SkipInit, ..standard("vgg16") }, "init"),
        (ModelSpec { init: Init::ZeroGamma, order: ActivationOrder::Pre, ..standard("mlp8") }, "init"),
        (ModelSpec { init: Init::ZeroGamma, norm: Norm::None, ..standard("resnet20") }, "init"),
        (ModelSpec { image_size: 16, ..standard("vgg16") }, "image_size"),
    ];
    for (spec, name) in refused {
        assert_eq!(Plan::new(spec).unwrap_err().name(), name, "{spec:?}");
    }
}
