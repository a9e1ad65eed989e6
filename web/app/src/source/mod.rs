//! Where a run comes from: commands go in, replies come out. Nothing here knows the page's state, its charts or Yew, and
//! nothing outside knows what kind of source it has. Start at [`worker`], the only one.

pub mod worker;
