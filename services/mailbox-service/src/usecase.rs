//! One file = one action = one transaction. Whoever acts in a mailbox has gone through [`admit`] first.

pub mod acknowledge_service;
pub mod admit;
mod batches;
pub mod change_cpr_number;
pub mod change_folder;
pub mod complete_forward;
pub mod contact_points;
pub mod create_folder;
pub mod delete_folder;
pub mod deliver;
pub mod directory;
pub mod download_file;
pub mod end_exemption;
pub mod export_heads;
pub mod fetch_forward;
pub mod forward_message;
pub mod get_mailbox;
pub mod get_message;
pub mod get_person;
pub mod get_receipt;
pub mod list_activity;
pub mod list_exemptions;
pub mod list_folders;
pub mod list_messages;
pub mod look_up_recipient;
pub mod mark_messages;
pub mod move_messages;
pub mod name_person;
mod named;
pub mod publish;
pub mod purge_messages;
pub mod put_notice;
pub mod recipients;
pub mod record_death;
pub mod record_exemption;
pub mod register;
pub mod replies;
pub mod reply_to_message;
pub mod search_messages;
pub mod send_message;
pub(crate) mod serve;
pub mod settings;
pub mod sweep_file;
pub mod upload_file;
pub mod verify_activity;
pub mod watch_mailbox;
pub mod watch_receipts;
pub mod withdraw;
mod write_letter;

use crate::config::ServiceConfig;
use crate::domain::activity::{Actor, Entry, Kind};
use crate::domain::folder::Folder;
use crate::domain::message::{Arrival, NewMessage};
use crate::domain::outcome::{self, Outcome};
use crate::domain::post::SenderKind;
use crate::error::Error;
use crate::objects::Objects;
use crate::peers::access::Access;
use crate::scanner::Scanner;
use crate::store;
use crate::store::activity::Logged;
use crate::store::person::PersonRow;
use crate::turns::Turns;
use crate::uploads::Uploads;
use crate::watchers::Watchers;
use crypto::{DataKey, Keys, LookupHash};
use events::{Emitter, Payload};
use kernel::{Clock, CprNumber, FileId, MailboxId, Random, ServiceName};
use rpc::{Call, Streams};
use sql::once::Repeat;
use sql::{Db, Once, Tx};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// What the actions stand on.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The keys.
    pub keys: Keys,
    /// Writes events.
    pub emitter: Emitter,
    /// The present, for all but storage.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
    /// The streams that last.
    pub streams: Streams,
    /// Looks at files before they can be attached, where there is one.
    pub scanner: Option<Scanner>,
    /// The turns that register extracts and mass mailings take, one for each batch.
    pub turns: Turns,
    /// The files that are being uploaded.
    pub uploads: Uploads,
    /// The files that are being downloaded. They end by themselves when the process stops.
    pub downloads: Streams,
    /// access-service.
    pub access: Access,
    /// Where files lie.
    pub objects: Objects,
    /// Who watches which mailbox.
    pub watchers: Watchers,
    /// The service's own settings.
    pub config: ServiceConfig,
    /// Whom a search that finds nobody opens (A2).
    pub decoy: PersonRow,
}

/// The queue of letters that wait for their moment, by the letter's id (M4).
pub const PUBLISH: &str = "publish";

/// The queue of files that may have to be removed, by the file's id.
pub const FILE_SWEEP: &str = "file-sweep";

impl Parts {
    /// The hash under which a CPR number is looked up.
    pub fn cpr_hash(&self, cpr: &CprNumber) -> LookupHash {
        self.keys.lookup.hash("cpr", &[cpr.digits().as_bytes()])
    }

    /// The hash that tells callers apart.
    pub fn caller_hash(&self, call: &Call) -> [u8; 32] {
        *self.keys.lookup.hash("principal", &[call.principal().as_bytes()]).as_bytes()
    }

    /// The hash of what a request says. Keyed, because a CPR number may stand in it.
    pub fn content_hash(&self, content: &[u8]) -> [u8; 32] {
        *self.keys.lookup.hash("content", &[content]).as_bytes()
    }

    /// A call that may come again; `content` is the encoded request without its request id.
    pub fn repeatable(&self, call: &Call, method: &'static str, request_id: &str, content: &[u8]) -> Repeatable {
        let once = Once::new(self.caller_hash(call), method, request_id, self.content_hash(content));
        Repeatable { once, request_id: request_id.to_owned() }
    }

    /// Puts letters into the inboxes of open mailboxes, in the transaction that has locked them, each sealed with the key of
    /// its mailbox; and what follows from their arrival. One that is sent ahead has not arrived (M4).
    pub(crate) async fn put(&self, tx: &mut Tx, letters: &[(NewMessage, DataKey)]) -> Result<(), Error> {
        store::message::insert_many(tx, letters, &*self.random).await?;
        let arrived = letters.iter().filter_map(|(message, key)| Some((message.arrival()?, key)));
        let arrived: Vec<(Arrival, &DataKey)> = arrived.collect();
        self.arrived(tx, &arrived).await
    }

    /// Puts a letter that its owner writes into the sent folder of their locked mailbox; `written` is what the log says of it.
    pub(crate) async fn put_sent(
        &self,
        tx: &mut Tx,
        letter: NewMessage,
        key: &DataKey,
        written: Entry,
    ) -> Result<(), Error> {
        let (mailbox, mut changes) = (letter.mailbox, store::count::Changes::default());
        changes.add(letter.folder(), letter.mark, letter.is_read());
        store::message::insert_many(tx, &[(letter, key.clone())], &*self.random).await?;
        changes.write(tx, mailbox).await?;
        self.log(tx, mailbox, key, [written]).await
    }

