//! What a suite must have before it can start, and nobody else may read: certificates, keys, the tokens they sign.

mod at_rest;
pub(crate) mod file;
mod signing;
mod tls;

use crate::layout::{Issuer, Layout};
use crate::tokens;
use anyhow::Context as _;
use identity::Claims;
use kernel::{Caller, Clock, Random, Timestamp};
use signing::SigningKey;

/// The secrets of one suite. Development only: production refuses the keys by their ids.
#[derive(Clone, Debug)]
pub struct Secrets {
    layout: Layout,
    keys: Vec<(Issuer, SigningKey)>,
}

impl Secrets {
    /// Makes what is missing in the folder, and leaves all else as it is, so that data stays readable and tokens stay
    /// valid across restarts. Folders get the mode 0700, files 0600. Several processes may do it at once.
    ///
    /// # Errors
    /// When the folder can't be written, or holds a file that is damaged; it names the file.
    pub fn prepare(layout: &Layout, clock: &dyn Clock, random: &dyn Random) -> anyhow::Result<Self> {
        for folder in layout.folders() {
            file::folder(&folder)?;
        }
        let preparing = file::lock(&layout.preparing_lock())?;
        preparing.lock().context("can't lock the folder")?;
        tls::prepare(layout, clock.now()).context("certificates")?;
        at_rest::prepare(layout, random)?;
        let key = |issuer| Ok((issuer, signing::prepare(layout, issuer).context("token keys")?));
        let keys = Issuer::ALL.into_iter().map(key).collect::<anyhow::Result<_>>()?;
        Ok(Self { layout: layout.clone(), keys })
    }

    /// Where they lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// A token for `caller`, valid from `now` for [`tokens::LIFE`].
    pub fn token(&self, caller: &Caller, now: Timestamp) -> anyhow::Result<String> {
        let (issuer, claims) = tokens::claims(caller, now);
        self.sign(issuer, &claims)
    }

    /// A token with just these claims, signed by `issuer`: for tests of what is refused.
    pub fn sign(&self, issuer: Issuer, claims: &Claims) -> anyhow::Result<String> {
        Ok(self.key(issuer)?.signer.sign(claims)?)
    }

    /// The id of the key with which `issuer` signs.
    pub fn key_id(&self, issuer: Issuer) -> anyhow::Result<&str> {
        Ok(&self.key(issuer)?.id)
    }

    fn key(&self, issuer: Issuer) -> anyhow::Result<&SigningKey> {
        let key = self.keys.iter().find(|(of, _)| *of == issuer);
        key.map(|(_, key)| key).with_context(|| format!("no key of {}", issuer.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::configs;
    use identity::Verifier;
    use kernel::{Citizen, CprNumber, ManualClock, Portal, ServiceName, SystemRandom};
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    fn prepared() -> (tempfile::TempDir, Layout, ManualClock, Secrets) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path().join("data"));
        let clock = ManualClock::new(Timestamp::from_micros(1_700_000_000_000_000));
        let secrets = Secrets::prepare(&layout, &clock, &SystemRandom).unwrap();
        (folder, layout, clock, secrets)
    }

    #[test]
    fn a_second_time_changes_nothing() {
        let (_folder, layout, clock, _) = prepared();
        let read = || {
            let files =
                [layout.authority().certificate, layout.keys(ServiceName::Mailbox), layout.jwks(Issuer::Persons)];
            files.map(|file| std::fs::read_to_string(file).unwrap())
        };
        let before = read();
        Secrets::prepare(&layout, &clock, &SystemRandom).unwrap();
        assert_eq!(read(), before);
    }

    #[test]
    fn nobody_else_can_read_them() {
        let (_folder, layout, _, _) = prepared();
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(layout.root()), 0o700);
        assert_eq!(mode(&layout.token_folder()), 0o700);
        for file in [layout.authority().key, layout.keys(ServiceName::Access), layout.token_key(Issuer::Persons)] {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }

    #[test]
    fn a_damaged_file_is_named_and_kept() {
        let (_folder, layout, clock, _) = prepared();
        let damaged = layout.keys(ServiceName::Access);
        std::fs::write(&damaged, "{").unwrap();
        let error = Secrets::prepare(&layout, &clock, &SystemRandom).unwrap_err();
        assert!(format!("{error:#}").contains("access-service.keys.json"), "{error:#}");
        assert_eq!(std::fs::read_to_string(&damaged).unwrap(), "{");
    }

    #[tokio::test]
    async fn the_services_accept_the_tokens() {
        drop(rustls::crypto::ring::default_provider().install_default());
        let (_folder, layout, clock, secrets) = prepared();
        let cpr = CprNumber::parse("6101801234").unwrap();
        let citizen = Caller::Citizen(Citizen { cpr, portal: Portal::BorgerDk });
        let service = Caller::Service(kernel::Service { name: ServiceName::Access, on_behalf_of: None });
        let verifier = Verifier::new(&configs::identity(&layout), Arc::new(clock.clone())).await.unwrap();
        for caller in [citizen, service] {
            let token = secrets.token(&caller, clock.now()).unwrap();
            assert_eq!(verifier.verify(&token).await.map(|vouched| vouched.caller), Ok(caller));
        }
    }
}
