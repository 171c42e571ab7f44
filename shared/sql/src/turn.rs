//! Taking turns over something that has no row to lock, such as a count of moments.

use crate::args;
use crate::error::Error;
use crate::tx::{Sql, Tx};

/// SQLite writes one at a time as it is; PostgreSQL locks the number until the transaction ends.
const LOCK: Sql = Sql::each("SELECT $1", "SELECT pg_advisory_xact_lock($1)");

/// Has everybody else wait who wants a turn over one of these subjects, which are hashes, until the transaction ends.
pub async fn take(tx: &mut Tx, subjects: &[[u8; 32]]) -> Result<(), Error> {
    let mut numbers: Vec<i64> = subjects.iter().map(number).collect();
    // Always in the same order, so that two can't wait for each other.
    numbers.sort_unstable();
    for number in numbers {
        tx.execute(LOCK, args![number]).await?;
    }
    Ok(())
}

/// Subjects that share a number wait for each other needlessly, and no more than that.
fn number(subject: &[u8; 32]) -> i64 {
    let (first, _) = subject.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    i64::from_be_bytes(*first)
}
