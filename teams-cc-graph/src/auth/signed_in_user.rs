//! Tokens of a person who signed in before: [refresh tokens](https://learn.microsoft.com/entra/identity-platform/refresh-tokens), with rotation.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use teams_cc_core::secret::Secret;
use tokio::sync::Mutex;

use super::form::Form;
use super::registration::of_person;
use super::{
    AccessToken, Account, AppRegistration, RefreshTokenStore, SignedIn, TokenProvider,
    TokenRequest, may_be_the_same,
};
use crate::client::BoxError;
use crate::error::{Error, ErrorKind, InvalidRequest, Remedy, SignInError};

/// How many grants of the store are tried: another process may have renewed a dead one.
const LOOKS: u32 = 2;

/// Gives tokens of one person, as long as the person's grant lives. Cheap to clone.
///
/// One exchange per person is under way at a time, whatever scopes are asked for. The new refresh
/// token is saved before the access token beside it is given to anybody. A dead grant is told as
/// [`Remedy::SignInAgain`], and not asked with again until the store has another one. Wrap it in a
/// [`TokenCache`](super::TokenCache), or give it to
/// [`ClientBuilder::signed_in_user`](crate::ClientBuilder::signed_in_user), which does.
#[derive(Clone)]
pub struct SignedInUser {
    shared: Arc<Shared>,
}

struct Shared {
    app: AppRegistration,
    account: Account,
    store: Arc<dyn RefreshTokenStore>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What was used, and the new token the store did not take.
    unsaved: Option<(Secret, Secret)>,
    /// What the service called dead, and how.
    dead: Option<(Secret, Box<SignInError>)>,
}

impl SignedInUser {
    /// A person whose refresh token is in the store already.
    #[must_use]
    pub fn resume(
        app: AppRegistration,
        account: Account,
        store: Arc<dyn RefreshTokenStore>,
    ) -> Self {
        let state = Mutex::default();
        Self { shared: Arc::new(Shared { app, account, store, state }) }
    }

    /// A person who has just signed in: the refresh token is saved first. Dropping the future may
    /// leave it unsaved.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::SignIn`] where the sign-in brought no refresh token or no id token, and
    /// [`ErrorKind::Credential`] where the store fails.
    pub async fn begin(
        app: AppRegistration,
        signed_in: &SignedIn,
        store: Arc<dyn RefreshTokenStore>,
    ) -> Result<Self, Error> {
        let (Some(token), Some(id)) = (&signed_in.refresh_token, &signed_in.id_token) else {
            return Err(Error::sign_in(SignInError::new(
                "invalid_response",
                "the sign-in brought no refresh token or no id token",
            )));
        };
        let account = Account::new(id.tenant.clone(), id.user.clone(), app.client_id().clone());
        store.save(&account, token).await.map_err(kept_not)?;
        Ok(Self::resume(app, account, store))
    }

    /// Whose tokens these are.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.shared.account
    }
}

#[async_trait]
impl TokenProvider for SignedInUser {
    /// An exchange that has begun goes on when this is dropped: else a new refresh token were lost.
    async fn token(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        let tenant = &self.shared.account.tenant;
        if !may_be_the_same(tenant.as_str(), &wanted.tenant) {
            let (token, wanted) = (tenant.as_str().into(), wanted.tenant.clone());
            return Err(InvalidRequest::TokenOfAnotherTenant { token, wanted }.into());
        }
        let (shared, wanted) = (Arc::clone(&self.shared), wanted.clone());
        let exchange = tokio::spawn(async move { shared.refresh(&wanted).await });
        exchange.await.map_err(|error| Error::with_source(ErrorKind::Credential, error))?
    }
}

impl Shared {
    async fn refresh(&self, wanted: &TokenRequest) -> Result<AccessToken, Error> {
        let mut state = self.state.lock().await;
        let mut looks = 0;
        loop {
            looks += 1;
            let token = self.load(&mut state).await?;
            if let Some((dead, error)) = &state.dead
                && dead.reveal() == token.reveal()
            {
                return Err(Error::new(ErrorKind::SignIn(error.clone())));
            }
            let form = Form::grant("refresh_token")
                .secret("refresh_token", &token)
                .plain("scope", of_person(&wanted.scope))
                .plain_if("claims", self.app.claims(wanted.claims.as_deref()));
            let error = match self.app.ask(&self.account.tenant, &form).await {
                Ok(grant) => {
                    if let Some(new) = grant.refresh_token {
                        self.save(&mut state, token, new).await?;
                    }
                    return Ok(grant.access_token);
                }
                Err(error) => error,
            };
            let ErrorKind::SignIn(refusal) = error.kind() else { return Err(error) };
            if refusal.remedy() != Remedy::SignInAgain {
                return Err(error);
            }
            state.dead = Some((token.clone(), refusal.clone()));
            if self.store.dead(&self.account, &token).await.is_err() {
                tracing::warn!("the store of refresh tokens did not note that a grant is dead");
            }
            tracing::warn!(
                tenant = %self.account.tenant,
                "the grant of a person is dead: the person has to sign in again"
            );
            if looks == LOOKS {
                return Err(error);
            }
        }
    }

    /// The token of the store, after what it did not take before.
    async fn load(&self, state: &mut State) -> Result<Secret, Error> {
        let mut kept = self.store.load(&self.account).await.map_err(kept_not)?;
        if let Some((used, new)) = state.unsaved.clone() {
            // Somebody else may have renewed it meanwhile.
            if kept.as_ref().is_some_and(|kept| kept.reveal() == used.reveal()) {
                self.store.save(&self.account, &new).await.map_err(kept_not)?;
                kept = Some(new);
            }
            state.unsaved = None;
        }
        kept.filter(|token| !token.is_empty()).ok_or_else(|| match &state.dead {
            Some((_, error)) => Error::new(ErrorKind::SignIn(error.clone())),
            None => Error::sign_in(SignInError::new(
                "invalid_grant",
                "the store has no refresh token for this person",
            )),
        })
    }

    async fn save(&self, state: &mut State, used: Secret, new: Secret) -> Result<(), Error> {
        if used.reveal() == new.reveal() {
            return Ok(());
        }
        let (_, new) = &*state.unsaved.insert((used, new));
        self.store.save(&self.account, new).await.map_err(kept_not)?;
        state.unsaved = None;
        Ok(())
    }
}

fn kept_not(error: BoxError) -> Error {
    Error::with_source(ErrorKind::Credential, error)
}

impl fmt::Debug for SignedInUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedInUser")
            .field("app", &self.shared.app)
            .field("account", &self.shared.account)
            .finish_non_exhaustive()
    }
}
