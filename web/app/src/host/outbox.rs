//! In which order an embedding page hears things: [`Told::Ready`] first, whatever happens before. Pure.

use protocol::embed::{StateTold, Told};

/// What waits for the page to be ready, and the state that was told last.
#[derive(Default)]
pub struct Outbox {
    is_ready: bool,
    /// The height that was wanted before the page was ready.
    height: Option<f64>,
    /// The state that was told last.
    told: Option<StateTold>,
}

impl Outbox {
    /// Whether the embedding page was told that this one is ready.
    pub fn is_ready(&self) -> bool {
        self.is_ready
    }

    /// What is to be sent now that this is to be told, in order.
    pub fn tell(&mut self, message: Told) -> Vec<Told> {
        match message {
            Told::Ready(_) if self.is_ready => Vec::new(),
            Told::Ready(ready) => {
                self.is_ready = true;
                let height = self.height.take().map(|height| Told::Resize { height });
                [Some(Told::Ready(ready)), height].into_iter().flatten().collect()
            }
            Told::State(state) if self.is_ready => self.changed(state).into_iter().collect(),
            message if self.is_ready => vec![message],
            Told::Resize { height } => {
                self.height = Some(height);
                Vec::new()
            }
            // The state is told again after every event of the page, and before it is ready nothing is measured.
            _ => Vec::new(),
        }
    }

    /// The state, if it differs from the one that was told last; the step alone is no difference.
    fn changed(&mut self, state: StateTold) -> Option<Told> {
        let told = self.told.replace(state.clone());
        let differs = told.is_none_or(|told| (told.state, told.why) != (state.state, state.why.clone()));
        differs.then_some(Told::State(state))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::embed::{Ready, StateName};
    use serde_json::Map;

    fn state(state: StateName, step: u64) -> Told {
        Told::State(StateTold { state, why: None, step })
    }

    fn ready() -> Told {
        Told::Ready(Ready { build: "abc".to_owned(), settings: Map::new() })
    }

    #[test]
    fn ready_comes_first_and_once() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.tell(Told::Resize { height: 100.0 }), []);
        assert_eq!(outbox.tell(Told::Resize { height: 300.0 }), []);
        assert_eq!(outbox.tell(state(StateName::Loading, 0)), []);
        assert_eq!(outbox.tell(ready()), [ready(), Told::Resize { height: 300.0 }]);
        assert_eq!(outbox.tell(ready()), []);
        assert_eq!(outbox.tell(Told::Resize { height: 200.0 }), [Told::Resize { height: 200.0 }]);
    }

    #[test]
    fn a_state_is_told_when_it_changes() {
        let mut outbox = Outbox::default();
        outbox.tell(ready());
        assert_eq!(outbox.tell(state(StateName::Running, 0)), [state(StateName::Running, 0)]);
        assert_eq!(outbox.tell(state(StateName::Running, 9)), []);
        assert_eq!(outbox.tell(state(StateName::Paused, 12)), [state(StateName::Paused, 12)]);
    }
}
