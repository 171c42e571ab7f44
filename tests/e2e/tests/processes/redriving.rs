//! Events that were set aside are set going again by a command, while the service runs.

use api::event::v1::event::Payload;
use api::event::v1::{AccessEnded, Event};
use harness::{Engine, Processes};
use kernel::{Clock as _, EventId, ServiceName, SystemClock, SystemRandom};
use prost::Message as _;
use sql::outbox::{self, Outgoing};
use sql::{DatabaseConfig, Db, Error, TimeSource, args};
use std::sync::Arc;
use std::time::{Duration, Instant};

const DESTINATION: ServiceName = ServiceName::Notification;

mod events_that_were_set_aside_are_set_going_again {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        redriven(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        redriven(Engine::Postgres).await;
    }
}

async fn redriven(engine: Engine) {
    let processes = Processes::start(engine).await.unwrap();
    let mut config = DatabaseConfig::at(processes.database_url(ServiceName::Access).to_owned());
    config.migrate = false;
    let time = TimeSource::Engine(Arc::new(SystemClock));
    let db = Db::open(&config, access_service::MIGRATIONS, time).await.unwrap();
    let ids: Vec<EventId> = (0..3).map(|_| EventId::new(SystemClock.now(), &SystemRandom)).collect();
    // What the version that runs can't read.
    let unreadable = ids.iter().map(|&id| Outgoing { id, payload: vec![0xff] }).collect();
    let pushed: Result<(), Error> = db.write(move |tx| Box::pin(outbox::push(tx, DESTINATION, unreadable))).await;
    pushed.unwrap();
    until(async || counted(&db, "SELECT COUNT(*) AS n FROM due_work WHERE parked").await == 3).await;

    // Another version can.
    for id in &ids {
        let event = readable(*id);
        let id = *id;
        let mended: Result<_, Error> = db
            .write(move |tx| {
                Box::pin(
                    async move { tx.execute("UPDATE outbox SET payload = $2 WHERE id = $1", args![id, event]).await },
                )
            })
            .await;
        assert_eq!(mended.unwrap(), 1);
    }
    let one = ids[1].to_string();
    assert_eq!(command(&processes, &["--event", &one]), (Some(0), said(1)));
    until(async || counted(&db, "SELECT COUNT(*) AS n FROM outbox").await == 2).await;
    assert_eq!(command(&processes, &["--event", &one]), (Some(3), "no such event is set aside\n".to_owned()));
    assert_eq!(command(&processes, &[]), (Some(0), said(2)));
    until(async || counted(&db, "SELECT COUNT(*) AS n FROM outbox").await == 0).await;
    assert_eq!(command(&processes, &[]), (Some(0), "no such event is set aside\n".to_owned()));
}

fn said(events: usize) -> String {
    format!("{DESTINATION}: {events} events are on their way again\n")
}

fn command(processes: &Processes, words: &[&str]) -> (Option<i32>, String) {
    let words: Vec<&str> = ["redrive-events"].iter().chain(words).copied().collect();
    let output = processes.command(ServiceName::Access, &words, &[]).unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

/// The end of an access that nobody knows.
fn readable(id: EventId) -> Vec<u8> {
    let unknown = uuid::Uuid::from_u128(1);
    let event = Event {
        id: id.to_string(),
        source: ServiceName::Access.to_string(),
        occurred_time: None,
        traceparent: String::new(),
        payload: Some(Payload::AccessEnded(AccessEnded {
            access: format!("mailboxes/{unknown}/accesses/{unknown}"),
            ..AccessEnded::default()
        })),
    };
    event.encode_to_vec()
}

async fn counted(db: &Db, sql: &'static str) -> i64 {
    let count: Result<_, Error> =
        db.read(move |tx| Box::pin(async move { tx.one(sql, args![], |row| row.get::<i64>("n")).await })).await;
    count.unwrap()
}

async fn until(done: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !done().await {
        assert!(began.elapsed() < Duration::from_mins(1), "it does not come to it");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
