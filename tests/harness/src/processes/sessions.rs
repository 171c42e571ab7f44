//! What PostgreSQL says of the connections that a service has.

use super::Processes;
use kernel::ServiceName;
use sqlx::{Connection as _, PgConnection};
use std::time::Duration;

/// For how many seconds nothing has happened in a transaction, and what did last, without its values.
const IDLE: &str = "SELECT extract(epoch FROM clock_timestamp() - state_change)::float8, query FROM pg_stat_activity \
                    WHERE datname = current_database() AND state LIKE 'idle in transaction%' ORDER BY 1 DESC LIMIT 1";

/// A look at the connections to the database of one service, through one of its own.
pub struct Sessions(PgConnection);

impl Processes {
    /// The connections of a service. PostgreSQL only.
    pub async fn sessions(&self, service: ServiceName) -> anyhow::Result<Sessions> {
        Ok(Sessions(PgConnection::connect(self.database_url(service)).await?))
    }
}

impl Sessions {
    /// The transaction that stands open and in which nothing has happened for the longest time, if there is one: for how long,
    /// and the text of its last statement.
    pub async fn idle_in_transaction(&mut self) -> anyhow::Result<Option<(Duration, String)>> {
        let longest: Option<(f64, String)> = sqlx::query_as(IDLE).fetch_optional(&mut self.0).await?;
        Ok(longest.map(|(seconds, statement)| (Duration::from_secs_f64(seconds.max(0.0)), statement)))
    }

    /// How many events wait until another service has taken them.
    pub async fn events_that_wait(&mut self) -> anyhow::Result<i64> {
        Ok(sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&mut self.0).await?)
    }
}
