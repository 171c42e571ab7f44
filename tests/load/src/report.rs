//! What a scenario found, in lines that line up.

use crate::measure::Measured;
use engines::Engine;
use std::time::Duration;

/// One side of a comparison: its rounds.
#[derive(Default)]
pub(crate) struct Side(Vec<Measured>);

impl Side {
    pub(crate) fn add(&mut self, round: Measured) {
        self.0.push(round);
    }

    pub(crate) fn calls(&self) -> usize {
        self.0.iter().map(|round| round.calls).sum()
    }

    fn per_second(&self) -> f64 {
        median(self.0.iter().map(Measured::per_second).collect())
    }

    fn millis(&self, percent: usize) -> f64 {
        median(self.0.iter().map(|round| millis(round.percentile(percent))).collect())
    }

    pub(crate) fn line(&self, name: &str) -> String {
        let (rate, p50, p99) = (self.per_second(), self.millis(50), self.millis(99));
        format!("{name:>14} {rate:>8.0}/s  p50 {p50:>6.2} ms  p99 {p99:>6.2} ms")
    }
}

/// What is measured, and what it is measured against.
pub(crate) struct Sides<'n> {
    pub(crate) names: [&'n str; 2],
    pub(crate) sides: [Side; 2],
}

/// Prints one step; the first side as a part of the second.
pub(crate) fn step(engine: Engine, callers: usize, measured: &Sides<'_>) {
    let [side, limit] = &measured.sides;
    let ratio = side.per_second() / limit.per_second();
    println!(
        "{engine:?} {callers:>4} callers {}  {}  ratio {ratio:.2}  ({} and {} calls, no error)",
        side.line(measured.names[0]),
        limit.line(measured.names[1]),
        side.calls(),
        limit.calls(),
    );
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
