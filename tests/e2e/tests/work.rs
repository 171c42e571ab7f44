//! The same work for the same answer: whoever can't be named costs the same statements and the same calls between the
//! services, whyever it is, so that the time of the answer tells nothing. Counted, not timed. A target of its own, because
//! what is counted is counted for the whole process.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

use harness::nobody::{Naming, Nobodies, Way};
use harness::{Engine, Person, Suite};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

/// What each process tries on its database in between, whoever calls: a write, taken back.
const HEALTH_CHECK: [&str; 2] = ["UPDATE clock_floor SET latest = latest", "ROLLBACK"];

/// What was done, in its order: every statement, and every call that a service took.
#[derive(Clone, Default)]
struct Work(Arc<Mutex<Vec<String>>>);

impl Work {
    fn done(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    fn note(&self, what: &str, visit: impl FnOnce(&mut Said)) {
        let mut said = Said(what.to_owned());
        visit(&mut said);
        if !HEALTH_CHECK.iter().any(|part| said.0.contains(part)) {
            self.0.lock().unwrap().push(said.0);
        }
    }
}

/// The text of a statement, or the name of a method.
struct Said(String);

impl Visit for Said {
    fn record_str(&mut self, field: &Field, value: &str) {
        if ["summary", "db.statement", "method"].contains(&field.name()) {
            self.0.push_str(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl<S: Subscriber> Layer<S> for Work {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            self.note("statement: ", |said| event.record(said));
        }
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        if attributes.metadata().name() == "rpc" {
            self.note("call: ", |said| attributes.record(said));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a2_whoever_can_not_be_named_costs_the_same_work() {
    let work = Work::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(work.clone())).unwrap();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let suite = Suite::start(engine).await;
        let (karen, desk) = (suite.citizen(Person::karen()).await, suite.caseworker());
        let mut nobodies = Nobodies::new(&suite);
        for naming in Naming::ALL {
            let mut first: Option<Vec<String>> = None;
            for way in Way::ALL.into_iter().filter(|way| naming.refuses(*way)) {
                suite.advance(Duration::from_hours(24 * 31)).await;
                let nobody = nobodies.next(way).await;
                // Connections are there, and the caller is known.
                karen.given_accesses().await.unwrap();
                work.done();
                naming.names(nobody, &karen, &desk).await.unwrap_err();
                let done = work.done();
                assert!(done.len() > 3, "{done:#?}");
                let first = first.get_or_insert_with(|| done.clone());
                assert_eq!(done, *first, "{engine:?} {naming:?} {way:?}");
            }
        }
    }
}
