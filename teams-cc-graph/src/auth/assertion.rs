//! Assertions of other issuers: workload and managed identities.

use std::fmt;
use std::io::{self, Read as _};
use std::path::PathBuf;

use async_trait::async_trait;
use teams_cc_core::secret::Secret;

use crate::client::BoxError;
use crate::cloud::Cloud;

/// The longest assertion read from a file.
pub const MAX_ASSERTION_BYTES: usize = 64 * 1024;

/// Where the webhook of workload identity says in which file the token is.
const FILE_VARIABLE: &str = "AZURE_FEDERATED_TOKEN_FILE";

/// Gives assertions of another issuer, which Entra trusts in place of a secret.
#[async_trait]
pub trait AssertionSource: Send + Sync {
    /// An assertion that is valid now, for this audience. It is asked anew for every token: short
    /// lives and rotation are the source's matter. The future may be dropped at any await point.
    ///
    /// # Errors
    ///
    /// Whatever keeps the source from giving one.
    async fn assertion(&self, audience: &str) -> Result<Secret, BoxError>;
}

/// Reads the assertion from a file, each time anew, as
/// [workload identity](https://learn.microsoft.com/azure/aks/workload-identity-overview) writes it.
#[derive(Clone)]
pub struct AssertionFile {
    path: PathBuf,
}

impl AssertionFile {
    /// A file of this path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// The file that `AZURE_FEDERATED_TOKEN_FILE` names; none where the variable is not set.
    #[must_use]
    pub fn from_environment() -> Option<Self> {
        std::env::var_os(FILE_VARIABLE).filter(|path| !path.is_empty()).map(Self::new)
    }
}

#[async_trait]
impl AssertionSource for AssertionFile {
    async fn assertion(&self, _: &str) -> Result<Secret, BoxError> {
        let path = self.path.clone();
        Ok(tokio::task::spawn_blocking(move || read(&path)).await??)
    }
}

fn read(path: &std::path::Path) -> io::Result<Secret> {
    let limit = MAX_ASSERTION_BYTES as u64 + 1;
    let mut text = String::new();
    std::fs::File::open(path)?.take(limit).read_to_string(&mut text)?;
    if text.len() > MAX_ASSERTION_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file is too long for a token"));
    }
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the file holds no token"));
    }
    Ok(Secret::from(trimmed))
}

/// The audience that assertions must have, by cloud; none where none is documented.
pub(super) const fn audience(cloud: Cloud) -> Option<&'static str> {
    match cloud {
        Cloud::Global => Some("api://AzureADTokenExchange"),
        Cloud::UsGovernment | Cloud::UsGovernmentDod => Some("api://AzureADTokenExchangeUSGov"),
        Cloud::China => Some("api://AzureADTokenExchangeChina"),
        Cloud::Bleu | Cloud::Delos | Cloud::GovSg | Cloud::UsNat | Cloud::UsSec => None,
    }
}

impl fmt::Debug for AssertionFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionFile").field("path", &self.path).finish()
    }
}
