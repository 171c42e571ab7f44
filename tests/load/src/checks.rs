//! Decisions: `AuthorizationService.Check` as mailbox-service asks it, beside the same query behind a bare server.

use crate::arguments::{Checks, engines};
use crate::measure::{Answer, measure};
use crate::raw::Raw;
use crate::report::{Side, Sides, step};
use crate::stage::{Filled, Stage, spread};
use anyhow::{Context as _, ensure};
use api::access::v1::authorization_service_client::AuthorizationServiceClient;
use api::access::v1::{AccessQuestion, CheckRequest};
use api::core::v1::Act;
use engines::Engine;
use kernel::{Caller, Citizen, CprNumber, Portal, Service, ServiceName, resource};
use std::sync::Arc;
use std::time::Instant;
use tonic::Request;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;

/// The header with the token of the person for whom a service asks.
const ON_BEHALF_OF: &str = "x-on-behalf-of";

/// What a caller sends, made once: a question is about one reader, who is logged in.
#[derive(Clone)]
struct Question {
    service: MetadataValue<Ascii>,
    user: MetadataValue<Ascii>,
    request: CheckRequest,
}

pub(crate) async fn run(sizes: &Checks) -> anyhow::Result<()> {
    for engine in engines(sizes.run.engine) {
        one(sizes, engine).await?;
    }
    Ok(())
}

async fn one(sizes: &Checks, engine: Engine) -> anyhow::Result<()> {
    let stage = Stage::start(engine).await?;
    let filling = Instant::now();
    let accesses = stage.fill_accesses(sizes.accesses).await?;
    println!("{engine:?}: {} accesses in {:.1} s", accesses.len(), filling.elapsed().as_secs_f64());
    let sessions = spread(&accesses, usize::try_from(sizes.sessions)?)?;
    let questions = sessions.iter().map(|session| question(&stage, session)).collect::<anyhow::Result<Vec<_>>>()?;
    let questions: Arc<[Question]> = questions.into();

    let suite = stage.processes.suite();
    let raw = Raw::start(&stage, "raw-checks", ServiceName::Access)?;
    let to_suite: Vec<Channel> =
        (0..sizes.run.connections).map(|_| suite.channel(ServiceName::Access, Some(ServiceName::Mailbox))).collect();
    let to_raw = raw.channels(&stage, sizes.run.connections)?;
    for &callers in &sizes.run.callers {
        let mut measured = [Side::default(), Side::default()];
        for _ in 0..sizes.run.rounds {
            for (side, channels) in measured.iter_mut().zip([&to_suite, &to_raw]) {
                side.add(measure(callers, sizes.run.length(), asking(channels, &questions)).await?);
            }
        }
        step(engine, callers, &Sides { names: ["checks", "raw limit"], sides: measured });
    }
    Ok(())
}

/// Asks each question in turn, through each connection in turn; the answer must be yes.
fn asking(channels: &[Channel], questions: &Arc<[Question]>) -> impl Fn(usize) -> Answer + Clone + Send + 'static {
    let clients: Vec<_> = channels.iter().cloned().map(AuthorizationServiceClient::new).collect();
    let questions = questions.clone();
    move |number| {
        let mut client = clients[number % clients.len()].clone();
        // A step that shares no factor with round numbers: neighbours in time are no neighbours in the table.
        let question = questions[number.wrapping_mul(7_919) % questions.len()].clone();
        Box::pin(async move {
            let mut request = Request::new(question.request);
            request.metadata_mut().insert("authorization", question.service);
            request.metadata_mut().insert(ON_BEHALF_OF, question.user);
            let decision = client.check(request).await?.into_inner().decision.context("a decision")?;
            ensure!(decision.allowed, "refused: {:?}", decision.denial());
            Ok(())
        })
    }
}

fn question(stage: &Stage, session: &Filled) -> anyhow::Result<Question> {
    let suite = stage.processes.suite();
    let header = |caller: &Caller| suite.request(caller, ()).metadata().get("authorization").cloned();
    let cpr = CprNumber::parse(&session.person.cpr_number).ok().context("a CPR number")?;
    let user = Caller::Citizen(Citizen { cpr, portal: Portal::BorgerDk });
    let service = Caller::Service(Service { name: ServiceName::Mailbox, on_behalf_of: None });
    let asked = AccessQuestion {
        mailbox: resource::mailbox(session.owner),
        act: Act::List.into(),
        ..AccessQuestion::default()
    };
    Ok(Question {
        service: header(&service).context("a token")?,
        user: header(&user).context("a token")?,
        request: CheckRequest { actor: resource::person(session.reader), question: Some(asked) },
    })
}
