//! A program works only on a schema that it knows.

use crate::storage::{STEP, Storage};
use harness::on_both;
use sql::{DatabaseConfig, Db, Error, Migrations, Step, TimeSource};
use std::sync::Arc;

on_both! {
    Storage: a_schema_newer_than_the_program_is_refused,
    a_schema_older_than_the_program_is_refused_where_it_may_not_migrate,
    a_step_that_was_edited_is_refused,
    migrating_twice_changes_nothing,
}

const MORE: &str = "CREATE TABLE more (id BIGINT PRIMARY KEY)";
static NEWER: [Step; 2] = [STEP, Step { version: 1001, description: "one more", sqlite: MORE, postgres: MORE }];
static EDITED: [Step; 1] = [Step { sqlite: MORE, postgres: MORE, ..STEP }];

async fn open(storage: &Storage, migrate: bool, migrations: Migrations) -> Result<Db, Error> {
    let config = DatabaseConfig { migrate, ..storage.config.clone() };
    Db::open(&config, migrations, TimeSource::Injected(Arc::new(storage.clock.clone()))).await
}

async fn a_schema_newer_than_the_program_is_refused(storage: Storage) {
    open(&storage, true, Migrations::new(&NEWER)).await.unwrap();
    for migrate in [true, false] {
        let refused = open(&storage, migrate, Migrations::new(&[STEP])).await;
        assert!(matches!(refused, Err(Error::Migration(_))), "migrate: {migrate}");
    }
}

async fn a_schema_older_than_the_program_is_refused_where_it_may_not_migrate(storage: Storage) {
    let refused = open(&storage, false, Migrations::new(&NEWER)).await;
    assert!(matches!(refused, Err(Error::Migration(_))));
}

async fn a_step_that_was_edited_is_refused(storage: Storage) {
    let refused = open(&storage, true, Migrations::new(&EDITED)).await;
    assert!(matches!(refused, Err(Error::Migration(_))));
}

async fn migrating_twice_changes_nothing(storage: Storage) {
    open(&storage, true, Migrations::new(&[STEP])).await.unwrap();
    open(&storage, false, Migrations::new(&[STEP])).await.unwrap();
    assert_eq!(storage.count("SELECT COUNT(*) AS n FROM account").await, 1);
}
