//! Traces on their way to a collector: a bounded queue and a thread of its own. A collector that is slow or away costs spans, which
//! the log tells, and no call waits for it.

use super::OtlpConfig;
use anyhow::{Context as _, bail};
use kernel::ServiceName;
use opentelemetry::global::{self, BoxedTracer};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use rpc::ClientConfig;
use std::time::Duration;

/// The most spans that wait; more are dropped.
const QUEUE: usize = 4096;
/// The most that are handed over at once.
const BATCH: usize = 512;
/// How long a batch is gathered.
const EVERY: Duration = Duration::from_secs(5);
/// How long the collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long the end waits for what is still in the queue.
const AT_THE_END: Duration = Duration::from_secs(3);

/// What collects this process's spans; nothing where traces are off.
pub(crate) struct Traces(Option<SdkTracerProvider>);

impl Traces {
    /// Begins, if there is a collector. In a runtime, which its connection lives in.
    pub(super) fn start(service: ServiceName, config: &OtlpConfig) -> anyhow::Result<Self> {
        let Some(url) = config.endpoint.clone() else { return Ok(Self(None)) };
        if !(0.0..=1.0).contains(&config.sample_ratio) {
            bail!("sample_ratio: must be 0 to 1");
        }
        let collector = ClientConfig {
            url,
            connections: 1,
            authority_file: config.authority_file.clone(),
            certificate_file: config.certificate_file.clone(),
            key_file: config.key_file.clone(),
        };
        let channel = rpc::client::channel(&collector, PATIENCE).context("endpoint")?;
        let exporter = SpanExporter::builder().with_tonic().with_channel(channel).with_timeout(PATIENCE).build()?;
        let bounds = BatchConfigBuilder::default()
            .with_max_queue_size(QUEUE)
            .with_max_export_batch_size(BATCH)
            .with_scheduled_delay(EVERY)
            .build();
        let provider = SdkTracerProvider::builder()
            .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(bounds).build())
            // What the caller decided holds: a trace is whole or not there.
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio))))
            .with_resource(resource(service))
            .build();
        global::set_tracer_provider(provider.clone());
        rpc::trace::start(tracer());
        Ok(Self(Some(provider)))
    }

    /// Hands over what is still in the queue. What the collector does not take in time is lost.
    pub(crate) async fn end(self) {
        let Some(provider) = self.0 else { return };
        let ended = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(AT_THE_END)).await;
        match ended.map_err(anyhow::Error::from).and_then(|ended| Ok(ended?)) {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "the last spans may be lost"),
        }
    }
}

fn tracer() -> BoxedTracer {
    global::tracer_with_scope(InstrumentationScope::builder("digitalpost").build())
}

/// What stands beside each span: which service, of which version. No name of a machine.
fn resource(service: ServiceName) -> Resource {
    Resource::builder_empty()
        .with_attribute(KeyValue::new("service.namespace", "digitalpost"))
        .with_attribute(KeyValue::new("service.name", service.as_str()))
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build()
}
