//! One `INSERT` of many rows: several times as fast as one statement a row, and the same text on both engines.

use crate::error::Error;
use crate::tx::Tx;
use crate::value::Value;

/// The most rows of one statement. With at most [`MAX_COLUMNS`] columns it stays below SQLite's 32,766 and PostgreSQL's
/// 65,535 bound values.
const MAX_ROWS: usize = 128;
/// The most columns of a row.
const MAX_COLUMNS: usize = 128;

/// An `INSERT` into one table.
#[derive(Clone, Copy, Debug)]
pub struct Insert {
    table: &'static str,
    columns: &'static [&'static str],
    tail: &'static str,
}

impl Insert {
    /// Into `columns` of `table`; `tail` is what follows the rows, such as `ON CONFLICT DO NOTHING`, or empty. A tail that
    /// updates must not meet the same row twice in one call: PostgreSQL refuses that.
    ///
    /// # Panics
    /// With no column, or more than 128; in a constant, at compile time.
    pub const fn new(table: &'static str, columns: &'static [&'static str], tail: &'static str) -> Self {
        assert!(!columns.is_empty() && columns.len() <= MAX_COLUMNS, "1 to 128 columns");
        Self { table, columns, tail }
    }

    /// The statement for `rows` rows: made of what is written in the program and of placeholders only.
    fn text(&self, rows: usize) -> String {
        let width = self.columns.len();
        let row = |row: usize| {
            let places: Vec<String> = (1..=width).map(|column| format!("${}", row * width + column)).collect();
            format!("({})", places.join(","))
        };
        let rows: Vec<String> = (0..rows).map(row).collect();
        format!("INSERT INTO {} ({}) VALUES {} {}", self.table, self.columns.join(", "), rows.join(","), self.tail)
    }
}

/// How many of `left` rows the next statement takes: a power of two, so that a connection keeps few statements prepared.
fn chunk(left: usize) -> usize {
    if left >= MAX_ROWS { MAX_ROWS } else { 1 << left.ilog2() }
}

impl Tx {
    /// Writes `rows`, each with a value for every column of `insert`, in few statements; the number of rows written.
    pub async fn insert(&mut self, insert: Insert, rows: Vec<Vec<Value>>) -> Result<u64, Error> {
        let (mut rows, mut written) = (rows.into_iter(), 0);
        while rows.len() > 0 {
            let size = chunk(rows.len());
            let values: Vec<Value> = rows.by_ref().take(size).flatten().collect();
            if values.len() != size * insert.columns.len() {
                return Err(Error::corrupt(insert.table, "a row has more or fewer values than there are columns"));
            }
            written += self.execute_text(insert.text(size), values).await?;
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_its_own_place() {
        let insert = Insert::new("letter", &["id", "text"], "ON CONFLICT DO NOTHING");
        assert_eq!(insert.text(2), "INSERT INTO letter (id, text) VALUES ($1,$2),($3,$4) ON CONFLICT DO NOTHING");
    }

    #[test]
    fn any_number_of_rows_is_cut_into_few_sizes() {
        for rows in [1, 2, 3, 127, 128, 129, 500] {
            let (mut left, mut sizes) = (rows, Vec::new());
            while left > 0 {
                sizes.push(chunk(left));
                left -= chunk(left);
            }
            assert!(sizes.iter().all(|size| size.is_power_of_two() && *size <= MAX_ROWS), "{rows}: {sizes:?}");
            assert_eq!(sizes.iter().sum::<usize>(), rows);
        }
    }
}
