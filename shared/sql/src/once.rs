//! `request_id`: a call that is repeated is done once.
//!
//! What is kept is the id of what the call made: the repeated call gets the same thing as it is now. A call that makes
//! nothing one could look at again, such as an act on many letters, keeps its answer, in a form as short as it can be. The row is written in the transaction of the call, so there is no moment at which the effect is there and
//! the memory of it is not, and of two calls at once the second waits for the first.

use crate::args;
use crate::error::Error;
use crate::tx::Tx;
use uuid::Uuid;

/// The call, as far as repetition is concerned.
#[derive(Clone, Debug)]
pub struct Once {
    key: Option<Key>,
}

#[derive(Clone, Debug)]
struct Key {
    caller: [u8; 32],
    method: &'static str,
    request_id: String,
    content: [u8; 32],
}

/// What is known of a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repeat<T = Uuid> {
    /// Not seen before, or without a request id: do it, then call [`Once::done`] or [`Once::answered`].
    First,
    /// Done before, and this is what it made, or answered.
    Of(T),
    /// The request id was used by the same caller for other content.
    Reused,
}

impl Once {
    /// A call of `method` by `caller` (a keyed hash) whose content has the hash `content`. An empty `request_id`
    /// means that the caller does not ask for repetition to be noticed.
    pub fn new(caller: [u8; 32], method: &'static str, request_id: &str, content: [u8; 32]) -> Self {
        let key = Key { caller, method, request_id: request_id.to_owned(), content };
        Self { key: (!request_id.is_empty()).then_some(key) }
    }

    /// Whether the call was made before, and what it made.
    pub async fn seen(&self, tx: &mut Tx) -> Result<Repeat, Error> {
        Ok(match self.seen_answer(tx).await? {
            Repeat::First => Repeat::First,
            Repeat::Of(made) => {
                Repeat::Of(Uuid::from_slice(&made).map_err(|_| Error::corrupt("request.result", "no id"))?)
            }
            Repeat::Reused => Repeat::Reused,
        })
    }

    /// Whether the call was made before, and what it answered.
    pub async fn seen_answer(&self, tx: &mut Tx) -> Result<Repeat<Vec<u8>>, Error> {
        let Some(key) = &self.key else { return Ok(Repeat::First) };
        let now = tx.now().await?;
        let insert = "INSERT INTO request (caller, method, request_id, content, create_time) VALUES ($1, $2, $3, $4, $5) \
                      ON CONFLICT (caller, method, request_id) DO NOTHING";
        let args = args![key.caller, key.method, &key.request_id, key.content, now];
        if tx.execute(insert, args).await? == 1 {
            return Ok(Repeat::First);
        }
        let select = "SELECT content, result FROM request WHERE caller = $1 AND method = $2 AND request_id = $3";
        let args = args![key.caller, key.method, &key.request_id];
        let read = |row: &crate::Row| Ok((row.get::<Vec<u8>>("content")?, row.get::<Option<Vec<u8>>>("result")?));
        Ok(match tx.one(select, args, read).await? {
            (content, Some(result)) if content == key.content => Repeat::Of(result),
            (content, None) if content == key.content => return Err(Error::corrupt("request.result", "NULL")),
            _ => Repeat::Reused,
        })
    }

    /// Keeps what the call made.
    pub async fn done(&self, tx: &mut Tx, result: Uuid) -> Result<(), Error> {
        self.answered(tx, result.as_bytes()).await
    }

    /// Keeps what the call answered.
    pub async fn answered(&self, tx: &mut Tx, result: &[u8]) -> Result<(), Error> {
        let Some(key) = &self.key else { return Ok(()) };
        let sql = "UPDATE request SET result = $4 WHERE caller = $1 AND method = $2 AND request_id = $3";
        tx.execute(sql, args![key.caller, key.method, &key.request_id, result]).await.map(|_| ())
    }
}
