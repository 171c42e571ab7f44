//! E-mails that are signed (DKIM), as another's software sees them after they went through a mail server.

use api::mailbox::v1::forward_message_request::Target;
use harness::{DkimKey, Engine, Letter, SmtpServer, Suite};
use notification_service::config::{DkimConfig, MailConfig};
use std::time::Duration;

mod every_email_is_signed_and_what_is_changed_does_not_hold {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        signed(Engine::Sqlite, DkimKey::ed25519().unwrap()).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        signed(Engine::Postgres, DkimKey::rsa().unwrap()).await;
    }
}

const SELECTOR: &str = "post-2026";
const DOMAIN: &str = "digitalpost.example";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);

async fn signed(engine: Engine, key: DkimKey) {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(folder.path()).unwrap();
    let (domain, selector, key_file) = (DOMAIN.to_owned(), SELECTOR.to_owned(), Some(key.file.clone()));
    let mail = MailConfig { dkim: DkimConfig { domain, selector, key_file }, ..server.config() };
    let suite = Suite::start_with_mail(engine, mail, &server.folder).await;
    one_of_each(&suite).await;
    let emails: Vec<Vec<u8>> = suite.mails().into_iter().map(|mail| mail.raw.into_bytes()).collect();
    assert_eq!(emails.len(), 6);
    let verified = |emails: &[Vec<u8>]| key.verifies((SELECTOR, DOMAIN), emails, folder.path()).unwrap();
    assert_eq!(verified(&emails), [true; 6]);
    for email in &emails {
        let changed = changed(std::str::from_utf8(email).unwrap());
        let held: Vec<_> = changed.iter().zip(verified(&changed)).filter(|(_, held)| *held).collect();
        assert!(held.is_empty(), "{:?}", held.iter().map(|(email, _)| String::from_utf8_lossy(email)).next());
    }
    let elsewhere = key.verifies((SELECTOR, "example.com"), &emails[..1], folder.path()).unwrap();
    assert_eq!(elsewhere, [false], "the record stands under the domain and no other");
}

/// A code, news, an address that changes, a forwarded letter with a file, an end.
async fn one_of_each(suite: &Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    let access = niels.is_given_access_by(&karen).await;
    let subscription = niels.is_mailed_at(&access, "niels@example.dk").await;
    suite.advance(A_WHILE).await;
    let letter = Letter::about("Nyt").with_pdf("bilag.pdf");
    let letter = suite.authority().delivers(&karen.person, letter).await.unwrap().message;
    suite.advance(A_WHILE).await;
    let changed = niels.changes_address(&subscription, "niels.ny@example.dk").await.unwrap();
    let code = suite.mails_to("niels.ny@example.dk").pop().unwrap().code().unwrap();
    niels.enters_code(&changed, &code).await.unwrap();
    niels.forwards(&letter, Target::EmailAddress("mette@example.dk".to_owned())).await.unwrap();
    karen.removes(&access).await.unwrap();
    suite.advance(A_WHILE).await;
}

/// The e-mail with one thing changed, in every way in which it could mislead.
fn changed(email: &str) -> Vec<Vec<u8>> {
    let replaced = |from: &str, to: &str| {
        assert!(email.contains(from), "{from}");
        email.replacen(from, to, 1)
    };
    [
        replaced("\r\nSubject: ", "\r\nSubject: Haster: "),
        replaced("\r\nFrom: ", "\r\nFrom: <x@example.com>\r\nFrom: "),
        replaced("\r\nAuto-Submitted: auto-generated", ""),
        replaced("\r\nMessage-ID: <", "\r\nMessage-ID: <0"),
        replaced("\r\nMIME-Version: 1.0", "\r\nMIME-Version: 1.0\r\nReply-To: <x@example.com>"),
        replaced("<!DOCTYPE html>", "<!DOCTYPE html><p>x</p>"),
        format!("From: <x@example.com>\r\n{email}"),
        format!("{email}\r\nx"),
    ]
    .map(String::into_bytes)
    .into()
}
