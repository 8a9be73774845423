//! Menus, key entry and short recordings on service-hosted media.
//!
//! A [`Dialog`] is data: steps that say something, ask for keys or record, and where each answer
//! leads. [`Ivr`] is its sans-IO engine: hand in an [`Input`], take [`Output`]s until
//! [`Output::Timeout`], come back at that instant with [`Input::Tick`]. [`run`] drives one over a
//! call.
//!
//! What holds in whatever order things happen:
//!
//! * at most one prompt or recording is with the service at a time;
//! * a key is never lost because something is playing: keys wait in a queue of their own;
//! * every dialog ends, for visits, tries and waits are all bounded.
//!
//! The requests behind it are [playPrompt](https://learn.microsoft.com/graph/api/call-playprompt),
//! [subscribeToTone](https://learn.microsoft.com/graph/api/call-subscribetotone) and
//! [recordResponse](https://learn.microsoft.com/graph/api/call-record).
//!
//! ```
//! use teams_cc_core::{Instant, contact::{Prompt, Tone}};
//! use teams_cc_graph::ivr::{Dialog, End, Input, Ivr, Keys, Next, Output, Step};
//!
//! let hello = Prompt::new("https://cdn.example.com/hello.wav")?;
//! let keys = Keys::menu([("1", Next::done("sales")), ("2", Next::done("support"))])
//!     .exhausted(Next::done("operator"));
//! let dialog = Dialog::builder("main").step("main", Step::ask([hello], keys)).build()?;
//!
//! let now = Instant::ZERO;
//! let mut ivr = Ivr::new(dialog.into(), now);
//! ivr.handle_input(now, Input::MediaActive);
//! assert!(matches!(ivr.poll_output(), Output::SubscribeTones { .. }));
//! assert!(matches!(ivr.poll_output(), Output::Play { .. }));
//! ivr.handle_input(now, Input::Tone(Tone::new('2')?));
//! assert!(matches!(ivr.poll_output(), Output::CancelMedia { .. }));
//! let Output::Done(result) = ivr.poll_output() else { panic!() };
//! assert_eq!(result.end, End::Finished("support".into()));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod collect;
mod dialog;
mod digits;
mod engine;
mod error;
mod input;
mod io;
mod keys;
mod output;
mod recording;
mod result;
mod step;
mod typed_ahead;

pub use dialog::{Dialog, DialogBuilder, MAX_STEPS};
pub use digits::Digits;
pub use engine::{CANCEL_WAIT, DIALOG_MEDIA_WAIT, Ivr, MAX_VISITS, PLAY_WAIT};
pub use error::InvalidDialog;
pub use input::{Input, TaskId};
pub use io::{DialogRun, run};
pub use keys::{Keys, MAX_KEYS, MAX_TRIES, TypeAhead};
pub use output::Output;
pub use recording::Recording;
pub use result::{Answer, DialogResult, End, Verdict};
pub use step::{Next, Step};
pub use typed_ahead::MAX_TYPED_AHEAD;
