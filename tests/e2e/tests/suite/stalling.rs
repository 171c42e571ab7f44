//! E-mail to those whose mail stalls, and to all others meanwhile.

use harness::scripted::Taken;
use harness::{Citizen, Engine, Letter, Person, ScriptedServer, Suite};
use notification_service::config::MailConfig;
use std::collections::BTreeMap;
use std::time::Duration;

mod n5_n9_a_send_that_stalls_holds_up_no_other {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        others_go_on(Engine::Sqlite, Sizes { places: 2, dead: 1, domains: 1, others: 6 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        others_go_on(Engine::Postgres, Sizes { places: 2, dead: 1, domains: 1, others: 6 }).await;
    }
}

mod n5_n9_a_dead_destination_with_many_queued_holds_up_no_other {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        others_go_on(Engine::Sqlite, Sizes { places: 4, dead: 9, domains: 1, others: 5 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        others_go_on(Engine::Postgres, Sizes { places: 4, dead: 9, domains: 1, others: 5 }).await;
    }
}

mod n5_n9_two_dead_destinations_at_once_hold_up_no_other {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        others_go_on(Engine::Sqlite, Sizes { places: 2, dead: 8, domains: 2, others: 3 }).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        others_go_on(Engine::Postgres, Sizes { places: 2, dead: 8, domains: 2, others: 3 }).await;
    }
}

/// Longer than letters are gathered.
const A_WHILE: Duration = Duration::from_secs(15);
/// Longer than the first few pauses, and than who gets no place waits for the next.
const LATER: Duration = Duration::from_mins(10);
/// How long a test waits for what must come at once. The mailer waits for much longer.
const AT_ONCE: Duration = Duration::from_secs(30);
const PATIENCE_SECONDS: u64 = 300;
const DEAD: &str = "dead.example.dk";

#[derive(Clone, Copy)]
struct Sizes {
    /// How many e-mails are sent at once.
    places: u16,
    /// How many subscribers there are at domains whose mail stalls.
    dead: u32,
    /// How many such domains: first all subscribers of the one, then those of the next.
    domains: u32,
    /// How many elsewhere.
    others: u32,
}

async fn others_go_on(engine: Engine, sizes: Sizes) {
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    let config = MailConfig { parallel: sizes.places, patience_seconds: PATIENCE_SECONDS, ..server.config() };
    let suite = Suite::start_with_mail(engine, config, folder.path()).await;
    let mut citizens = Vec::new();
    for number in 0..sizes.dead + sizes.others {
        let at_dead = format!("d{}.{DEAD}", number * sizes.domains / sizes.dead);
        let domain = if number < sizes.dead { &at_dead } else { "example.dk" };
        citizens.push(subscriber(&suite, &server, number, domain).await);
    }
    server.stalls_for(DEAD);
    // Those at the dead domains first: they are the first that are due.
    for citizen in &citizens {
        suite.authority().delivers(&citizen.person, Letter::about("Nyt")).await.unwrap();
    }
    let sending = tokio::spawn({
        let suite = suite.clone();
        async move { suite.advance(A_WHILE).await }
    });
    let others = usize::try_from(sizes.others).unwrap();
    tokio::time::timeout(AT_ONCE, server.has_taken(others)).await.expect("the others do not wait");
    assert!(!sending.is_finished(), "it still stalls");
    let places = usize::try_from(sizes.domains).unwrap() * usize::from(sizes.places);
    assert!(server.stalled() <= places, "{} stall, beside their places", server.stalled());
    // What stalls comes to its end, and what waits for it is sent when it is its turn.
    server.does(None);
    sending.await.unwrap();
    for _ in 0..sizes.dead {
        suite.advance(LATER).await;
    }
    let told: BTreeMap<String, usize> = server.takes().iter().fold(BTreeMap::new(), |mut told, taken: &Taken| {
        *told.entry(taken.recipients.concat()).or_default() += 1;
        told
    });
    assert_eq!(told.len(), citizens.len(), "{told:?}");
    assert!(told.values().all(|times| *times == 1), "{told:?}");
}

/// Somebody with e-mail about their own post.
async fn subscriber(suite: &Suite, server: &ScriptedServer, number: u32, domain: &str) -> Citizen {
    let citizen = suite.citizen(Person::of_crowd(number)).await;
    let started = citizen.asks_for_mail_about_own_post_at(&format!("p{number}@{domain}")).await.unwrap();
    let code = server.takes().pop().and_then(|taken| harness::mail::parse(&taken.message).unwrap().code()).unwrap();
    citizen.enters_code(&started, &code).await.unwrap();
    citizen
}
