//! The command line that makes a recorded run again.

use crate::arguments::train_default;
use protocol::{Data, ProgramSetting, Quantity, RunSetting, RunSpec};

/// The words of a `headwater train` that makes the run of these settings: the network, and what is not as usual with it.
pub fn command_line(spec: &RunSpec) -> Vec<String> {
    let mut usual = train_default();
    usual.set_model(spec.model);
    let mut words: Vec<String> = ["headwater", "train"].map(str::to_owned).into();
    let mut flag = |name: &str, value: String| words.extend([format!("--{}", name.replace('_', "-")), value]);
    flag(RunSetting::Model.name(), RunSetting::Model.get(spec));
    for setting in RunSetting::written().filter(|setting| setting.get(spec) != setting.get(&usual)) {
        // The network was named first: it decides what is usual.
        if setting != RunSetting::Model {
            flag(setting.name(), setting.get(spec));
        }
    }
    if matches!(spec.data, Data::Own(_)) {
        // Where they are, no recording says.
        flag(ProgramSetting::DataDir.name(), "DIR".to_owned());
    }
    if spec.quantities != usual.quantities {
        let is_all = Quantity::parse_list("all").is_ok_and(|all| all == spec.quantities);
        let list = if is_all { "all".to_owned() } else { Quantity::write_list(&spec.quantities) };
        flag(ProgramSetting::Quantities.name(), list);
    }
    words
}

/// A word as a shell reads it: within quotes if it holds anything but what all shells leave alone. No setting's value holds a
/// quote, a dollar or a backtick.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.,=:/+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("\"{word}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::read_words;
    use protocol::Schedule;

    #[test]
    fn the_command_line_of_a_run_makes_that_run() {
        let mut deep = train_default();
        deep.set_model("mlp7".parse().unwrap());
        let other = RunSpec {
            width: 9,
            lr: 1e-5,
            eval_every: 7,
            skip: "layer1.0=0.5".parse().unwrap(),
            events: "480:skip=off;920:lr=0.01".parse().unwrap(),
            measure_every: Some(Schedule::Log),
            quantities: Vec::new(),
            ..RunSpec::page_default()
        };
        let all = RunSpec { quantities: Quantity::parse_list("all").unwrap(), ..RunSpec::page_default() };
        let own = RunSpec { data: "folder:3x64x64:20".parse().unwrap(), ..train_default() };
        assert!(command_line(&own).ends_with(&["--data-dir".to_owned(), "DIR".to_owned()]));
        for spec in [own, train_default(), deep, RunSpec::page_default(), other, all] {
            let words = command_line(&spec);
            let request = read_words(words.iter().map(Into::into)).unwrap_or_else(|_| panic!("{words:?}"));
            let quantities = request.options.quantities.unwrap_or(request.run.quantities.clone());
            assert_eq!(RunSpec { quantities, ..request.run }, spec, "{words:?}");
        }
        assert_eq!(command_line(&train_default())[2..], ["--model", "resnet20"]);
    }

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        assert_eq!(quoted("480:skip=off;920:skip=on"), "\"480:skip=off;920:skip=on\"");
        assert_eq!(
            [quoted("layer1.0=0.5,layer2.1=0"), quoted("--lr"), quoted("")],
            ["layer1.0=0.5,layer2.1=0", "--lr", "\"\""]
        );
    }
}
