//! What the page has to say to its visitor beside the measurements, one sentence each.

/// A sentence for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about.
    pub topic: Topic,
    /// The sentence.
    pub sentence: String,
    /// The button beside it.
    pub remedy: Option<Remedy>,
}

/// What a notice is about; a new notice of a topic takes the place of the old one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// A value of this key, in the link, in the form or in a message, that was not taken as it is.
    Value(&'static str),
    /// The same of the second run's value.
    TwinValue(&'static str),
    /// Settings that this version does not have.
    Unavailable,
    /// The source does not answer, is of another build, or is lost.
    Source,
    /// The run could not begin or go on, or its loss is not finite.
    Run,
}

/// What the visitor can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// A fresh source.
    Restart,
    /// The same source, once more.
    NewRun,
    /// The page again.
    Reload,
}

/// The notices on the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// So many values can be complained about at once; more would hide the page.
    const MOST: usize = 5;

    /// All of them, the oldest first.
    pub fn all(&self) -> &[Notice] {
        &self.0
    }

    /// Says something.
    pub fn say(&mut self, topic: Topic, sentence: impl Into<String>, remedy: Option<Remedy>) {
        let sentence = sentence.into();
        self.clear(topic);
        self.0.push(Notice { topic, sentence, remedy });
        if self.0.len() > Self::MOST {
            self.0.remove(0);
        }
    }

    /// Says something about each of these.
    pub fn say_all(&mut self, said: impl IntoIterator<Item = (Topic, String)>) {
        for (topic, sentence) in said {
            self.say(topic, sentence, None);
        }
    }

    /// Takes back what was said about this.
    pub fn clear(&mut self, topic: Topic) {
        self.0.retain(|notice| notice.topic != topic);
    }

    /// Takes back what was said about values.
    pub fn clear_values(&mut self) {
        self.clear_values_except(|_| false);
    }

    /// Takes back what was said about values, but for these keys of the first run.
    pub fn clear_values_except(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|notice| match notice.topic {
            Topic::Value(key) => keep(key),
            Topic::TwinValue(_) | Topic::Unavailable => false,
            Topic::Source | Topic::Run => true,
        });
    }

    /// The visitor has read it.
    pub fn dismiss(&mut self, index: usize) {
        if index < self.0.len() {
            self.0.remove(index);
        }
    }
}
