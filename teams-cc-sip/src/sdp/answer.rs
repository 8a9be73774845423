//! Answers to offers of audio (RFC 3264 §6, RFC 4568 §7.1).

use std::net::{IpAddr, SocketAddr};

use super::{
    AnswerError, Codec, Crypto, Direction, IceCredentials, LocalAudio, Media, NegotiatedIce,
    Profile, SessionDescription, Suite,
    media::Map,
    offer::{COMFORT_NOISE, Place, Section},
};

/// An answer, and what both sides then use.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Answer {
    /// What goes into the body.
    pub description: SessionDescription,
    /// What was agreed.
    pub audio: NegotiatedAudio,
}

/// What an offer and its answer agree on, seen from this side.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NegotiatedAudio {
    /// Where packets go.
    pub remote_address: IpAddr,
    /// The port they go to.
    pub remote_port: u16,
    /// The codec.
    pub codec: Codec,
    /// Its payload type in packets that go there.
    pub payload_type: u8,
    /// Its payload type in packets that come here; the two may differ (RFC 3264 §5.1).
    pub received_payload_type: u8,
    /// The payload type of telephone events that go there, if both sides take them.
    pub telephone_event: Option<u8>,
    /// The payload type of telephone events that come here.
    pub received_telephone_event: Option<u8>,
    /// Whether both sides take comfort noise (RFC 3389).
    pub comfort_noise: bool,
    /// Milliseconds of sound in a packet that the other side wants.
    pub ptime: u16,
    /// Which way sound flows, seen from this side.
    pub direction: Direction,
    /// Whether RTCP shares the port.
    pub rtcp_mux: bool,
    /// Where RTCP goes: the port of RTP where it is shared, `a=rtcp`, or one more (RFC 3605).
    pub remote_rtcp: SocketAddr,
    /// What connectivity is checked with, where both sides do ICE.
    pub ice: Option<NegotiatedIce>,
    /// What protects packets from here, where SRTP is used.
    pub local_crypto: Option<Crypto>,
    /// What protects packets from there, where SRTP is used.
    pub remote_crypto: Option<Crypto>,
}

/// Milliseconds in a packet where nothing is stated (RFC 3551 §4.2).
const DEFAULT_PTIME: u16 = 20;
/// Milliseconds in a packet that are taken at a peer's word; other values count as not stated.
const PTIMES: std::ops::RangeInclusive<u16> = 10..=120;

/// Answers an offer: the first audio section that fits is taken, every other one is refused.
///
/// # Errors
///
/// Why there is no answer; the response is then 488.
pub fn answer(offer: &SessionDescription, local: &LocalAudio) -> Result<Answer, AnswerError> {
    let (text, audio) = written(offer, local)?;
    Ok(Answer { description: SessionDescription::parse_own(&text)?, audio })
}

/// The same as it goes into a body.
pub(super) fn written(
    offer: &SessionDescription,
    local: &LocalAudio,
) -> Result<(Vec<u8>, NegotiatedAudio), AnswerError> {
    let mut why = AnswerError::NoAudio;
    let audio = offer.media().iter().filter(|m| m.kind() == "audio" && !m.is_refused());
    for (nth, section) in audio.enumerate() {
        match answer_with(offer, section, local) {
            Ok(answer) => return Ok(answer),
            Err(error) if nth == 0 => why = error,
            Err(_) => {}
        }
    }
    Err(why)
}

