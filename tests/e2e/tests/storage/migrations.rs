//! A program works only on a schema that it knows.

use crate::storage::{STEP, Storage};
use harness::{Engine, on_both};
use sql::{DatabaseConfig, Db, Error, Migrations, Step, args};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::Notify;

on_both! {
    Storage: a_schema_newer_than_the_program_is_refused,
    a_schema_older_than_the_program_is_refused_where_it_may_not_migrate,
    a_database_where_nothing_was_migrated_is_refused,
    a_step_that_was_edited_is_refused,
    a_step_that_fails_half_way_was_not_begun,
    migrating_twice_changes_nothing,
}

const MORE: &str = "CREATE TABLE more (id BIGINT PRIMARY KEY)";
static NEWER: [Step; 2] = [STEP, Step { version: 1001, description: "one more", sqlite: MORE, postgres: MORE }];
const SLOWLY: &str = "CREATE TABLE more (id BIGINT PRIMARY KEY); SELECT pg_sleep(60)";
/// Ends the connections of this database that are in the middle of the slow step.
const CUT_SLEEPERS: &str = "WITH sleeping AS MATERIALIZED (SELECT pid FROM pg_stat_activity \
     WHERE datname = current_database() AND wait_event = 'PgSleep') \
     SELECT COUNT(*) AS n FROM sleeping WHERE pg_terminate_backend(pid)";
const TOUCH: &str = "UPDATE account SET balance = balance";
static SLOW: [Step; 2] = [STEP, Step { version: 1001, description: "one more", sqlite: MORE, postgres: SLOWLY }];
const FAILING: &str = "CREATE TABLE more (id BIGINT PRIMARY KEY); INSERT INTO nowhere (id) VALUES (1)";
static HALF: [Step; 2] = [STEP, Step { version: 1001, description: "one more", sqlite: FAILING, postgres: FAILING }];
const LONG: &str = "SELECT pg_sleep(1.2)";
static LASTING: [Step; 2] = [STEP, Step { version: 1001, description: "slow", sqlite: MORE, postgres: LONG }];
static EDITED: [Step; 1] = [Step { sqlite: MORE, postgres: MORE, ..STEP }];

async fn open(storage: &Storage, migrate: bool, migrations: Migrations) -> Result<Db, Error> {
    let config = DatabaseConfig { migrate, ..storage.config.clone() };
    Db::open(&config, migrations, storage.time()).await
}

async fn a_schema_newer_than_the_program_is_refused(storage: Storage) {
    open(&storage, true, Migrations::new(&NEWER)).await.unwrap();
    for migrate in [true, false] {
        let refused = open(&storage, migrate, Migrations::new(&[STEP])).await;
        assert!(matches!(refused, Err(Error::SchemaNewer(1001))), "migrate: {migrate}");
    }
    let refused = Migrations::new(&[STEP]).run(&storage.config).await;
    assert!(matches!(refused, Err(Error::SchemaNewer(1001))), "{refused:?}");
}

async fn a_schema_older_than_the_program_is_refused_where_it_may_not_migrate(storage: Storage) {
    let refused = open(&storage, false, Migrations::new(&NEWER)).await;
    assert!(matches!(refused, Err(Error::SchemaOlder { version: 1001, .. })));
}

async fn a_database_where_nothing_was_migrated_is_refused(storage: Storage) {
    let folder = TempDir::new().unwrap();
    let config = storage.engine().fresh_database(folder.path(), "empty").await.unwrap();
    let config = DatabaseConfig { migrate: false, ..config };
    let refused = Db::open(&config, Migrations::new(&[STEP]), storage.time()).await;
    assert!(matches!(refused, Err(Error::SchemaOlder { version: 1, .. })));
}

async fn a_step_that_was_edited_is_refused(storage: Storage) {
    for migrate in [true, false] {
        let refused = open(&storage, migrate, Migrations::new(&EDITED)).await;
        assert!(matches!(refused, Err(Error::Migration(_))), "migrate: {migrate}");
    }
}

async fn a_step_that_fails_half_way_was_not_begun(storage: Storage) {
    let failed = open(&storage, true, Migrations::new(&HALF)).await;
    assert!(matches!(failed, Err(Error::Migration(_))));
    // Its table is not there: it could not be made again.
    open(&storage, true, Migrations::new(&NEWER)).await.unwrap();
}

/// What a service asks for in time is nothing to a step that goes through a whole table.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_takes_as_long_as_it_takes() {
    let storage = Storage::start(Engine::Postgres).await;
    let limited = DatabaseConfig { statement_timeout_seconds: 1, ..storage.config.clone() };
    Migrations::new(&LASTING).run(&limited).await.unwrap();
}

/// The step counts how often it is taken: the table would be there already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_that_migrate_at_once_do_it_once() {
    let storage = Storage::start(Engine::Postgres).await;
    let migrations = Migrations::new(&NEWER);
    let done = futures::future::join_all((0..10).map(|_| migrations.run(&storage.config))).await;
    assert!(done.iter().all(Result::is_ok), "{done:?}");
    open(&storage, false, migrations).await.unwrap();
}

/// The connection is cut in the middle of a step, as the end of a process cuts it; the step was not begun, and nobody waits
/// for the lock of the dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_is_cut_half_way_is_done_by_the_next() {
    let storage = Storage::start(Engine::Postgres).await;
    for _ in 0..5 {
        let config = storage.config.clone();
        let migrating = tokio::spawn(async move { Migrations::new(&SLOW).run(&config).await });
        while !migrating.is_finished() {
            storage.count(CUT_SLEEPERS).await;
        }
        assert!(migrating.await.unwrap().is_err());
        let older = open(&storage, false, Migrations::new(&NEWER)).await;
        assert!(matches!(older, Err(Error::SchemaOlder { version: 1001, .. })));
    }
    Migrations::new(&NEWER).run(&storage.config).await.unwrap();
    open(&storage, false, Migrations::new(&NEWER)).await.unwrap();
}

/// No call waits longer than it is told to for a statement or a lock.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statements_and_locks_have_their_limits() {
    let storage = Storage::start(Engine::Postgres).await;
    let limited = DatabaseConfig { statement_timeout_seconds: 1, lock_timeout_seconds: 1, ..storage.config.clone() };
    let limited = Db::open(&limited, Migrations::new(&[STEP]), storage.time()).await.unwrap();
    let slow: Result<(), Error> =
        limited.write(|tx| Box::pin(async move { tx.execute("SELECT pg_sleep(60)", args![]).await.map(|_| ()) })).await;
    assert!(slow.unwrap_err().is_transient());

    let (locked, unlock) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (told, until) = (locked.clone(), unlock.clone());
    let holder = storage.db.clone();
    let holding = tokio::spawn(async move {
        let held = holder.write(move |tx| {
            Box::pin(async move {
                tx.execute(TOUCH, args![]).await?;
                told.notify_one();
                until.notified().await;
                Ok::<(), Error>(())
            })
        });
        held.await
    });
    locked.notified().await;
    let waited: Result<(), Error> =
        limited.write(|tx| Box::pin(async move { tx.execute(TOUCH, args![]).await.map(|_| ()) })).await;
    assert!(waited.unwrap_err().is_transient());
    unlock.notify_one();
    holding.await.unwrap().unwrap();
}

async fn migrating_twice_changes_nothing(storage: Storage) {
    open(&storage, true, Migrations::new(&[STEP])).await.unwrap();
    open(&storage, false, Migrations::new(&[STEP])).await.unwrap();
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM account").await, 1);
}
