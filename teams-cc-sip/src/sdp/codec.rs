//! The codecs that can be connected (RFC 3551 §6; Learn, *Plan Direct Routing*).

/// A codec this crate connects.
///
/// G.711 is decoded and built here; the others are only passed on by name, where both legs have
/// them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Codec {
    /// G.711 µ-law.
    Pcmu,
    /// G.711 A-law.
    Pcma,
    /// G.722, whose clock is written as 8000 although it samples at 16,000 (RFC 3551 §4.5.2).
    G722,
    /// G.729.
    G729,
    /// SILK at 8000 samples a second.
    SilkNarrow,
    /// SILK at 16,000 samples a second.
    SilkWide,
}

impl Codec {
    /// G.711 both ways, µ-law first: what every peer has.
    pub const G711: [Self; 2] = [Self::Pcmu, Self::Pcma];

    /// All that Teams takes on a trunk, G.711 first.
    pub const ALL: [Self; 6] =
        [Self::Pcmu, Self::Pcma, Self::G722, Self::G729, Self::SilkNarrow, Self::SilkWide];

    /// The payload type that RFC 3551 gives it, or the one this crate offers it with.
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcmu => 0,
            Self::Pcma => 8,
            Self::G722 => 9,
            Self::G729 => 18,
            Self::SilkNarrow => 103,
            Self::SilkWide => 104,
        }
    }

    /// The encoding name in rtpmap.
    #[must_use]
    pub const fn encoding(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
            Self::G729 => "G729",
            Self::SilkNarrow | Self::SilkWide => "SILK",
        }
    }

    /// Ticks of its RTP clock in a second.
    #[must_use]
    pub const fn clock_rate(self) -> u32 {
        match self {
            Self::SilkWide => 16_000,
            _ => 8_000,
        }
    }

    /// Whether a payload type without rtpmap means it (RFC 3551 §6).
    pub(super) const fn is_static(self) -> bool {
        self.payload_type() < 96
    }

    /// Whether it is G.711, of which one form can be made from the other.
    #[must_use]
    pub const fn is_g711(self) -> bool {
        matches!(self, Self::Pcmu | Self::Pcma)
    }
}
