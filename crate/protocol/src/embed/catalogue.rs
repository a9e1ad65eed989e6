//! Every message, with the name and the kind of each of its fields. Their words are in `scene`.

use super::{ErrorCode, Subject};

/// A message to or from the embedding page.
#[derive(Clone, Copy, Debug)]
pub struct MessageType {
    /// Its `type`.
    pub name: &'static str,
    /// Whether the page sends it; the others are sent to the page.
    pub out: bool,
    /// Its fields beside `type` and `v`. `headwater:set` has URL keys beside them.
    pub fields: &'static [Field],
}

/// A field of a message.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it is always there.
    pub presence: Presence,
}

/// Whether a field is always there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// With a value.
    Always,
    /// With null where there is nothing to say.
    Nullable,
    /// Or left out.
    Optional,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// A text.
    Text,
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// A whole number from 0.
    Whole,
    /// A number; one that is not finite by name.
    Number,
    /// True or false.
    Flag,
    /// Texts.
    Texts,
    /// Numbers, null where there is none.
    Numbers,
    /// `a` or `b`.
    Lane,
    /// URL keys with their values.
    Settings,
    /// Anything; it comes back as it is.
    Anything,
    /// An object with these fields.
    Object(&'static [Field]),
    /// An object with these fields for each run, by its letter.
    Lanes(&'static [Field]),
}

const fn field(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, presence: Presence::Always }
}

const fn nullable(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, presence: Presence::Nullable }
}

const fn optional(name: &'static str, kind: FieldKind) -> Field {
    Field { name, kind, presence: Presence::Optional }
}

const STATE: &[Field] = &[
    field("state", FieldKind::OneOf(&["loading", "ready", "running", "resting", "paused", "done", "failed"])),
    nullable("why", FieldKind::Text),
    field("step", FieldKind::Whole),
];

const LANE_STEP: &[Field] = &[
    nullable("step", FieldKind::Whole),
    field("updates", FieldKind::Whole),
    nullable("loss", FieldKind::Number),
    nullable("train_accuracy", FieldKind::Number),
    nullable("accuracy", FieldKind::Number),
    field("strengths", FieldKind::Numbers),
    field("blocks", FieldKind::Texts),
    field("grad_in_l2", FieldKind::Numbers),
    field("grad_out_l2", FieldKind::Numbers),
    nullable("first_over_last", FieldKind::Number),
];

/// Every message, those out first.
pub const MESSAGES: &[MessageType] = &[
    MessageType {
        name: "headwater:ready",
        out: true,
        fields: &[field("build", FieldKind::Text), field("settings", FieldKind::Settings)],
    },
    MessageType { name: "headwater:state", out: true, fields: STATE },
    MessageType {
        name: "headwater:step",
        out: true,
        fields: &[
            nullable("step", FieldKind::Whole),
            field("updates", FieldKind::Whole),
            nullable("loss", FieldKind::Number),
            nullable("train_accuracy", FieldKind::Number),
            nullable("accuracy", FieldKind::Number),
            nullable("steps_per_second", FieldKind::Number),
            field("lanes", FieldKind::Lanes(LANE_STEP)),
        ],
    },
    MessageType {
        name: "headwater:mark",
        out: true,
        fields: &[
            field("lane", FieldKind::Lane),
            field("step", FieldKind::Whole),
            field("what", FieldKind::Text),
            nullable("block", FieldKind::Text),
            field("from", FieldKind::Number),
            field("to", FieldKind::Number),
        ],
    },
    MessageType { name: "headwater:resize", out: true, fields: &[field("height", FieldKind::Number)] },
    MessageType {
        name: "headwater:error",
        out: true,
        fields: &[
            field("message", FieldKind::Text),
            nullable("lane", FieldKind::Lane),
            nullable("key", FieldKind::Text),
            field("code", FieldKind::OneOf(ErrorCode::NAMES)),
        ],
    },
    MessageType {
        name: "headwater:answer",
        out: true,
        fields: &[
            nullable("id", FieldKind::Anything),
            field("what", FieldKind::OneOf(Subject::NAMES)),
            optional("state", FieldKind::Object(STATE)),
            optional("settings", FieldKind::Settings),
            optional("record", FieldKind::Text),
        ],
    },
    MessageType { name: "headwater:play", out: false, fields: &[] },
    MessageType { name: "headwater:pause", out: false, fields: &[] },
    MessageType { name: "headwater:step", out: false, fields: &[] },
    MessageType { name: "headwater:reset", out: false, fields: &[] },
    MessageType { name: "headwater:set", out: false, fields: &[] },
    MessageType {
        name: "headwater:get",
        out: false,
        fields: &[optional("id", FieldKind::Anything), field("what", FieldKind::OneOf(Subject::NAMES))],
    },
    MessageType { name: "headwater:visible", out: false, fields: &[field("visible", FieldKind::Flag)] },
];
