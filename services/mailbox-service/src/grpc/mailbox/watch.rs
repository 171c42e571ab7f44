//! A watch of a mailbox on the wire: changes, signs of life, and again and again the question whether it may go on.

use crate::domain::acting::{Act, Acting};
use crate::domain::watch::{Change, Position};
use crate::error::Error;
use crate::usecase::watch_mailbox::{self, Told};
use crate::usecase::{Parts, admit};
use crate::watchers::Watching;
use api::mailbox::v1 as proto;
use crypto::DataKey;
use kernel::{Timestamp, resource};
use rpc::convert::to_proto;
use rpc::{Call, Fields, OpenStream, Refusal};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tracing::Instrument as _;

/// How often a reader's right is asked for while the watch is open.
const CHECK_EVERY: Duration = Duration::from_secs(1);
/// How often a quiet watch gives a sign of life.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(10);

/// The answers of one watch.
pub(super) type Changes = ReceiverStream<Result<proto::WatchMailboxResponse, Status>>;

pub(super) async fn watch(
    parts: &Arc<Parts>,
    call: &Call,
    request: proto::WatchMailboxRequest,
) -> Result<Changes, Refusal> {
    let mut fields = Fields::new();
    let mailbox = fields.required("name", &request.name, resource::parse_mailbox);
    let (mailbox,) = fields.all((mailbox,))?;
    let admitted = admit::admit(parts, call, mailbox, Act::Watch).await?;
    let open = parts.streams.open(call)?;
    let acting = admitted.acting;
    // Before the log is looked at, so that nothing is missed in between.
    let watching = parts.watchers.watch(acting.mailbox);
    let position = if request.resume_token.is_empty() {
        watch_mailbox::now(parts, acting.mailbox).await?
    } else {
        let bytes = parts.keys.page_tokens.open(&context(&acting), &request.resume_token);
        bytes.ok().and_then(|bytes| Position::from_bytes(&bytes)).ok_or(Error::ResumeToken)?
    };
    let (answers, received) = mpsc::channel(1);
    let (checks, life) = (every(CHECK_EVERY), every(SIGN_OF_LIFE_EVERY));
    let (parts, call, key) = (parts.clone(), call.clone(), admitted.key);
    let watch = Watch { parts, call, key, acting, position, open, watching, answers, checks, life };
    tokio::spawn(watch.run().in_current_span());
    Ok(ReceiverStream::new(received))
}

/// What resume tokens are bound to: the caller, the access and its version, and what the portal shows.
fn context(acting: &Acting) -> String {
    format!("WatchMailbox/{}", acting.binding())
}

fn every(pause: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + pause, pause);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

struct Watch {
    parts: Arc<Parts>,
    call: Call,
    key: DataKey,
    acting: Acting,
    position: Position,
    open: OpenStream,
    watching: Watching,
    answers: mpsc::Sender<Result<proto::WatchMailboxResponse, Status>>,
    checks: Interval,
    life: Interval,
}

/// The caller has gone.
struct Gone;

/// What became of an answer.
enum Sent {
    /// The caller has it.
    Taken,
    /// The caller has gone.
    Gone,
    /// It was not sent: the caller sees other post than when it was read.
    Stale,
}

impl Watch {
    async fn run(mut self) {
        if let Err(error) = self.all().await {
            // Nobody listening is no matter: the stream ends either way.
            let _ = self.answers.send(Err(Status::from(Refusal::from(error)))).await;
        }
    }

    async fn all(&mut self) -> Result<(), Error> {
        loop {
            if self.tell_what_is_there().await?.is_err() {
                return Ok(());
            }
            tokio::select! {
                biased;
                refusal = self.open.over() => return Err(refusal.into()),
                () = self.answers.closed() => return Ok(()),
                _ = self.checks.tick() => {
                    // What it sees by then is told from now on.
                    self.sees_other_post().await?;
                }
                () = self.watching.happened() => {}
                _ = self.life.tick() => {
                    let sign = self.answer(None, self.parts.clock.now(), self.position);
                    if matches!(self.send(sign).await?, Sent::Gone) {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Tells all changes that are there by now.
    async fn tell_what_is_there(&mut self) -> Result<Result<(), Gone>, Error> {
        'look: loop {
            let next = watch_mailbox::next(&self.parts, &self.acting, &self.key, self.position).await?;
            for Told { change, time, after } in next.changes {
                let answer = self.answer(Some(change), time, after);
                match self.send(answer).await? {
                    Sent::Taken => self.position = after,
                    Sent::Gone => return Ok(Err(Gone)),
                    Sent::Stale => continue 'look,
                }
            }
            self.position = next.after;
            if let Some(settings) = next.settings {
                let seen = self.acting.under(&settings);
                self.acting = seen.map_err(|_| Error::PortalDoesNotShow(self.acting.portal))?;
            }
            if !next.more {
                return Ok(Ok(()));
            }
        }
    }

    fn answer(&self, change: Option<Change>, time: Timestamp, after: Position) -> proto::WatchMailboxResponse {
        use proto::MailboxChangeKind as Kind;
        let (kind, letter) = match change {
            None => (Kind::Unspecified, None),
            Some(Change::Added(letter)) => (Kind::MessageAdded, Some(letter)),
            Some(Change::Changed(letter)) => (Kind::MessageChanged, Some(letter)),
            Some(Change::Removed(letter)) => (Kind::MessageRemoved, Some(letter)),
            Some(Change::Folders) => (Kind::FoldersChanged, None),
            Some(Change::Mailbox) => (Kind::MailboxChanged, None),
        };
        let token = self.parts.keys.page_tokens.seal(&context(&self.acting), &after.to_bytes(), &*self.parts.random);
        proto::WatchMailboxResponse {
            kind: kind.into(),
            message: letter.map(|letter| resource::message(self.acting.mailbox, letter)).unwrap_or_default(),
            change_time: Some(to_proto(time)),
            resume_token: token,
        }
    }

    /// Sends one answer as soon as the caller takes it, asking for leave again each second until then.
    async fn send(&mut self, answer: proto::WatchMailboxResponse) -> Result<Sent, Error> {
        let answers = self.answers.clone();
        loop {
            tokio::select! {
                biased;
                refusal = self.open.over() => return Err(refusal.into()),
                _ = self.checks.tick() => {
                    if self.sees_other_post().await? {
                        return Ok(Sent::Stale);
                    }
                }
                slot = answers.reserve() => {
                    let Ok(slot) = slot else { return Ok(Sent::Gone) };
                    slot.send(Ok(answer));
                    return Ok(Sent::Taken);
                }
            }
        }
    }

    /// Asks whether the caller may still watch, by the very accesses that the watch began under; whether they see other
    /// post by now (P4).
    async fn sees_other_post(&mut self) -> Result<bool, Error> {
        let present = admit::readmit(&self.parts, &self.call, &self.acting, None, Act::Watch).await?;
        let before = std::mem::replace(&mut self.acting, present);
        Ok(before.visible() != self.acting.visible())
    }
}
