//! What is kept of a call for whoever takes it over.
//!
//! A record is written for another process, perhaps of another version: its format has a number,
//! older ones are read by [`v1`] and the like, newer ones are left alone.

mod v1;

use serde::{Deserialize, Serialize};
use teams_cc_core::{
    Address, CallId, LegId, OperationId, TenantId, contact::Direction, store::CallRecord,
};

use super::MAX_OPERATIONS;

/// The format of the records written here. Older ones are read, newer ones are refused.
pub const RECORD_FORMAT: u16 = 2;

/// What is kept of one call. It names the party, so a store of it holds personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptCall {
    pub(super) leg: LegId,
    pub(super) call: CallId,
    pub(super) party: Address,
    /// The tenant it belongs to; absent from records of older versions.
    #[serde(default)]
    pub(super) tenant: Option<TenantId>,
    /// The word for its kind; absent from records of older versions, unknown of newer ones.
    #[serde(default)]
    pub(super) kind: Option<Box<str>>,
    /// Which process wrote it, for several may go by one name; absent from records of older
    /// versions, and from those handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) writer: Option<Box<str>>,
    pub(super) session: KeptSession,
}

/// What a record says of its writer, whatever else is in it.
#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(default)]
    writer: Option<Box<str>>,
}

/// What is kept of the state of a call. Everything else is asked of Graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptSession {
    pub(super) direction: Direction,
    pub(super) stage: KeptStage,
    /// Whether it was told that media flows.
    #[serde(default)]
    pub(super) media: bool,
    /// Whether it was told that the far end rings.
    #[serde(default)]
    pub(super) rang: bool,
    #[serde(default)]
    pub(super) transfer: Option<KeptTransfer>,
    #[serde(default)]
    pub(super) own: Option<Box<str>>,
    #[serde(default)]
    pub(super) chain: Option<Box<str>>,
    #[serde(default)]
    pub(super) delta_roster: bool,
    /// The last tone that was told, by its place in the order.
    #[serde(default)]
    pub(super) last_tone: Option<i64>,
    #[serde(default)]
    pub(super) operations: Vec<KeptOperation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum KeptStage {
    Ringing,
    Answering,
    Connected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum KeptTransfer {
    UnderWay,
    Doubtful,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KeptOperation {
    pub(super) id: OperationId,
    #[serde(default)]
    pub(super) graph_id: Option<Box<str>>,
    pub(super) told: bool,
}

/// Why a record of a call cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadRecordError {
    /// A newer version of this crate wrote it.
    #[error(
        "the record has format {found} and this version reads up to {RECORD_FORMAT}: update it"
    )]
    Newer {
        /// The format of the record.
        found: u16,
    },
    /// It is not what its format says.
    #[error("the record is not of its format {format}: delete it, the call ends by itself")]
    Malformed {
        /// The format of the record.
        format: u16,
        /// Where it differs.
        source: serde_json::Error,
    },
}

impl KeptCall {
    pub(super) fn write(&self, owner: &str) -> Result<CallRecord, serde_json::Error> {
        Ok(CallRecord::new(RECORD_FORMAT, owner, serde_json::to_vec(self)?))
    }

    /// A record of nothing that tells who put it there: what is about to be deleted.
    pub(super) fn fence(owner: &str, writer: &str) -> Result<CallRecord, serde_json::Error> {
        let body = serde_json::to_vec(&Written { writer: Some(writer.into()) })?;
        Ok(CallRecord::new(RECORD_FORMAT, owner, body))
    }

    /// The process that wrote a record; [`None`] where it does not say.
    pub(super) fn writer_of(record: &CallRecord) -> Option<Box<str>> {
        serde_json::from_slice::<Written>(&record.body).ok()?.writer
    }

    /// Reads the record that a store keeps of a call.
    pub(super) fn of(call: &CallId, record: &CallRecord) -> Result<Self, ReadRecordError> {
        let kept = Self::read(record)?;
        let wrong = if kept.call != *call {
            "it is of another call"
        } else if kept.session.operations.len() > MAX_OPERATIONS {
            "it has more operations than a call may have"
        } else {
            return Ok(kept);
        };
        let source = <serde_json::Error as serde::de::Error>::custom(wrong);
        Err(ReadRecordError::Malformed { format: record.format, source })
    }

