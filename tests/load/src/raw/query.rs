//! What a check reads, in one statement on either engine: whom the CPR number leads to, the present, and the accesses of one
//! reader to one mailbox.

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{PgPool, Row as _, SqlitePool};
use std::str::FromStr as _;
use uuid::Uuid;

/// As many as a service has.
const CONNECTIONS: u32 = 8;

macro_rules! columns {
    ($present:literal, $from:literal) => {
        concat!(
            "SELECT (SELECT k.person FROM known_person k WHERE k.cpr_hash = $3) AS known, (SELECT latest FROM clock_floor) \
             AS present_floor, ",
            $present,
            "a.id, a.owner, a.reader, a.scope, a.post, a.version, a.state, a.end_reason, a.expires_on, \
             a.guardianship_reference, a.guardianship_ends_on, a.create_time, a.lapse_time, a.approve_time, a.end_time FROM ",
            $from
        )
    };
}

const SQLITE: &str = columns!(
    "",
    "(SELECT unhex(value) AS mailbox FROM json_each($1)) m \
     CROSS JOIN (SELECT 'public' AS post UNION ALL SELECT 'e_boks' UNION ALL SELECT 'mit_dk') p \
     LEFT JOIN access a ON a.id = (SELECT b.id FROM access b \
     WHERE b.owner = m.mailbox AND b.reader = $2 AND b.post = p.post ORDER BY b.ended, b.over_time DESC, b.id DESC LIMIT 1)"
);
const POSTGRES: &str = columns!(
    "(SELECT clock_timestamp()) AS present_clock, ",
    "unnest($1) AS m(mailbox) CROSS JOIN (VALUES ('public'), ('e_boks'), ('mit_dk')) AS p(post) \
     LEFT JOIN LATERAL (SELECT b.* FROM access b \
     WHERE b.owner = m.mailbox AND b.reader = $2 AND b.post = p.post ORDER BY b.ended, b.over_time DESC, b.id DESC LIMIT 1) \
     a ON TRUE"
);

/// The statement on a pool of connections.
pub(super) enum Query {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Query {
    pub(super) async fn open(url: &str) -> anyhow::Result<Self> {
        if url.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(url)?.journal_mode(SqliteJournalMode::Wal);
            let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
            return Ok(Self::Sqlite(pool.connect_with(options.pragma("query_only", "ON")).await?));
        }
        // Planned once, as the services' own statements are.
        let options = PgConnectOptions::from_str(url)?.options([("plan_cache_mode", "force_generic_plan")]);
        let pool = PgPoolOptions::new().max_connections(CONNECTIONS).test_before_acquire(false);
        Ok(Self::Postgres(pool.connect_with(options).await?))
    }

    /// The id of the access that was found.
    pub(super) async fn run(&self, mailbox: Uuid, reader: Uuid) -> sqlx::Result<Option<Uuid>> {
        // No number leads anywhere: looked up all the same.
        let nobody = [0_u8; 32];
        match self {
            Self::Sqlite(pool) => {
                let mailboxes = format!("[\"{}\"]", mailbox.simple());
                let query = sqlx::query(SQLITE).bind(mailboxes).bind(reader).bind(&nobody[..]);
                let rows = query.fetch_all(pool).await?;
                Ok(rows.iter().find_map(|row| row.get::<Option<Uuid>, _>("id")))
            }
            Self::Postgres(pool) => {
                let query = sqlx::query(POSTGRES).bind(vec![mailbox]).bind(reader).bind(&nobody[..]);
                let rows = query.fetch_all(pool).await?;
                Ok(rows.iter().find_map(|row| row.get::<Option<Uuid>, _>("id")))
            }
        }
    }
}
