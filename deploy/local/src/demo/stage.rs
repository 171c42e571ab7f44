//! What every step has at hand: the suite, the people with their tokens, and how to look and check.

use super::show::Show;
use crate::client::{Bearer, Clients};
use crate::layout::Layout;
use crate::people::{KAREN, NIELS, Person};
use crate::register;
use crate::suite::Suite;
use anyhow::{Context as _, bail};
use api::error::v1::ErrorReason;
use api::mailbox::v1::{ListMessagesRequest, MessageSummary};
use kernel::{
    Caller, Caseworker, Clock as _, CvrNumber, Portal, Sector, SenderSystem, ServiceName, SystemClock, SystemRandom,
};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::Instant;
use tonic::Status;
use tonic_types::StatusExt as _;

/// How long what comes by itself may take: an event, an e-mail. Work that a killed process had begun is taken up by the
/// next when its lease is over, after 15 seconds at the most for each process it passes through.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is looked for.
const INTERVAL: Duration = Duration::from_millis(50);

/// The name of the municipality that writes to Karen.
pub(super) const MUNICIPALITY: &str = "Københavns Kommune";
/// Its CVR number.
const MUNICIPALITY_CVR: &str = "64942212";

/// Calls a method of a client as somebody, again while the answer is UNAVAILABLE (see [`Bearer::call`]).
macro_rules! ask {
    ($who:expr, $client:expr, $method:ident, $message:expr) => {
        $who.call($message, |request| {
            let mut client = $client;
            async move { client.$method(request).await }
        })
        .await
    };
}
pub(super) use ask;

/// The stage.
pub(super) struct Stage<'s> {
    suite: &'s Suite,
    pub(super) show: Show,
    pub(super) karen: Bearer,
    pub(super) niels: Bearer,
    pub(super) municipality: Bearer,
    pub(super) register: Bearer,
    chaos: bool,
    killed: AtomicU32,
}

impl<'s> Stage<'s> {
    pub(super) fn new(suite: &'s Suite, show: Show, chaos: bool) -> anyhow::Result<Self> {
        let bearer = |caller: &Caller| Bearer::new(&suite.secrets().token(caller, SystemClock.now())?);
        let municipality = Caller::SenderSystem(SenderSystem {
            cvr: CvrNumber::parse(MUNICIPALITY_CVR)?,
            system_id: "letters".to_owned(),
            name: MUNICIPALITY.to_owned(),
            sector: Sector::Public,
            portal: None,
            legal_bases: Vec::new(),
        });
        Ok(Self {
            suite,
            show,
            karen: bearer(&KAREN.at(Portal::BorgerDk)?)?,
            niels: bearer(&NIELS.at(Portal::BorgerDk)?)?,
            municipality: bearer(&municipality)?,
            register: bearer(&register::system())?,
            chaos,
            killed: AtomicU32::new(0),
        })
    }

    pub(super) fn clients(&self) -> &Clients {
        self.suite.clients()
    }

    pub(super) fn layout(&self) -> &Layout {
        self.suite.layout()
    }

    /// A citizen at borger.dk.
    pub(super) fn citizen(&self, person: &Person) -> anyhow::Result<Bearer> {
        self.bearer(&person.at(Portal::BorgerDk)?)
    }

    /// An employee of the municipality, at the desk.
    pub(super) fn caseworker(&self) -> anyhow::Result<Bearer> {
        self.bearer(&Caller::Caseworker(Caseworker {
            employee_id: "B42".to_owned(),
            municipality: "0101".to_owned(),
            cvr: CvrNumber::parse(MUNICIPALITY_CVR)?,
        }))
    }

    fn bearer(&self, caller: &Caller) -> anyhow::Result<Bearer> {
        Bearer::new(&self.suite.secrets().token(caller, SystemClock.now())?)
    }

