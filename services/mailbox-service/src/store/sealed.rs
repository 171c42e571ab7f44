//! Sealing and opening columns. Each value names its place (`table.column/row`), so it opens nowhere else.

use crypto::{DataKey, SealError};
use kernel::Random;
use std::fmt::Display;

/// Seals `text` for `column` of `row`.
pub(crate) fn seal(key: &DataKey, column: &'static str, row: impl Display, text: &str, random: &dyn Random) -> Vec<u8> {
    key.seal(&place(column, row), text.as_bytes(), random)
}

/// Opens the text in `column` of `row`.
pub(crate) fn open(
    key: &DataKey,
    column: &'static str,
    row: impl Display,
    sealed: &[u8],
) -> Result<String, sql::Error> {
    key.open_text(&place(column, row), sealed).map_err(|_| does_not_open(column))
}

/// Where a value lies.
pub(crate) fn place(column: &'static str, row: impl Display) -> String {
    format!("{column}/{row}")
}

/// What a value that does not open is to the storage.
pub(crate) fn does_not_open(column: &'static str) -> sql::Error {
    sql::Error::corrupt(column, "does not open")
}

/// For `map_err`.
pub(crate) fn closed(column: &'static str) -> impl FnOnce(SealError) -> sql::Error {
    move |_| does_not_open(column)
}
