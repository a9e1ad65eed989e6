//! Which settings make sense for which family of networks: the form offers no others.

use protocol::{Family, Init, Norm, Order};

/// Whether a setting goes with networks of this family.
pub fn goes_with(key: &str, family: Family) -> bool {
    match key {
        "order" | "activation" => matches!(family, Family::Cifar | Family::Mlp),
        "merge" => family == Family::Cifar,
        "branch_layers" => family == Family::Mlp,
        "norm" | "stochastic_depth" | "skip" => family != Family::Vgg,
        _ => true,
    }
}

/// The initialisations that go with networks of this family in this order.
pub fn inits(family: Family, order: Order, norm: Norm) -> Vec<Init> {
    let fits = |init: &Init| match init {
        Init::ZeroGamma => family != Family::Vgg && order != Order::Pre && norm == Norm::Bn,
        Init::SkipInit | Init::Scaled => family != Family::Vgg,
        Init::He | Init::Xavier | Init::Pytorch => true,
    };
    Init::ALL.iter().copied().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::{KEYS, Model, Plan, RunSpec};

    #[test]
    fn what_is_not_offered_is_what_the_plan_refuses() {
        let values = [("order", "pre"), ("activation", "tanh"), ("merge", "concat"), ("branch_layers", "1")];
        for model in ["resnet8", "resnet18", "vgg16", "mlp3"] {
            let model: Model = model.parse().unwrap();
            for (name, value) in values {
                let mut spec = RunSpec { image_size: 32, ..RunSpec::page_default() };
                spec.set_model(model);
                let key = KEYS.iter().find(|key| key.name == name).unwrap();
                let _taken = key.set(&mut spec, value);
                assert_eq!(Plan::new(spec.model_spec()).is_ok(), goes_with(name, model.family()), "{model} {name}");
            }
        }
    }
}
