//! The types that both engines keep, and how they go in and come out.

use crate::error::Error;
use kernel::Timestamp;
use sqlx::postgres::{PgArguments, PgRow};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Postgres, Row as _, Sqlite, ValueRef as _};
use time::OffsetDateTime;
use uuid::Uuid;

/// A value to bind. Each type has its own `None`, because PostgreSQL wants to know what is missing.
#[derive(Clone, Debug)]
pub enum Value {
    /// `BOOLEAN`.
    Bool(Option<bool>),
    /// `BIGINT`.
    Int(Option<i64>),
    /// `TEXT`.
    Text(Option<String>),
    /// `BYTEA` / `BLOB`.
    Bytes(Option<Vec<u8>>),
    /// `UUID` / a 16-byte `BLOB`.
    Uuid(Option<Uuid>),
    /// `TIMESTAMPTZ` / microseconds as `INTEGER`.
    Time(Option<Timestamp>),
    /// A list: `= ANY($1)` on PostgreSQL, `IN (SELECT unhex(value) FROM json_each($1))` on SQLite.
    Uuids(Vec<Uuid>),
}

/// Values to bind, in the order of their placeholders: `args![id, name, None::<i64>]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

macro_rules! bindable {
    ($($variant:ident: $($from:ty => |$value:ident| $into:expr),+;)*) => {$($(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                Self::$variant(Some($into))
            }
        }

        impl From<Option<$from>> for Value {
            fn from(value: Option<$from>) -> Self {
                Self::$variant(value.map(|$value: $from| $into))
            }
        }
    )+)*};
}

bindable! {
    Bool: bool => |value| value;
    Int: i64 => |value| value, i32 => |value| i64::from(value), u32 => |value| i64::from(value);
    Text: String => |value| value, &str => |value| value.to_owned(), &String => |value| value.clone();
    Bytes: Vec<u8> => |value| value, &[u8] => |value| value.to_vec(), &[u8; 32] => |value| value.to_vec(), [u8; 32] => |value| value.to_vec(), &Vec<u8> => |value| value.clone();
    Uuid: Uuid => |value| value,
        kernel::PersonId => |value| value.as_uuid(), kernel::AccessId => |value| value.as_uuid(), kernel::MessageId => |value| value.as_uuid(),
        kernel::FolderId => |value| value.as_uuid(), kernel::FileId => |value| value.as_uuid(), kernel::UploadId => |value| value.as_uuid(),
        kernel::SubscriptionId => |value| value.as_uuid(), kernel::ExemptionId => |value| value.as_uuid(), kernel::EventId => |value| value.as_uuid(),
        kernel::RecipientId => |value| value.as_uuid(), kernel::ForwardId => |value| value.as_uuid(),
        kernel::LedgerEntryId => |value| value.as_uuid(), kernel::ReplyId => |value| value.as_uuid(),
        kernel::ActivityId => |value| value.as_uuid();
    Time: Timestamp => |value| value;
}

impl From<Vec<Uuid>> for Value {
    fn from(value: Vec<Uuid>) -> Self {
        Self::Uuids(value)
    }
}

impl Value {
    pub(crate) fn bind_sqlite(self, query: Query<'_, Sqlite, SqliteArguments>) -> Query<'_, Sqlite, SqliteArguments> {
        match self {
            Self::Bool(value) => query.bind(value),
            Self::Int(value) => query.bind(value),
            Self::Text(value) => query.bind(value),
            Self::Bytes(value) => query.bind(value),
            Self::Uuid(value) => query.bind(value),
            Self::Time(value) => query.bind(value.map(Timestamp::as_micros)),
            Self::Uuids(values) => query.bind(hex_array(&values)),
        }
    }

    pub(crate) fn bind_postgres(self, query: Query<'_, Postgres, PgArguments>) -> Query<'_, Postgres, PgArguments> {
        match self {
            Self::Bool(value) => query.bind(value),
            Self::Int(value) => query.bind(value),
            Self::Text(value) => query.bind(value),
            Self::Bytes(value) => query.bind(value),
            Self::Uuid(value) => query.bind(value),
            Self::Time(value) => query.bind(value.map(to_offset)),
            Self::Uuids(values) => query.bind(values),
        }
    }
}

/// The JSON that `json_each` and `unhex` turn back into blobs.
fn hex_array(values: &[Uuid]) -> String {
    let items: Vec<String> = values.iter().map(|value| format!("\"{}\"", value.simple())).collect();
    format!("[{}]", items.join(","))
}

pub(crate) fn to_offset(instant: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(instant.as_micros()) * 1_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn from_offset(instant: OffsetDateTime) -> Timestamp {
    Timestamp::from_micros(i64::try_from(instant.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX))
}

/// A row of a result.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of `column`; an error where it is NULL and `T` is no `Option`.
    pub fn get<T: Column>(&self, column: &'static str) -> Result<T, Error> {
        T::read(self, column)
    }

    fn is_null(&self, column: &str) -> Result<bool, Error> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get_raw(column)?.is_null(),
            Self::Postgres(row) => row.try_get_raw(column)?.is_null(),
        })
    }
}

/// A type that a column can be read as.
pub trait Column: Sized {
    /// Reads `column` of `row`.
    fn read(row: &Row, column: &'static str) -> Result<Self, Error>;
}

impl<T: Column> Column for Option<T> {
    fn read(row: &Row, column: &'static str) -> Result<Self, Error> {
        if row.is_null(column)? { Ok(None) } else { T::read(row, column).map(Some) }
    }
}

fn not_null(row: &Row, column: &'static str) -> Result<(), Error> {
    if row.is_null(column)? { Err(Error::corrupt(column, "NULL")) } else { Ok(()) }
}

macro_rules! columns {
    ($($type:ty)*) => {$(
        impl Column for $type {
            fn read(row: &Row, column: &'static str) -> Result<Self, Error> {
                not_null(row, column)?;
                Ok(match row {
                    Row::Sqlite(row) => row.try_get(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
    )*};
}

columns! { bool i64 String Vec<u8> Uuid }

impl Column for Timestamp {
    fn read(row: &Row, column: &'static str) -> Result<Self, Error> {
        not_null(row, column)?;
        Ok(match row {
            // Unchecked, because the column is declared TIMESTAMPTZ and holds an INTEGER.
            Row::Sqlite(row) => Self::from_micros(row.try_get_unchecked(column)?),
            Row::Postgres(row) => from_offset(row.try_get(column)?),
        })
    }
}

macro_rules! id_columns {
    ($($type:ident)*) => {$(
        impl Column for kernel::$type {
            fn read(row: &Row, column: &'static str) -> Result<Self, Error> {
                Uuid::read(row, column).map(Self::from)
            }
        }
    )*};
}

id_columns! { PersonId AccessId MessageId FolderId FileId UploadId SubscriptionId ExemptionId EventId RecipientId ReplyId ForwardId LedgerEntryId ActivityId }
