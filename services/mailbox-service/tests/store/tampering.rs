//! Whoever can write to the database, and has no key, can't change what the log says unseen (R13).

use super::world::{KAREN, NIELS, World, by, letter};
use api::mailbox::v1 as proto;
use engines::on_both;
use kernel::{MailboxId, Random as _, SystemRandom};
use mailbox_service::heads::Heads;
use mailbox_service::usecase::export_heads;
use mailbox_service::usecase::verify_activity::Verifier;
use sql::{Error, args};
use uuid::Uuid;

on_both! {
    World: r13_what_is_altered_removed_swapped_or_cut_off_is_found,
    r13_a_log_cut_off_with_its_head_shows_by_the_export,
    r13_an_export_that_was_altered_is_found,
}

/// How many entries are tampered with, one after the other; `DIGITALPOST_TEST_TAMPERED` says otherwise.
fn trials() -> usize {
    std::env::var("DIGITALPOST_TEST_TAMPERED").ok().and_then(|count| count.parse().ok()).unwrap_or(12)
}

/// What is done to one entry, `$1` of the mailbox and `$2` its number.
const TAMPERINGS: [&str; 19] = [
    "UPDATE activity SET kind = 'moved' WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET activity_time = $3 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET capacity = 'guardian' WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET actor = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET portal = 'mit_dk' WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET access = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET mark = 'own' WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET message = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET folder = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET file = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET id = $4 WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET actor_name = link WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET messages = link WHERE mailbox = $1 AND sequence = $2",
    "UPDATE activity SET link = folder_link.link FROM (SELECT link FROM activity_head WHERE mailbox = $1) AS folder_link \
     WHERE mailbox = $1 AND sequence = $2",
    "DELETE FROM activity WHERE mailbox = $1 AND sequence = $2",
    "DELETE FROM activity WHERE mailbox = $1 AND sequence >= $2",
    // All of them.
    "DELETE FROM activity WHERE mailbox = $1 AND sequence > $2 * 0",
    "UPDATE activity_head SET link = (SELECT a.link FROM activity AS a WHERE a.mailbox = $1 AND a.sequence = $2) \
     WHERE mailbox = $1",
    "DELETE FROM activity_head WHERE mailbox = $1 AND sequence >= $2",
];

async fn run(world: &World, sql: &'static str, values: Vec<sql::Value>) {
    let done = world.parts.db.write(move |tx| Box::pin(async move { tx.execute(sql, values).await }));
    done.await.expect("tampered");
}

async fn findings(world: &World, export: Option<&Heads>) -> Vec<String> {
    let mut found = Vec::new();
    let (db, chain) = (world.parts.db.clone(), world.parts.keys.chain.clone());
    let mut verifier = Verifier::new(db, chain, |finding| found.push(finding.to_string()));
    verifier.logs().await.expect("read");
    if let Some(heads) = export {
        verifier.export(heads).await.expect("read");
    }
    found
}

/// Two mailboxes with logs; how long Karen's is.
async fn logs(world: &World) -> (MailboxId, i64) {
    let (karen, _) = world.karen_and_niels().await;
    for number in 0..5 {
        let name = world.deliver(KAREN, number, "Sag").await;
        let request = by(&format!("{KAREN}@borger_dk"), proto::GetMessageRequest { name });
        world.mailbox().get_message(request).await.expect("opened");
        world.deliver_as("municipality", letter(NIELS, 100 + number, "Sag")).await.expect("delivered");
    }
    for (kept, of) in [("activity_kept", "activity"), ("activity_head_kept", "activity_head")] {
        let sql = format!("CREATE TABLE {kept} AS SELECT * FROM {of}");
        run(world, Box::leak(sql.into_boxed_str()), args![]).await;
    }
    let karen: MailboxId = karen.trim_start_matches("mailboxes/").parse().expect("an id");
    let head = world
        .parts
        .db
        .read(move |tx| Box::pin(async move { mailbox_service::store::activity::heads(tx, &[karen]).await }));
    let head: Result<_, Error> = head.await;
    (karen, head.expect("a head")[0].1)
}

async fn restore(world: &World) {
    run(world, "DELETE FROM activity", args![]).await;
    run(world, "DELETE FROM activity_head", args![]).await;
    run(world, "INSERT INTO activity SELECT * FROM activity_kept", args![]).await;
    run(world, "INSERT INTO activity_head SELECT * FROM activity_head_kept", args![]).await;
}

