//! Calls in the hands of a program: stages, transfers, offers, groups, recordings and dialogs.

mod calls;
mod dialogs;
mod groups;
mod incoming;
mod offers;
mod recording;
mod support;
mod transfers;
