//! The query string: what a link asks for, and the link to what is shown.

use crate::state::fit::fit;
use crate::state::notice::Topic;
use crate::state::page_options::{PAGE_KEYS, PageOptions};
use protocol::{Family, KEYS, Lane, Outcome, RunSpec, Skip, SpecError, key};
use scene::english;

/// What a link asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The page's own settings.
    pub page: PageOptions,
    /// The first run.
    pub spec: RunSpec,
    /// What the second run has otherwise (`lr_b=0.1`): a name of [`KEYS`] and its value.
    pub overrides: Overrides,
    /// One sentence for each value that was not taken as it is.
    pub problems: Vec<(Topic, String)>,
    /// Parameters that this page does not know; links keep them.
    pub unknown: Vec<(String, String)>,
}

/// Settings of the second run that differ from the first's.
pub type Overrides = Vec<(&'static str, String)>;

impl Request {
    /// Reads the parameters, in any order.
    pub fn read(pairs: &[(String, String)]) -> Self {
        let mut request = Self {
            page: PageOptions::default(),
            spec: RunSpec::page_default(),
            overrides: Vec::new(),
            problems: Vec::new(),
            unknown: Vec::new(),
        };
        let known = |name: &str| key(name).is_some() || PAGE_KEYS.contains(&name) || override_of(name).is_some();
        request.unknown = pairs.iter().filter(|(name, _)| !known(name)).cloned().collect();
        for name in PAGE_KEYS {
            for (_, text) in pairs.iter().filter(|(own, _)| own == name) {
                let outcome = request.page.set(name, text);
                let now = request.page.in_force(name);
                let problem = outcome.err().map(|error| english::value_not_taken(&error, now.as_deref()));
                request.problems.extend(problem.map(|sentence| (Topic::Value(name), sentence)));
            }
        }
        for own in KEYS {
            for (_, text) in pairs.iter().filter(|(name, _)| name == own.name) {
                let (outcome, now) = (own.set(&mut request.spec, text), (own.get)(&request.spec));
                request.problems.extend(problem(outcome, &now).map(|sentence| (Topic::Value(own.name), sentence)));
            }
            for (_, text) in pairs.iter().filter(|(name, _)| override_of(name) == Some(own.name)) {
                let mut trial = request.spec.clone();
                let outcome = own.set(&mut trial, text);
                if !matches!(outcome, Outcome::Refused(_)) {
                    request.overrides.push((own.name, (own.get)(&trial)));
                }
                let now = (own.get)(&twin(&request.spec, &request.overrides));
                let sentence = twin_problem(outcome, own.name, &now);
                request.problems.extend(sentence.map(|sentence| (Topic::TwinValue(own.name), sentence)));
            }
        }
        if let Ok((_, misfits)) = fit(&mut request.spec) {
            request.problems.extend(misfits.into_iter().map(|misfit| misfit.notice(Lane::A)));
        }
        request.problems.extend(unavailable(pairs).map(|sentence| (Topic::Unavailable, sentence)));
        let of_twin: Vec<_> = pairs.iter().filter(|(name, _)| override_of(name).is_some()).map(pair_text).collect();
        if !request.page.compare && !of_twin.is_empty() {
            request.problems.push((Topic::Value("compare"), english::needs_compare(&of_twin)));
        }
        request
    }
}

/// The run's key that `name` overrides for the second run.
fn override_of(name: &str) -> Option<&'static str> {
    name.strip_suffix("_b").and_then(key).map(|key| key.name)
}

fn pair_text((name, value): &(String, String)) -> String {
    format!("{name}={value}")
}

/// Keys of the contract that would change the experiment and that this version does not have, each with the value that
/// it behaves as, if there is one.
const UNAVAILABLE: [(&str, &str); 6] =
    [("fade", ""), ("run", ""), ("lesson", ""), ("engine", "simd128"), ("step", ""), ("lang", "en")];

/// One sentence about the parameters that this version does not have.
pub fn unavailable(pairs: &[(String, String)]) -> Option<String> {
    let asks = |(name, value): &&(String, String)| {
        let name = name.strip_suffix("_b").unwrap_or(name);
        !value.is_empty() && UNAVAILABLE.iter().any(|(own, usual)| *own == name && usual != value)
    };
    let named: Vec<_> = pairs.iter().filter(asks).map(pair_text).collect();
    (!named.is_empty()).then(|| english::not_available(&named))
}

/// What to say about a value of the second run that was set; `name` is the first run's key.
pub fn twin_problem(outcome: Outcome, name: &str, now: &str) -> Option<String> {
    match outcome {
        Outcome::Taken => None,
        Outcome::Clamped(error) | Outcome::Refused(error) => {
            let error = SpecError { name: format!("{name}_b"), ..error };
            Some(english::value_not_taken(&error, Some(now)))
        }
    }
}

/// What to say about a value that was set.
pub fn problem(outcome: Outcome, now: &str) -> Option<String> {
    match outcome {
        Outcome::Taken => None,
        Outcome::Clamped(error) | Outcome::Refused(error) => Some(english::value_not_taken(&error, Some(now))),
    }
}

