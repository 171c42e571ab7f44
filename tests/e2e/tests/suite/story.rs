//! The whole story, from a register extract to the e-mail that no longer comes.

use api::access::v1::AccessState;
use api::mailbox::v1::RegistrationOutcome;
use harness::actor::register::registration;
use harness::{Engine, Letter, Person, Refusable as _, SmtpServer, Suite, Until, on_both};
use std::time::{Duration, Instant};

on_both! { Suite: a1_a4_a5_a6_a8_a19_a29_r1_r2_r3_r4_r7_n1_n2_n5_the_whole_story }

mod through_a_mail_server {
    use super::*;

    async fn play(engine: Engine) {
        let folder = tempfile::tempdir().unwrap();
        let server = SmtpServer::start(folder.path()).unwrap();
        story(Suite::start_with_mail_server(engine, &server).await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        play(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        play(Engine::Postgres).await;
    }
}

/// How many persons the register has.
const PERSONS: u32 = 10_000;
const ADDRESS: &str = "niels@example.dk";
/// Longer than letters are gathered for one e-mail.
const A_WHILE: Duration = Duration::from_mins(2);

async fn a1_a4_a5_a6_a8_a19_a29_r1_r2_r3_r4_r7_n1_n2_n5_the_whole_story(suite: Suite) {
    // A register of the size of a town first.
    let began = Instant::now();
    let mut lines: Vec<_> = (0..PERSONS - 2).map(|number| registration(&Person::of_crowd(number))).collect();
    lines.insert(4_000, registration(&Person::karen()));
    lines.insert(7_000, registration(&Person::niels()));
    let outcomes = suite.register().registers_all(lines).await.unwrap();
    assert_eq!(outcomes.len(), usize::try_from(PERSONS).unwrap());
    assert!(outcomes.iter().all(|outcome| outcome.outcome() == RegistrationOutcome::Created));
    eprintln!("{PERSONS} persons were registered in {:.1?}", began.elapsed());
    story(suite).await;
}

async fn story(suite: Suite) {
    // Karen gives Niels access; both find a letter about it; Niels sees what he approves.
    let (karen, niels) = suite.karen_and_niels().await;
    let offered = karen.gives_access(&niels, Until::Day("2027-06-30")).await.unwrap();
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), 1);
    assert_eq!(niels.lists(&niels.mailbox).await.unwrap().len(), 1);
    let shown = niels.received_accesses().await.unwrap().accesses.remove(0);
    assert_eq!(
        (shown.owner_display_name.as_str(), shown.status_text_da.as_str()),
        ("Karen Nørgaard", "Mangler din godkendelse")
    );
    assert!(shown.expiry == offered.expiry);
    let access = niels.approves(&shown).await.unwrap();
    assert_eq!(access.state(), AccessState::Active);

    // The municipality writes to Karen; Niels reads it for her.
    let letter = Letter::about("Afgørelse").with_pdf("afgørelse.pdf");
    let pdf = letter.files[0].1.clone();
    suite.authority().delivers(&karen.person, letter).await.unwrap();
    let open = niels.open_mailboxes().await.unwrap();
    assert_eq!(open.iter().map(|open| &open.mailbox).collect::<Vec<_>>(), [&niels.mailbox, &karen.mailbox]);
    let mut listed = niels.lists(&open[1].mailbox).await.unwrap();
    listed.retain(|letter| letter.subject == "Afgørelse");
    let letter = niels.opens(&listed[0].name).await.unwrap();
    assert!(niels.downloads(&letter.files[0].name, 0).await.unwrap().1 == pdf);
    let folder = niels.makes_folder(&karen.mailbox, "Kommunen").await.unwrap();
    niels.moves(&listed[0].name, &folder.name).await.unwrap();
    niels.marks(&listed[0].name, false).await.unwrap();
    let moved = karen.lists_folder(&karen.mailbox, &folder.name).await.unwrap();
    assert_eq!((moved[0].subject.as_str(), moved[0].read), ("Afgørelse", false));
    niels.deletes(&listed[0].name).await.refused("ACT_NOT_ALLOWED");

    // Niels wants to be told of new post.
    suite.advance(A_WHILE).await;
    niels.is_mailed_at(&access, ADDRESS).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), 1);
    suite.authority().delivers(&karen.person, Letter::about("Rykker")).await.unwrap();
    suite.advance(A_WHILE).await;
    let mails = suite.mails_to(ADDRESS);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text.contains("Karen Nørgaard") && !mails[1].text.contains("Rykker"), "{}", mails[1].text);

    // Karen ends it.
    karen.removes(&access).await.unwrap();
    let refused = niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    assert_eq!(refused.metadata["end_reason"], "REMOVED_BY_OWNER");
    suite.advance(A_WHILE).await;
    let before = suite.mails_to(ADDRESS).len();
    suite.authority().delivers(&karen.person, Letter::about("Kun til Karen")).await.unwrap();
    suite.advance(A_WHILE).await;
    assert_eq!(suite.mails_to(ADDRESS).len(), before);
}
