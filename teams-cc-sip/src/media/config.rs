//! Where media is bound, what it may do and which prompts it knows.

use std::{collections::BTreeMap, net::IpAddr, ops::RangeInclusive};

use super::{MediaRules, WavPrompt};
use crate::sdp::Codec;

/// The most prompts a plane knows by name.
pub const MAX_KNOWN_PROMPTS: usize = 1_000;

/// Where media is bound and what it may do.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct MediaConfig {
    /// The address that sockets are bound to.
    pub bind: IpAddr,
    /// The address named to peers, where it is not the bound one.
    pub advertised: Option<IpAddr>,
    /// Ports for legs, in pairs of an even one for RTP and the next for RTCP.
    pub ports: RangeInclusive<u16>,
    /// Codecs in order of preference. Beyond G.711 they are relayed only, between two legs that
    /// both have them.
    pub codecs: Vec<Codec>,
    /// Whether connectivity checks are answered and a candidate is named: for media bypass.
    pub ice: bool,
    /// Bounds and waiting times.
    pub rules: MediaRules,
    pub(super) prompts: BTreeMap<Box<str>, WavPrompt>,
}

impl MediaConfig {
    /// Media on an address, with pairs out of these ports.
    #[must_use]
    pub fn new(bind: IpAddr, ports: RangeInclusive<u16>) -> Self {
        Self {
            bind,
            advertised: None,
            ports,
            codecs: Codec::G711.to_vec(),
            ice: false,
            rules: MediaRules::default(),
            prompts: BTreeMap::new(),
        }
    }

    /// Names another address to peers than the bound one.
    #[must_use]
    pub fn advertised(mut self, address: IpAddr) -> Self {
        self.advertised = Some(address);
        self
    }

    /// Offers these codecs, in this order; G.711 should be among them.
    #[must_use]
    pub fn codecs(mut self, codecs: impl Into<Vec<Codec>>) -> Self {
        self.codecs = codecs.into();
        self
    }

    /// Answers connectivity checks, as media bypass needs.
    #[must_use]
    pub const fn ice(mut self) -> Self {
        self.ice = true;
        self
    }

    /// Sets bounds and waiting times.
    #[must_use]
    pub fn rules(mut self, rules: MediaRules) -> Self {
        self.rules = rules;
        self
    }

    /// Makes a prompt known by the address that [`Prompt`](teams_cc_core::contact::Prompt) names it with.
    ///
    /// Beyond [`MAX_KNOWN_PROMPTS`] it is not taken, and playing it fails.
    #[must_use]
    pub fn prompt(mut self, uri: &str, prompt: WavPrompt) -> Self {
        if self.prompts.len() < MAX_KNOWN_PROMPTS || self.prompts.contains_key(uri) {
            self.prompts.insert(uri.into(), prompt);
        }
        self
    }
}