fn answer_with(
    offer: &SessionDescription,
    chosen: &Media,
    local: &LocalAudio,
) -> Result<(Vec<u8>, NegotiatedAudio), AnswerError> {
    if profile(chosen) != Some(local.profile()) {
        return Err(AnswerError::Profile);
    }
    let remote_crypto = match local.profile() {
        Profile::Avp => None,
        Profile::Savp => Some(best_key(chosen)?),
    };
    let local_crypto = match (&remote_crypto, &local.key) {
        (None, _) => None,
        // RFC 4568 §5.1.2: the answer repeats tag and suite and brings a key of its own.
        (Some(theirs), Some(key)) => {
            Some(Crypto::new(theirs.tag, theirs.suite.clone(), key.clone()))
        }
        (Some(_), None) => return Err(AnswerError::NoLocalKey),
    };
    let maps: Vec<Map<'_>> = chosen.maps().collect();
    let codecs = common_codecs(chosen, &maps, &local.codecs);
    let (payload_type, codec) = *codecs.first().ok_or(AnswerError::NoCodec)?;
    let telephone_event = local.telephone_event.and_then(|_| event_type(chosen, &maps, codec));
    let comfort_noise = local.comfort_noise && takes_comfort_noise(chosen);
    let remote_address = offer.address_of(chosen).ok_or(AnswerError::NoAddress)?;
    let direction = offer.direction_at(chosen, remote_address).answered(local.direction);
    let rtcp_mux = local.rtcp_mux && chosen.has_flag("rtcp-mux");
    let ice = local.ice.clone().and_then(|local| {
        Some(NegotiatedIce { local, remote: IceCredentials::of(offer, chosen)? })
    });
    let section = Section {
        codecs: &codecs,
        telephone_event,
        comfort_noise,
        crypto: local_crypto.as_ref(),
        direction,
        rtcp_mux,
        ice: ice.as_ref().map(|ice| &ice.local),
    };
    let places = offer.media().iter().map(|media| {
        if std::ptr::eq(media, chosen) { Place::Ours(&section) } else { Place::Refused(media) }
    });
    let text = local.describe(places, ice.is_some());
    let audio = NegotiatedAudio {
        remote_address,
        remote_port: chosen.port(),
        codec,
        // RFC 3264 §6.1: the answer keeps the offer's numbers, so both ways are the same.
        payload_type,
        received_payload_type: payload_type,
        telephone_event: telephone_event.map(|(payload_type, _)| payload_type),
        received_telephone_event: telephone_event.map(|(payload_type, _)| payload_type),
        comfort_noise,
        ptime: packet_time(chosen),
        direction,
        rtcp_mux,
        remote_rtcp: rtcp_of(chosen, remote_address, rtcp_mux),
        local_crypto,
        remote_crypto,
        ice,
    };
    Ok((text, audio))
}

/// Reads the answer to an offer made from `local`.
///
/// # Errors
///
/// Why the answer cannot be used; the call is then ended.
pub fn accept(
    offer: &SessionDescription,
    answer: &SessionDescription,
    local: &LocalAudio,
) -> Result<NegotiatedAudio, AnswerError> {
    if offer.media().len() != answer.media().len() {
        return Err(AnswerError::Mismatch);
    }
    let (ours, theirs) = offer
        .media()
        .iter()
        .zip(answer.media())
        .find(|(ours, theirs)| ours.kind() == "audio" && !ours.is_refused() && !theirs.is_refused())
        .ok_or(AnswerError::NoAudio)?;
    if theirs.kind() != ours.kind() {
        return Err(AnswerError::Mismatch);
    }
    if profile(theirs) != profile(ours) {
        return Err(AnswerError::Profile);
    }
    let (mut local_crypto, mut remote_crypto) = (None, None);
    if profile(ours) == Some(Profile::Savp) {
        let offered = ours.crypto()?;
        // Teams may send several lines in an answer: the first that fits an offered tag counts.
        let (mine, their_own) = theirs
            .crypto()?
            .into_iter()
            .filter(Crypto::is_usable)
            .find_map(|their| {
                let mine = offered.iter().find(|o| o.tag == their.tag && o.suite == their.suite)?;
                Some((mine.clone(), their))
            })
            .ok_or(AnswerError::NoKey)?;
        local_crypto = Some(mine);
        remote_crypto = Some(their_own);
    }
    let maps = [ours, theirs].map(|media| media.maps().collect::<Vec<_>>());
    let [our_maps, their_maps] = &maps;
    let codecs = common_codecs(theirs, their_maps, &local.codecs);
    let (payload_type, codec) = *codecs.first().ok_or(AnswerError::NoCodec)?;
    let received = common_codecs(ours, our_maps, &[codec]);
    let event = local.telephone_event.and_then(|_| event_type(theirs, their_maps, codec));
    let received_event = event.and_then(|_| event_type(ours, our_maps, codec));
    let remote_address = answer.address_of(theirs).ok_or(AnswerError::NoAddress)?;
    let rtcp_mux = ours.has_flag("rtcp-mux") && theirs.has_flag("rtcp-mux");
    let ice = IceCredentials::of(offer, ours).zip(IceCredentials::of(answer, theirs));
    Ok(NegotiatedAudio {
        remote_address,
        remote_port: theirs.port(),
        codec,
        payload_type,
        received_payload_type: received.first().map_or(payload_type, |(number, _)| *number),
        telephone_event: event.map(|(number, _)| number),
        received_telephone_event: received_event.map(|(number, _)| number),
        comfort_noise: takes_comfort_noise(ours) && takes_comfort_noise(theirs),
        ptime: packet_time(theirs),
        direction: offer.direction_of(ours).answered(answer.direction_of(theirs)).reversed(),
        rtcp_mux,
        remote_rtcp: rtcp_of(theirs, remote_address, rtcp_mux),
        local_crypto,
        remote_crypto,
        ice: ice.map(|(local, remote)| NegotiatedIce { local, remote }),
    })
}

