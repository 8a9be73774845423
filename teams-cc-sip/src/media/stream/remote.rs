//! What a peer says of its media, and how far it is followed.

use std::net::{IpAddr, SocketAddr};

use super::{BUFFER, Received, Stream};
use crate::{
    media::{srtp::SrtpContext, stun::Check},
    sdp::Crypto,
};

impl Stream {
    /// Answers a check of one of the two ports, and takes the path that it picks.
    pub(super) fn checked(
        &mut self,
        from: SocketAddr,
        packet: &[u8],
        control: bool,
        out: &mut [u8; BUFFER],
    ) -> Received {
        let ice = self.remote.as_ref().and_then(|remote| remote.ice.as_ref());
        let Some(ice) = ice else { return Received::Done };
        let Some(check) = Check::read(packet, &ice.local) else {
            return Received::Done;
        };
        let Some(room) = out.first_chunk_mut() else { return Received::Done };
        let length = check.answer(from, &ice.local, room);
        // Before a path is picked the first that was checked serves.
        let path = if control { &mut self.latched_rtcp } else { &mut self.latched };
        if check.nominates || path.is_none() {
            *path = Some(from);
        }
        Received::Answer(length)
    }
}

/// Lets a context follow a line, and tells whether its key is another one.
///
/// A line that is numbered or named anew, or wants another tag, is still of the same key: counted
/// from the start, the key would protect two packets of one index.
pub(super) fn follow(
    context: &mut Option<SrtpContext>,
    old: Option<&Crypto>,
    new: Option<&Crypto>,
) -> bool {
    if old == new {
        return false;
    }
    let key = |line: Option<&Crypto>| line.and_then(|line| Some(line.keys.first()?.key.clone()));
    let same = key(old) == key(new);
    let followed = match (context.take(), new) {
        (Some(mut kept), Some(new)) if same => kept.restate(new).map(|()| Some(kept)),
        (_, Some(new)) => SrtpContext::new(new).map(Some),
        (_, None) => Ok(None),
    };
    *context = followed.unwrap_or_else(|error| {
        tracing::warn!(%error, "a leg has no usable key");
        None
    });
    !same
}

/// Whether an address that a peer names is one party's: nobody makes us send to a whole network,
/// or to this machine by `0.0.0.0`.
pub(super) fn is_one_party(address: &SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    let broadcast = matches!(ip, IpAddr::V4(ip) if ip.is_broadcast());
    address.port() != 0 && !ip.is_unspecified() && !ip.is_multicast() && !broadcast
}
