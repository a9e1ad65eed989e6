//! Why a value was not taken, in English: one sentence, for the page and for the program. The page adds what is used instead
//! ([`value_not_taken`]); the program stops.

use super::settings::{cifar_depths, networks, setting_words};
use super::{cut, list};
use crate::lane_marker;
use protocol::{Because, Complaint, Data, Family, Lane, Model, Needs, Reason, RunSetting, Schedule, Skip};

/// What is wrong with a value, without a full stop at the end.
pub fn complaint(complaint: &Complaint) -> String {
    said(complaint, &complaint.name(), RunSetting::name)
}

/// What is wrong with a value that was typed after a flag of the program.
pub fn complaint_of_flag(complaint: &Complaint) -> String {
    said(complaint, &format!("--{}", complaint.name().replace('_', "-")), RunSetting::name)
}

/// A value that was typed in the form and not taken, by the names that the form has for settings, and what is in force.
pub fn typed_not_taken(error: &Complaint, now: &str) -> String {
    let label = setting_words(error.setting).label;
    let name = if error.of_twin { format!("{label} {}", lane_marker(Lane::B)) } else { label.to_owned() };
    instead(&said(error, &name, |other| setting_words(other).label), Some(now))
}

fn said(complaint: &Complaint, name: &str, named: fn(RunSetting) -> &'static str) -> String {
    let Complaint { given, reason, .. } = complaint;
    let given = cut(given);
    let must_be = |accepted: &str| format!("{name} {given:?} is not accepted: it must be {accepted}");
    match reason {
        Reason::NotWith { other, value, because } => {
            format!("{name} {given:?} does not go with {} {value}, {}", named(*other), why(because, value))
        }
        Reason::UnknownBlock { block, blocks } => {
            format!(
                "{name} {given:?} names {:?}, which is no block: the blocks are {}",
                cut(block),
                span(blocks).join(", ")
            )
        }
        Reason::ImageTooSmall { kernel, size } => {
            must_be(&format!("larger: a {kernel}x{kernel} window slides over the {size} pixels that are left of it"))
        }
        Reason::WithData { data, needs: Needs::Exactly(value) } => must_be(&format!("{value} with data {data}")),
        Reason::WithData { data, needs: Needs::AtLeast(value) } => {
            must_be(&format!("{value} or more with data {data}"))
        }
        Reason::ImagesInFile(count) => {
            must_be(&format!("{count}, the number of images in the input file, or left out"))
        }
        Reason::OwnData => format!(
            "{name} {given:?} is images of one's own: the program trains on them with --data-dir; here there is {}",
            Data::NAMES.join(" or ")
        ),
        Reason::NeedsNewRun => format!("{name} {given:?} needs a new run: it cannot change while one goes on"),
        other => must_be(&accepted(other)),
    }
}

