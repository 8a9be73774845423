//! Between two checks of a subject that stays: what was begun is ended, what was told is forgotten.

use std::{collections::BTreeSet, time::Duration};

use super::{
    dialog::Dialog,
    ladder::Ladder,
    stage::{Heard, Stage},
};

/// How long the subject may take to end what is left.
const PATIENCE: Duration = Duration::from_millis(500);

impl Stage {
    /// Starts a check: nothing was heard yet.
    pub(super) fn clear(&mut self) {
        // OPTIONS come once a minute, so those of before are as good as new ones.
        let pings = self.history.drain(..).filter(|heard| heard.wire.method() == Some("OPTIONS"));
        self.history = pings.collect();
        self.forget();
        self.ladder = Ladder::default();
    }

    /// Ends a check: every call that it left is ended.
    pub(super) async fn tidy(&mut self) {
        for place in 0..3 {
            self.options(place, 200);
            self.bring_up(place);
        }
        let sent = std::mem::take(&mut self.sent_invites);
        for mut call in sent {
            let answers = |heard: &&Heard| call.has(heard) && heard.wire.cseq_method() == "INVITE";
            let answer = self.history.iter().filter(answers).filter_map(|heard| {
                heard.wire.status().filter(|status| *status >= 200).map(|status| (status, heard))
            });
            match answer.map(|(status, heard)| (status, heard.clone())).next() {
                None => {
                    let _ = self.cancel(&call, &[]);
                }
                Some((200..=299, ok)) => {
                    call.settle(&ok.wire);
                    let _ = self.acknowledge(&call, ok.wire.cseq_number());
                    let _ = self.ask(&mut call, "BYE", &[], None);
                }
                Some(_) => {}
            }
        }
        self.listen_for(PATIENCE).await;
        // Whatever the subject still asks for gets its answer.
        let mut seen = BTreeSet::new();
        let open: Vec<Heard> = self.history.iter().rev().take(20).cloned().collect();
        for heard in open {
            let status = match heard.wire.method() {
                Some("BYE" | "CANCEL" | "NOTIFY") => 200,
                Some("INVITE") => 487,
                _ => continue,
            };
            if seen.insert((heard.wire.call_id().to_owned(), heard.wire.get("CSeq").to_owned())) {
                let dialog = Dialog::called(&heard, "gone", heard.conn);
                let _ = self.respond(&heard, status, &dialog, &[], None);
            }
        }
    }
}
