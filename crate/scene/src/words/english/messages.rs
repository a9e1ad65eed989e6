//! The messages to and from an embedding page, in English: what each is and holds, and why one is not obeyed.

use super::{cut, list};
use protocol::embed::{MessageType, Refusal, VERSION};

/// Why a message of an embedding page is not obeyed.
pub fn refusal(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Type(name) => format!("There is no message {:?}; nothing was changed.", cut(name)),
        Refusal::Version(version) => {
            let version = cut(version);
            format!("The message is of version {version}, and this page knows version {VERSION}; nothing was changed.")
        }
        Refusal::Field { message, field, accepted } => {
            let field = cut(field);
            format!("{message} has no usable {field:?}: it must be {}; nothing was changed.", list(accepted, "or"))
        }
        Refusal::Setting(name) => format!("There is no setting {:?}; nothing was changed.", cut(name)),
    }
}

/// What a message is.
pub fn message(message: &MessageType) -> &'static str {
    match (message.name, message.out) {
        ("headwater:ready", _) => "The page listens. This is always the first message.",
        ("headwater:state", _) => "The page does something else now.",
        ("headwater:step", true) => "The measurements, at most ten times a second.",
        ("headwater:mark", _) => "A live setting was changed while a run went on.",
        ("headwater:resize", _) => {
            "The height that the page would like; beside it goes {subject: \"lti.frameResize\", height}."
        }
        ("headwater:error", _) => "Something went wrong, or a value was not taken.",
        ("headwater:answer", _) => "The answer to headwater:get.",
        ("headwater:play", _) => "Train.",
        ("headwater:pause", _) => "Pause.",
        ("headwater:step", false) => "One step, then pause.",
        ("headwater:reset", _) => "Back to step 0, paused: the same initial weights, and the settings in force now.",
        ("headwater:set", _) => "Changes settings: URL keys with their values stand beside type and v.",
        ("headwater:get", _) => "Asks for an answer.",
        ("headwater:visible", _) => "Says whether the frame is seen: a page that is not seen rests.",
        _ => "",
    }
}

/// What a field of a message holds: for the test that writes schema and types.
pub fn message_field(name: &str) -> &'static str {
    match name {
        "build" => "The build of the page.",
        "settings" => "Every setting in force, by its URL key; NAME_b where the second run has another value.",
        "state" => "What the page does; resting is training that waits to be seen.",
        "why" => "Why, in words.",
        "step" => {
            "The step that was measured; of a state, the number of updates done; of a mark, the first that feels it."
        }
        "updates" => "Number of updates done.",
        "loss" => "Mean cross-entropy over the batch, nats.",
        "train_accuracy" => "Share of the batch classified correctly, from 0 to 1.",
        "accuracy" => "Share of the held-out images classified correctly at the latest evaluation, from 0 to 1.",
        "steps_per_second" => "Updates a second.",
        "lanes" => "Each run under its letter; the fields beside it are those of the first.",
        "strengths" => "The strength of each block's shortcut at that step.",
        "blocks" => "The blocks' names, from the input to the loss.",
        "grad_in_l2" => "The norm of the gradient that each block passes on towards the input.",
        "grad_out_l2" => "The norm of the gradient that arrives at each block from the loss.",
        "first_over_last" => "The first block's grad_in_l2 over the last one's.",
        "lane" => "The run, if it is about one.",
        "what" => "The setting that was changed; of a question, what is asked for.",
        "block" => "The block; null for all.",
        "from" => "The value before.",
        "to" => "The value after.",
        "height" => "CSS px.",
        "message" => "One sentence.",
        "key" => "The setting that it is about, by its URL key.",
        "code" => "What kind of trouble it is.",
        "id" => "Anything; the answer has it too.",
        "record" => "The run so far, as the text of a recording.",
        "visible" => "Whether the frame is seen.",
        _ => "",
    }
}
