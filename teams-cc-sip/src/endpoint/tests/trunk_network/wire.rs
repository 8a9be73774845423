//! What messages meet on their way, and proxies in their lives.

use super::*;

impl World {
    /// Puts octets on their way.
    pub(super) fn carry(&mut self, way: Way, octets: &[u8]) {
        let (Way::Out(side) | Way::In(side)) = way;
        if side == CARRIER {
            let (loss, repeat) = if self.calm { (0, 0) } else { (self.loss, self.repeat) };
            for _ in 0..=u64::from(self.dice.chance(repeat)) {
                if !self.dice.chance(loss) {
                    let delay = Duration::from_millis(1 + self.dice.below(400));
                    let key = (self.now + delay, self.next());
                    self.wire.insert(key, (way, octets.to_vec()));
                }
            }
            return;
        }
        if self.dead[side].is_some() {
            return;
        }
        let lane = side + if matches!(way, Way::In(_)) { PROXIES } else { 0 };
        let delay = Duration::from_millis(1 + self.dice.below(60));
        let at = (self.now + delay).max(self.last[lane]).max(self.stalled[side]);
        self.last[lane] = at;
        let key = (at, self.next());
        self.wire.insert(key, (way, octets.to_vec()));
    }

    /// The trunk sends.
    pub(super) fn sent(&mut self, transmit: &crate::endpoint::Transmit) {
        let side = match &transmit.to {
            Route::Target(target) => (0..=CARRIER).find(|side| host(*side) == *target.host),
            Route::Flow(flow) if *flow == DATAGRAMS => Some(CARRIER),
            Route::Flow(flow) => self.flows.iter().position(|own| own == &Some(*flow)),
        };
        let side = side.filter(|side| *side == CARRIER || self.dead[*side] != Some(Death::Closed));
        if let Some(side) = side {
            self.note_asked(side, &transmit.message);
            if side != CARRIER && self.flows[side].is_none() {
                self.open(side, true);
            }
            return self.carry(Way::Out(side), &transmit.message.encode());
        }
        if let Route::Target(target) = &transmit.to {
            if let Some(side) = (0..PROXIES).find(|side| host(*side) == *target.host) {
                self.note_asked(side, &transmit.message);
            }
            let (target, fault) = (target.clone(), ConnectionFault::Refused);
            self.told.push_back(input::Input::NotReached { target, fault });
        }
        if let Some(transaction) = transmit.transaction {
            self.told.push_back(input::Input::SendFailed { transaction });
        }
    }

    pub(super) fn open(&mut self, side: Side, ours: bool) {
        let flow = FlowId(self.next());
        self.flows[side] = Some(flow);
        let peer = Peer::new(TransportKind::Tls, address(side)).name(&host(side));
        self.told.push_back(input::Input::FlowOpened { flow, peer });
        if ours {
            let target = Target::new(TransportKind::Tls, &host(side), 5061);
            self.told.push_back(input::Input::FlowLeads { flow, target });
        }
    }

    /// A proxy dies.
    pub(super) fn die(&mut self, side: Side, death: Death) {
        if self.dead[side].replace(death).is_some() {
            return;
        }
        self.tally.died += 1;
        self.wire.retain(|_, (way, _)| *way != Way::Out(side) && *way != Way::In(side));
        for story in self.stories.values_mut() {
            story
                .ringing
                .retain(|_| story.asked.last() != Some(&side) && !story.asked.contains(&side));
        }
        for story in self.stories.values_mut().filter(|story| story.at == side) {
            story.ringing.clear();
        }
        if death == Death::Closed
            && let Some(flow) = self.flows[side].take()
        {
            self.told.push_back(input::Input::FlowClosed { flow });
        }
    }
}
