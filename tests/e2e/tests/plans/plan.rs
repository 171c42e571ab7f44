//! Plans as auto_explain tells them.

use crate::schema::Schema;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// How a statement was run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Plan {
    pub(crate) query: String,
    /// What was read; what was planned and not run is left out.
    pub(crate) scans: Vec<Scan>,
}

/// One look into one table or partition.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Scan {
    pub(crate) relation: String,
    /// "Index Scan", "Seq Scan" and their like.
    pub(crate) method: String,
    /// By what the index was entered; empty: it was read from end to end, or there was none.
    pub(crate) condition: String,
}

impl Plan {
    fn read(told: &Value) -> Option<Self> {
        let query = told["Query Text"].as_str()?.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut scans = Vec::new();
        look(&told["Plan"], &mut scans);
        Some(Self { query, scans })
    }

    /// How many partitions of a table were touched.
    pub(crate) fn partitions_of(&self, table: &str, schema: &Schema) -> usize {
        let touched = self.scans.iter().map(|scan| scan.relation.as_str());
        touched.filter(|relation| schema.table_of(relation) == table).collect::<BTreeSet<_>>().len()
    }
}

/// Goes through a node and what lies below it.
fn look(node: &Value, scans: &mut Vec<Scan>) {
    if node["Actual Loops"] == 0 {
        return;
    }
    let text = |key: &str| node[key].as_str().unwrap_or_default().to_owned();
    let method = text("Node Type");
    if method.ends_with("Scan") && !text("Relation Name").is_empty() {
        scans.push(Scan { relation: text("Relation Name"), condition: condition(node), method });
    }
    for below in node["Plans"].as_array().into_iter().flatten() {
        look(below, scans);
    }
}

/// By what a scan entered its index; a bitmap has it in the nodes below.
fn condition(scan: &Value) -> String {
    let below = scan["Plans"].as_array().into_iter().flatten();
    let bitmaps = below.filter(|node| node["Node Type"].as_str().is_some_and(|kind| kind.starts_with("Bitmap")));
    let own = scan["Index Cond"].as_str().unwrap_or_default().to_owned();
    bitmaps.map(condition).fold(own, |all, one| all + &one)
}

/// What was told, each way of running a statement once.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<BTreeMap<Plan, usize>>>);

impl Told {
    pub(crate) fn plans(&self) -> Vec<Plan> {
        self.0.lock().unwrap().keys().cloned().collect()
    }

    /// What was told so far counts for nothing.
    pub(crate) fn forget(&self) {
        self.0.lock().unwrap().clear();
    }

    /// How many statements were run.
    pub(crate) fn count(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }
}

/// The text of a notice.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.0.push_str(value);
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

impl<S: Subscriber> Layer<S> for Told {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.target() == "sqlx::postgres::notice"
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        let Some((_, plan)) = message.0.split_once("plan:\n") else { return };
        let plan = serde_json::from_str(plan).unwrap_or_else(|error| panic!("{error}: {plan}"));
        if let Some(plan) = Plan::read(&plan) {
            *self.0.lock().unwrap().entry(plan).or_default() += 1;
        }
    }
}
