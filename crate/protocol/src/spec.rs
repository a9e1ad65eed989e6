//! What a run's settings say together.

use crate::{Model, ModelSpec, Quantity, RunSpec, Schedule};

impl RunSpec {
    /// The network's shape on this run's data. Networks of ImageNet's kind see grey images as three equal channels.
    pub fn model_spec(&self) -> ModelSpec {
        let [channels, own_size] = self.data.image();
        let &Self { model, width, norm, init, order, activation, merge, branch_layers, option_a, .. } = self;
        ModelSpec {
            model,
            width,
            channels: if model.family().is_imagenet_kind() { 3 } else { channels },
            image_size: if self.image_size == 0 {
                own_size.max(model.family().least_image_size())
            } else {
                self.image_size
            },
            classes: self.data.classes(),
            norm,
            init,
            order,
            activation,
            merge,
            branch_layers,
            option_a,
        }
    }

    /// The run on this network; its channels and classes are the data's business.
    #[must_use]
    pub(crate) fn with_network(self, spec: &ModelSpec) -> Self {
        let &ModelSpec {
            model, width, image_size, norm, init, order, activation, merge, branch_layers, option_a, ..
        } = spec;
        Self { model, width, image_size, norm, init, order, activation, merge, branch_layers, option_a, ..self }
    }

    /// Takes another network; settings that go with its family alone get the family's own values.
    pub fn set_model(&mut self, model: Model) {
        let standard = ModelSpec::standard(model);
        if model.family() != self.model.family() {
            self.width = standard.width;
        }
        if !crate::RunSetting::Norm.goes_with(model) {
            self.norm = standard.norm;
        }
        self.model = model;
    }

    /// Whether a step measures this quantity.
    pub fn measures(&self, quantity: Quantity, step: u64) -> bool {
        let own = quantity.schedule();
        let schedule = if own == Schedule::Evaluation { own } else { self.measure_every.unwrap_or(own) };
        self.quantities.contains(&quantity) && (schedule.is_due(step) || schedule == Schedule::OnDemand && step == 0)
    }
}
