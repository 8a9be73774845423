//! Subscriptions to presence: who is told of which users.
//!
//! Microsoft lets a signed-in user have **one** subscription to presence for each app, of at most
//! 650 users, for at most an hour. Such a pair of a service account and an app is a **seat** here,
//! and a shard of a [`Tracker`](crate::tracker::Tracker) is as many users as one seat is told of.
//! [`Seats`] plans which seat tells of which shard, without input or output; what it plans is kept
//! alive by a [`Keeper`](teams_cc_graph::subscription::Keeper), which renews each subscription at
//! 40 of its 60 minutes.
//!
//! | what happens | what is planned |
//! |---|---|
//! | a shard was read once | it gets a free seat, the lowest shard first: who was added first; without one it is swept |
//! | users come and go | the subscription is made anew, once for all that changed in a while |
//! | a sweep saw what nobody told | the subscription is deleted and made anew, later each time |
//! | an account is refused | its shard moves to a free seat that works; without one it is swept |
//! | a subscription is interrupted | its shard is swept until it lives again |
//! | notifications were missed | the shard is read at once |
//!
//! A seat is one subscription of the keeper's, named after the seat and not after the shard: so
//! there are never two for one account, which the service answers by 409.
//!
//! Before a subscription is made, the keeper tries the endpoint by its own address, **from inside**.
//! Where only the outside reaches it, nothing would ever be subscribed to: switch
//! [`UpkeepConfig::probe`](teams_cc_graph::subscription::UpkeepConfig::probe) off. Why a seat tells
//! nothing is in [`WatchReport::seats`](crate::watch::WatchReport::seats).
//!
//! Users the service refuses or does not know are left out: a subscription that names one of them
//! is refused as a whole. That is why a shard is read before it is subscribed to.
//!
//! ```
//! use teams_cc_core::{Instant, UserId};
//! use teams_cc_presence::{Presence, Rate};
//! use teams_cc_presence::seats::{Input, Output, Seats, SeatsConfig};
//! use teams_cc_presence::tracker::{self, Seen, Tracker, TrackerConfig};
//!
//! let ada: UserId = "fa8bf3dc-eca7-46b7-bad1-db199b62afc3".parse()?;
//! let now = Instant::from_secs(1);
//! let mut tracker = Tracker::new(TrackerConfig::default());
//! tracker.handle_input(now, tracker::Input::Watch(&[ada.clone()]))?;
//! # let tracker::Output::Read { read, .. } = tracker.poll_output(&mut Rate::default()) else {
//! #     unreachable!()
//! # };
//! # let presence = Presence::new("Busy", "InACall");
//! # let seen = [Seen { user: &ada, presence: &presence }];
//! // … the tracker has read its users once …
//! # tracker.handle_input(now, tracker::Input::Answered { read, seen: &seen })?;
//!
//! let mut seats = Seats::new(SeatsConfig::new("https://bot.example.com/changes"));
//! seats.add("service-1")?;
//! seats.handle_input(now, Input::Look(&tracker));
//! let Output::Want(wanted) = seats.poll_output() else { panic!() };
//! assert_eq!(&*wanted.account, "service-1");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod config;
mod engine;
mod input;
mod look;
mod output;
mod resource;
mod seat;
#[cfg(test)]
mod tests;

pub use config::SeatsConfig;
pub use engine::{MAX_SEATS, Seats, TooManySeats};
pub use input::Input;
pub use output::Output;
pub use resource::{resource, told_of};
pub use seat::SeatStanding;
