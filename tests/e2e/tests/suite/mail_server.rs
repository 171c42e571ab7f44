//! Mail servers of every kind: what they do, and what becomes of the e-mail.

use crate::mail_server_acts::{ENCRYPTED, IN_THE_CLEAR, Outcome};
use api::notification::v1::{Subscription, SubscriptionEndReason, SubscriptionState};
use harness::scripted::{Act, Moment, Taken};
use harness::{Citizen, Engine, Letter, Person, ScriptedServer, Suite};
use notification_service::config::MailConfig;
use notification_service::mailer::{Fault, SendError};
use std::time::Duration;

mod n5_n9_each_behaviour_of_a_mail_server_has_its_outcome {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        each_behaviour(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        each_behaviour(Engine::Postgres).await;
    }
}

/// Longer than letters are gathered.
const A_WHILE: Duration = Duration::from_secs(15);
/// Longer than the first few pauses.
const LATER: Duration = Duration::from_mins(10);

/// A subscriber, and where they are written to.
struct Subscriber {
    citizen: Citizen,
    subscription: Subscription,
    address: String,
}

async fn each_behaviour(engine: Engine) {
    assert!(IN_THE_CLEAR.len() + ENCRYPTED.len() >= 40);
    let folder = tempfile::tempdir().unwrap();
    let server = ScriptedServer::start(folder.path()).await.unwrap();
    for (config, table) in [(server.config(), IN_THE_CLEAR), (server.config_with_tls(), ENCRYPTED)] {
        verdicts(&server, &config, table).await;
        let suite = Suite::start_with_mail(engine, config.clone(), folder.path()).await;
        for (number, &(moment, act, outcome)) in table.iter().enumerate() {
            let subscriber = subscriber(&suite, &server, number).await;
            let row = format!("{moment:?} {act:?}");
            one(&suite, &server, &subscriber, (moment, act, outcome), &row).await;
        }
    }
    assert_eq!(server.strange(), Vec::<String>::new());
}

/// What the mailer alone makes of each; all that differ are shown.
async fn verdicts(server: &ScriptedServer, config: &MailConfig, table: &[(Moment, Act, Outcome)]) {
    let mut others = Vec::new();
    for &(moment, act, outcome) in table {
        server.does(Some((moment, act)));
        let found = server.verdict(config).await.unwrap();
        if found != verdict(outcome) {
            others.push((moment, act, found));
        }
        for taken in server.takes() {
            assert!(taken.message.starts_with(b"Subject: a\r\n\r\n.dot\r\nend\r\n"), "as it was sent");
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

/// Somebody of their own for each behaviour, with an address that was confirmed while the server behaved.
async fn subscriber(suite: &Suite, server: &ScriptedServer, number: usize) -> Subscriber {
    server.does(None);
    let citizen = suite.citizen(Person::of_crowd(u32::try_from(number).unwrap())).await;
    let address = format!("person{number}@example.dk");
    let started = citizen.asks_for_mail_about_own_post_at(&address).await.unwrap();
    let code = server.takes().pop().and_then(|taken| harness::mail::parse(&taken.message).unwrap().code()).unwrap();
    let subscription = citizen.enters_code(&started, &code).await.unwrap();
    Subscriber { citizen, subscription, address }
}

async fn one(
    suite: &Suite,
    server: &ScriptedServer,
    subscriber: &Subscriber,
    (moment, act, outcome): (Moment, Act, Outcome),
    row: &str,
) {
    server.does(Some((moment, act)));
    suite.authority().delivers(&subscriber.citizen.person, Letter::about("Nyt")).await.unwrap();
    suite.advance(A_WHILE).await;
    let at_first = taken_by(server, subscriber);
    server.does(None);
    suite.advance(LATER).await;
    let later = taken_by(server, subscriber);
    let counts = match outcome {
        Outcome::Taken => (1, 0),
        Outcome::Again(_) | Outcome::Ours(_) | Outcome::TooLarge(_) => (0, 1),
        Outcome::TakenTwice(_) => (1, 1),
        Outcome::Ended(_) => (0, 0),
    };
    assert_eq!((at_first.len(), later.len()), counts, "{row}");
    if let ([first], [second]) = (&*at_first, &*later) {
        assert_eq!(first, second, "the same bytes: {row}");
    }
    let seen = subscriber.citizen.sees_subscription(&subscriber.subscription.name).await.unwrap();
    let told = subscriber.citizen.subjects(&subscriber.citizen.mailbox).await.unwrap();
    let told = told.iter().any(|subject| subject.starts_with("E-mail om ny post kan ikke sendes"));
    let (state, reason) = (seen.state(), seen.end_reason());
    if matches!(outcome, Outcome::Ended(_)) {
        assert_eq!((state, reason), (SubscriptionState::Ended, SubscriptionEndReason::Bounced), "{row}");
    } else {
        assert_eq!(state, SubscriptionState::Active, "{row}");
    }
    assert_eq!(told, matches!(outcome, Outcome::Ended(_)), "{row}");
}

/// What the server took for the subscriber: each to nobody else.
fn taken_by(server: &ScriptedServer, subscriber: &Subscriber) -> Vec<Taken> {
    let recipient = format!("TO:<{}>", subscriber.address);
    let taken = server.takes();
    assert!(taken.iter().all(|taken| taken.recipients == [recipient.clone()]), "{taken:?}");
    taken
}

fn verdict(outcome: Outcome) -> Result<(), SendError> {
    match outcome {
        Outcome::Taken => Ok(()),
        Outcome::Again(result) | Outcome::TakenTwice(result) => Err(SendError::new(Fault::Transient, result)),
        Outcome::Ours(result) => Err(SendError::new(Fault::Ours, result)),
        Outcome::TooLarge(result) => Err(SendError::new(Fault::TooLarge, result)),
        Outcome::Ended(result) => Err(SendError::new(Fault::Recipient, result)),
    }
}
