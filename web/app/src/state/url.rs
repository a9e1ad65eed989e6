//! The query string: what a link asks for, and the link to what is shown.

use crate::state::fit::{fit, usual_eval_every};
use crate::state::images::Images;
use crate::state::notice::{NotTaken, Topic};
use protocol::setting::planned;
use protocol::{Lane, Outcome, PageOptions, PageSetting, RunSetting, RunSpec, Skip};
use scene::words;

/// What a link asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The page's own settings.
    pub page: PageOptions,
    /// The first run.
    pub spec: RunSpec,
    /// What the second run has otherwise (`lr_b=0.1`).
    pub overrides: Overrides,
    /// One sentence for each value that was not taken as it is.
    pub problems: Vec<(Topic, String)>,
    /// Parameters that this page does not know; links keep them.
    pub unknown: Vec<(String, String)>,
    /// The images that runs can have, beyond the shipped ones.
    pub images: Images,
}

/// Settings of the second run that differ from the first's, with their values.
pub type Overrides = Vec<(RunSetting, String)>;

impl Request {
    /// Reads the parameters, in any order, where runs can have the shipped images alone.
    #[cfg(test)]
    pub fn read(pairs: &[(String, String)]) -> Self {
        Self::read_with(pairs, &Images::default())
    }

    /// Reads the parameters, in any order, where runs can have these images.
    pub fn read_with(pairs: &[(String, String)], images: &Images) -> Self {
        let mut request = Self {
            page: PageOptions::default(),
            spec: RunSpec::page_default(),
            overrides: Vec::new(),
            problems: Vec::new(),
            unknown: Vec::new(),
            images: images.clone(),
        };
        let known = |name: &str| {
            RunSetting::named(name).is_some() || PageSetting::named(name).is_some() || override_of(name).is_some()
        };
        request.unknown = pairs.iter().filter(|(name, _)| !known(name)).cloned().collect();
        for setting in PageSetting::ALL {
            for (_, text) in pairs.iter().filter(|(name, _)| name == setting.name()) {
                let outcome = setting.setting().set(&mut request.page, text);
                request.say(not_taken(outcome, || setting.in_force(&request.page)));
            }
            // The first of the table: what is usual depends on it.
            if *setting == PageSetting::Embed {
                request.page.compare = PageOptions::usual(request.page.embed).compare;
            }
        }
        for setting in RunSetting::ALL {
            if *setting == RunSetting::EvalEvery {
                // The network, by which it goes, is read by now.
                request.spec.eval_every = usual_eval_every(&request.spec);
            }
            for (_, text) in pairs.iter().filter(|(name, _)| name == setting.name()) {
                let outcome = setting.setting().set(&mut request.spec, text);
                request.say(not_taken(outcome, || Some(setting.get(&request.spec))));
            }
            for (_, text) in pairs.iter().filter(|(name, _)| override_of(name) == Some(*setting)) {
                let mut trial = request.spec.clone();
                let outcome = setting.setting().set(&mut trial, text);
                if !matches!(outcome, Outcome::Refused(_)) {
                    request.overrides.push((*setting, setting.get(&trial)));
                }
                request.say(of_twin(outcome, || setting.get(&twin(&request.spec, &request.overrides))));
            }
        }
        if let Ok((_, misfits)) = fit(&mut request.spec, images) {
            misfits.into_iter().for_each(|misfit| request.say(Some(misfit.not_taken(Lane::A))));
        }
        request.problems.extend(request.unknown_names().map(|sentence| (Topic::Unknown, sentence)));
        request.problems.extend(unavailable(pairs).map(|sentence| (Topic::Unavailable, sentence)));
        let of_twin: Vec<_> = pairs.iter().filter(|(name, _)| override_of(name).is_some()).map(pair_text).collect();
        if !request.page.compare && !of_twin.is_empty() {
            request.problems.push((Topic::Value(PageSetting::Compare.into()), words::needs_compare(&of_twin)));
        }
        request
    }

