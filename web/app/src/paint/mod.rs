//! From records to pixels, once an animation frame and past Yew: the [`painter`] asks `scene` for each chart that is due and
//! puts it into its element; [`facts`] writes the values beside it. [`export`] makes files of what is shown, [`picture`] the
//! pixels of one. Nothing here changes the state or knows where a run comes from. Start at [`painter`].

pub mod export;
pub mod facts;
pub mod painter;
pub mod picture;
