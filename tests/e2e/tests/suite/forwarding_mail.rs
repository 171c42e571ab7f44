//! Letters that go to e-mail addresses.

use api::mailbox::v1::forward_message_request::Target;
use harness::actor::authority::pdf;
use harness::{Citizen, Engine, Letter, Mail, Person, Refusable as _, SmtpServer, Suite, on_both};
use kernel::ServiceName;
use std::time::Duration;

on_both! {
    Suite: m7_an_email_brings_the_letter_its_files_and_who_forwarded_it,
    m7_r5_a_reader_forwards_by_email_in_their_own_name,
    m7_the_address_is_forgotten_once_the_letter_is_sent,
    m7_a_letter_that_waits_is_sent_once_it_can_be_fetched,
    m7_a_letter_that_is_gone_is_told_to_the_forwarder,
    m7_what_is_written_injects_nothing_into_the_email,
}

mod m7_a_refused_address_is_told_to_the_forwarder {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        a_refused_address_is_told(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        a_refused_address_is_told(Engine::Postgres).await;
    }
}

const ADDRESS: &str = "mette@example.dk";
const FAILED: &str = "Et brev kunne ikke videresendes / A letter could not be forwarded";

fn to(address: &str) -> Target {
    Target::EmailAddress(address.to_owned())
}

async fn letter(suite: &Suite, karen: &Citizen) -> String {
    let letter = Letter::about("Årsopgørelse").with_pdf("årsopgørelse.pdf").with_pdf("bilag 2.pdf");
    suite.authority().delivers(&karen.person, letter).await.unwrap().message
}

/// The one e-mail that has come to `address`.
async fn the_email(suite: &Suite, address: &str) -> Mail {
    suite.settle().await;
    let mut mails = suite.mails_to(address);
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

async fn m7_an_email_brings_the_letter_its_files_and_who_forwarded_it(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    let body = karen.opens(&message).await.unwrap().body_text;
    karen.forwards(&message, to(ADDRESS)).await.unwrap();
    let mail = the_email(&suite, ADDRESS).await;
    for told in [&karen.person.full_name(), "Odense Kommune", "Se her", "Årsopgørelse", &body] {
        assert!(mail.text.contains(told), "{told}: {}", mail.text);
    }
    let files = mail.files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["årsopgørelse.pdf", "bilag 2.pdf"]);
    assert!(files.iter().all(|(_, content)| *content == pdf("Årsopgørelse")));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(!mail.raw.contains(&karen.person.cpr_number));
    suite.advance(Duration::from_hours(1)).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), 1, "sent once");
}

async fn m7_r5_a_reader_forwards_by_email_in_their_own_name(suite: Suite) {
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = letter(&suite, &karen).await;
    niels.forwards(&message, to(ADDRESS)).await.unwrap();
    let mail = the_email(&suite, ADDRESS).await;
    let said = format!("{} har videresendt", niels.person.full_name());
    assert!(
        mail.text.contains(&said) && !mail.text.contains(&format!("{} har", karen.person.full_name())),
        "{}",
        mail.text
    );
}

async fn m7_the_address_is_forgotten_once_the_letter_is_sent(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    let forward = karen.forwards(&message, to(ADDRESS)).await.unwrap().forward;
    suite.fetches_forward(&forward).await.unwrap();
    the_email(&suite, ADDRESS).await;
    suite.fetches_forward(&forward).await.refused("NOT_FOUND");
    assert!(!karen.subjects(&karen.mailbox).await.unwrap().contains(&FAILED.to_owned()));
}

async fn m7_a_letter_that_waits_is_sent_once_it_can_be_fetched(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    karen.forwards(&message, to(ADDRESS)).await.unwrap();
    suite.settle_only(&[ServiceName::Mailbox]).await;
    assert!(suite.mails_to(ADDRESS).is_empty());
    the_email(&suite, ADDRESS).await;
}

async fn m7_a_letter_that_is_gone_is_told_to_the_forwarder(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let message = letter(&suite, &karen).await;
    karen.forwards(&message, to(ADDRESS)).await.unwrap();
    // Told of, and not sent yet, when it is deleted for good.
    suite.settle_only(&[ServiceName::Mailbox]).await;
    karen.deletes(&message).await.unwrap();
    karen.purges(&message).await.unwrap();
    suite.settle().await;
    assert!(suite.mails_to(ADDRESS).is_empty());
    assert!(karen.subjects(&karen.mailbox).await.unwrap().contains(&FAILED.to_owned()));
}

async fn m7_what_is_written_injects_nothing_into_the_email(suite: Suite) {
    let karen = suite.citizen(Person::karen()).await;
    let mut letter =
        Letter::about("Bcc: x@example.dk =?utf-8?q?a?=").with_pdf("a\u{301}; filename=b.exe; =?utf-8?q?c?=.pdf");
    "\r\n.\r\nMAIL FROM:<x@example.dk>\r\n\r\n--=_\r\nBcc: y@example.dk\r\n".clone_into(&mut letter.body);
    let message = suite.authority().delivers(&karen.person, letter).await.unwrap().message;
    karen.forwards(&message, to(ADDRESS)).await.unwrap();
    let mail = the_email(&suite, ADDRESS).await;
    assert_eq!((mail.header("Bcc"), mail.header("To")), (String::new(), ADDRESS.to_owned()));
    assert_eq!(mail.files().len(), 1);
    assert!(mail.text.contains("MAIL FROM:<x@example.dk>"));
}

async fn a_refused_address_is_told(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let server = SmtpServer::start(folder.path()).unwrap();
    let suite = Suite::start_with_mail_server(engine, &server).await;
    let (karen, niels) = suite.karen_and_niels().await;
    niels.is_given_access_by(&karen).await;
    let message = letter(&suite, &karen).await;
    let forward = niels.forwards(&message, to("refused@example.dk")).await.unwrap().forward;
    niels.forwards(&message, to(ADDRESS)).await.unwrap();
    suite.settle().await;
    suite.fetches_forward(&forward).await.refused("NOT_FOUND");
    let told = |subjects: Vec<String>| subjects.iter().filter(|subject| *subject == FAILED).count();
    assert_eq!(told(niels.subjects(&niels.mailbox).await.unwrap()), 1, "the forwarder is told");
    assert_eq!(told(karen.subjects(&karen.mailbox).await.unwrap()), 0, "and nobody else");
    assert_eq!(the_email(&suite, ADDRESS).await.files().len(), 2, "through a real mail server");
}
