//! How far a call got, as types.

mod sealed {
    #[expect(unnameable_types, reason = "a sealed trait is not to be named")]
    pub trait Sealed {}
}

/// How far a call got.
pub trait Stage: sealed::Sealed + Send + Sync + 'static {}

/// A stage at which the parties are connected.
#[diagnostic::on_unimplemented(
    message = "this call is not connected yet",
    label = "this needs a call that was answered",
    note = "answer it with `answer().await`, or wait for the other side with `answered().await`"
)]
pub trait Connected: Stage {}

/// A stage at which media flows.
#[diagnostic::on_unimplemented(
    message = "nothing can be played, heard or recorded on a call that has no media yet",
    label = "this needs a call whose media is active",
    note = "await `media_active()` on the call first: Graph answers 500 to prompts before that"
)]
pub trait HasMedia: Connected {}

/// An incoming call that is not answered.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a mark that is never made")]
pub enum Ringing {}

/// An outgoing call that is not answered.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a mark that is never made")]
pub enum Dialling {}

/// A call that is connected; media may not flow yet.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a mark that is never made")]
pub enum Answered {}

/// A call that is connected and whose media flows.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a mark that is never made")]
pub enum MediaActive {}

impl sealed::Sealed for Ringing {}
impl sealed::Sealed for Dialling {}
impl sealed::Sealed for Answered {}
impl sealed::Sealed for MediaActive {}

impl Stage for Ringing {}
impl Stage for Dialling {}
impl Stage for Answered {}
impl Stage for MediaActive {}

impl Connected for Answered {}
impl Connected for MediaActive {}

impl HasMedia for MediaActive {}
