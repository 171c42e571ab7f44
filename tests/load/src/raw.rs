//! The raw limit of a check: the same message over the same transport, the same query through sqlx, and nothing else.

mod query;

use crate::arguments::RawServer;
use crate::stage::Stage;
use anyhow::Context as _;
use api::access::v1::authorization_service_server::{AuthorizationService, AuthorizationServiceServer};
use api::access::v1::{
    AccessQuestion, BatchCheckRequest, BatchCheckResponse, CheckAccessActiveRequest, CheckAccessActiveResponse,
    CheckRequest, CheckResponse, Decision, DecisionGround, WatchAccessChangesRequest, WatchAccessChangesResponse,
};
use api::core::v1::{Capacity, PostKind};
use kernel::ServiceName;
use kernel::resource::{self, MailboxRef};
use local::Layout;
use query::Query;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

/// The bare server, in a process of its own that ends with this value.
pub(crate) struct RawChecks {
    port: u16,
    // Its standard input is held open by this process, and by nothing else.
    _process: Child,
}

impl RawChecks {
    pub(crate) fn start(stage: &Stage) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["raw-checks", "--url", stage.processes.database_url(ServiceName::Access), "--data"])
            .arg(stage.processes.suite().secrets().layout().root())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self { port: line.trim().parse().context("the raw server does not start")?, _process: process })
    }

    /// Connections to it, as a service makes them.
    pub(crate) fn channels(&self, stage: &Stage, number: usize) -> anyhow::Result<Vec<Channel>> {
        let layout = stage.processes.suite().secrets().layout();
        let own = layout.client_certificate(ServiceName::Mailbox);
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(std::fs::read(layout.authority().certificate)?))
            .identity(Identity::from_pem(std::fs::read(own.certificate)?, std::fs::read(own.key)?));
        let connect = || {
            let endpoint = Endpoint::from_shared(format!("https://localhost:{}", self.port))?;
            Ok(endpoint.tls_config(tls.clone())?.connect_lazy())
        };
        (0..number).map(|_| connect()).collect()
    }
}

/// Serves until standard input ends; tells its port first.
pub(crate) async fn serve(arguments: &RawServer) -> anyhow::Result<()> {
    let layout = Layout::new(&arguments.data);
    let own = layout.server_certificate(ServiceName::Access);
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(std::fs::read(own.certificate)?, std::fs::read(own.key)?))
        .client_ca_root(Certificate::from_pem(std::fs::read(layout.authority().certificate)?));
    let checks = AuthorizationServiceServer::new(Bare(Query::open(&arguments.url).await?));
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    println!("{}", listener.local_addr()?.port());
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    end_with_input();
    Ok(Server::builder().tls_config(tls)?.add_service(checks).serve_with_incoming(incoming).await?)
}

/// Whoever started us is gone, for whatever reason, when standard input ends.
fn end_with_input() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
}

/// Answers yes whenever the query finds something.
struct Bare(Query);

#[tonic::async_trait]
impl AuthorizationService for Bare {
    type WatchAccessChangesStream = tokio_stream::Empty<Result<WatchAccessChangesResponse, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<CheckResponse>, Status> {
        let CheckRequest { actor, question } = request.into_inner();
        let AccessQuestion { mailbox, .. } = question.unwrap_or_default();
        let malformed = || Status::invalid_argument("a name");
        let actor = resource::parse_person(&actor).map_err(|_| malformed())?;
        let Ok(MailboxRef::Id(mailbox)) = resource::parse_mailbox(&mailbox) else { return Err(malformed()) };
        let found = self.0.run(mailbox.as_uuid(), actor.as_uuid()).await;
        let access = found.map_err(|error| Status::internal(error.to_string()))?;
        let access = access.ok_or_else(|| Status::not_found("no access"))?;
        let ground = DecisionGround {
            access: resource::access(mailbox, access.into()),
            post_kind: PostKind::Public.into(),
            capacity: Capacity::Reader.into(),
            access_version: 2,
            ..DecisionGround::default()
        };
        let decision = Decision { allowed: true, grounds: vec![ground], ..Decision::default() };
        Ok(Response::new(CheckResponse { decision: Some(decision) }))
    }

    async fn batch_check(&self, _: Request<BatchCheckRequest>) -> Result<Response<BatchCheckResponse>, Status> {
        Err(Status::unimplemented("a bare server"))
    }

    async fn watch_access_changes(
        &self,
        _: Request<WatchAccessChangesRequest>,
    ) -> Result<Response<Self::WatchAccessChangesStream>, Status> {
        Err(Status::unimplemented("a bare server"))
    }

    async fn check_access_active(
        &self,
        _: Request<CheckAccessActiveRequest>,
    ) -> Result<Response<CheckAccessActiveResponse>, Status> {
        Err(Status::unimplemented("a bare server"))
    }
}