/// The second run of a comparison: the first with all shortcuts closed, unless the link says otherwise or the network has
/// none.
pub fn twin(spec: &RunSpec, overrides: &[(&'static str, String)]) -> RunSpec {
    let mut twin = spec.clone();
    for (name, text) in overrides {
        if let Some(key) = key(name) {
            // The values were accepted when they were read.
            let _accepted = key.set(&mut twin, text);
        }
    }
    if !overrides.iter().any(|(name, _)| *name == "skip") {
        twin.skip = Skip::All(if twin.model.family() == Family::Vgg { 1.0 } else { 0.0 });
    }
    twin
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
    let mut pairs = Vec::new();
    let default = RunSpec::page_default();
    // `depth` is short for `model`.
    let run_keys = || KEYS.iter().filter(|key| key.name != "depth");
    for key in run_keys() {
        let value = (key.get)(linked.spec);
        if value != (key.get)(&default) {
            pairs.push((key.name.to_owned(), value));
        }
    }
    if let Some(own) = linked.twin {
        let usual = twin(linked.spec, &[]);
        for key in run_keys() {
            let value = (key.get)(own);
            if value != (key.get)(&usual) {
                pairs.push((format!("{}_b", key.name), value));
            }
        }
    }
    pairs.extend(PAGE_KEYS.iter().filter_map(|key| Some(((*key).to_owned(), linked.page.get(key)?))));
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
    use protocol::{Model, Norm, Order};

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

    #[test]
    fn links_are_kept_and_unknown_keys_too() {
        for query in [
            "model=resnet32&norm=bn&lr=0.1&theme=dark",
            "skip=layer1.0=0.5,layer2.0=0&v=1&future=3",
            "lr=0.1&skip_b=on&lr_b=0.2&compare=1",
        ] {
            let request = read(query);
            assert_eq!((written(&request).as_str(), request.problems), (query, vec![]));
        }
        assert_eq!(read("depth=32").spec.model, Model::Cifar { depth: 32 });
        assert_eq!(written(&read("depth=32")), "model=resnet32");
    }

    #[test]
    fn bad_values_are_said_and_the_rest_is_taken() {
        let mut request = read("lr=99&norm=group&batch=7&skip=layer9.9=0&theme=pink&seed_b=x");
        assert_eq!((request.spec.lr, request.spec.norm, request.spec.batch), (10.0, Norm::None, 7));
        // The last is that the second run needs `compare=1`.
        assert_eq!((request.spec.skip, request.problems.len()), (Skip::All(1.0), 6));
        request.problems.pop();
        for name in ["lr", "norm", "layer9.9", "theme", "seed"] {
            assert_eq!(request.problems.iter().filter(|(_, problem)| problem.contains(name)).count(), 1, "{name}");
        }
    }

    fn said(query: &str) -> Vec<String> {
        read(query).problems.into_iter().map(|(_, sentence)| sentence).collect()
    }

    #[test]
    fn what_this_version_does_not_have_is_named() {
        assert_eq!(said("order=pre&labels=random&lang=en&fade=&future=1&future_b=2"), [""; 0]);
        assert_eq!(said("fade=0-9"), ["fade=0-9 is not available in this version and was left out."]);
        let both = "lesson_b=1 and fade=0-9 are not available in this version and were left out.";
        assert_eq!(said("lesson_b=1&fade=0-9"), [both]);
        assert_eq!(written(&read("fade=0-9")), "fade=0-9");
    }

    #[test]
    fn settings_that_do_not_go_together_are_said_and_the_rest_is_taken() {
        let request = read("model=resnet18&order=pre&norm=bn");
        assert_eq!((request.spec.order, request.spec.norm), (Order::Post, Norm::Bn));
        let [sentence] = &said("model=resnet18&order=pre")[..] else { panic!("one sentence") };
        assert!(sentence.starts_with("order \"pre\"") && sentence.ends_with("; post is used."), "{sentence}");
        let [sentence] = &said("model=vgg16&skip=off&image_size=32")[..] else { panic!("one sentence") };
        assert!(sentence.contains("has no shortcuts") && sentence.ends_with("; on is used."), "{sentence}");
        assert_eq!(written(&read("model=mlp16&data=digits&order=pre")), "model=mlp16&width=64&order=pre&data=digits");
    }

    #[test]
    fn the_twin_of_a_plain_network_is_the_same() {
        let spec = read("model=vgg16&image_size=32").spec;
        assert_eq!(twin(&spec, &[]), spec);
        assert_eq!(twin(&spec, &[("model", "resnet8".to_owned())]).skip, Skip::All(0.0));
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
        assert_eq!(said("lr_b=0.1"), ["lr_b=0.1 needs compare=1: there is no second run."]);
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
    fn the_twin_has_its_shortcuts_closed() {
        let spec = RunSpec::page_default();
        assert_eq!(twin(&spec, &[]), RunSpec { skip: Skip::All(0.0), ..spec.clone() });
        assert_eq!(twin(&spec, &[("lr", "0.5".to_owned())]).lr, 0.5);
    }
}
