//! What the page stands in: the [`browser`] (the address, the clock, the colours) and, in a frame, the [`embed`]ding page.
//! Thin, since none of it can be tested natively; nothing here knows runs, charts or Yew. Start at [`browser`].

pub mod browser;
pub mod embed;
pub mod embed_height;
pub mod files;
pub mod frames;
pub mod keys;
pub mod one_file;
mod outbox;
pub mod pointer;
pub mod program;
pub mod sight;
