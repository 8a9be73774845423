//! How many contacts an agent takes at once.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Channel, channel::CHANNELS};

/// The most contacts any agent may have at once.
pub const MAX_CAPACITY: u8 = 32;

/// How many contacts an agent takes at once, by channel where that matters.
///
/// The plain form is a number of contacts of any channel: at least one, at most [`MAX_CAPACITY`].
/// Voice agents have one, the default. The other form shares out units, as Azure Communication
/// Services' job router does: each channel costs some, and takes so many contacts at most.
///
/// ```
/// use teams_cc_core::agent::{Capacity, Channel};
///
/// let blended = Capacity::units(100)
///     .channel(Channel::Voice, 60, 1)
///     .channel(Channel::Chat, 10, 4);
/// assert_eq!(blended.most(Channel::Chat), 4);
/// assert_eq!(blended.most(Channel::Email), 0);
/// assert_eq!(Capacity::ONE.most(Channel::Email), 1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Capacity {
    units: u16,
    channels: [Share; CHANNELS],
}

/// What one contact of a channel costs, and how many there may be.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
struct Share {
    cost: u16,
    most: u8,
}

impl Capacity {
    /// One contact at a time.
    pub const ONE: Self = Self::new(1);

    /// This many contacts of any channel, brought into the range allowed.
    #[must_use]
    pub const fn new(contacts: u8) -> Self {
        let most = match contacts {
            0 => 1,
            1..=MAX_CAPACITY => contacts,
            _ => MAX_CAPACITY,
        };
        Self { units: most as u16, channels: [Share { cost: 1, most }; CHANNELS] }
    }

    /// This many units to share out; a channel takes nothing until it is given its
    /// [`channel`](Self::channel).
    #[must_use]
    pub const fn units(units: u16) -> Self {
        Self { units, channels: [Share { cost: 0, most: 0 }; CHANNELS] }
    }

    /// Lets a channel take contacts: what each costs in units, and how many there are at most.
    #[must_use]
    pub fn channel(mut self, channel: Channel, cost: u16, most: u8) -> Self {
        self.channels[channel.index()] = Share { cost, most: most.min(MAX_CAPACITY) };
        self
    }

    /// The units to share out; the number of contacts in the plain form.
    #[must_use]
    pub const fn total(self) -> u16 {
        self.units
    }

    /// What a contact of this channel costs, in units.
    #[must_use]
    pub const fn cost(self, channel: Channel) -> u16 {
        self.channels[channel.index()].cost
    }

    /// How many contacts of this channel there are at most.
    #[must_use]
    pub const fn most(self, channel: Channel) -> u8 {
        self.channels[channel.index()].most
    }

    /// Whether one more contact of this channel fits beside those taken, by channel.
    pub(crate) fn has_room_for(&self, channel: Channel, taken: [u8; CHANNELS]) -> bool {
        let costs = self.channels.iter().zip(taken);
        let used: u32 = costs.map(|(share, taken)| u32::from(share.cost) * u32::from(taken)).sum();
        taken[channel.index()] < self.most(channel)
            && used + u32::from(self.cost(channel)) <= u32::from(self.units)
    }

    /// The most contacts there can be at once, whatever their channels.
    #[must_use]
    pub fn get(self) -> usize {
        let all: usize = self.channels.iter().map(|share| usize::from(share.most)).sum();
        let cheapest = self.channels.iter().filter(|share| share.most > 0).map(|share| share.cost);
        let by_units = match cheapest.min() {
            None => 0,
            Some(0) => usize::from(MAX_CAPACITY),
            Some(cost) => usize::from(self.units / cost),
        };
        all.min(by_units).min(usize::from(MAX_CAPACITY))
    }
}

impl Default for Capacity {
    fn default() -> Self {
        Self::ONE
    }
}

impl From<u8> for Capacity {
    fn from(contacts: u8) -> Self {
        Self::new(contacts)
    }
}

/// A capacity as it is written down: a number, or units by channel.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Contacts(u8),
    Units { units: u16, channels: BTreeMap<Channel, Share> },
}

impl From<Written> for Capacity {
    fn from(written: Written) -> Self {
        match written {
            Written::Contacts(contacts) => Self::new(contacts),
            Written::Units { units, channels } => {
                channels.into_iter().fold(Self::units(units), |capacity, (channel, share)| {
                    capacity.channel(channel, share.cost, share.most)
                })
            }
        }
    }
}

impl From<Capacity> for Written {
    fn from(capacity: Capacity) -> Self {
        if let Ok(contacts) = u8::try_from(capacity.units)
            && capacity == Capacity::new(contacts)
        {
            return Self::Contacts(contacts);
        }
        let channels = Channel::ALL
            .into_iter()
            .filter(|channel| capacity.most(*channel) > 0)
            .map(|channel| (channel, capacity.channels[channel.index()]))
            .collect();
        Self::Units { units: capacity.units, channels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_back_as_written() {
        let blended = Capacity::units(100).channel(Channel::Voice, 60, 1);
        for capacity in [Capacity::ONE, Capacity::new(9), blended] {
            let text = serde_json::to_string(&capacity).unwrap();
            assert_eq!(serde_json::from_str::<Capacity>(&text).unwrap(), capacity, "{text}");
        }
        assert_eq!(serde_json::to_string(&Capacity::new(3)).unwrap(), "3");
    }

    #[test]
    fn a_capacity_never_allows_more_contacts_than_its_units_or_its_channels_do() {
        assert_eq!(Capacity::new(0).get(), 1);
        assert_eq!(Capacity::new(200).get(), 32);
        let blended = Capacity::units(100)
            .channel(Channel::Voice, 60, 1)
            .channel(Channel::Chat, 10, 2)
            .channel(Channel::Email, 10, 2);
        assert_eq!(blended.get(), 5);
        assert_eq!(Capacity::units(7).get(), 0);
    }
}
