//! What is asked of a queue.

use teams_cc_core::{
    ContactId, Instant, QueueId,
    agent::Skill,
    queue::{Priority, QueueEntry},
};

/// Which queue a contact waits in, and what its policy reads of it.
///
/// A name alone is a route: `contact.route("sales")`.
///
/// ```
/// use teams_cc::{Route, core::{agent::Skill, queue::Priority}};
///
/// let vip = Route::to("sales")
///     .priority(Priority::HIGH)
///     .needs(Skill::new("french", 2)?)
///     .attribute("tier", "gold");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a route leads somewhere once a contact takes it"]
pub struct Route {
    pub(crate) queue: Box<str>,
    priority: Priority,
    skills: Vec<Skill>,
    attributes: Vec<(Box<str>, Box<str>)>,
}

impl Route {
    /// Waits in this queue.
    pub fn to(queue: &str) -> Self {
        let priority = Priority::NORMAL;
        Self { queue: queue.into(), priority, skills: Vec::new(), attributes: Vec::new() }
    }

    /// Says how urgent the contact is; default [`Priority::NORMAL`].
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = priority;
        self
    }

    /// Adds a skill the agent must have, beyond what the queue asks.
    pub fn needs(mut self, skill: Skill) -> Self {
        self.skills.push(skill);
        self
    }

    /// Writes something on the contact for policies to read. Keep personal data out; what is over
    /// the bounds of [`QueueEntry::set_attribute`] is left away.
    pub fn attribute(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The same contact in another queue.
    pub(crate) fn entry(&self, contact: ContactId, queue: QueueId, now: Instant) -> QueueEntry {
        let entry = QueueEntry::new(contact, queue, now).priority(self.priority);
        let mut entry = self.skills.iter().cloned().fold(entry, QueueEntry::needs);
        for (name, value) in &self.attributes {
            if let Err(error) = entry.set_attribute(name, value) {
                tracing::warn!(%name, %error, "an attribute is left away");
            }
        }
        entry
    }
}

impl From<&str> for Route {
    fn from(queue: &str) -> Self {
        Self::to(queue)
    }
}
