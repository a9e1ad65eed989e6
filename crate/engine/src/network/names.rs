//! The names that others give the tensors of these networks, read as torchvision's.

use super::weights::Tensors;
use protocol::{Plan, Renaming};

/// What a module that wraps a network puts before all its names: DataParallel, a class of one's own, `torch.compile`.
const WRAPPERS: [&str; 3] = ["module.", "model.", "_orig_mod."];

/// The tensors by torchvision's names, and how their own names were read. Names that nobody knows stay as they are.
pub fn torchvision_names(plan: &Plan, tensors: Tensors) -> (Tensors, Vec<Renaming>) {
    let mut renamings = Vec::new();
    let (mut tensors, prefix) = without_wrappers(tensors);
    if !prefix.is_empty() {
        renamings.push(Renaming::Without(prefix));
    }
    if tensors.contains_key("resnet.embedder.embedder.convolution.weight")
        || tensors.contains_key("embedder.embedder.convolution.weight")
    {
        tensors = renamed(tensors, hugging_face);
        renamings.push(Renaming::HuggingFace);
    }
    let has_fc = plan.parameters.iter().any(|parameter| parameter.name == "fc.weight");
    if has_fc && tensors.contains_key("linear.weight") && !tensors.contains_key("fc.weight") {
        tensors = renamed(tensors, |name| name.strip_prefix("linear.").map(|own| format!("fc.{own}")));
        renamings.push(Renaming::Linear);
    }
    (tensors, renamings)
}

/// The tensors without what wrappers put before all their names, and what that was.
fn without_wrappers(mut tensors: Tensors) -> (Tensors, String) {
    let mut whole = String::new();
    while let Some(prefix) =
        WRAPPERS.iter().find(|prefix| !tensors.is_empty() && tensors.keys().all(|name| name.starts_with(**prefix)))
    {
        whole += prefix;
        tensors = tensors.into_iter().map(|(name, tensor)| (name[prefix.len()..].to_owned(), tensor)).collect();
    }
    (tensors, whole)
}

/// The tensors by the names that `rule` gives them; where it gives two the same name, nothing is renamed.
fn renamed(tensors: Tensors, rule: impl Fn(&str) -> Option<String>) -> Tensors {
    let pairs = tensors.iter().map(|(name, tensor)| (rule(name).unwrap_or_else(|| name.clone()), tensor.clone()));
    let by_rule: Tensors = pairs.collect();
    if by_rule.len() == tensors.len() { by_rule } else { tensors }
}

/// torchvision's name for one of a ResNet of Hugging Face's transformers, with or without the head that classifies.
fn hugging_face(name: &str) -> Option<String> {
    let name = name.strip_prefix("resnet.").unwrap_or(name);
    if let Some(own) = name.strip_prefix("classifier.1.") {
        return Some(format!("fc.{own}"));
    }
    let of_layer = |rest: &str, [convolution, normalization]: [String; 2]| {
        let own = |prefix, to: String| rest.strip_prefix(prefix).map(|own: &str| format!("{to}.{own}"));
        own("convolution.", convolution).or_else(|| own("normalization.", normalization))
    };
    if let Some(rest) = name.strip_prefix("embedder.embedder.") {
        return of_layer(rest, ["conv1".to_owned(), "bn1".to_owned()]);
    }
    let (stage, rest) = name.strip_prefix("encoder.stages.")?.split_once(".layers.")?;
    let (block, rest) = rest.split_once('.')?;
    let after = |index: &str| index.parse::<u16>().ok().map(|index| u32::from(index) + 1);
    let block = format!("layer{}.{block}", after(stage)?);
    if let Some(rest) = rest.strip_prefix("shortcut.") {
        return of_layer(rest, [format!("{block}.downsample.0"), format!("{block}.downsample.1")]);
    }
    let (layer, rest) = rest.strip_prefix("layer.")?.split_once('.')?;
    let layer = after(layer)?;
    of_layer(rest, [format!("{block}.conv{layer}"), format!("{block}.bn{layer}")])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use candle_core::{DType, Device, Tensor};
    use protocol::ModelSpec;

    fn read(model: &str, names: &[&str]) -> (Vec<String>, Vec<Renaming>) {
        let plan = Plan::new(ModelSpec::standard(model.parse().unwrap())).unwrap();
        let tensor = Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap();
        let tensors = names.iter().map(|name| ((*name).to_owned(), tensor.clone())).collect();
        let (tensors, renamings) = torchvision_names(&plan, tensors);
        let mut names: Vec<_> = tensors.into_keys().collect();
        names.sort();
        (names, renamings)
    }

    #[test]
    fn what_wraps_all_names_is_left_out_and_no_more() {
        let (names, renamings) = read("resnet20", &["module.model.conv1.weight", "module.model.fc.bias"]);
        assert_eq!(names, ["conv1.weight", "fc.bias"]);
        assert_eq!(renamings, [Renaming::Without("module.model.".to_owned())]);
        assert_eq!(read("resnet20", &["module.conv1.weight", "fc.bias"]).1, []);
        assert_eq!(read("resnet20", &["conv1.weight", "fc.bias"]).1, []);
        assert_eq!(read("resnet20", &["module."]).0, [""]);
        assert_eq!(read("resnet20", &[]).1, []);
    }

    #[test]
    fn linear_is_fc_where_the_network_has_one_and_the_file_none() {
        assert_eq!(read("resnet20", &["linear.weight", "linear.bias"]).0, ["fc.bias", "fc.weight"]);
        assert_eq!(read("resnet20", &["linear.weight", "fc.weight"]).1, []);
        assert_eq!(read("vgg16", &["linear.weight"]).1, []);
    }

    #[test]
    fn hugging_faces_names_are_told_part_by_part() {
        let stem = "embedder.embedder.convolution.weight";
        let parts = [
            ("encoder.stages.0.layers.0.layer.0.convolution.weight", "layer1.0.conv1.weight"),
            ("encoder.stages.3.layers.12.layer.2.normalization.running_var", "layer4.12.bn3.running_var"),
            ("encoder.stages.1.layers.0.shortcut.convolution.weight", "layer2.0.downsample.0.weight"),
            ("encoder.stages.1.layers.0.shortcut.normalization.bias", "layer2.0.downsample.1.bias"),
            ("embedder.embedder.normalization.num_batches_tracked", "bn1.num_batches_tracked"),
            (
                "encoder.stages.x.layers.0.layer.0.convolution.weight",
                "encoder.stages.x.layers.0.layer.0.convolution.weight",
            ),
            (
                "encoder.stages.99999999999999999999.layers.0.layer.0.convolution.weight",
                "encoder.stages.99999999999999999999.layers.0.layer.0.convolution.weight",
            ),
        ];
        for (own, expected) in parts {
            let (names, renamings) = read("resnet50", &[stem, own]);
            assert!(names.iter().any(|name| name == expected), "{own}: {names:?}");
            assert_eq!(renamings, [Renaming::HuggingFace]);
        }
        // Two tensors of one name: neither is lost.
        let twice = read("resnet50", &[stem, "resnet.embedder.embedder.convolution.weight"]);
        assert_eq!(twice.0.len(), 2);
    }
}
