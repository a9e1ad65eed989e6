//! The query string: what a link asks for, and the link to what is shown.

use crate::page_options::{PAGE_KEYS, PageOptions};
use protocol::{KEYS, Outcome, Plan, RunSpec, Skip, SpecError, key};
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
    /// The key and one sentence for each value that was not taken as it is.
    pub problems: Vec<(&'static str, String)>,
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
                let now = request.page.get(name);
                let problem = outcome.err().map(|error| (name, english::value_not_taken(&error, now.as_deref())));
                request.problems.extend(problem);
            }
        }
        for own in KEYS {
            for (_, text) in pairs.iter().filter(|(name, _)| name == own.name) {
                let (outcome, now) = (own.set(&mut request.spec, text), (own.get)(&request.spec));
                request.problems.extend(problem(outcome, &now).map(|sentence| (own.name, sentence)));
            }
            for (_, text) in pairs.iter().filter(|(name, _)| override_of(name) == Some(own.name)) {
                let mut trial = request.spec.clone();
                let (outcome, now) = (own.set(&mut trial, text), (own.get)(&trial));
                if !matches!(outcome, Outcome::Refused(_)) {
                    request.overrides.push((own.name, now.clone()));
                }
                request.problems.extend(problem(outcome, &now).map(|sentence| (own.name, sentence)));
            }
        }
        request.problems.extend(fit(&mut request.spec).err().map(|sentence| ("skip", sentence)));
        request
    }
}

/// The run's key that `name` overrides for the second run.
fn override_of(name: &str) -> Option<&'static str> {
    name.strip_suffix("_b").and_then(key).map(|key| key.name)
}

/// What to say about a value that was set.
pub fn problem(outcome: Outcome, now: &str) -> Option<String> {
    match outcome {
        Outcome::Taken => None,
        Outcome::Clamped(error) | Outcome::Refused(error) => Some(english::value_not_taken(&error, Some(now))),
    }
}

/// The run's network. A list of shortcuts that names blocks which the network does not have is dropped, and a width
/// that is out of range becomes the page's default; the sentence says so.
pub fn fit(spec: &mut RunSpec) -> Result<Plan, String> {
    let say = |error: &SpecError, now: &str| english::value_not_taken(error, Some(now));
    let plan = match Plan::new(spec.model_spec()) {
        Ok(plan) => plan,
        Err(error) => {
            spec.width = RunSpec::page_default().width;
            return Err(say(&error, &spec.width.to_string()));
        }
    };
    match spec.skip.strengths(&plan) {
        Ok(_) => Ok(plan),
        Err(error) => {
            spec.skip = Skip::All(1.0);
            Err(say(&error, "skip on"))
        }
    }
}

/// The second run of a comparison: the first with all shortcuts closed, unless the link says otherwise.
pub fn twin(spec: &RunSpec, overrides: &[(&'static str, String)]) -> RunSpec {
    let mut twin = RunSpec { skip: Skip::All(0.0), ..spec.clone() };
    for (name, text) in overrides {
        if let Some(key) = key(name) {
            // The values were accepted when they were read.
            let _accepted = key.set(&mut twin, text);
        }
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
    use protocol::{Model, Norm};

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
            "skip=layer1.0=0.5,layer2.0=0&v=1&lesson=3",
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
        let request = read("lr=99&norm=group&batch=7&skip=layer9.9=0&theme=pink&seed_b=x");
        assert_eq!((request.spec.lr, request.spec.norm, request.spec.batch), (10.0, Norm::None, 7));
        assert_eq!((request.spec.skip, request.problems.len()), (Skip::All(1.0), 5));
        for name in ["lr", "norm", "layer9.9", "theme", "seed"] {
            assert_eq!(request.problems.iter().filter(|(_, problem)| problem.contains(name)).count(), 1, "{name}");
        }
    }

    #[test]
    fn the_twin_has_its_shortcuts_closed() {
        let spec = RunSpec::page_default();
        assert_eq!(twin(&spec, &[]), RunSpec { skip: Skip::All(0.0), ..spec.clone() });
        assert_eq!(twin(&spec, &[("lr", "0.5".to_owned())]).lr, 0.5);
    }
}