    /// One sentence about the parameters that are no settings; a page in another page does not say it.
    fn unknown_names(&self) -> Option<String> {
        let is_planned = |name: &str| planned().any(|planned| planned.name == name.strip_suffix("_b").unwrap_or(name));
        let names: Vec<_> =
            self.unknown.iter().map(|(name, _)| name.clone()).filter(|name| !is_planned(name)).collect();
        (!names.is_empty() && !self.page.embed).then(|| words::unknown_parameters(&names))
    }

    fn say(&mut self, value: Option<NotTaken>) {
        self.problems.extend(value.map(|value| (value.topic(), value.sentence())));
    }
}

/// The setting that `name` overrides for the second run.
pub fn override_of(name: &str) -> Option<RunSetting> {
    name.strip_suffix("_b").and_then(RunSetting::named)
}

fn pair_text((name, value): &(String, String)) -> String {
    format!("{name}={value}")
}

/// One sentence about the parameters that this version does not have.
pub fn unavailable(pairs: &[(String, String)]) -> Option<String> {
    let asks = |(name, value): &&(String, String)| {
        let name = name.strip_suffix("_b").unwrap_or(name);
        !value.is_empty() && planned().any(|planned| planned.name == name && planned.usual != value)
    };
    let named: Vec<_> = pairs.iter().filter(asks).map(pair_text).collect();
    (!named.is_empty()).then(|| words::not_available(&named))
}

/// What is to be said about a value that was set, and which is in force `now`; nothing if it was taken as it is.
pub fn not_taken(outcome: Outcome, now: impl FnOnce() -> Option<String>) -> Option<NotTaken> {
    outcome.complaint().map(|complaint| NotTaken { complaint, now: now() })
}

/// What is to be said about a value of the second run that was set.
pub fn of_twin(outcome: Outcome, now: impl FnOnce() -> String) -> Option<NotTaken> {
    outcome.complaint().map(|complaint| NotTaken { complaint: complaint.of_twin(), now: Some(now()) })
}

/// The second run of a comparison: the first with all shortcuts closed for good, or open if the first begins with them
/// closed, unless the link says otherwise or the network has none; evaluated as is usual with its network, if the first is.
pub fn twin(spec: &RunSpec, overrides: &[(RunSetting, String)]) -> RunSpec {
    let mut twin = spec.clone();
    for (setting, text) in overrides {
        // The values were accepted when they were read.
        let _accepted = setting.setting().set(&mut twin, text);
    }
    let keeps = |own: RunSetting| !overrides.iter().any(|(setting, _)| *setting == own);
    if keeps(RunSetting::Skip) {
        let open = spec.skip == Skip::All(0.0) || !twin.model.family().has_shortcuts();
        twin.skip = Skip::All(if open { 1.0 } else { 0.0 });
    }
    // A shortcut that opens, closes or fades is the first run's own.
    if keeps(RunSetting::Fade) {
        twin.fade = None;
    }
    if keeps(RunSetting::Events) {
        twin.events = std::mem::take(&mut twin.events).without(RunSetting::Skip);
    }
    if keeps(RunSetting::EvalEvery) && spec.eval_every == usual_eval_every(spec) {
        twin.eval_every = usual_eval_every(&twin);
    }
    twin
}

/// What this second run has otherwise than the one that would stand beside the first by itself.
pub fn overrides(first: &RunSpec, second: &RunSpec) -> Overrides {
    let usual = twin(first, &[]);
    let differs = |own: &RunSetting| own.get(second) != own.get(&usual);
    RunSetting::written().filter(differs).map(|own| (own, own.get(second))).collect()
}

/// What a link to this state says.
pub struct Linked<'a> {
    /// The page's own settings.
    pub page: &'a PageOptions,
    /// The first run.
    pub spec: &'a RunSpec,
    /// The second run.
    pub twin: Option<&'a RunSpec>,
    /// Parameters that this page does not know.
    pub unknown: &'a [(String, String)],
}

