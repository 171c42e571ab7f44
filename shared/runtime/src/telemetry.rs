//! Logs on standard output, metrics on a port of their own, traces to a collector.

mod traces;

pub(crate) use traces::Traces;

use anyhow::Context as _;
use kernel::ServiceName;
use metrics_exporter_prometheus::PrometheusBuilder;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::PathBuf;
use tracing_subscriber::EnvFilter;

/// The `[telemetry]` section of a service's configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// How lines look.
    pub format: LogFormat,
    /// Which lines are written, in tracing's filter syntax.
    pub filter: String,
    /// Where metrics are served in Prometheus format; nowhere if left out.
    pub metrics_listen: Option<SocketAddr>,
    /// Traces; none are collected without an endpoint.
    pub otlp: OtlpConfig,
}

/// The `[telemetry.otlp]` section: traces by OTLP over gRPC.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct OtlpConfig {
    /// The collector, `https://host:port`, or `http://` where a mesh encrypts. No traces if left out.
    pub endpoint: Option<String>,
    /// The authority that signed the collector's certificate, PEM; without it the public ones are trusted.
    pub authority_file: Option<PathBuf>,
    /// Our client certificate, PEM, where the collector asks for one.
    pub certificate_file: Option<PathBuf>,
    /// Its private key, PEM.
    pub key_file: Option<PathBuf>,
    /// The part of what begins here that is traced, 0 to 1. Of a call whose caller traces, the caller has decided.
    pub sample_ratio: f64,
}

impl Default for OtlpConfig {
    fn default() -> Self {
        Self { endpoint: None, authority_file: None, certificate_file: None, key_file: None, sample_ratio: 0.01 }
    }
}

/// How lines of the log look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line, for machines.
    Json,
    /// For people.
    Pretty,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        // sqlx's own lines hold statements and nothing we need.
        Self {
            format: LogFormat::Json,
            filter: "info,sqlx=warn".to_owned(),
            metrics_listen: None,
            otlp: OtlpConfig::default(),
        }
    }
}

/// Upper bounds of the histograms' buckets, in seconds: the aim for a check is 5 ms, a unary call ends at 10 s.
const DURATIONS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts all three. Call once in a process.
pub(crate) fn start(service: ServiceName, config: &TelemetryConfig) -> anyhow::Result<Traces> {
    let filter = EnvFilter::try_new(&config.filter).context("telemetry.filter")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_target(false);
    match config.format {
        LogFormat::Json => lines.json().flatten_event(true).with_current_span(true).with_span_list(false).init(),
        LogFormat::Pretty => lines.compact().with_ansi(false).init(),
    }
    // Where, and never what: a panic's message could quote a letter.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panic");
    }));
    if let Some(listen) = config.metrics_listen {
        let exporter = PrometheusBuilder::new().with_http_listener(listen).set_buckets(&DURATIONS)?;
        exporter.install().context("telemetry.metrics_listen")?;
        crate::metrics::describe();
    }
    Traces::start(service, &config.otlp).context("telemetry.otlp")
}