/// Milliseconds of sound in a packet that a section asks for.
fn packet_time(media: &Media) -> u16 {
    media.ptime().filter(|ptime| PTIMES.contains(ptime)).unwrap_or(DEFAULT_PTIME)
}

fn takes_comfort_noise(media: &Media) -> bool {
    media.formats().iter().any(|f| f.parse::<u8>() == Ok(COMFORT_NOISE))
}

/// Where a section wants RTCP (RFC 5761 §5.1.1, RFC 3605 §2.1, RFC 3550 §11).
fn rtcp_of(media: &Media, address: IpAddr, mux: bool) -> SocketAddr {
    if mux {
        return SocketAddr::new(address, media.port());
    }
    let stated = media.attribute("rtcp").and_then(|value| {
        let mut parts = value.split_ascii_whitespace();
        let port: u16 = parts.next()?.parse().ok()?;
        // An address may follow: network type, family, address.
        let other = parts.nth(2).and_then(|text| text.parse().ok());
        Some(SocketAddr::new(other.unwrap_or(address), port))
    });
    stated.unwrap_or_else(|| SocketAddr::new(address, media.port().saturating_add(1)))
}

fn profile(media: &Media) -> Option<Profile> {
    [Profile::Avp, Profile::Savp]
        .into_iter()
        .find(|p| media.protocol().eq_ignore_ascii_case(p.as_str()))
}

/// The key to take: the 80-bit tag before the 32-bit one, whatever the order, since Teams lists
/// the shorter first and supports the longer everywhere; then the order of the offer.
fn best_key(media: &Media) -> Result<Crypto, AnswerError> {
    let mut lines: Vec<Crypto> = media.crypto()?.into_iter().filter(Crypto::is_usable).collect();
    lines.sort_by_key(|line| {
        let with_mki = line.keys.iter().any(|key| key.mki.is_some());
        (line.suite != Suite::AesCm128HmacSha1_80, with_mki)
    });
    lines.into_iter().next().ok_or(AnswerError::NoKey)
}

/// Codecs of both sides in the order of the other, with its payload types (RFC 3264 §6.1).
fn common_codecs(media: &Media, maps: &[Map<'_>], ours: &[Codec]) -> Vec<(u8, Codec)> {
    let types = media.formats().iter().filter_map(|f| f.parse::<u8>().ok());
    let mut common: Vec<(u8, Codec)> = Vec::with_capacity(ours.len());
    for payload_type in types {
        let codec = match maps.iter().find(|m| m.payload_type == payload_type) {
            Some(map) => ours.iter().find(|c| {
                map.encoding.eq_ignore_ascii_case(c.encoding()) && map.clock_rate == c.clock_rate()
            }),
            None => ours.iter().find(|c| c.is_static() && c.payload_type() == payload_type),
        };
        if let Some(&codec) = codec
            && !common.iter().any(|(_, c)| *c == codec)
        {
            common.push((payload_type, codec));
        }
    }
    common
}

/// Payload type and clock of telephone events: at the codec's clock (RFC 4733 §2.1), or at 8000
/// where a peer lists no other.
fn event_type(media: &Media, maps: &[Map<'_>], codec: Codec) -> Option<(u8, u32)> {
    let listed =
        |payload_type: u8| media.formats().iter().any(|f| f.parse::<u8>() == Ok(payload_type));
    let is_event = |map: &&Map<'_>| {
        map.encoding.eq_ignore_ascii_case("telephone-event") && listed(map.payload_type)
    };
    [codec.clock_rate(), 8_000]
        .into_iter()
        .find_map(|rate| maps.iter().filter(is_event).find(|map| map.clock_rate == rate))
        .map(|map| (map.payload_type, map.clock_rate))
}

#[cfg(test)]
mod tests;
