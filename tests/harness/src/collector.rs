//! A collector of traces, as OTLP has it: keeps what it is given.

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{TraceService, TraceServiceServer};
use opentelemetry_proto::tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// A collector on a port of its own, gone when it is dropped.
pub struct Collector {
    /// Where it listens.
    pub url: String,
    given: Given,
    #[expect(dead_code, reason = "ends the server")]
    stop: DropGuard,
}

#[derive(Clone, Default)]
struct Given(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

/// A span, and whose it is.
#[derive(Clone, Debug)]
pub struct Collected {
    /// The service that worked.
    pub service: String,
    /// The work.
    pub span: Span,
}

impl Collector {
    /// Starts one.
    pub async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (given, stop) = (Given::default(), CancellationToken::new());
        let server = Server::builder().add_service(TraceServiceServer::new(given.clone()));
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(server.serve_with_incoming_shutdown(TcpIncoming::from(listener), stopped));
        Ok(Self { url, given, stop: stop.drop_guard() })
    }

    /// The spans so far.
    pub fn spans(&self) -> Vec<Collected> {
        let of_service = self.given.all().into_iter().flat_map(|request| request.resource_spans);
        let spans = of_service.flat_map(|of| {
            let attributes = of.resource.map(|resource| resource.attributes).unwrap_or_default();
            let service = text(&attributes, "service.name").unwrap_or_default().to_owned();
            let spans = of.scope_spans.into_iter().flat_map(|scope| scope.spans);
            spans.map(move |span| Collected { service: service.clone(), span })
        });
        spans.collect()
    }

    /// All that it was given, byte by byte.
    pub fn bytes(&self) -> Vec<u8> {
        self.given.all().iter().flat_map(ExportTraceServiceRequest::encode_to_vec).collect()
    }
}

impl Collected {
    /// The text of an attribute.
    pub fn attribute(&self, key: &str) -> Option<&str> {
        text(&self.span.attributes, key)
    }
}

fn text<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a str> {
    match &attributes.iter().find(|attribute| attribute.key == key)?.value {
        Some(AnyValue { value: Some(Value::StringValue(text)) }) => Some(text),
        _ => None,
    }
}

impl Given {
    fn all(&self) -> Vec<ExportTraceServiceRequest> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[tonic::async_trait]
impl TraceService for Given {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}
