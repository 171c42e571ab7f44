//! `AuthorizationService.WatchAccessChanges`: news as answers, and the tokens to resume by.

use super::convert;
use crate::error::Error;
use crate::store::change::Change;
use crate::usecase::watch::{News, Watch, Watches};
use api::access::v1::WatchAccessChangesResponse;
use crypto::PageTokens;
use futures::stream::{self, BoxStream, StreamExt as _};
use kernel::{Random, ServiceName, resource};
use rpc::convert::to_proto;
use rpc::{Call, OpenStream, Refusal, Streams};
use std::sync::Arc;
use tonic::Status;

/// The longest token that is looked at, in characters.
const MAX_CHARS: usize = 512;

/// Opens watches.
pub struct Watching {
    watches: Watches,
    tokens: ResumeTokens,
    streams: Streams,
}

/// The answers of a watch.
pub(super) type Answers = BoxStream<'static, Result<WatchAccessChangesResponse, Status>>;

impl Watching {
    /// The changes that `watches` follow, with resume tokens by `tokens`, each watch one of `streams`.
    pub fn new(watches: Watches, tokens: PageTokens, random: Arc<dyn Random>, streams: Streams) -> Self {
        Self { watches, tokens: ResumeTokens { tokens, random }, streams }
    }

    /// The changes after the one at which `token` was given to the calling service; from now on without a token.
    pub(super) async fn open(&self, call: &Call, token: &str) -> Result<Answers, Refusal> {
        let service = call.service()?.name;
        let after = if token.is_empty() { None } else { Some(self.tokens.number(service, token)?) };
        let open = self.streams.open(call)?;
        let watch = self.watches.open(after).await?;
        let following = Following { watch, open, tokens: self.tokens.clone(), service };
        Ok(stream::unfold(Some(following), step).boxed())
    }
}

struct Following {
    watch: Watch,
    open: OpenStream,
    tokens: ResumeTokens,
    service: ServiceName,
}

/// The next answer, read when the last one is taken. An error ends the stream.
async fn step(following: Option<Following>) -> Option<(Result<WatchAccessChangesResponse, Status>, Option<Following>)> {
    let mut following = following?;
    let news = tokio::select! {
        biased;
        over = following.open.over() => Err(over),
        news = following.watch.next() => news.map_err(Refusal::from),
    };
    let refusal = match news {
        Ok(news) => return Some((Ok(following.answer(news)), Some(following))),
        Err(refusal) => refusal,
    };
    Some((Err(refusal.into()), None))
}

impl Following {
    fn answer(&self, news: News) -> WatchAccessChangesResponse {
        match news {
            News::Changed(change) => {
                let resume_token = self.tokens.of(self.service, change.number);
                WatchAccessChangesResponse { resume_token, ..changed(&change) }
            }
            News::Alive(number) => WatchAccessChangesResponse {
                resume_token: self.tokens.of(self.service, number),
                ..WatchAccessChangesResponse::default()
            },
        }
    }
}

fn changed(change: &Change) -> WatchAccessChangesResponse {
    WatchAccessChangesResponse {
        access: resource::access(change.owner, change.access),
        reader: resource::person(change.reader),
        scope: convert::scope(change.scope).into(),
        version: change.version,
        state: convert::state(change.state).into(),
        end_reason: change.state.end_reason().map_or(0, |reason| convert::end_reason(reason).into()),
        expire_time: change.expire_time.map(to_proto),
        change_time: Some(to_proto(change.time)),
        resume_token: String::new(),
    }
}

/// A place among the changes, as the service it was told to may keep it.
#[derive(Clone)]
struct ResumeTokens {
    tokens: PageTokens,
    random: Arc<dyn Random>,
}

impl ResumeTokens {
    fn of(&self, service: ServiceName, number: i64) -> String {
        self.tokens.seal(&context(service), &number.to_be_bytes(), &*self.random)
    }

    fn number(&self, service: ServiceName, token: &str) -> Result<i64, Error> {
        if token.len() > MAX_CHARS {
            return Err(Error::InvalidResumeToken);
        }
        let opened = self.tokens.open(&context(service), token).map_err(|_| Error::InvalidResumeToken)?;
        opened.try_into().map(i64::from_be_bytes).map_err(|_| Error::InvalidResumeToken)
    }
}

fn context(service: ServiceName) -> String {
    format!("access-changes/{service}")
}