/// What a setting accepts, from the reason why anything else is not.
pub fn accepted(reason: &Reason) -> String {
    match reason {
        Reason::OneOf(names) => one_of(&span(names)),
        Reason::ListOf(names) => format!("a comma list of {}", names.join(", ")),
        Reason::Whole { min, max } => format!("a whole number from {min} to {max}"),
        Reason::Real { min, max } => format!("a number from {min} to {max}"),
        Reason::Flag => "0 or 1".to_owned(),
        Reason::Model => {
            let families: Vec<_> = Family::ALL.iter().map(|family| networks(*family)).collect();
            families.join(", or ")
        }
        Reason::CifarDepth => {
            let first: Vec<_> = Model::cifar_depths().take(5).map(|depth| depth.to_string()).collect();
            format!("{}: {}, …", cifar_depths(), first.join(", "))
        }
        Reason::Strengths => {
            let (least, most) = (Skip::RANGE.start(), Skip::RANGE.end());
            format!(
                "on, off, one strength from {least} to {most}, or a list such as layer1.0=0.5,layer2.1=0 that names no \
                 block twice"
            )
        }
        Reason::Schedule => {
            let (min, max) = (*Schedule::PERIODS.start(), *Schedule::PERIODS.end());
            format!("{}, log ({}) or own (each quantity's own)", accepted(&Reason::Whole { min, max }), Schedule::Log)
        }
        Reason::Only => "the number of a run, from 1, such as 3, or of how many, such as 3/12".to_owned(),
        Reason::Fade => "two steps, the earlier one first, such as 480-980, or nothing".to_owned(),
        Reason::Events => {
            "changes at steps, such as 480:skip=off;950:layer2.0=0.5;1000:lr=0.01 (skip, a block, fade, lr, \
                           momentum or batch)"
                .to_owned()
        }
        Reason::LrSchedule => {
            "constant, cosine, or step:S1,S2,…*FACTOR with steps in order and a factor above 0, such as \
                               step:32000,48000*0.1"
                .to_owned()
        }
        Reason::SkipSchedule => "fade:FROM-TO or a list BLOCK=STRENGTH@STEP,…, such as fade:480-980 or \
                                 layer2.0=0@500,all=on@900"
            .to_owned(),
        Reason::Data => {
            let names = one_of(&Data::NAMES.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
            format!("{names}, or images of one's own as recordings name them, such as folder:3x224x224:1000")
        }
        Reason::File => "the name of a file".to_owned(),
        Reason::Folder => "the name of a folder".to_owned(),
        Reason::Device => "cpu or cuda:N with a number N, such as cuda:0".to_owned(),
        Reason::UnknownBlock { blocks, .. } => one_of(&span(blocks)),
        Reason::StepsMade(made) => format!("{made} or more, the steps that are made"),
        Reason::NotWith { because: Because::Takes(values), .. } => one_of(values),
        // These are about a value and say nothing of other ones.
        Reason::NotWith { .. }
        | Reason::ImageTooSmall { .. }
        | Reason::WithData { .. }
        | Reason::OwnData
        | Reason::NeedsNewRun
        | Reason::ImagesInFile(_) => "another one".to_owned(),
    }
}

fn why(because: &Because, value: &str) -> String {
    match because {
        Because::Takes(values) => format!("which takes {}", one_of(values)),
        Because::NameSaysIt => {
            let family = value.parse::<Model>().map(Model::family);
            let same_family = |model: &Model| family == Ok(model.family());
            let names: Vec<_> = Model::presets().filter(same_family).map(|model| model.to_string()).collect();
            format!("whose name says which it has: choose among {}", names.join(", "))
        }
        Because::NoShortcuts => "which has no skip connections".to_owned(),
        Because::NotOneLayer => {
            "and skips can be folded into the weights only where each branch is one linear layer (mlpN, one layer in a \
             branch, no norm)"
                .to_owned()
        }
        Because::NoGamma => "where there is no gamma (skipinit starts at 0 too)".to_owned(),
        Because::OneValue { norm } => format!(
            "where {norm} would have one value a channel, and without its mean nothing is left of it: take 2 images a batch \
             or more, larger images, or norm none"
        ),
        Because::RatesFollowBudget => {
            "whose rate at every step so far came from the budget: for another one begin at step 0 \
                                       (in the page: Reset)"
                .to_owned()
        }
        Because::GammaStaysZero => "where a zero gamma never leaves 0 (skipinit starts at 0 too)".to_owned(),
    }
}

/// Names of a closed list; of a list that is too long to read, both ends.
fn span(names: &[String]) -> Vec<String> {
    const MOST: usize = 16;
    match names {
        [first, second, .., last] if names.len() > MOST => {
            vec![first.clone(), second.clone(), "…".to_owned(), format!("{last} ({} in all)", names.len())]
        }
        _ => names.to_vec(),
    }
}

/// "a", "a or b", "a, b or c".
fn one_of(names: &[String]) -> String {
    list(names, "or")
}

/// A value that was not taken as it is, and what is in force instead.
pub fn value_not_taken(error: &Complaint, now: Option<&str>) -> String {
    instead(&complaint(error), now)
}

fn instead(complaint: &str, now: Option<&str>) -> String {
    match now.filter(|now| !now.is_empty()) {
        Some(now) => format!("{complaint}; {now} is used."),
        None => format!("{complaint}; it is left out."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::setting::entries;
    use protocol::{PageSetting, RunSpec};

    /// Whatever is wrong with a value of whichever setting, the sentence names the setting, the value and what is accepted.
    #[test]
    fn a_complaint_names_the_setting_the_value_and_what_is_accepted() {
        for entry in entries() {
            let (Some(id), Some(reason)) = (entry.id, entry.accepts) else { continue };
            let sentence = complaint(&Complaint::new(id, "odd", reason));
            let head = format!("{} \"odd\" is not accepted: it must be ", entry.name);
            assert!(sentence.starts_with(&head), "{sentence}");
            // Which blocks there are depends on the network, which lessons on the page.
            let known = ![PageSetting::Block.into(), PageSetting::Lesson.into()].contains(&id);
            assert!(sentence.len() > head.len() || !known, "{sentence}");
        }
        let twins = Complaint::new(RunSetting::Lr, "odd", Reason::Flag).of_twin();
        assert!(complaint(&twins).starts_with("lr_b \"odd\""));
        // What is wrong with two steps is their order.
        let fade = RunSetting::Fade.setting().set(&mut RunSpec::page_default(), "900-800").strict().unwrap_err();
        assert!(complaint(&fade).contains("the earlier one first"));
    }

    /// However long what somebody gave: nobody reads more than a few lines.
    #[test]
    fn a_long_value_and_a_long_list_are_cut_to_a_readable_length() {
        let long = "x".repeat(20_000);
        let blocks: Vec<_> = (0..600).map(|index| format!("layer1.{index}")).collect();
        for reason in [
            Reason::Flag,
            Reason::OneOf(blocks.clone()),
            Reason::UnknownBlock { block: long.clone(), blocks: blocks.clone() },
            Reason::NeedsNewRun,
            Reason::NotWith { other: RunSetting::Model, value: "vgg16".to_owned(), because: Because::NoShortcuts },
        ] {
            let sentence = value_not_taken(&Complaint::new(RunSetting::Skip, &long, reason), Some("on"));
            assert!(sentence.len() < 400, "{} characters: {}", sentence.len(), &sentence[..400]);
            assert!(sentence.contains("xxx…") && sentence.contains("(20,000 characters)"), "{sentence}");
        }
        let blocks = complaint(&Complaint::new(PageSetting::Block, "odd", Reason::OneOf(blocks)));
        assert!(blocks.ends_with("layer1.0, layer1.1, … or layer1.599 (600 in all)"), "{blocks}");
    }

    #[test]
    fn what_does_not_go_together_is_said_with_its_reason() {
        let said = |changes: &[(&str, &str)]| {
            let mut spec = RunSpec { image_size: 32, ..RunSpec::program_default() };
            for (name, value) in changes {
                RunSetting::named(name).unwrap().setting().set(&mut spec, value).strict().unwrap();
            }
            let plan = protocol::Plan::new(spec.model_spec());
            let checked = plan.and_then(|plan| spec.skip.strengths(&plan).and_then(|_| spec.check_batch(&plan)));
            complaint(&checked.unwrap_err())
        };
        let cases: [(&[(&str, &str)], &str); 7] = [
            (
                &[("model", "mlp3"), ("batch", "1")],
                "batch \"1\" does not go with norm bn, where bn1 would have one value a channel, and without its mean nothing \
                 is left of it: take 2 images a batch or more, larger images, or norm none",
            ),
            (
                &[("model", "resnet18"), ("order", "pre")],
                "order \"pre\" does not go with model resnet18, which takes post",
            ),
            (
                &[("model", "vgg16"), ("norm", "bn")],
                "norm \"bn\" does not go with model vgg16, whose name says which it has: choose among vgg16, vgg16_bn, \
                 vgg19, vgg19_bn",
            ),
            (
                &[("model", "vgg16"), ("init", "skipinit")],
                "init \"skipinit\" does not go with model vgg16, which takes he, xavier or pytorch",
            ),
            (
                &[("init", "zero-gamma"), ("norm", "none")],
                "init \"zero-gamma\" does not go with norm none, where there is no gamma (skipinit starts at 0 too)",
            ),
            (
                &[("model", "vgg16"), ("skip", "off")],
                "skip \"off\" does not go with model vgg16, which has no skip connections",
            ),
            (
                &[("model", "resnet8"), ("skip", "layer9.9=0")],
                "skip \"layer9.9=0\" names \"layer9.9\", which is no block: the blocks are layer1.0, layer2.0, layer3.0",
            ),
        ];
        for (changes, sentence) in cases {
            assert_eq!(said(changes), sentence);
        }
    }
}
