//! The raw limit of what is written in bulk: PostgreSQL taking the rows that a load has left behind once more, into empty
//! tables of the same shape, by COPY, as many in a transaction as the service writes in one.

use crate::stage::schema;
use anyhow::Context as _;
use engines::Engine;
use futures::TryStreamExt as _;
use sqlx::postgres::PgPoolCopyExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool, Row as _};
use std::time::{Duration, Instant};

/// How many persons or letters the service writes in one transaction.
const BATCH: usize = 200;

/// What was copied.
pub(crate) struct Copied {
    /// Of how many persons or letters the rows were.
    pub(crate) of: u32,
    pub(crate) took: Duration,
    tables: Vec<(String, usize)>,
    /// What they take in the database, their indexes included.
    bytes: i64,
}

impl Copied {
    /// How many rows of each table, and what one person or letter takes with all that belongs to it.
    pub(crate) fn rows(&self) -> String {
        let each = self.tables.iter().map(|(table, rows)| format!("{rows} of {table}"));
        let each = each.collect::<Vec<_>>().join(", ");
        format!("{each}; {} bytes each in the database", self.bytes / i64::from(self.of))
    }
}

/// A table and its rows, in the text that COPY speaks.
struct Table {
    name: String,
    rows: Vec<Vec<u8>>,
}

/// Copies the rows that belong to at most `copied` of `all` persons or letters, but not those of the tables `others`. SQLite has
/// no such way: nothing is measured there.
pub(crate) async fn copy(
    engine: Engine,
    url: &str,
    others: &[&str],
    all: u32,
    copied: u32,
) -> anyhow::Result<Option<Copied>> {
    if engine == Engine::Sqlite || all == 0 {
        return Ok(None);
    }
    let of = all.min(copied);
    let source = PgPool::connect(url).await?;
    let mut tables = Vec::new();
    let names = names(&source).await?;
    for name in names.into_iter().filter(|name| !others.contains(&name.as_str())) {
        let rows = read(&source, &name, all, of).await?;
        if !rows.is_empty() {
            tables.push(Table { name, rows });
        }
    }
    source.close().await;
    let empty = engines::postgres::fresh_database().await?;
    schema(&empty).await?;
    let mut connection = PgConnection::connect(&empty).await?;
    let batches = usize::try_from(of)?.div_ceil(BATCH);
    let before = size(&mut connection).await?;
    let started = Instant::now();
    for batch in 0..batches {
        let mut transaction = connection.begin().await?;
        for table in &tables {
            let per_batch = table.rows.len().div_ceil(batches);
            let rows = table.rows.iter().skip(batch * per_batch).take(per_batch);
            let text: Vec<u8> = rows.flatten().copied().collect();
            let mut into = transaction.copy_in_raw(&format!("COPY {} FROM STDIN", table.name)).await?;
            into.send(text).await?;
            into.finish().await?;
        }
        transaction.commit().await?;
    }
    let took = started.elapsed();
    let bytes = size(&mut connection).await? - before;
    connection.close().await?;
    let tables = tables.into_iter().map(|table| (table.name, table.rows.len())).collect();
    Ok(Some(Copied { of, took, tables, bytes }))
}

/// Bytes of the whole database.
async fn size(connection: &mut PgConnection) -> anyhow::Result<i64> {
    let row = connection.fetch_one("SELECT pg_database_size(current_database()) AS bytes").await?;
    Ok(row.try_get("bytes")?)
}

/// The tables that letters and persons leave rows in; what waits to be relayed comes and goes.
async fn names(source: &PgPool) -> anyhow::Result<Vec<String>> {
    let sql = "SELECT relname::text AS name FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace \
               WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT relispartition \
               AND relname NOT IN ('_sqlx_migrations', 'clock_floor', 'outbox', 'due_work', 'inbox', 'request') ORDER BY 1";
    let rows = sqlx::query(sql).fetch_all(source).await?;
    rows.iter().map(|row| Ok(row.try_get("name")?)).collect()
}

/// As many rows as belong to `of` of `all`.
async fn read(source: &PgPool, table: &str, all: u32, of: u32) -> anyhow::Result<Vec<Vec<u8>>> {
    let counted = source.fetch_one(AssertSqlSafe(format!("SELECT COUNT(*) AS rows FROM {table}"))).await?;
    let rows: i64 = counted.try_get("rows")?;
    let part = rows * i64::from(of) / i64::from(all);
    let mut out = source.copy_out_raw(&format!("COPY (SELECT * FROM {table} LIMIT {part}) TO STDOUT")).await?;
    let mut text = Vec::new();
    while let Some(chunk) = out.try_next().await.context("rows")? {
        text.extend_from_slice(&chunk);
    }
    Ok(text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect())
}
