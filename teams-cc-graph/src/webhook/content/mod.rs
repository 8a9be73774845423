//! Content that Graph encrypts for the app:
//! [rich notifications](https://learn.microsoft.com/graph/change-notifications-with-resource-data).
//!
//! A subscription that asks for resource data names a certificate of the app; each notification
//! then carries its content under a fresh key, and that key under the certificate. Anybody who has
//! the certificate can write such a content, so it proves nothing by itself: the
//! [tokens](ChangeTokens) of the same post do. An [`Opener`] checks both, in this order, and gives
//! the plain content to nobody where one of them fails:
//!
//! 1. every token of the post is signed by Microsoft Entra, alive, for this app, by Microsoft
//!    Graph, and for a tenant that is served; one of them speaks for the notification's tenant;
//! 2. the certificate is one of the [`KeyRing`], also by its thumbprint;
//! 3. the key comes out of its wrapping (RSAES-OAEP with SHA-1, RFC 8017 §7.1), 32 octets long;
//! 4. the signature over the data fits (HMAC-SHA-256, compared in constant time);
//! 5. the data comes out of its encryption (AES-256 in CBC mode, padded), and is JSON.
//!
//! Answer a post before you open it: the [`Intake`](super::Intake) does, and the
//! [`queue()`](super::queue()) holds what is not opened yet. One private operation of RSA takes
//! about a third of a millisecond with 2048 bits and four with 4096, so open in as many tasks as
//! there are cores.

mod error;
mod generated;
mod key;
mod open;
mod opener;
mod ring;
mod tokens;

pub use error::{ContentError, ContentKeyError};
pub use generated::GeneratedContentKey;
pub use key::{ContentKey, MAX_CERTIFICATE_ID};
pub use open::{Content, open};
pub use opener::{Opener, OpenerCounts};
pub use ring::{KEEP_UNUSED, KeyRing, MAX_CONTENT_KEYS};
pub use tokens::{CHANGE_TRACKING, ChangeTokens, ChangeTokensConfig, MAX_VALIDATION_TOKENS};
