//! Queues in which something happened: whose calls are looked at, and how far.

use super::{calls::Place, engine::Engine, policy::Rules, roster::Stirred};

/// A queue whose calls are looked at, and how far that has come.
#[derive(Debug)]
pub(super) struct Front {
    queue: u32,
    /// Queues of which agents want calls first come first.
    priority: u8,
    /// Whether even calls are looked at that nobody is free for.
    all: bool,
    /// Whether calls are looked at though nobody is left who came into question since they were
    /// last: the policy has parts of the application's own, which may look at anything.
    open: bool,
    after: Option<Place>,
}

impl Engine {
    /// Calls of queues in which somebody became free, the queues side by side.
    pub(super) fn stirred_queues(&mut self) {
        let mut stirred = std::mem::take(&mut self.stirred);
        let mut fronts = std::mem::take(&mut self.fronts);
        self.roster.take_stirred(&mut stirred);
        for Stirred { queue, priority, all } in stirred.drain(..) {
            let all = all
                && self.queue_at(queue).is_some_and(|queue| {
                    queue.policy.minds_who_is_there() || queue.policy.minds_who_is_free()
                });
            let open = self
                .queue_at(queue)
                .is_none_or(|queue| queue.policy.rules().is_none_or(Rules::has_parts_of_its_own));
            self.roster.look_for_fresh(queue);
            fronts.push(Front { queue, priority, all, open, after: None });
        }
        while let Some(call) = self.next_of(&mut fronts) {
            self.look_at(call);
        }
        fronts.clear();
        self.stirred = stirred;
        self.fronts = fronts;
    }

    /// The next call to look at; fronts that have come to their end are left out.
    fn next_of(&mut self, fronts: &mut Vec<Front>) -> Option<u32> {
        let roster = &mut self.roster;
        fronts.retain(|front| {
            let somebody = roster.members(front.queue).is_some_and(|all| !all.nobody_free());
            front.all || (somebody && (front.open || roster.fresh_is_left(front.queue)))
        });
        let mut best: Option<(u8, Place, u32, usize)> = None;
        for (n, front) in fronts.iter().enumerate() {
            if let Some((place, call)) = self.calls.next_in_line(front.queue, front.after)
                && best.is_none_or(|(p, at, ..)| (front.priority, place) < (p, at))
            {
                best = Some((front.priority, place, call, n));
            }
        }
        let (_, place, call, n) = best?;
        if let Some(front) = fronts.get_mut(n) {
            front.after = Some(place);
        }
        Some(call)
    }
}