/// The query string, without the question mark; defaults are left out.
pub fn query(linked: &Linked) -> String {
    let usual = RunSpec { eval_every: usual_eval_every(linked.spec), ..RunSpec::page_default() };
    let differs = |setting: &RunSetting| setting.get(linked.spec) != setting.get(&usual);
    let pair = |setting: RunSetting| (setting.name().to_owned(), setting.get(linked.spec));
    let mut pairs: Vec<_> = RunSetting::written().filter(differs).map(pair).collect();
    if let Some(own) = linked.twin {
        let own = overrides(linked.spec, own).into_iter();
        pairs.extend(own.map(|(setting, value)| (format!("{}_b", setting.name()), value)));
    }
    let page = |setting: &PageSetting| Some((setting.name().to_owned(), setting.written(linked.page)?));
    pairs.extend(PageSetting::ALL.iter().filter(|own| **own != PageSetting::Run).filter_map(page));
    pairs.extend(linked.page.runs.iter().map(|run| (PageSetting::Run.name().to_owned(), run.clone())));
    pairs.extend(linked.unknown.iter().cloned());
    let words: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    words.join("&")
}

/// Percent-encoding; `=`, `,`, `:` and `/` are left as they are, so that lists of shortcuts stay readable.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'=' | b',' | b':' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::setting::{Entry, Id, Scope, entries};
    use protocol::{ActivationOrder, Model, Norm, Reason};

    fn read(query: &str) -> Request {
        let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        Request::read(&query.split('&').filter_map(pair).collect::<Vec<_>>())
    }

    fn written(request: &Request) -> String {
        let Request { page, spec, unknown, .. } = request;
        let twin = page.compare.then(|| twin(spec, &request.overrides));
        query(&Linked { page, spec, twin: twin.as_ref(), unknown })
    }

    #[test]
    fn nothing_asked_is_the_default_and_writes_nothing() {
        let request = read("");
        assert_eq!((request.spec.clone(), written(&request)), (RunSpec::page_default(), String::new()));
    }

    /// A value that a setting accepts and that is not its default.
    fn another_value(entry: &Entry) -> Option<String> {
        let candidates = match entry.accepts.clone()? {
            Reason::OneOf(names) if names.is_empty() => vec!["layer1.0".to_owned()],
            Reason::OneOf(names) | Reason::ListOf(names) => names,
            Reason::Whole { min, max } => vec![max.to_string(), min.to_string()],
            Reason::Real { min, max } => vec![max.to_string(), min.to_string()],
            Reason::Flag => vec!["1".to_owned(), "0".to_owned()],
            Reason::Model => vec!["resnet32".to_owned()],
            Reason::CifarDepth => vec!["32".to_owned()],
            Reason::Strengths => vec!["off".to_owned()],
            Reason::Schedule => vec!["log".to_owned()],
            Reason::Fade => vec!["480-980".to_owned()],
            Reason::Events => vec!["5:skip=off".to_owned()],
            Reason::LrSchedule => vec!["cosine".to_owned()],
            Reason::Data => vec!["fashion-mnist".to_owned()],
            Reason::File => vec!["a.headwater.jsonl".to_owned()],
            _ => Vec::new(),
        };
        candidates.into_iter().find(|value| *value != entry.default)
    }

    #[test]
    fn every_setting_of_a_run_and_of_the_page_is_read_by_its_name() {
        for entry in entries() {
            let name = entry.name;
            if !matches!(entry.scope, Scope::Run | Scope::Page) {
                assert_eq!(read(&format!("{name}=1")).unknown.len(), 1, "{name}");
                continue;
            }
            let value = another_value(&entry).unwrap_or_else(|| panic!("{name} accepts one value only"));
            // Some settings go with perceptrons only.
            let taken = ["resnet20", "mlp16"].iter().any(|model| {
                let of_model = if value.starts_with("resnet") { String::new() } else { format!("model={model}&") };
                let request = read(&format!("{of_model}{name}={value}"));
                let now = match entry.id {
                    Some(Id::Run(setting)) => setting.get(&request.spec),
                    Some(Id::Page(setting)) => setting.setting().get(&request.page),
                    _ => String::new(),
                };
                now == value && request.unknown.is_empty() && request.problems.is_empty()
            });
            assert!(taken, "{name}={value}");
        }
    }

    #[test]
    fn links_are_kept_and_unknown_keys_too() {
        for query in [
            "model=resnet32&norm=bn&lr=0.1&theme=dark",
            "skip=layer1.0=0.5,layer2.0=0&v=1&future=3",
            "lr=0.1&skip_b=on&lr_b=0.2",
            "skip=off&events=480:lr=0.1&compare=0",
            "embed=1&compare=1",
            "embed=1",
        ] {
            let request = read(query);
            let said = usize::from(query.contains("future"));
            assert_eq!((written(&request).as_str(), request.problems.len()), (query, said));
        }
        assert_eq!(read("depth=32").spec.model, Model::cifar(32).unwrap());
        assert_eq!(written(&read("depth=32")), "model=resnet32");
    }

    #[test]
    fn bad_values_are_said_and_the_rest_is_taken() {
        let request = read("lr=999&norm=group&batch=7&skip=layer9.9=0&theme=pink&seed_b=x");
        assert_eq!((request.spec.lr, request.spec.norm, request.spec.batch), (100.0, Norm::None, 7));
        assert_eq!((request.spec.skip.clone(), request.problems.len()), (Skip::All(1.0), 5));
        for name in ["lr", "norm", "layer9.9", "theme", "seed"] {
            assert_eq!(request.problems.iter().filter(|(_, problem)| problem.contains(name)).count(), 1, "{name}");
        }
    }

    fn said(query: &str) -> Vec<String> {
        read(query).problems.into_iter().map(|(_, sentence)| sentence).collect()
    }

    #[test]
    fn what_this_version_does_not_have_is_named() {
        assert_eq!(said("order=pre&labels=random&lang=en&lock="), [""; 0]);
        assert_eq!(said("lock=skips"), ["lock=skips is not available in this version and was left out."]);
        let both = "lang_b=de and lock=skips are not available in this version and were left out.";
        assert_eq!(said("lang_b=de&lock=skips"), [both]);
        assert_eq!(written(&read("lock=skips")), "lock=skips");
    }

    #[test]
    fn what_is_no_setting_is_named_once_and_not_in_an_embed() {
        let one = "future is no setting of this page; its link keeps it.";
        assert_eq!(said("future=1"), [one]);
        assert_eq!(
            said("future=1&future_b=2&lr=0.1"),
            ["future and future_b are no settings of this page; its link keeps them."]
        );
        assert_eq!(said("future=1&embed=1"), [""; 0]);
        let many: Vec<_> = (0..500).map(|index| format!("k{index}=1")).collect();
        let [sentence] = &said(&many.join("&"))[..] else { panic!("one sentence") };
        assert!(sentence.contains("and 496 more are no settings"), "{sentence}");
    }

    #[test]
    fn settings_that_do_not_go_together_are_said_and_the_rest_is_taken() {
        let request = read("model=resnet18&order=pre&norm=bn");
        assert_eq!((request.spec.order, request.spec.norm), (ActivationOrder::Post, Norm::Bn));
        let [sentence] = &said("model=resnet18&order=pre")[..] else { panic!("one sentence") };
        assert_eq!(sentence, "order \"pre\" does not go with model resnet18, which takes post; post is used.");
        let [sentence] = &said("model=vgg16&skip=off&image_size=32")[..] else { panic!("one sentence") };
        assert!(sentence.contains("has no skip connections") && sentence.ends_with("; on is used."), "{sentence}");
        assert_eq!(written(&read("model=mlp16&data=digits&order=pre")), "model=mlp16&width=64&order=pre");
    }

    #[test]
    fn the_twin_of_a_plain_network_is_the_same() {
        let spec = read("model=vgg16&image_size=32").spec;
        assert_eq!(twin(&spec, &[]), spec);
        assert_eq!(twin(&spec, &[(RunSetting::Model, "resnet8".to_owned())]).skip, Skip::All(0.0));
        for query in ["model=vgg16&width=64&image_size=32&compare=1", "model_b=vgg16&image_size=32&compare=1"] {
            let request = read(query);
            assert_eq!(
                read(&written(&request)).overrides.len(),
                read(&written(&read(&written(&request)))).overrides.len()
            );
        }
    }

    #[test]
    fn the_second_run_is_named_as_such() {
        assert_eq!(said("lr_b=0.1&compare=0"), ["lr_b=0.1 needs compare=1: there is no second run."]);
        let [sentence] = &said("compare=1&lr=0.2&lr_b=fast")[..] else { panic!("one sentence") };
        assert!(sentence.starts_with("lr_b \"fast\"") && sentence.ends_with("; 0.2 is used."), "{sentence}");
        let [sentence] = &said("compare=1&skip_b=maybe")[..] else { panic!("one sentence") };
        assert!(sentence.starts_with("skip_b") && sentence.ends_with("; off is used."), "{sentence}");
    }

    #[test]
    fn the_value_in_force_is_said() {
        assert!(said("v=2")[0].ends_with("; 1 is used."));
        assert!(said("scale=0")[0].ends_with("; 1 is used."));
        assert!(said("scale=9")[0].ends_with("; 2 is used."));
        assert!(said("theme=pink")[0].ends_with("; auto is used."));
    }

    #[test]
    fn large_networks_are_evaluated_only_if_the_link_says_how_often() {
        for (query, eval_every) in [
            ("model=resnet110", 50),
            ("model=resnet50&width=64&image_size=32", 50),
            ("model=resnet50&width=64&image_size=224", 0),
            ("model=resnet50&width=64&image_size=224&eval_every=50", 50),
            ("model=resnet50&width=64&image_size=224&eval_every=7", 7),
            ("eval_every=0", 0),
        ] {
            let request = read(query);
            assert_eq!(request.spec.eval_every, eval_every, "{query}");
            assert_eq!(written(&request), query);
        }
        assert!(said("model=resnet50&image_size=224&eval_every=often")[0].ends_with("; 0 is used."));
        assert_eq!(written(&read("model=resnet50&width=64&image_size=224&eval_every=0")).matches("eval").count(), 0);
    }

    #[test]
    fn the_second_run_is_evaluated_as_is_usual_with_its_own_network() {
        let of_twin = |query: &str| {
            let Request { spec, overrides, .. } = read(query);
            twin(&spec, &overrides).eval_every
        };
        let large = "model_b=resnet50&image_size=224&compare=1";
        assert_eq!(of_twin(large), 0);
        assert_eq!(of_twin(&format!("{large}&eval_every_b=50")), 50);
        assert_eq!(of_twin(&format!("{large}&eval_every=20")), 20);
        assert_eq!(of_twin("model=resnet50&model_b=mlp4&image_size=224&compare=1"), 50);
    }

    #[test]
    fn the_twin_has_its_shortcuts_the_other_way() {
        let spec = RunSpec::page_default();
        let closed = RunSpec { skip: Skip::All(0.0), ..spec.clone() };
        assert_eq!((twin(&spec, &[]), twin(&closed, &[])), (closed, spec.clone()));
        let changing = read("events=5:skip=off;7:lr=0.1").spec;
        assert_eq!(twin(&changing, &[]).events.to_string(), "7:lr=0.1");
        assert_eq!(twin(&spec, &[(RunSetting::Lr, "0.5".to_owned())]).lr, 0.5);
    }
}
