//! Dropping a future at every point where it waits.

use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
    time::Duration,
};

use crate::wait;

/// When a future is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cut {
    /// Right after it was polled so often; zero times never starts it.
    AtOnce(usize),
    /// When it was polled so often and is woken once more: what it waits for is there, unseen.
    OnceWoken(usize),
    /// After so many milliseconds.
    After(u64),
}

impl Cut {
    /// Runs a future until it is done or cut; `None`: it was dropped.
    pub async fn run<F: Future>(self, future: F) -> Option<F::Output> {
        let (mut left, at_once) = match self {
            Self::AtOnce(polls) => (polls, true),
            Self::OnceWoken(polls) => (polls, false),
            Self::After(millis) => {
                let mut future = pin!(future);
                return tokio::select! {
                    biased;
                    output = &mut future => Some(output),
                    () = wait(Duration::from_millis(millis)) => None,
                };
            }
        };
        let mut future = pin!(future);
        poll_fn(|context| {
            if left == 0 {
                return Poll::Ready(None);
            }
            left -= 1;
            match future.as_mut().poll(context) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending if at_once && left == 0 => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            }
        })
        .await
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtOnce(polls) => write!(f, "dropped after {polls} polls"),
            Self::OnceWoken(polls) => write!(f, "dropped when woken after {polls} polls"),
            Self::After(millis) => write!(f, "dropped after {millis} ms"),
        }
    }
}

/// Tries every cut in turn, by polls and by time, until the future is done before it is cut.
///
/// `story` tells whether it was done. Gives how many cuts there were.
///
/// # Panics
///
/// Where a future outlives a thousand cuts.
pub fn sweep(step: u64, mut story: impl FnMut(Cut) -> bool) -> usize {
    let mut cuts = 0;
    let mut kinds: [Box<dyn Fn(u64) -> Cut>; 3] = [
        Box::new(|n| Cut::AtOnce(usize::try_from(n).expect("a small number"))),
        Box::new(|n| Cut::OnceWoken(usize::try_from(n).expect("a small number") + 1)),
        Box::new(move |n| Cut::After(n * step)),
    ];
    for kind in &mut kinds {
        let done = (0..1000).find(|n| {
            cuts += 1;
            story(kind(*n))
        });
        assert!(done.is_some(), "{} never ends", kind(999));
    }
    cuts
}