    /// A new id for a request or a letter.
    #[expect(clippy::unused_self, reason = "reads as the stage handing one out")]
    pub(super) fn new_id(&self) -> String {
        kernel::id::new_uuid(SystemClock.now(), &SystemRandom).to_string()
    }

    /// Fails unless `so`, and says it is so.
    pub(super) fn check(&self, so: bool, what: &str) -> anyhow::Result<()> {
        if !so {
            bail!("not as promised: {what}");
        }
        self.show.checked(what);
        Ok(())
    }

    /// Fails unless the answer is a refusal for `reason`, and shows it. Returns its metadata.
    pub(super) fn check_refused<R>(
        &self,
        answer: Result<R, Status>,
        reason: ErrorReason,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let wanted = reason.as_str_name().trim_start_matches("ERROR_REASON_");
        let Err(status) = answer else { bail!("{wanted} was to be the answer, and the call went through") };
        let details = status.get_error_details();
        let info = details.error_info().with_context(|| format!("{wanted} was to be the answer, and not {status}"))?;
        anyhow::ensure!(info.reason == wanted, "{wanted} was to be the answer, and {} was", info.reason);
        let mut metadata: Vec<(String, String)> = info.metadata.clone().into_iter().collect();
        metadata.sort();
        let sentence = details.localized_message().map_or("", |message| &message.message);
        let known = metadata.iter().map(|(key, value)| format!(" {key}={value}")).collect::<Vec<_>>().concat();
        self.show.refused(&format!("{wanted} ({:?}){known} · {sentence}", status.code()));
        Ok(metadata)
    }

    /// Looks again and again until there is something, and fails after a minute.
    pub(super) async fn until<T, F>(&self, what: &str, look: impl Fn() -> F) -> anyhow::Result<T>
    where
        F: Future<Output = anyhow::Result<Option<T>>>,
    {
        let give_up = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look().await.with_context(|| what.to_owned())? {
                return Ok(found);
            }
            anyhow::ensure!(Instant::now() < give_up, "not within {} s: {what}", PATIENCE.as_secs());
            tokio::time::sleep(INTERVAL).await;
        }
    }

    /// The newest letters of a mailbox, as `who` sees them.
    pub(super) async fn letters(&self, who: &Bearer, mailbox: &str) -> Result<Vec<MessageSummary>, Status> {
        let request = ListMessagesRequest { parent: mailbox.to_owned(), ..ListMessagesRequest::default() };
        Ok(ask!(who, self.clients().mailbox(), list_messages, request)?.messages)
    }

    /// With `--chaos`: kills the processes with signal 9 and waits until they serve again.
    pub(super) async fn crash(&self, services: &[ServiceName]) -> anyhow::Result<()> {
        if !self.chaos {
            return Ok(());
        }
        self.show.title("Chaos");
        let before = Instant::now();
        let mut killed = Vec::new();
        for &service in services {
            let process = self.suite.process_id(service).unwrap_or_default();
            self.show.note(&format!("kill -9 {process} ({service})"));
            killed.push((service, self.suite.failures(service)));
            self.suite.kill(service)?;
            self.killed.fetch_add(1, Ordering::SeqCst);
        }
        for (service, failures) in killed {
            // First that it is gone, so that it is not the old one that serves.
            let gone = || async { Ok((self.suite.failures(service) > failures).then_some(())) };
            self.until(&format!("{service} is gone"), gone).await?;
            self.suite.serving(service).await?;
        }
        self.show.note(&format!("back and serving after {} ms", before.elapsed().as_millis()));
        Ok(())
    }

    /// How many processes [`Stage::crash`] has killed.
    pub(super) fn killed(&self) -> u32 {
        self.killed.load(Ordering::SeqCst)
    }
}

/// A moment to the second, in UTC.
pub(super) fn moment(time: Option<prost_types::Timestamp>) -> String {
    let time = time.and_then(|time| jiff::Timestamp::new(time.seconds, time.nanos).ok());
    time.map_or_else(|| "-".to_owned(), |time| format!("{time:.0}"))
}
