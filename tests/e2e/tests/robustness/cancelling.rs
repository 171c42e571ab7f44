//! Callers who hang up while what they send is written: what was acknowledged to others is there, and no transaction stays open.

use crate::trials::number;
use api::mailbox::v1::RegisterPersonRequest;
use futures::future::join_all;
use harness::actor::register::registration;
use harness::{Engine, Person, Processes, Sessions, Settings, Suite, size};
use kernel::ServiceName;
use std::time::Duration;

/// Few connections, so that one which was cut off is somebody else's at once.
const CONNECTIONS: u32 = 4;
/// How many call at once, again and again.
const CLIENTS: usize = 8;
/// What the choices of who hangs up and when follow from.
const SEED: &str = "cancelled neighbours";
/// Of a hundred clients, so many stop waiting.
const CANCELLED: u64 = 30;
/// They do so within this time.
const SOON: Duration = Duration::from_millis(5);
/// The server counts so much less than a caller asks for (`rpc::layer::deadline`).
const AHEAD: Duration = Duration::from_millis(5);
/// The longest that a transaction may stand open in which nothing happens.
const IDLE: Duration = Duration::from_secs(1);

/// What is written starts no work of the services' own, which would soon take up a connection that was left in a transaction, and
/// end that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_neighbours_are_cancelled() {
    let writes = number(size(304, 20_000));
    let settings = Settings { max_connections: Some(CONNECTIONS), ..Settings::default() };
    let mut processes = Processes::start_with(Engine::Postgres, 1, settings).await.unwrap();
    let suite = processes.suite().clone();
    let mut sessions = processes.sessions(ServiceName::Mailbox).await.unwrap();
    let (mut acknowledged, mut longest) = (Vec::new(), Duration::ZERO);
    for first in (0..writes).step_by(CLIENTS) {
        let numbers = first..writes.min(first + CLIENTS);
        let answers = join_all(numbers.clone().map(|number| registers(&suite, number))).await;
        acknowledged.extend(numbers.zip(answers).filter_map(|(number, acknowledged)| acknowledged.then_some(number)));
        longest = longest.max(until_none_is_idle(&mut sessions).await);
    }
    // Every connection is a fresh one.
    processes.kill_and_restart(ServiceName::Mailbox).await.unwrap();
    for &number in &acknowledged {
        assert!(suite.exemption_desk().exemption_of(&person(number)).await.is_ok(), "{number} was acknowledged");
    }
    let cancelled = writes - acknowledged.len();
    println!(
        "{writes} writes on {CONNECTIONS} connections: {} acknowledged, and all of them there; {cancelled} whose callers had gone; nothing \
         happened in an open transaction for {longest:.1?} at most",
        acknowledged.len(),
    );
    assert!(cancelled * 100 >= writes * 15, "too few stopped waiting in time: {cancelled}");
}

/// Waits until no transaction stands open in which nothing happens; the longest that one did. What goes on for callers who have gone
/// may take a moment.
async fn until_none_is_idle(sessions: &mut Sessions) -> Duration {
    let mut longest = Duration::ZERO;
    while let Some((idle, statement)) = sessions.idle_in_transaction().await.unwrap() {
        assert!(idle <= IDLE, "a transaction stands open, and nothing has happened for {idle:.1?} since {statement:?}");
        longest = longest.max(idle);
    }
    longest
}

/// When a client stops waiting, if it does: it hangs up, or has told the server beforehand.
enum Patience {
    Enough,
    HangsUp(Duration),
    Deadline(Duration),
}

impl Patience {
    fn of(number: usize) -> Self {
        let hash = crypto::sha256(format!("{SEED} {number}").as_bytes());
        let [chance, moment] = [0, 8].map(|at| u64::from_le_bytes(hash[at..at + 8].try_into().unwrap()));
        let soon = SOON.mul_f64(f64::from(u32::try_from(moment % 10_000).unwrap()) / 10_000.0);
        match chance % 100 {
            of_all if of_all >= CANCELLED => Self::Enough,
            of_all if of_all.is_multiple_of(2) => Self::HangsUp(soon),
            _ => Self::Deadline(AHEAD + soon),
        }
    }
}

fn person(number: usize) -> Person {
    Person::of_crowd(u32::try_from(number).unwrap())
}

/// Registers somebody; whether that was acknowledged to a caller who was still there.
async fn registers(suite: &Suite, number: usize) -> bool {
    let registration = Some(registration(&person(number)));
    let mut request = suite.register().request(RegisterPersonRequest { registration, request_id: String::new() });
    let mut client = suite.clients().registry();
    match Patience::of(number) {
        Patience::Enough => {
            client.register_person(request).await.unwrap();
            true
        }
        Patience::HangsUp(after) => {
            tokio::time::timeout(after, client.register_person(request)).await.is_ok_and(|answered| answered.is_ok())
        }
        Patience::Deadline(after) => {
            request.set_timeout(after);
            client.register_person(request).await.is_ok()
        }
    }
}
