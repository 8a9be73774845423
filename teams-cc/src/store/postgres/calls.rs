//! Records of calls.

use async_trait::async_trait;
use teams_cc_core::{
    CallId,
    store::{CallRecord, CallStore, MAX_RECORD_BYTES, RecordVersion, StoreError},
};
use tokio_postgres::types::ToSql;

use super::{
    dispatch::{id, unsigned},
    session::Verb,
    store::{PostgresStore, backend},
};

#[async_trait]
impl CallStore for PostgresStore {
    async fn get(&self, call: &CallId) -> Result<Option<(RecordVersion, CallRecord)>, StoreError> {
        let rows = self.rows(Verb::GetRecord, &[&call.as_str()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let version = RecordVersion::new(unsigned(row.try_get(0).map_err(backend)?)?);
        let format: i32 = row.try_get(1).map_err(backend)?;
        let format = u16::try_from(format).map_err(|error| StoreError::Backend(error.into()))?;
        let owner: &str = row.try_get(2).map_err(backend)?;
        let body: Vec<u8> = row.try_get(3).map_err(backend)?;
        Ok(Some((version, CallRecord::new(format, owner, body))))
    }

    async fn put_if(
        &self,
        call: &CallId,
        expected: RecordVersion,
        record: CallRecord,
    ) -> Result<RecordVersion, StoreError> {
        if record.body.len() > MAX_RECORD_BYTES {
            return Err(StoreError::TooLarge { bytes: record.body.len() });
        }
        // A version no database gave is no record's.
        let expected = i64::try_from(expected.get()).unwrap_or(i64::MAX);
        let format = i32::from(record.format);
        let parameters: [&(dyn ToSql + Sync); 5] =
            [&call.as_str(), &expected, &format, &record.owner.as_ref(), &record.body];
        match self.value::<i64>(Verb::PutRecord, &parameters).await? {
            version @ 1.. => Ok(RecordVersion::new(unsigned(version)?)),
            found => Err(StoreError::VersionConflict { found: found.unsigned_abs() }),
        }
    }

    async fn delete(&self, call: &CallId) -> Result<(), StoreError> {
        self.done(Verb::DeleteRecord, &[&call.as_str()]).await
    }

    async fn list(&self, owner: &str) -> Result<Vec<CallId>, StoreError> {
        let rows = self.rows(Verb::ListRecords, &[&owner]).await?;
        rows.iter().map(|row| id(row, 0)).collect()
    }
}