    /// What follows when letters come into locked inboxes, each with the key of its mailbox: the counters, the word to
    /// notification-service where it is public post (N5, N7), and the log (R13).
    pub(crate) async fn arrived<'k>(&self, tx: &mut Tx, letters: &[(Arrival, &'k DataKey)]) -> Result<(), Error> {
        let mut changes: HashMap<MailboxId, store::count::Changes> = HashMap::new();
        for (letter, _) in letters {
            changes.entry(letter.mailbox).or_default().add(Folder::Inbox, letter.mark, false);
        }
        store::count::write_all(tx, changes).await?;
        let told = letters.iter().filter_map(|(letter, _)| crate::outgoing::public_post_arrived(letter)).collect();
        self.emitter.emit_all(tx, ServiceName::Notification, told).await?;
        let logged =
            |(letter, key): &(Arrival, &'k DataKey)| Logged { mailbox: letter.mailbox, key, entry: entry(letter) };
        self.log_in_many(tx, &letters.iter().map(logged).collect::<Vec<_>>()).await
    }

    /// Logs what was done in a mailbox, in the transaction that has locked the mailbox and done it, as its last step (R13).
    /// No entry: nothing was done.
    pub(crate) async fn log(
        &self,
        tx: &mut Tx,
        mailbox: MailboxId,
        key: &DataKey,
        entries: impl IntoIterator<Item = Entry> + Send,
    ) -> Result<(), Error> {
        let acts: Vec<Logged<'_>> = entries.into_iter().map(|entry| Logged { mailbox, key, entry }).collect();
        self.log_in_many(tx, &acts).await
    }

    /// The same in several mailboxes at once, all of them locked.
    pub(crate) async fn log_in_many(&self, tx: &mut Tx, acts: &[Logged<'_>]) -> Result<(), Error> {
        store::activity::append(tx, acts, &self.keys.chain, &*self.random).await?;
        for mailbox in acts.iter().map(|act| act.mailbox).collect::<BTreeSet<_>>() {
            let watchers = self.watchers.clone();
            tx.after_commit(move || watchers.wake(mailbox));
        }
        Ok(())
    }

    /// Tells both other services.
    pub(crate) async fn tell_both(&self, tx: &mut Tx, payload: Payload) -> Result<(), Error> {
        self.emitter.emit(tx, ServiceName::Access, payload.clone()).await?;
        self.emitter.emit(tx, ServiceName::Notification, payload).await?;
        Ok(())
    }
}

/// What the log says of a letter that comes.
fn entry(letter: &Arrival) -> Entry {
    let sender = match letter.sender.kind {
        SenderKind::DigitalPost => Actor::System,
        SenderKind::Authority | SenderKind::Company | SenderKind::Person => Actor::Sender(letter.sender.name.clone()),
    };
    Entry::about_letter(Kind::Arrived, sender, letter.mark, letter.id)
}

/// A call that may come again.
#[derive(Clone)]
pub struct Repeatable {
    once: Once,
    request_id: String,
}

impl Repeatable {
    /// What the first call made, if this is a repetition.
    pub(crate) async fn before(&self, tx: &mut Tx) -> Result<Option<Uuid>, Error> {
        match self.once.seen(tx).await? {
            Repeat::First => Ok(None),
            Repeat::Of(made) => Ok(Some(made)),
            Repeat::Reused => Err(Error::RequestIdReused(self.request_id.clone())),
        }
    }

    /// What the first call answered, if this is a repetition.
    pub(crate) async fn answer(&self, tx: &mut Tx) -> Result<Option<Vec<u8>>, Error> {
        match self.once.seen_answer(tx).await? {
            Repeat::First => Ok(None),
            Repeat::Of(answer) => Ok(Some(answer)),
            Repeat::Reused => Err(Error::RequestIdReused(self.request_id.clone())),
        }
    }

    /// What became of the letters in the first call, if this is a repetition.
    pub(crate) async fn outcomes(&self, tx: &mut Tx) -> Result<Option<Vec<Outcome>>, Error> {
        let Some(answer) = self.answer(tx).await? else { return Ok(None) };
        let outcomes = outcome::decode(&answer).ok_or_else(|| sql::Error::corrupt("request.result", "no outcomes"))?;
        Ok(Some(outcomes))
    }

    /// Keeps what becomes of the letters in this call.
    pub(crate) async fn became(&self, tx: &mut Tx, outcomes: &[Outcome]) -> Result<(), Error> {
        self.answered(tx, &outcome::encode(outcomes)).await
    }

    /// Keeps what this call answers.
    pub(crate) async fn answered(&self, tx: &mut Tx, answer: &[u8]) -> Result<(), Error> {
        Ok(self.once.answered(tx, answer).await?)
    }

    /// Keeps what this call made.
    pub(crate) async fn made(&self, tx: &mut Tx, what: Uuid) -> Result<(), Error> {
        Ok(self.once.done(tx, what).await?)
    }
}

/// Queues files whose last letter may be gone.
pub(crate) async fn queue_sweep(tx: &mut Tx, files: Vec<FileId>) -> Result<(), Error> {
    let now = tx.now().await?;
    let files = files.into_iter().map(FileId::as_uuid).collect();
    Ok(sql::queue::push_all(tx, FILE_SWEEP, files, now).await?)
}
