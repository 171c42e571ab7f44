//! Bare servers: the same transport, the same SQL, and nothing else.

pub(crate) mod checks;
pub(crate) mod post;
mod query;
mod statements;

use crate::arguments::RawServer;
use crate::stage::Stage;
use anyhow::Context as _;
use kernel::ServiceName;
use local::Layout;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use tokio::net::TcpListener;
use tonic::service::Routes;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity, Server, ServerTlsConfig};

/// A bare server in place of a service, in a process of its own that ends with this value.
pub(crate) struct Raw {
    port: u16,
    // Its standard input is held open by this process, and by nothing else.
    _process: Child,
}

impl Raw {
    /// Starts the program's own scenario `name` on the database of `service`.
    pub(crate) fn start(stage: &Stage, name: &str, service: ServiceName) -> anyhow::Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args([name, "--url", stage.processes.database_url(service), "--data"])
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

/// Serves `routes` until standard input ends; tells the port first.
pub(crate) async fn serve(arguments: &RawServer, routes: Routes) -> anyhow::Result<()> {
    let layout = Layout::new(&arguments.data);
    let own = layout.server_certificate(ServiceName::Access);
    let tls = ServerTlsConfig::new()
        .identity(Identity::from_pem(std::fs::read(own.certificate)?, std::fs::read(own.key)?))
        .client_ca_root(Certificate::from_pem(std::fs::read(layout.authority().certificate)?));
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    println!("{}", listener.local_addr()?.port());
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    end_with_input();
    Ok(Server::builder().tls_config(tls)?.add_routes(routes).serve_with_incoming(incoming).await?)
}

/// Whoever started us is gone, for whatever reason, when standard input ends.
fn end_with_input() {
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
}
