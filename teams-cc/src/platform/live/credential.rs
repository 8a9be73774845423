//! With what the app proves itself, from the environment.

use std::{fs, sync::Arc};

use teams_cc_core::{Secret, Timestamp};
use teams_cc_graph::{
    Cloud,
    auth::{AppCredential, AssertionFile, ClientCertificate},
};

use super::{EnvError, invalid};

const SECRET: &str = "TEAMS_CC_CLIENT_SECRET";
const CERTIFICATE: &str = "TEAMS_CC_CLIENT_CERTIFICATE";
const KEY: &str = "TEAMS_CC_CLIENT_KEY";
/// Set by the webhook of workload identity, and so not named by us.
pub(super) const FEDERATED: &str = "AZURE_FEDERATED_TOKEN_FILE";

const READABLE: &str = "the path of a file in PEM that this program may read";

/// The credential, and when it ends where that is known.
pub(super) fn read<'v>(
    find: impl Fn(&'static str) -> Option<&'v str>,
) -> Result<(AppCredential, Option<Timestamp>), EnvError> {
    match (find(CERTIFICATE), find(SECRET), find(FEDERATED)) {
        (Some(_), Some(_), _) => {
            Err(invalid(SECRET, "left out where TEAMS_CC_CLIENT_CERTIFICATE is set"))
        }
        (Some(certificate), None, _) => {
            let key = find(KEY).ok_or(EnvError::Missing(KEY))?;
            let text =
                |name, path: &str| fs::read_to_string(path).map_err(|_| invalid(name, READABLE));
            let (certificate, key) =
                (text(CERTIFICATE, certificate)?, Secret::new(text(KEY, key)?));
            let certificate = ClientCertificate::from_pem(&certificate, &key)?;
            let ends = certificate.not_after();
            Ok((AppCredential::certificate(certificate), Some(ends)))
        }
        (None, Some(secret), _) => Ok((AppCredential::secret(Secret::from(secret)), None)),
        (None, None, Some(file)) => {
            let source = Arc::new(AssertionFile::new(file));
            let credential = AppCredential::federated(source, Cloud::default());
            // The worldwide cloud has an audience of federation.
            Ok((credential.map_err(|_| EnvError::Missing(SECRET))?, None))
        }
        (None, None, None) => Err(EnvError::Missing(SECRET)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use teams_cc_sim::keys::{CLIENT_CERTIFICATE, CLIENT_KEY};

    use super::*;

    fn from(vars: &[(&'static str, &str)]) -> Result<(String, bool), EnvError> {
        let vars: BTreeMap<_, _> = vars.iter().copied().collect();
        let read = read(|name| vars.get(name).copied())?;
        Ok((format!("{:?}", read.0), read.1.is_some()))
    }

    #[test]
    fn an_app_proves_itself_by_what_is_there_and_one_thing_too_much_is_named() {
        let place = std::env::temp_dir().join(format!("teams-cc-env-{}", std::process::id()));
        fs::create_dir_all(&place).unwrap();
        let (certificate, key) = (place.join("client.cert.pem"), place.join("client.key.pem"));
        fs::write(&certificate, CLIENT_CERTIFICATE).unwrap();
        fs::write(&key, CLIENT_KEY).unwrap();
        let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
        let nowhere = "/nowhere/at/all.pem";
        for (vars, wanted) in [
            (&[(SECRET, "hush")][..], Ok(("AppCredential(secret)", false))),
            (&[(SECRET, "hush"), (FEDERATED, "file")], Ok(("AppCredential(secret)", false))),
            (&[(CERTIFICATE, certificate), (KEY, key)], Ok(("AppCredential(certificate)", true))),
            (&[(FEDERATED, "file")], Ok(("AppCredential(federated)", false))),
            (&[], Err("TEAMS_CC_CLIENT_SECRET is not set")),
            (&[(CERTIFICATE, certificate)], Err("TEAMS_CC_CLIENT_KEY is not set")),
            (&[(CERTIFICATE, nowhere), (KEY, key)], Err("TEAMS_CC_CLIENT_CERTIFICATE must be")),
            (&[(CERTIFICATE, certificate), (KEY, nowhere)], Err("TEAMS_CC_CLIENT_KEY must be")),
            (&[(CERTIFICATE, certificate), (KEY, certificate)], Err("private key cannot be read")),
            (
                &[(CERTIFICATE, certificate), (KEY, key), (SECRET, "hush")],
                Err("TEAMS_CC_CLIENT_SECRET must be left out"),
            ),
        ] {
            match (from(vars), wanted) {
                (Ok((found, ends)), Ok(wanted)) => assert_eq!((&*found, ends), wanted),
                (Err(told), Err(words)) => assert!(told.to_string().contains(words), "{told}"),
                (found, wanted) => panic!("{found:?} instead of {wanted:?}"),
            }
        }
        fs::remove_dir_all(place).unwrap();
    }
}
