//! The intake of callbacks: who is believed, what is answered, how keys roll over.

mod answers;
mod rollover;
mod support;
