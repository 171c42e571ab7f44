//! Callers who call again as soon as they are answered, and how long each answer took.

use crate::arguments::Length;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Of the time of a measurement, how much is run before it and not counted: connections, caches, plans.
const WARM_UP: u32 = 5;

/// What came of a call.
pub(crate) type Answer = futures::future::BoxFuture<'static, anyhow::Result<()>>;

/// What was measured.
pub(crate) struct Measured {
    pub(crate) calls: usize,
    elapsed: Duration,
    /// How long each call took, shortest first.
    latencies: Vec<Duration>,
}

impl Measured {
    #[expect(clippy::cast_precision_loss, reason = "fewer calls than a float counts exactly")]
    pub(crate) fn per_second(&self) -> f64 {
        self.calls as f64 / self.elapsed.as_secs_f64()
    }

    /// The time within which `percent` of the calls were answered.
    pub(crate) fn percentile(&self, percent: usize) -> Duration {
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(at).copied().unwrap_or_default()
    }
}

/// Has `callers` call at once for `length`, after a warm-up where it is a time. `call` gets a number that is new each time.
/// The first call that fails ends it.
pub(crate) async fn measure<C, F>(callers: usize, length: Length, call: C) -> anyhow::Result<Measured>
where
    C: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = anyhow::Result<()>> + Send,
{
    if let Length::Time(time) = length {
        all(callers, Length::Time(time / WARM_UP), call.clone()).await?;
    }
    all(callers, length, call).await
}

async fn all<C, F>(callers: usize, length: Length, call: C) -> anyhow::Result<Measured>
where
    C: Fn(usize) -> F + Clone + Send + 'static,
    F: Future<Output = anyhow::Result<()>> + Send,
{
    let (next, started) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let callers = (0..callers).map(|_| {
        let (next, call) = (next.clone(), call.clone());
        tokio::spawn(async move {
            let mut latencies = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let over = match length {
                    Length::Time(time) => started.elapsed() >= time,
                    Length::Calls(calls) => number >= calls,
                };
                if over {
                    return anyhow::Ok(latencies);
                }
                let began = Instant::now();
                call(number).await?;
                latencies.push(began.elapsed());
            }
        })
    });
    let mut latencies = Vec::new();
    for caller in futures::future::join_all(callers).await {
        latencies.extend(caller??);
    }
    let elapsed = started.elapsed();
    latencies.sort_unstable();
    Ok(Measured { calls: latencies.len(), elapsed, latencies })
}

/// How many calls may wait for their answers.
const MOST_WAITING: usize = 2_000;

/// Calls `rate` times a second, whatever the answers take, until `over` is; how long each took from the moment at which it was
/// due, and what `over` gives. The first call that fails ends it.
pub(crate) async fn paced<C, F, T>(rate: u32, over: impl Future<Output = T>, call: C) -> anyhow::Result<(Measured, T)>
where
    C: Fn(usize) -> F,
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (mut over, mut due) = (pin!(over), tokio::time::interval(Duration::from_secs(1) / rate));
    let (started, mut waiting, mut number) = (Instant::now(), JoinSet::new(), 0);
    let mut latencies = Vec::new();
    let (over, elapsed) = loop {
        tokio::select! {
            over = &mut over => break (over, started.elapsed()),
            at = due.tick() => {
                anyhow::ensure!(waiting.len() < MOST_WAITING, "{rate} calls a second are more than are answered");
                let answer = call(number);
                waiting.spawn(async move { answer.await.map(|()| at.elapsed()) });
                number += 1;
            }
            Some(answered) = waiting.join_next() => latencies.push(answered??),
        }
    };
    while let Some(answered) = waiting.join_next().await {
        latencies.push(answered??);
    }
    latencies.sort_unstable();
    Ok((Measured { calls: latencies.len(), elapsed, latencies }, over))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_calls_in_order() {
        let latencies = (1..=200).map(Duration::from_millis).collect();
        let measured = Measured { calls: 200, elapsed: Duration::from_secs(2), latencies };
        assert_eq!(measured.percentile(50), Duration::from_millis(101));
        assert_eq!(measured.percentile(99), Duration::from_millis(199));
        assert!((measured.per_second() - 100.0).abs() < f64::EPSILON);
    }

    #[tokio::test]
    async fn every_number_is_called_once() {
        let sum = Arc::new(AtomicUsize::new(0));
        let counting = sum.clone();
        let call = move |number| {
            let sum = counting.clone();
            async move {
                sum.fetch_add(number, Ordering::Relaxed);
                Ok(())
            }
        };
        let measured = measure(4, Length::Calls(100), call).await.expect("no call fails");
        assert_eq!((measured.calls, sum.load(Ordering::Relaxed)), (100, 4950));
    }

    #[tokio::test]
    async fn calls_are_due_whatever_the_answers_take() {
        let (told, over) = tokio::sync::oneshot::channel::<()>();
        let (last, first) = (std::sync::Mutex::new(Some(told)), Arc::new(tokio::sync::Notify::new()));
        let call = |number| {
            // The first is answered when the tenth was called, which ends it.
            if number == 9 {
                first.notify_one();
                drop(last.lock().expect("a lock").take());
            }
            let first = first.clone();
            async move {
                if number == 0 {
                    first.notified().await;
                }
                Ok(())
            }
        };
        let (measured, _) = paced(1_000, over, call).await.expect("no call fails");
        assert!(measured.calls >= 10, "{}", measured.calls);
    }
}
