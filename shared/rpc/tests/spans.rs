//! Spans: below which they begin, what they link to, and what they tell.

use futures::FutureExt as _;
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{SpanId, TracerProvider as _};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use rpc::trace::{self, Kind, Span};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// What has ended in this program.
#[derive(Clone, Debug, Default)]
struct Ended(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Ended {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(batch);
        std::future::ready(Ok(()))
    }
}

static ENDED: LazyLock<Ended> = LazyLock::new(|| {
    let ended = Ended::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(ended.clone()).build();
    trace::start(BoxedTracer::new(Box::new(provider.tracer("test"))));
    ended
});

/// The span that `causes` led to, told as `name`, of which there is one in this program.
fn after(name: &'static str, causes: &[String]) -> Option<SpanData> {
    LazyLock::force(&ENDED);
    drop(Span::begin(name, Kind::Internal, causes));
    ended(name)
}

fn ended(name: &str) -> Option<SpanData> {
    ENDED.0.lock().unwrap_or_else(PoisonError::into_inner).iter().find(|span| span.name == name).cloned()
}

/// A `traceparent`.
fn cause(trace: u32, span: u32) -> String {
    format!("00-{trace:032x}-{span:016x}-01")
}

/// The names of the spans that it links to.
fn links(span: &SpanData) -> Vec<String> {
    let named = |link: &opentelemetry::trace::Link| {
        format!("00-{}-{}-01", link.span_context.trace_id(), link.span_context.span_id())
    };
    span.links.iter().map(named).collect()
}

fn trace_of(span: &SpanData) -> String {
    span.span_context.trace_id().to_string()
}

#[test]
fn what_one_trace_led_to_is_a_part_of_it() {
    let span = after("one trace", &[cause(1, 1), cause(1, 2), cause(1, 3)]).unwrap();
    assert_eq!((trace_of(&span), span.parent_span_id.to_string()), (format!("{:032x}", 1), format!("{:016x}", 1)));
    assert_eq!(links(&span), [cause(1, 2), cause(1, 3)]);
}

#[test]
fn what_several_traces_led_to_begins_one_of_its_own() {
    let causes = [cause(1, 1), cause(2, 2)];
    let span = after("several traces", &causes).unwrap();
    assert!(![1, 2].map(|trace| format!("{trace:032x}")).contains(&trace_of(&span)), "{span:?}");
    assert_eq!((span.parent_span_id, links(&span)), (SpanId::INVALID, causes.to_vec()));
}

#[test]
fn a_span_links_to_so_many_and_no_more() {
    let causes: Vec<String> = (1..=100).map(|trace| cause(trace, trace)).collect();
    assert_eq!(links(&after("many traces", &causes).unwrap()), causes[..32]);
}

#[test]
fn what_is_no_trace_led_to_nothing() {
    let causes = ["610180-1234".to_owned(), cause(0, 1), cause(1, 1).to_uppercase().replace("00-", "01-")];
    let span = after("no trace", &causes).unwrap();
    assert_eq!((span.parent_span_id, links(&span).len()), (SpanId::INVALID, 0));
}

/// A piece of work that begins in another and was caused by a third: below that, and it links to where it was done.
#[test]
fn work_in_a_batch_links_to_the_batch() {
    LazyLock::force(&ENDED);
    let batch = Span::begin("batch", Kind::Internal, None::<&str>);
    let around = batch.traceparent().map(|batch| batch.to_string()).unwrap();
    let plain = async { drop(Span::begin("plain", Kind::Internal, None::<&str>)) };
    let caused = async { drop(Span::begin("caused", Kind::Internal, [cause(3, 3)])) };
    batch.around(async { (plain.await, caused.await) }).now_or_never().unwrap();
    let (plain, caused) = (ended("plain").unwrap(), ended("caused").unwrap());
    assert!(around.contains(&plain.parent_span_id.to_string()) && around.contains(&trace_of(&plain)));
    assert_eq!((trace_of(&caused), links(&caused)), (format!("{:032x}", 3), vec![around]));
}
