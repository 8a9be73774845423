//! Recording, within what Microsoft allows.

mod clip;

pub use clip::{ClipLocation, EphemeralClip, MAX_CLIP_BYTES};