    fn read(record: &CallRecord) -> Result<Self, ReadRecordError> {
        let format = record.format;
        let read = match format {
            1 => serde_json::from_slice::<v1::KeptCall>(&record.body).map(Self::from),
            RECORD_FORMAT => serde_json::from_slice(&record.body),
            found => return Err(ReadRecordError::Newer { found }),
        };
        read.map_err(|source| ReadRecordError::Malformed { format, source })
    }
}

#[cfg(test)]
mod tests {
    use teams_cc_core::TeamsUser;

    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let kept = KeptCall {
            leg: LegId::numbered("G", 1),
            call: CallId::new("57dab8b1").expect("an id"),
            party: TeamsUser::new("29362bd4".parse().expect("an id")).into(),
            tenant: Some("tenant-1".parse().expect("an id")),
            kind: Some("group".into()),
            writer: Some("of-1".into()),
            session: KeptSession {
                direction: Direction::Outbound,
                stage: KeptStage::Connected,
                media: true,
                rang: true,
                transfer: Some(KeptTransfer::UnderWay),
                own: Some("own".into()),
                chain: Some("chain".into()),
                delta_roster: true,
                last_tone: Some(7),
                operations: vec![KeptOperation {
                    id: OperationId::numbered("o", 1),
                    graph_id: Some("0FE0".into()),
                    told: true,
                }],
            },
        };
        let record = kept.write("blue").expect("written");
        assert_eq!((record.format, &*record.owner), (RECORD_FORMAT, "blue"));
        assert_eq!(KeptCall::read(&record).expect("read"), kept);
        assert_eq!(KeptCall::writer_of(&record).as_deref(), Some("of-1"));
    }

    #[test]
    fn who_wrote_a_record_is_read_from_whatever_it_holds() {
        let fence = KeptCall::fence("blue", "of-1").expect("written");
        assert_eq!(KeptCall::writer_of(&fence).as_deref(), Some("of-1"));
        assert!(matches!(KeptCall::read(&fence), Err(ReadRecordError::Malformed { .. })));
        for body in ["", "{}", "[]", r#"{"writer":null}"#, r#"{"writer":7}"#, r#"{"writer":"of"#] {
            let record = CallRecord::new(RECORD_FORMAT, "blue", body.as_bytes().to_vec());
            assert_eq!(KeptCall::writer_of(&record), None, "{body}");
        }
    }

    /// The bytes are those of the first format, written by hand, and never change.
    #[test]
    fn a_record_of_the_format_before_is_read() {
        let body = br#"{"leg":"G7","call":"57dab8b1-894c","incoming":true,"connected":true,
            "caller":{"Phone":{"E164":"+14255550100"}},"prompts":["op-1","op-2"]}"#;
        let kept = KeptCall::read(&CallRecord::new(1, "blue", body.to_vec())).expect("read");
        assert_eq!((kept.leg.as_str(), kept.call.as_str()), ("G7", "57dab8b1-894c"));
        assert_eq!(kept.party.number().map(teams_cc_core::E164::reveal), Some("+14255550100"));
        assert_eq!(kept.session.direction, Direction::Inbound);
        assert_eq!(kept.session.stage, KeptStage::Connected);
        assert!(kept.session.media, "the first format kept no more of it than that");
        assert_eq!(kept.session.operations.len(), 2);
        assert!(!format!("{kept:?}").contains("4255550100"), "numbers are redacted");
    }

    #[test]
    fn a_record_of_a_newer_format_is_left_alone() {
        let newer = CallRecord::new(RECORD_FORMAT + 1, "blue", b"{}".to_vec());
        assert!(matches!(KeptCall::read(&newer), Err(ReadRecordError::Newer { found: 3 })));
        for format in [1, RECORD_FORMAT] {
            let broken = CallRecord::new(format, "blue", b"{\"leg\":".to_vec());
            assert!(matches!(KeptCall::read(&broken), Err(ReadRecordError::Malformed { .. })));
        }
    }
}
