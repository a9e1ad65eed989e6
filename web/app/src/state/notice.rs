//! What the page has to say to its visitor beside the measurements, one sentence each.

use protocol::setting::Id;
use protocol::{Complaint, RunSetting};
use scene::words;

/// A sentence for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub topic: Topic,
    /// The sentence.
    pub sentence: String,
    /// The button beside it.
    pub remedy: Option<Remedy>,
    /// The text in the form that is not accepted; it stays in its field for as long as this is said.
    pub typed: Option<String>,
}

/// What a notice is about; a new notice of a topic takes the place of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A value of this setting, in the link, in the form or in a message, that was not taken as it is.
    Value(Id),
    /// A value of the second run's setting (`lr_b`) that was not taken as it is.
    TwinValue(RunSetting),
    /// Settings that this version does not have.
    Unavailable,
    /// Parameters that are no settings, or settings that cannot be read.
    Unknown,
    /// The source does not answer, is of another build, or is lost.
    Source,
    /// The run could not begin or go on, or its loss is not finite.
    Run,
    /// The program that serves the page: that it is not there, or that another page drives its runs.
    Program,
    /// What the link asks for beside the runs that are there.
    Link,
    /// A run that is kept aside.
    Aside,
    /// A second run that was let go.
    LetGo,
    /// Skips that were folded into the weights.
    Fold,
    /// A recording that cannot be read as it is.
    Recording,
    /// A file of weights that is not taken.
    Weights,
}

/// A value that was not taken as it is, and what is in force in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct NotTaken {
    /// What is wrong with it.
    pub complaint: Complaint,
    /// The value in force, if there is one to name.
    pub now: Option<String>,
}

impl NotTaken {
    /// What the notice about it is about.
    pub fn topic(&self) -> Topic {
        match self.complaint.setting {
            Id::Run(setting) if self.complaint.of_twin => Topic::TwinValue(setting),
            setting => Topic::Value(setting),
        }
    }

    /// The sentence about it.
    pub fn sentence(&self) -> String {
        words::value_not_taken(&self.complaint, self.now.as_deref())
    }
}

/// What the visitor can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A fresh source.
    Restart,
    /// A new run on the source that is there.
    NewRun,
    /// The run that was put aside.
    TakeUp,
    /// To drive the runs from here.
    Drive,
    /// The runs that the link asks for.
    LinkRun,
    /// The page again.
    Reload,
    /// The run from its beginning with a smaller learning rate.
    SmallerRate,
}

/// The notices on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// Notices at once, at most; more would hide the page.
    const MOST: usize = 5;

    /// All of them, the oldest first.
    pub fn all(&self) -> &[Notice] {
        &self.0
    }

    /// Says something.
    pub fn say(&mut self, topic: Topic, sentence: impl Into<String>, remedy: Option<Remedy>) {
        let sentence = sentence.into();
        self.clear(topic);
        self.0.push(Notice { topic, sentence, remedy, typed: None });
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    /// Says of a value that it was not taken as it is, and which is in force.
    pub fn not_taken(&mut self, value: &NotTaken) {
        self.say(value.topic(), value.sentence(), None);
    }

    /// What is said about this, if anything is, is about this text in the form.
    pub fn typed(&mut self, topic: Topic, text: &str) {
        let about = self.0.iter_mut().find(|notice| notice.topic == topic);
        about.into_iter().for_each(|notice| notice.typed = Some(text.to_owned()));
    }

    /// Takes back what was said about this.
    pub fn clear(&mut self, topic: Topic) {
        self.0.retain(|notice| notice.topic != topic);
    }

    /// Takes back what was said about values.
    pub fn clear_values(&mut self) {
        self.clear_values_except(|_| false);
    }

    /// Takes back what was said about values, but for these settings of the first run.
    pub fn clear_values_except(&mut self, keep: impl Fn(RunSetting) -> bool) {
        self.0.retain(|notice| match notice.topic {
            Topic::Value(Id::Run(setting)) => keep(setting),
            Topic::Value(_) => false,
            Topic::TwinValue(_) | Topic::Unavailable | Topic::Unknown => false,
            Topic::Source
            | Topic::Program
            | Topic::Link
            | Topic::Run
            | Topic::Aside
            | Topic::LetGo
            | Topic::Fold
            | Topic::Recording
            | Topic::Weights => true,
        });
    }

    /// The visitor has read it.
    pub fn dismiss(&mut self, index: usize) {
        if index < self.0.len() {
            self.0.remove(index);
        }
    }
}
