//! The life of a contact.

use serde::{Deserialize, Serialize};

/// Where a contact stands.
///
/// | from | to |
/// |---|---|
/// | `Ringing` | `Treated`, `Queued`, `Offered`, `Connected`, `Ended` |
/// | `Treated` | `Queued`, `Offered`, `Connected`, `Ended` |
/// | `Queued` | `Treated`, `Offered`, `Connected`, `Ended` |
/// | `Offered` | `Ringing`, `Treated`, `Queued`, `Connected`, `Ended` |
/// | `Connected` | `Treated`, `Queued`, `Offered`, `Ended` |
///
/// `Ended` is final. Any other step is refused, so a late event cannot reopen a contact.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[expect(clippy::exhaustive_enums, reason = "partners match on the whole life of a contact")]
pub enum ContactState {
    /// The customer's call is not answered yet.
    #[default]
    Ringing,
    /// The customer hears prompts or presses keys; nobody is sought.
    Treated,
    /// The customer waits for somebody.
    Queued,
    /// At least one agent is being rung; the customer still waits.
    Offered,
    /// The customer talks to somebody, or was handed to somebody out of sight.
    Connected,
    /// Over.
    Ended,
}

impl ContactState {
    /// Steps to `next`.
    ///
    /// # Errors
    ///
    /// [`IllegalTransition`] where the table above has no such step; the state is unchanged.
    /// Stepping to the present state is no step and always succeeds, but for `Ended`.
    pub fn step(&mut self, next: Self) -> Result<(), IllegalTransition> {
        use ContactState::{Connected, Ended, Offered, Queued, Ringing, Treated};
        let legal = match *self {
            Ended => false,
            from if from == next || next == Ended => true,
            Ringing | Treated | Queued | Connected => next != Ringing,
            Offered => true,
        };
        if !legal {
            return Err(IllegalTransition { from: *self, to: next });
        }
        *self = next;
        Ok(())
    }
}

/// A step a contact cannot take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a contact cannot go from {from:?} to {to:?}")]
#[non_exhaustive]
pub struct IllegalTransition {
    /// Where the contact stands.
    pub from: ContactState,
    /// Where it was to go.
    pub to: ContactState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_contact_stays_ended() {
        let mut state = ContactState::Ended;
        assert!(state.step(ContactState::Queued).is_err());
        assert!(state.step(ContactState::Ended).is_err());
        assert_eq!(state, ContactState::Ended);
    }

    #[test]
    fn a_declined_offer_returns_the_contact_to_the_queue() {
        let mut state = ContactState::default();
        for next in [
            ContactState::Treated,
            ContactState::Queued,
            ContactState::Offered,
            ContactState::Queued,
            ContactState::Offered,
            ContactState::Connected,
        ] {
            assert_eq!(state.step(next), Ok(()));
        }
    }

    #[test]
    fn an_answered_contact_does_not_ring_again() {
        let mut state = ContactState::Treated;
        assert_eq!(
            state.step(ContactState::Ringing),
            Err(IllegalTransition { from: ContactState::Treated, to: ContactState::Ringing })
        );
        assert_eq!(state, ContactState::Treated);
    }
}
