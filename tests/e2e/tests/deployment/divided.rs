//! `deploy/postgres/distribute.sql`, as far as PostgreSQL alone can tell: it knows every table, and each that is divided is unique
//! within its parts.

use crate::root;
use harness::Engine;
use kernel::SystemClock;
use mailbox_service::MIGRATIONS;
use sql::{Db, Error, Row, TimeSource, args};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tables of the schema that are no partitions, but for the list of steps.
const TABLES: &str = "SELECT relname::text AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition \
     AND relnamespace = 'public'::regnamespace AND relname <> '_sqlx_migrations'";
/// The unique keys of a table that lack a column.
const LACKING: &str = "SELECT i.indexrelid::regclass::text AS name FROM pg_index AS i WHERE i.indisunique \
     AND i.indrelid = $1::text::regclass AND NOT EXISTS (SELECT 1 FROM pg_attribute AS a \
     WHERE a.attrelid = i.indrelid AND a.attname = $2 AND a.attnum = ANY(i.indkey))";

/// Which table goes where: the column that it is divided by, or none.
fn placed(script: &str) -> BTreeMap<String, Option<String>> {
    let calls = script.lines().filter_map(|line| line.strip_prefix("SELECT ")?.split_once('('));
    let mut placed = BTreeMap::new();
    for (function, arguments) in calls {
        let mut quoted = arguments.split('\'').skip(1).step_by(2).map(str::to_owned);
        let table = quoted.next().unwrap();
        let column = if function == "create_distributed_table" { quoted.next() } else { None };
        assert!(placed.insert(table.clone(), column).is_none(), "{table} is placed twice");
    }
    placed
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_has_its_place_when_the_database_is_divided() {
    let script = std::fs::read_to_string(root().join("deploy/postgres/distribute.sql")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = Engine::Postgres.fresh_database(folder.path(), "divided").await.unwrap();
    let db = Db::open(&config, MIGRATIONS, TimeSource::Engine(Arc::new(SystemClock))).await.unwrap();
    let (plain, _) = script.split_once("-- 2.").unwrap();
    for statement in plain.split_inclusive(";\n") {
        let statement: &'static str = statement.to_owned().leak();
        let done: Result<u64, Error> =
            db.write(move |tx| Box::pin(async move { tx.execute(statement, args![]).await })).await;
        done.unwrap();
    }
    let placed = placed(&script);
    let names = |sql: &'static str, values: Vec<sql::Value>| {
        let read = |row: &Row| row.get::<String>("name");
        db.read::<_, Error, _>(move |tx| Box::pin(async move { tx.all(sql, values, read).await }))
    };
    let mut tables = names(TABLES, args![]).await.unwrap();
    tables.sort();
    assert_eq!(tables, placed.keys().cloned().collect::<Vec<_>>(), "every table, and no other");
    for (table, column) in &placed {
        let Some(column) = column else { continue };
        let lacking = names(LACKING, args![table.clone(), column.clone()]).await.unwrap();
        assert!(lacking.is_empty(), "{table} is divided by {column}, which {lacking:?} lack");
    }
}
