//! kill -9 after each step of the story that was acknowledged: nothing of it is lost.

use api::access::v1::{AccessState, EndReason};
use api::mailbox::v1::SendMessageRequest;
use harness::actor::citizen_post::mailbox_of;
use harness::actor::citizen_writing::written_to;
use harness::{Engine, Letter, Mail, Person, Processes, Refusable as _, Until, contact_point};
use kernel::ServiceName;
use std::time::{Duration, Instant};
use tonic::Code;

macro_rules! each_is_killed {
    ($($test:ident: $service:expr;)+) => {$(
        mod $test {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                story($service, Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                story($service, Engine::Postgres).await;
            }
        }
    )+};
}

each_is_killed! {
    nothing_acknowledged_is_lost_when_access_service_is_killed: ServiceName::Access;
    nothing_acknowledged_is_lost_when_mailbox_service_is_killed: ServiceName::Mailbox;
    nothing_acknowledged_is_lost_when_notification_service_is_killed: ServiceName::Notification;
}

const ADDRESS: &str = "niels@example.dk";
/// More than are delivered before the last kill, fewer than a page holds.
const LETTERS: usize = 200;
/// How long events and e-mails may take to come through after a kill: leases run out, relays try again.
const PATIENCE: Duration = Duration::from_mins(1);

/// Plays the story; after each step, `victim` is killed at once and comes up again.
async fn story(victim: ServiceName, engine: Engine) {
    let mut processes = Processes::start(engine).await.unwrap();
    let suite = processes.suite().clone();
    macro_rules! then_kill {
        ($step:expr) => {{
            let acknowledged = $step;
            processes.kill_and_restart(victim).await.unwrap();
            acknowledged
        }};
    }

    let karen = then_kill!(suite.citizen(Person::karen()).await);
    let niels = then_kill!(suite.citizen(Person::niels()).await);
    let offered = then_kill!(karen.gives_access(&niels, Until::Never).await.unwrap());
    let access = then_kill!(niels.approves(&offered).await.unwrap());
    let letter = Letter::about("Afgørelse").with_pdf("afgørelse.pdf");
    let pdf = letter.files[0].1.clone();
    let prepared = then_kill!(suite.authority().prepares(&karen.person, letter).await.unwrap());
    let receipt = then_kill!(suite.authority().sends(prepared.clone()).await.unwrap());
    let folder = then_kill!(niels.makes_folder(&karen.mailbox, "Kommunen").await.unwrap());
    then_kill!(niels.moves(&receipt.message, &folder.name).await.unwrap());
    let started = then_kill!(niels.switches_on_mail(&access, ADDRESS).await.unwrap());
    let code = eventually("the e-mail with the code", async || mails(&suite).pop()).await.code().unwrap();
    then_kill!(niels.enters_code(&started, &code).await.unwrap());
    let told = mails(&suite).len();
    then_kill!(suite.authority().delivers(&karen.person, Letter::about("Rykker")).await.unwrap());

    // All of it is there.
    assert_eq!(karen.sees_access(&access.name).await.unwrap().state(), AccessState::Active);
    assert_eq!(mailbox_of(&receipt.message), karen.mailbox);
    let moved = niels.lists_folder(&karen.mailbox, &folder.name).await.unwrap();
    assert_eq!(moved.iter().map(|letter| letter.name.as_str()).collect::<Vec<_>>(), [receipt.message.as_str()]);
    let opened = niels.opens(&receipt.message).await.unwrap();
    assert!(niels.downloads(&opened.files[0].name, 0).await.unwrap().1 == pdf);
    assert_eq!(suite.authority().sends(prepared).await.unwrap().message, receipt.message, "delivered once");
    // Both were told of offer, and Niels gets his e-mail: events wait for who was away.
    eventually("the letters about the offer", async || {
        let karens = karen.lists(&karen.mailbox).await.unwrap().len();
        let nielses = niels.lists(&niels.mailbox).await.unwrap().len();
        (karens >= 3 && nielses >= 1).then_some(())
    })
    .await;
    eventually("the e-mail about the letter", async || (mails(&suite).len() > told).then_some(())).await;

    let ended = then_kill!(karen.removes(&access).await.unwrap());
    assert_eq!(ended.end_reason(), EndReason::RemovedByOwner);
    niels.lists(&karen.mailbox).await.refused("ACCESS_ENDED");
    let about_the_end = |mail: &Mail| mail.text.contains("sendes ikke længere til denne adresse");
    eventually("the e-mail about the end", async || mails(&suite).iter().any(about_the_end).then_some(())).await;
}

/// Deliveries that a kill cuts are repeated under their UUID, as senders do: each letter is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m2_deliveries_cut_by_a_kill_are_done_once() {
    let mut processes = Processes::start(Engine::Sqlite).await.unwrap();
    let suite = processes.suite().clone();
    let karen = suite.citizen(Person::karen()).await;
    let sending = tokio::spawn(async move {
        let (authority, mut cut) = (suite.authority(), 0);
        for number in 0..LETTERS {
            let letter = Letter::about(&format!("Brev {number}"));
            let delivery = authority.prepares(&Person::karen(), letter).await.unwrap();
            while let Err(refused) = authority.sends(delivery.clone()).await {
                assert!([Code::Unavailable, Code::Unknown, Code::Cancelled].contains(&refused.code), "{refused:?}");
                cut += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        cut
    });
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        processes.kill_and_restart(ServiceName::Mailbox).await.unwrap();
    }
    assert!(sending.await.unwrap() > 0, "a kill came in between");
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), LETTERS);
}

/// Letters that a kill cuts are repeated under their request id, as portals do: each comes to the authority once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_letters_to_an_authority_cut_by_a_kill_are_sent_once() {
    let mut processes = Processes::start(Engine::Sqlite).await.unwrap();
    let suite = processes.suite().clone();
    let karen = suite.citizen(Person::karen()).await;
    suite.authority().sets_contact_points(vec![contact_point("byg", "Byggesager")]).await.unwrap();
    let writing = tokio::spawn(async move {
        let mut cut = 0;
        for number in 0..LETTERS {
            let letter = written_to("authorities/29189668/contactPoints/byg", &format!("Brev {number}"));
            let request = SendMessageRequest { request_id: format!("letter-{number}"), ..letter };
            while let Err(refused) = karen.writes(request.clone()).await {
                assert!([Code::Unavailable, Code::Unknown, Code::Cancelled].contains(&refused.code), "{refused:?}");
                cut += 1;
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        (karen, cut)
    });
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        processes.kill_and_restart(ServiceName::Mailbox).await.unwrap();
    }
    let (karen, cut) = writing.await.unwrap();
    assert!(cut > 0, "a kill came in between");
    let fetched: Vec<String> =
        suite.authority().waiting_post().await.unwrap().into_iter().map(|letter| letter.subject).collect();
    assert_eq!(fetched, (0..LETTERS).map(|number| format!("Brev {number}")).collect::<Vec<_>>());
    assert_eq!(karen.lists(&karen.mailbox).await.unwrap().len(), LETTERS);
}

fn mails(suite: &harness::Suite) -> Vec<Mail> {
    suite.mails_to(ADDRESS)
}

async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