async fn r13_what_is_altered_removed_swapped_or_cut_off_is_found(world: World) {
    let (karen, length) = logs(&world).await;
    assert_eq!(length, 10);
    assert!(findings(&world, None).await.is_empty(), "what is as it was written is whole");
    let (other, time) = (Uuid::from_u128(7), kernel::Timestamp::from_micros(1));
    let mut seed = [0; 64];
    SystemRandom.fill(&mut seed);
    for trial in 0..trials().max(TAMPERINGS.len()) {
        let tampering = TAMPERINGS[trial % TAMPERINGS.len()];
        // Any but the last: a link that is replaced by the last one's is another's.
        let sequence = 1 + i64::from(seed[trial % seed.len()]) % (length - 1);
        let mut values = args![karen, sequence];
        if tampering.contains("$3") {
            values.extend(args![time]);
        }
        let tampering: &'static str = Box::leak(tampering.replace("$4", "$3").into_boxed_str());
        if values.len() == 2 && tampering.contains("$3") {
            values.extend(args![other]);
        }
        run(&world, tampering, values).await;
        assert!(!findings(&world, None).await.is_empty(), "{tampering} at {sequence}");
        restore(&world).await;
        assert!(findings(&world, None).await.is_empty(), "restored");
    }
    // Two entries change places, and one goes into another's log.
    for (from, to) in [(2_i64, -1_i64), (5, 2), (-1, 5)] {
        let sql = "UPDATE activity SET sequence = $3 WHERE mailbox = $1 AND sequence = $2";
        run(&world, sql, args![karen, from, to]).await;
    }
    assert!(!findings(&world, None).await.is_empty(), "swapped");
    restore(&world).await;
    run(&world, "UPDATE activity SET mailbox = $2 WHERE mailbox = $1 AND sequence = 10", args![karen, other]).await;
    assert!(!findings(&world, None).await.is_empty(), "in another's log");
}

async fn r13_a_log_cut_off_with_its_head_shows_by_the_export(world: World) {
    let (karen, length) = logs(&world).await;
    let heads = Heads::in_folder(&world.folder.path().join("heads")).expect("a folder");
    assert_eq!(export_heads::run(&world.parts, &heads, Uuid::nil()).await.expect("exported"), None);
    assert_eq!(export_heads::run(&world.parts, &heads, Uuid::nil()).await.expect("nothing new"), None);
    assert_eq!(heads.objects().await.expect("a list").len(), 1);
    assert!(findings(&world, Some(&heads)).await.is_empty());
    run(&world, "DELETE FROM activity WHERE mailbox = $1 AND sequence = $2", args![karen, length]).await;
    let sql = "UPDATE activity_head SET sequence = sequence - 1, link = (SELECT a.link FROM activity AS a \
               WHERE a.mailbox = $1 AND a.sequence = $2) WHERE mailbox = $1";
    run(&world, sql, args![karen, length - 1]).await;
    assert!(findings(&world, None).await.is_empty(), "the database by itself can't tell");
    let found = findings(&world, Some(&heads)).await;
    assert_eq!(found, [format!("mailboxes/{karen}: entry {length} is not the one that was exported")]);
    run(&world, "DELETE FROM activity WHERE mailbox = $1", args![karen]).await;
    run(&world, "DELETE FROM activity_head WHERE mailbox = $1", args![karen]).await;
    let found = findings(&world, Some(&heads)).await;
    assert!(found.contains(&format!("mailboxes/{karen}: there are letters and no log")), "{found:?}");
}

/// Whoever can write where the export lies has no key either.
async fn r13_an_export_that_was_altered_is_found(world: World) {
    let (karen, length) = logs(&world).await;
    let folder = world.folder.path().join("heads");
    let heads = Heads::in_folder(&folder).expect("a folder");
    export_heads::run(&world.parts, &heads, Uuid::nil()).await.expect("exported");
    let file = std::fs::read_dir(&folder).expect("a folder").next().expect("an object").expect("an object").path();
    let whole = std::fs::read_to_string(&file).expect("lines");
    let number = 1 + whole.lines().position(|line| line.contains(&karen.to_string())).expect("Karen's");
    let hers = whole.lines().nth(number - 1).expect("a line");
    let exported: serde_json::Value = serde_json::from_str(hers).expect("JSON");
    let before = args![karen, length - 1];
    let link = world.parts.db.read(move |tx| {
        let sql = "SELECT link FROM activity WHERE mailbox = $1 AND sequence = $2";
        Box::pin(async move { tx.one(sql, before, |row| row.get::<Vec<u8>>("link")).await })
    });
    let link: Result<_, Error> = link.await;
    // As if the log had always ended one entry before, or had been exported at another time.
    let altered = [
        ("sequence", serde_json::json!(length - 1)),
        ("link", serde_json::json!(kernel::hex(&link.expect("a link")))),
        ("mailbox", serde_json::json!(Uuid::from_u128(7).to_string())),
        ("micros", serde_json::json!(1)),
    ];
    for (field, value) in altered {
        let mut changed = exported.clone();
        assert_ne!(std::mem::replace(&mut changed[field], value), serde_json::Value::Null);
        let lines = whole.replace(hers, &changed.to_string());
        std::fs::write(&file, lines).expect("written");
        assert_eq!(findings(&world, Some(&heads)).await, [format!("the export: line {number} is altered")], "{field}");
    }
}
