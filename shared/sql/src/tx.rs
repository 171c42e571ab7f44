//! A connection to either engine, and the statements on it.

use crate::args;
use crate::clock::{GLIMPSE, Glimpse, Present};
use crate::engine::Engine;
use crate::error::Error;
use crate::value::{Row, Value};
use kernel::Timestamp;
use sqlx::pool::PoolConnection;
use sqlx::{Executor as _, Postgres, Sqlite, Transaction};

/// A statement: one text for both engines, or one for each where they differ.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    sqlite: &'static str,
    postgres: &'static str,
}

impl Sql {
    /// A statement that the engines say differently.
    pub const fn each(sqlite: &'static str, postgres: &'static str) -> Self {
        Self { sqlite, postgres }
    }

    const fn on(self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }
}

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Self::each(text, text)
    }
}

/// What statements run on: the transaction of a [`Db::write`](crate::Db::write), or the plain connection of a
/// [`Db::read`](crate::Db::read).
pub struct Tx {
    pub(crate) connection: Connection,
    pub(crate) present: Present,
    pub(crate) work_was_queued: bool,
    pub(crate) after_commit: Vec<AfterCommit>,
}

/// What is done once a transaction is committed.
pub(crate) type AfterCommit = Box<dyn FnOnce() + Send>;

pub(crate) enum Connection {
    SqliteRead(PoolConnection<Sqlite>),
    SqliteWrite(Transaction<'static, Sqlite>),
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

/// Runs `$method` of the underlying connection with the statement's arguments bound.
macro_rules! run {
    ($tx:expr, $sql:expr, $args:expr, $method:ident) => {{
        let sql = $sql;
        match &mut $tx.connection {
            Connection::SqliteRead(connection) => {
                let query = $args.into_iter().fold(sqlx::query(sql), |query, arg| arg.bind_sqlite(query));
                (&mut **connection).$method(query).await.map(Either::Sqlite)
            }
            Connection::SqliteWrite(connection) => {
                let query = $args.into_iter().fold(sqlx::query(sql), |query, arg| arg.bind_sqlite(query));
                (&mut **connection).$method(query).await.map(Either::Sqlite)
            }
            Connection::PostgresRead(connection) => {
                let query = $args.into_iter().fold(sqlx::query(sql), |query, arg| arg.bind_postgres(query));
                (&mut **connection).$method(query).await.map(Either::Postgres)
            }
            Connection::PostgresWrite(connection) => {
                let query = $args.into_iter().fold(sqlx::query(sql), |query, arg| arg.bind_postgres(query));
                (&mut **connection).$method(query).await.map(Either::Postgres)
            }
        }
    }};
}

/// The same result from either engine.
enum Either<S, P> {
    Sqlite(S),
    Postgres(P),
}

impl Tx {
    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        match self.connection {
            Connection::SqliteRead(_) | Connection::SqliteWrite(_) => Engine::Sqlite,
            Connection::PostgresRead(_) | Connection::PostgresWrite(_) => Engine::Postgres,
        }
    }

    /// Runs a statement; the number of rows it changed.
    pub async fn execute(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<u64, Error> {
        let sql = sql.into();
        Ok(match run!(self, sql.on(self.engine()), args, execute)? {
            Either::Sqlite(done) => done.rows_affected(),
            Either::Postgres(done) => done.rows_affected(),
        })
    }

    /// Runs a statement whose text was put together by the program; the number of rows it changed. Values are bound, never
    /// written into the text.
    pub(crate) async fn execute_text(&mut self, text: String, args: Vec<Value>) -> Result<u64, Error> {
        Ok(match run!(self, sqlx::AssertSqlSafe(text), args, execute)? {
            Either::Sqlite(done) => done.rows_affected(),
            Either::Postgres(done) => done.rows_affected(),
        })
    }

    /// The rows of a query, each read by `read`. The query says how many there are at the most.
    pub async fn all<T>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let sql = sql.into();
        match run!(self, sql.on(self.engine()), args, fetch_all)? {
            Either::Sqlite(rows) => rows.into_iter().map(|row| read(&Row::Sqlite(row))).collect(),
            Either::Postgres(rows) => rows.into_iter().map(|row| read(&Row::Postgres(row))).collect(),
        }
    }

    /// The one row of a query, if there is one, read by `read`.
    pub async fn optional<T>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let sql = sql.into();
        let row = match run!(self, sql.on(self.engine()), args, fetch_optional)? {
            Either::Sqlite(row) => row.map(Row::Sqlite),
            Either::Postgres(row) => row.map(Row::Postgres),
        };
        row.as_ref().map(read).transpose()
    }

    /// The one row that a query always has, read by `read`.
    pub async fn one<T>(
        &mut self,
        sql: impl Into<Sql>,
        args: Vec<Value>,
        read: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.optional(sql, args, read).await?.ok_or_else(|| Error::corrupt("row", "missing"))
    }

    /// The present of this transaction: asked for once, the same ever after, and never earlier than any
    /// transaction committed before it (see [`crate::clock`]).
    pub async fn now(&mut self) -> Result<Timestamp, Error> {
        if let Some(now) = self.present.taken() {
            return Ok(now);
        }
        let glimpse = self.one(GLIMPSE, args![], Glimpse::read).await?;
        Ok(self.now_from(glimpse))
    }

    /// The same from what a query of this transaction has seen of the present, without another statement.
    pub fn now_from(&mut self, glimpse: Glimpse) -> Timestamp {
        self.present.take(glimpse)
    }

    /// Has `done` called once this transaction is committed, and not if it is taken back: to wake whoever waits for it.
    /// It must not block.
    pub fn after_commit(&mut self, done: impl FnOnce() + Send + 'static) {
        self.after_commit.push(Box::new(done));
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self.connection {
            Connection::SqliteWrite(transaction) => transaction.commit().await?,
            Connection::PostgresWrite(transaction) => transaction.commit().await?,
            Connection::SqliteRead(_) | Connection::PostgresRead(_) => {}
        }
        Ok(())
    }

    pub(crate) async fn rollback(self) -> Result<(), Error> {
        match self.connection {
            Connection::SqliteWrite(transaction) => transaction.rollback().await?,
            Connection::PostgresWrite(transaction) => transaction.rollback().await?,
            Connection::SqliteRead(_) | Connection::PostgresRead(_) => {}
        }
        Ok(())
    }
}
