//! Which images runs can have here: the shipped sets and, where a program serves the page, those that it has.

use protocol::socket::Offered;
use protocol::{Complaint, Data};
use std::rc::Rc;

/// Images beyond the shipped sets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images(Rc<[Offered]>);

impl Images {
    /// What the program that serves the page has.
    pub fn of(offered: &[Offered]) -> Self {
        Self(offered.iter().filter(|own| own.data.check_shipped().is_err()).cloned().collect())
    }

    /// These images, wherever they are.
    pub fn with(data: Data) -> Self {
        Self([Offered { data, title: String::new() }].into())
    }

    /// Those beyond the shipped sets, for the form.
    pub fn beyond(&self) -> &[Offered] {
        &self.0
    }

    /// Refuses images that no run can have here.
    ///
    /// # Errors
    /// The complaint about `data`.
    pub fn check(&self, data: Data) -> Result<(), Complaint> {
        if self.0.iter().any(|own| own.data == data) { Ok(()) } else { data.check_shipped() }
    }
}
