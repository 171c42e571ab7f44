//! How PostgreSQL runs the statements that the services really send: each tells its plan as it is run (auto_explain), while the
//! suite goes through everything that is done with letters. A statement about a mailbox reads one partition of a table, by an
//! index; so the databases can be divided by mailbox. A target of its own, because what is told is told for the whole process.
#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

mod acts;
mod growth;
mod plan;
mod schema;
mod written;

use harness::{Engine, Suite};
use plan::{Plan, Told};
use schema::Schema;
use std::collections::BTreeSet;
use tracing_subscriber::layer::SubscriberExt as _;

/// Statements about no one mailbox: a part of their text, and why. They too go by an index, in each partition.
const OVER_MAILBOXES: [(&str, &str); 4] = [
    ("SELECT mailbox FROM message WHERE bin_time", "what is due next in any bin: the least of each partition's index"),
    ("SELECT 1 FROM message_file WHERE file = $1", "whether any letter still needs a file, once a letter is purged"),
    ("FROM sent_ahead a JOIN message m", "the publisher's batch, each letter by its own mailbox"),
    ("UPDATE message SET mark = substr(mark, 7)", "the same"),
];

/// Statements that read a large table, or an index of it, from end to end, and why.
const WHOLE: [(&str, &str); 4] = [
    ("FROM ledger WHERE state IN ('owed', 'sending', 'parked')", "an index holds nothing but these, and is read whole"),
    ("DELETE FROM inbox WHERE receive_time", "a sweep; the copies are all of one moment, so most are to go"),
    ("DELETE FROM ledger WHERE id IN", "the same"),
    ("DELETE FROM code_made WHERE", "the same"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_statement_touches_one_partition_and_goes_by_an_index() {
    let told = Told::default();
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(told.clone())).unwrap();
    harness::postgres::explaining();
    let schema = Schema::read();
    let suite = Suite::start(Engine::Postgres).await;
    acts::a_little(&suite).await;
    let large = growth::grow().await;
    assert!(schema.partitioned.iter().all(|table| large.contains(table)), "too small to tell: {large:?}");
    told.forget();
    acts::everything(&suite).await;

    let plans = told.plans();
    let wrong: Vec<String> = plans.iter().filter_map(|plan| fault(plan, &schema, &large)).collect();
    assert!(wrong.is_empty(), "{} of {} statements:\n{}", wrong.len(), plans.len(), wrong.join("\n"));
    // What was not run was not looked at.
    let unseen = written::about(&schema.partitioned, |text| plans.iter().any(|plan| plan.query.contains(text)));
    assert!(unseen.is_empty(), "these were not run:\n{}", unseen.join("\n"));
    for (part, why) in OVER_MAILBOXES.iter().chain(&WHOLE) {
        assert!(plans.iter().any(|plan| plan.query.contains(part)), "{part} ({why}) is not run any more");
    }
    println!("{} statements were run in {} ways; large: {large:?}", told.count(), plans.len());
}

fn is_among(plan: &Plan, excused: &[(&str, &str)]) -> bool {
    excused.iter().any(|(part, _)| plan.query.contains(part))
}

/// What is wrong with how a statement was run, if anything is.
fn fault(plan: &Plan, schema: &Schema, large: &BTreeSet<String>) -> Option<String> {
    for scan in plan.scans.iter().filter(|scan| large.contains(schema.table_of(&scan.relation))) {
        if scan.condition.is_empty() && !is_among(plan, &WHOLE) {
            return Some(format!("reads {} from end to end ({}): {}", scan.relation, scan.method, plan.query));
        }
    }
    let touched = |table: &String| (plan.partitions_of(table, schema), table.clone());
    let (partitions, table) = schema.partitioned.iter().map(touched).max()?;
    (partitions > 1 && !is_among(plan, &OVER_MAILBOXES))
        .then(|| format!("touches {partitions} partitions of {table}: {}", plan.query))
}
