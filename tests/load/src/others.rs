//! Letters in the mailboxes of others, so that what is measured is a small part of what there is.

use anyhow::ensure;
use engines::Engine;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};

/// How many letters are made by one statement.
const BATCH: i64 = 50_000;
/// How many lie in one mailbox.
const EACH: i64 = 100;

/// Has PostgreSQL make `number` letters, each as the first one there is, at moments of their own. Nobody can open them, nor is
/// meant to.
pub(crate) async fn fill(engine: Engine, url: &str, number: u32) -> anyhow::Result<()> {
    if number == 0 {
        return Ok(());
    }
    ensure!(engine == Engine::Postgres, "letters of others are made by PostgreSQL alone");
    let mut connection = PgConnection::connect(url).await?;
    let columns: Vec<String> = sqlx::query(
        "SELECT column_name::text FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name = 'message' AND is_generated = 'NEVER'",
    )
    .fetch_all(&mut connection)
    .await?
    .iter()
    .map(|row| row.get(0))
    .collect();
    let values: Vec<String> = columns.iter().map(|column| value(column)).collect();
    // Names of columns are all that is put in.
    let sql = format!(
        "INSERT INTO message ({}) SELECT {} FROM generate_series($1::bigint, $2::bigint) AS n \
         CROSS JOIN (SELECT * FROM message LIMIT 1) AS m",
        columns.join(", "),
        values.join(", ")
    );
    for first in (1..=i64::from(number)).step_by(usize::try_from(BATCH)?) {
        let last = i64::from(number).min(first + BATCH - 1);
        sqlx::query(AssertSqlSafe(sql.clone())).bind(first).bind(last).execute(&mut connection).await?;
    }
    sqlx::query("VACUUM ANALYZE message").execute(&mut connection).await?;
    Ok(connection.close().await?)
}

fn value(column: &str) -> String {
    match column {
        "mailbox" => format!("md5('mailbox ' || n / {EACH})::uuid"),
        "id" => "md5('letter ' || n)::uuid".to_owned(),
        "available_time" => "m.available_time - n * INTERVAL '1 second'".to_owned(),
        _ => format!("m.{column}"),
    }
}
