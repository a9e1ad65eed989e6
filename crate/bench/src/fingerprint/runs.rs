//! The runs: every family, order, norm, initialisation, merge and activation, stochastic depth, random labels, and
//! changes in mid-run.

/// A run, in words.
pub(super) struct Run {
    /// What it stands for.
    pub(super) name: &'static str,
    /// Settings that differ from the page's default with 16 images a step, 8 steps and no evaluation.
    pub(super) settings: &'static str,
    /// Changes: the step with which each takes effect, the setting and its value.
    pub(super) changes: &'static [(u64, &'static str, &'static str)],
}

const fn run(name: &'static str, settings: &'static str, changes: &'static [(u64, &'static str, &'static str)]) -> Run {
    Run { name, settings, changes }
}

/// Every run.
pub(super) const RUNS: &[Run] = &[
    run("page default, skips off and on", "batch=32 steps=10", &[(3, "skip", "off"), (7, "skip", "on")]),
    run("program default", "width=16 norm=bn init=he", &[]),
    run("plain from the start", "skip=off steps=6 eval_every=3", &[]),
    run(
        "strengths of single blocks",
        "data=digits skip=layer1.0=0.5,layer2.1=0",
        &[(3, "skip", "layer3.2=0.25,layer1.1=0"), (5, "skip", "0.7"), (6, "skip", "layer2.0=1.25")],
    ),
    run(
        "live settings",
        "model=resnet14 norm=bn init=he data=digits weight_decay=0.0005 steps=9",
        &[
            (2, "lr", "0.01"),
            (4, "momentum", "0.5"),
            (5, "batch", "7"),
            (6, "skip", "layer2.0=0"),
            (7, "batch", "24"),
            (8, "steps", "12"),
            (10, "lr", "0"),
        ],
    ),
    run("pre, norm", "model=resnet14 order=pre norm=bn init=he data=digits", &[(4, "skip", "off"), (6, "skip", "0.5")]),
    run("pre, no norm, scaled", "model=resnet14 order=pre init=scaled data=digits", &[(4, "skip", "layer1.0=0")]),
    run("sum, no norm, xavier", "model=resnet14 order=sum init=xavier data=digits", &[(4, "skip", "0.5")]),
    run("sum, norm, skipinit", "model=resnet14 order=sum norm=bn init=skipinit data=digits", &[(4, "skip", "off")]),
    run("zero gamma", "model=resnet14 norm=bn init=zero-gamma", &[(4, "skip", "layer3.0=0")]),
    run("skipinit, no norm", "model=resnet14 init=skipinit data=digits", &[]),
    run("he, no norm", "model=resnet8 init=he lr=0.005 data=digits", &[(5, "skip", "off")]),
    run("concat, norm", "model=resnet14 width=6 merge=concat norm=bn init=he data=digits", &[(4, "skip", "0.5")]),
    run("concat, pre, no norm", "model=resnet8 width=5 merge=concat order=pre init=xavier", &[(4, "skip", "off")]),
    run("tanh", "model=resnet14 activation=tanh init=xavier data=digits", &[(4, "skip", "0.5")]),
    run("sigmoid", "model=resnet14 activation=sigmoid order=pre norm=bn data=digits", &[(4, "skip", "layer1.1=0")]),
    run("linear", "model=resnet14 activation=linear data=digits lr=0.01", &[(4, "skip", "off")]),
    run(
        "stochastic depth",
        "model=resnet20 stochastic_depth=0.5 norm=bn init=he data=digits eval_every=4 quantities=all",
        &[(4, "skip", "layer2.2=0"), (6, "skip", "0.5")],
    ),
    run("random labels", "model=resnet8 labels=random seed=7 data=digits eval_every=4", &[]),
    run("imagenet, basic", "model=resnet18 width=8 norm=bn init=he image_size=32", &[(4, "skip", "0.5")]),
    run(
        "imagenet, bottleneck",
        "model=resnet50 width=8 norm=bn init=zero-gamma image_size=40 batch=6",
        &[(4, "skip", "off")],
    ),
    run(
        "imagenet, bottleneck, no norm",
        "model=resnet50 width=4 init=scaled image_size=32 batch=6 steps=6",
        &[(3, "skip", "layer3.2=0")],
    ),
    run("vgg", "model=vgg16 width=8 batch=8 data=digits quantities=all eval_every=4", &[]),
    run("vgg, norm", "model=vgg19_bn width=8 init=he batch=8", &[]),
    run(
        "mlp, one layer a branch",
        "model=mlp8 branch_layers=1 width=24",
        &[(4, "skip", "layer1.3=0"), (6, "skip", "off")],
    ),
    run("mlp, norm, pre", "model=mlp16 norm=bn init=he order=pre data=digits", &[(4, "skip", "0.5")]),
    run("mlp, deep and plain", "model=mlp100 width=16 skip=off data=digits quantities=all", &[(4, "skip", "on")]),
    run("deep and plain", "model=resnet56 skip=off steps=5 batch=8 quantities=all", &[(3, "skip", "on")]),
    run(
        "every quantity",
        "model=resnet20 steps=6 eval_every=3 quantities=everything data=digits",
        &[(2, "skip", "layer2.0=0.5"), (5, "skip", "off")],
    ),
    run(
        "every quantity, pre, norm, concat",
        "model=resnet14 width=5 order=pre norm=bn init=he merge=concat steps=6 eval_every=3 quantities=everything data=digits",
        &[(2, "skip", "layer2.0=0"), (5, "skip", "0.5")],
    ),
    run(
        "every quantity, bottleneck",
        "model=resnet50 width=4 norm=bn init=he image_size=32 batch=6 steps=3 quantities=all",
        &[(2, "skip", "0.5")],
    ),
    run("a loss that is not finite", "init=he activation=linear lr=10 data=digits steps=40", &[]),
];
