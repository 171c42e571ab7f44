//! Traces: one picture of all that follows from a call, over processes, events and e-mails (W3C Trace Context).
//!
//! What a span shows is what it was told here: names of methods and kinds of events, ids that the log has too, counts and codes.
//! `tracestate` and `baggage` are neither read nor passed on: a caller could write anything into them.
//!
//! As long as no traces are collected, a span is nothing, and beginning one is one look at a static.

use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{
    FutureExt as _, Link, SpanBuilder, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState,
};
use opentelemetry::{Context, KeyValue};
use std::fmt::{self, Display};
use std::sync::OnceLock;

pub use opentelemetry::trace::SpanKind as Kind;

/// The header of a call that belongs to a trace.
pub const HEADER: &str = "traceparent";

/// The most spans that one links to.
const MOST_LINKS: usize = 32;

static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// Has spans recorded by `tracer` from now on. Once in a process; a second one is not taken.
pub fn start(tracer: BoxedTracer) {
    let _taken = TRACER.set(tracer);
}

/// Which span of which trace, as it travels: a `traceparent` of version 00.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TraceParent(SpanContext);

impl TraceParent {
    /// Reads one. Nothing that does not have the form to the letter: it comes from outside, and goes into logs and traces.
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split('-');
        let mut field = |length: usize| {
            let is_hex = |field: &&str| field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            fields.next().filter(|field| field.len() == length).filter(is_hex)
        };
        let (version, trace, span, flags) = (field(2)?, field(32)?, field(16)?, field(2)?);
        if version != "00" || fields.next().is_some() {
            return None;
        }
        let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
        let sampled = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
        let context = SpanContext::new(trace, span, sampled, true, TraceState::NONE);
        context.is_valid().then_some(Self(context))
    }

    fn is_of_trace_of(&self, other: &Self) -> bool {
        self.0.trace_id() == other.0.trace_id()
    }
}

impl Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.0.trace_id(), self.0.span_id(), self.0.trace_flags().to_u8())
    }
}

/// The work under way, for what it causes elsewhere or later.
pub fn current() -> Option<TraceParent> {
    TRACER.get()?;
    Context::map_current(of)
}

/// The same as text, to be kept with what it causes.
pub fn text() -> Option<String> {
    current().map(|trace| trace.to_string())
}

fn of(context: &Context) -> Option<TraceParent> {
    let span = context.span().span_context().clone();
    span.is_valid().then_some(TraceParent(span))
}

/// A piece of work, as traces show it. It ends when the last clone of it, and of the work in it, is gone.
#[derive(Clone, Debug, Default)]
pub struct Span(Option<Context>);

impl Span {
    /// Begins the work that `causes`, each a `traceparent`, have led to. If they are of one trace it is a part of that, below the first
    /// of them; if of several, it begins a trace of its own. It links to whatever it is not below. Without causes it is a part of
    /// the work in which it is begun.
    pub fn begin<C: AsRef<str>>(name: &'static str, kind: Kind, causes: impl IntoIterator<Item = C>) -> Self {
        let Some(tracer) = TRACER.get() else { return Self(None) };
        let causes: Vec<_> = causes.into_iter().filter_map(|cause| TraceParent::parse(cause.as_ref())).collect();
        let (below, links) = match causes.split_first() {
            None => (Context::current(), Vec::new()),
            Some((first, others)) if others.iter().all(|other| other.is_of_trace_of(first)) => {
                (Context::new().with_remote_span_context(first.0.clone()), others.to_vec())
            }
            Some(_) => (Context::new(), causes),
        };
        let around = current().filter(|around| of(&below).as_ref() != Some(around));
        let links = around.into_iter().chain(links).take(MOST_LINKS).map(|cause| Link::with_context(cause.0)).collect();
        let span = SpanBuilder::from_name(name).with_kind(kind).with_links(links).start_with_context(tracer, &below);
        Self(Some(Context::new().with_span(span)))
    }

    /// Tells something of the work: an id that is in the log too, a count, a word of ours. Never what came from outside.
    pub fn set(&self, key: &'static str, value: impl Display) {
        if let Some(context) = self.0.as_ref().filter(|context| context.span().is_recording()) {
            context.span().set_attribute(KeyValue::new(key, value.to_string()));
        }
    }

    /// The work has failed, with a word for how.
    pub fn fail(&self, word: impl fmt::Debug) {
        if let Some(context) = &self.0 {
            context.span().set_status(Status::error(format!("{word:?}")));
        }
    }

    /// What names it elsewhere.
    pub fn traceparent(&self) -> Option<TraceParent> {
        self.0.as_ref().and_then(of)
    }

    /// Does `work` as this span, and what it causes as caused by it.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        match &self.0 {
            Some(context) => work.with_context(context.clone()).await,
            None => work.await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn the_form_to_the_letter_and_nothing_else() {
        assert_eq!(TraceParent::parse(TRACE).map(|trace| trace.to_string()).as_deref(), Some(TRACE));
        // Flags that nobody has defined yet are not passed on.
        let flagged = TraceParent::parse(&TRACE.replace("-01", "-ff")).map(|trace| trace.to_string());
        assert_eq!(flagged.as_deref(), Some(TRACE));
        let zero = |field: &str| TRACE.replace(field, &"0".repeat(field.len()));
        let wrong = [
            String::new(),
            "610180-1234".to_owned(),
            TRACE.to_uppercase(),
            TRACE.replacen("00-", "01-", 1),
            TRACE.replacen("00-", "ff-", 1),
            zero("0af7651916cd43dd8448eb211c80319c"),
            zero("b7ad6b7169203331"),
            TRACE.replace("0af7", "kare"),
            TRACE.replace("0af7", "+af7"),
            TRACE.replace("0af7", "0af"),
            format!("{TRACE}-00"),
            format!("{TRACE} "),
            format!(" {TRACE}"),
        ];
        for text in wrong {
            assert_eq!(TraceParent::parse(&text), None, "{text:?}");
        }
    }

    #[tokio::test]
    async fn a_span_is_nothing_while_no_traces_are_collected() {
        let span = Span::begin("work", Kind::Internal, [TRACE]);
        assert_eq!((span.traceparent(), span.around(async { current() }).await), (None, None));
    }
}
