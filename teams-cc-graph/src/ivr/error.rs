//! Why a dialog cannot work.

use crate::{InvalidRequest, prompt::PromptError};

use super::MAX_STEPS;

/// Why a dialog cannot work.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDialog {
    /// A step leads to one that is not there.
    #[error("step {from} leads to {to}, which is no step of the dialog: add it or mend the name")]
    NoSuchStep {
        /// Where it is named.
        from: Box<str>,
        /// The name.
        to: Box<str>,
    },
    /// Two steps have one name.
    #[error("the dialog has two steps named {0}: rename one")]
    Twice(Box<str>),
    /// More steps than a dialog may have.
    #[error("the dialog has more than {MAX_STEPS} steps: split it in two")]
    TooManySteps,
    /// Steps that only speak lead in a circle.
    #[error("step {0} leads back to itself and nothing asks for a key on the way: ask, or end")]
    EndlessTalk(Box<str>),
    /// What is played breaks a limit of the service.
    #[error("the prompts of step {step} cannot be played: {why}")]
    Prompts {
        /// The step.
        step: Box<str>,
        /// The limit.
        why: InvalidRequest,
    },
    /// A recording after more than one prompt.
    #[error("step {0} plays several prompts before it records: play them in a step before")]
    PromptsOfRecording(Box<str>),
    /// A time the service does not take.
    #[error("{what} in step {step} is out of range: stay below 120 seconds")]
    Time {
        /// The step.
        step: Box<str>,
        /// Which time.
        what: &'static str,
    },
    /// Keys that cannot be asked for like this.
    #[error("the keys of step {step} cannot be asked for like this: {why}")]
    Keys {
        /// The step.
        step: Box<str>,
        /// What is wrong.
        why: &'static str,
    },
    /// A file the service would not play.
    #[error("a prompt of step {step} would not be heard: {why}")]
    Wav {
        /// The step.
        step: Box<str>,
        /// What to convert.
        why: PromptError,
    },
}
