//! The proof of the gradients, in English.

use crate::format::thousands;
use protocol::{Proof, ProvedPart, Slope, Verdict};

/// Images of a batch that are named on the page; the file names all.
const NAMED_IMAGES: usize = 32;

/// A relative error, two digits of it: `0.00072 %`.
pub fn relative_error(error: f64) -> String {
    let percent = 100.0 * error;
    if percent < 0.0001 {
        return "under 0.0001 %".to_owned();
    }
    let decimals = (1.0 - percent.log10().floor()).max(0.0) as usize;
    format!("{percent:.decimals$} %")
}

/// How far a proof has come.
pub fn proof_progress(share: f64, left_ms: f64) -> String {
    let left = match (left_ms / 1000.0).ceil() {
        seconds if seconds < 100.0 => format!("{seconds} s"),
        seconds => format!("{} min", (seconds / 60.0).ceil()),
    };
    format!("{:.0} % · about {left} to go", 100.0 * share)
}

/// What a proof found, in a sentence or two.
pub fn proof_result(proof: &Proof) -> String {
    let slopes = || proof.parts.iter().flat_map(ProvedPart::slopes);
    let checked = slopes().filter(|slope| slope.error().is_some()).count();
    let all = slopes().count();
    let Some(worst) = proof.worst() else {
        return "Nothing could be checked: every slope is too small to be told from rounding, or there is none."
            .to_owned();
    };
    let counts = format!("{} of {} slopes could be checked", thousands(checked as u64), thousands(all as u64));
    let verdict = match proof.wrong().as_slice() {
        [] => "every one of them agrees".to_owned(),
        wrong => format!("NOT all agree: look at {}", wrong.join(", ")),
    };
    format!("{counts}, and {verdict}. The largest relative error is {}.", relative_error(worst))
}

/// What was proved of what.
pub fn proof_of(proof: &Proof, build: &str) -> String {
    let Proof { step, seed, parameter_hash, images, loss, loss_f64, .. } = proof;
    let first: Vec<String> = images.iter().take(NAMED_IMAGES).map(usize::to_string).collect();
    let rest = images.len() - first.len();
    let others = if rest == 0 { String::new() } else { format!(" and {rest} more") };
    format!(
        "Weights {parameter_hash} before step {step} · seed {seed} · build {build} · loss {loss:.7} in float32, \
         {loss_f64:.7} in float64 · training images {}{others}",
        first.join(" ")
    )
}

/// The identity at the joins.
pub fn proof_joins(joins: usize, worst: f64) -> String {
    format!(
        "Whole = part + part: ‖g‖² is ‖skip‖² + ‖branch‖² + 2·cos·‖skip‖·‖branch‖ at {joins} joins; the largest deviation \
         is {}.",
        relative_error(worst)
    )
}

/// What a direction came to.
pub fn slope(slope: &Slope) -> String {
    match slope.verdict {
        Verdict::Error(error) => relative_error(error),
        Verdict::TooSmall => "too small".to_owned(),
        Verdict::Rounding => "rounded away".to_owned(),
        Verdict::Kink => "at a kink".to_owned(),
    }
}

/// Why some of a part's weights could not be checked: "3 too small, 1 at a kink".
pub fn unchecked(part: &ProvedPart) -> String {
    let count = |verdict: Verdict| part.weights.iter().filter(|weight| weight.slope.verdict == verdict).count();
    let reasons = [(Verdict::TooSmall, "too small"), (Verdict::Rounding, "rounded away"), (Verdict::Kink, "at a kink")];
    let named = reasons.map(|(verdict, words)| (count(verdict), words));
    let named: Vec<_> = named.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    if named.is_empty() { "–".to_owned() } else { named.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::WeightSlope;

    fn along(verdict: Verdict) -> Slope {
        Slope { predicted: 1.0, found: 1.0, step: 1e-6, floor: 1e-9, verdict }
    }

    fn proof(verdicts: [Verdict; 4]) -> Proof {
        let [direction, across, first, second] = verdicts.map(along);
        let weight = |slope| WeightSlope { parameter: "conv1.weight".into(), index: 0, slope };
        let weights = vec![weight(first), weight(second)];
        let part = ProvedPart { name: "layer1.0".into(), bound: 1e-3, direction, across, weights };
        Proof { parts: vec![part], ..Proof::default() }
    }

    #[test]
    fn a_result_says_how_many_agree_and_which_do_not() {
        let right = proof([Verdict::Error(7e-6), Verdict::Error(1e-6), Verdict::TooSmall, Verdict::Kink]);
        let expected =
            "2 of 4 slopes could be checked, and every one of them agrees. The largest relative error is 0.00070 %.";
        assert_eq!(proof_result(&right), expected);
        assert_eq!(unchecked(&right.parts[0]), "1 too small, 1 at a kink");
        let wrong = proof([Verdict::Error(0.5), Verdict::TooSmall, Verdict::TooSmall, Verdict::TooSmall]);
        let expected =
            "1 of 4 slopes could be checked, and NOT all agree: look at layer1.0. The largest relative error is 50 %.";
        assert_eq!(proof_result(&wrong), expected);
        let none = proof([Verdict::TooSmall; 4]);
        assert!(proof_result(&none).starts_with("Nothing could be checked"));
    }

    #[test]
    fn a_proof_says_of_what_it_is() {
        let proof = Proof { parameter_hash: "abc".into(), images: (0..40).collect(), ..Proof::default() };
        let of = proof_of(&proof, "dev");
        assert!(of.starts_with("Weights abc before step 0 · seed 0 · build dev · loss 0.0000000 in float32"), "{of}");
        assert!(of.ends_with("training images 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 and 8 more"), "{of}");
    }

    #[test]
    fn an_error_has_two_digits() {
        let errors = [0.0, 9e-8, 1.84e-5, 1e-3, 0.0123, 1.0, 4.2];
        let words = ["under 0.0001 %", "under 0.0001 %", "0.0018 %", "0.10 %", "1.2 %", "100 %", "420 %"];
        assert_eq!(errors.map(relative_error), words.map(str::to_owned));
    }

    #[test]
    fn a_long_proof_says_how_long() {
        assert_eq!(proof_progress(0.25, 4100.0), "25 % · about 5 s to go");
        assert_eq!(proof_progress(0.5, 150_000.0), "50 % · about 3 min to go");
    }
}
