//! Every kernel against its slow twin, values and gradients, over seeded random shapes; and what the kernels refuse.

mod layers;
mod pools;
mod support;
mod tapes;
mod twins;
