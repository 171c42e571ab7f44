//! Watching receipts.

use super::world::{KAREN, NIELS, Refused as _, World, by, letter, reason};
use api::mailbox::v1 as proto;
use engines::on_both;
use std::collections::HashSet;
use std::time::Duration;
use tonic::Streaming;

on_both! { World: m1_a_watch_tells_each_change_and_resumes_where_it_was_left, m1_no_change_is_skipped_while_many_commit_at_once,
m1_a_sender_watches_its_own_receipts_only, a_stream_ends_with_the_process, a_quiet_watch_says_that_it_lives }

type Watch = Streaming<proto::WatchReceiptsResponse>;

async fn watch(world: &World, who: &str, resume_token: &str) -> Watch {
    let request = proto::WatchReceiptsRequest { resume_token: resume_token.to_owned() };
    world.delivery().watch_receipts(by(who, request)).await.expect("a watch").into_inner()
}

async fn next(watch: &mut Watch) -> proto::WatchReceiptsResponse {
    let answer = tokio::time::timeout(Duration::from_secs(30), watch.message()).await.expect("in time");
    answer.expect("an answer").expect("no end")
}

/// The next receipt, signs of life aside.
async fn change(watch: &mut Watch) -> (proto::Receipt, String) {
    loop {
        let answer = next(watch).await;
        if let Some(receipt) = answer.receipt {
            return (receipt, answer.resume_token);
        }
    }
}

async fn m1_a_watch_tells_each_change_and_resumes_where_it_was_left(world: World) {
    world.karen_and_niels().await;
    world.deliver(KAREN, 1, "Før").await;
    let mut first = watch(&world, "municipality", "").await;
    let begun = next(&mut first).await;
    assert!(begun.receipt.is_none(), "from now on");
    let message = world.deliver(KAREN, 2, "Skat").await;
    let (accepted, token) = change(&mut first).await;
    assert_eq!((accepted.message.as_str(), accepted.first_open_time), (message.as_str(), None));
    drop(first);
    let request = proto::GetMessageRequest { name: message.clone() };
    world.mailbox().get_message(by(&format!("{KAREN}@borger_dk"), request)).await.expect("opened");
    let (opened, _) = change(&mut watch(&world, "municipality", &token).await).await;
    assert_eq!(opened.message, message);
    assert!(opened.first_open_time.is_some());
    let (again, _) = change(&mut watch(&world, "municipality", &begun.resume_token).await).await;
    assert!(again == opened, "what was not dealt with comes again, as it is now");
}

async fn m1_no_change_is_skipped_while_many_commit_at_once(world: World) {
    world.karen_and_niels().await;
    let mut changes = watch(&world, "municipality", "").await;
    let delivered = async {
        let calls = (0..60).map(|number| {
            let cpr = [KAREN, NIELS][usize::from(number % 2 == 1)];
            world.deliver_as("municipality", letter(cpr, number, "Valg"))
        });
        let receipts = futures::future::join_all(calls).await;
        receipts.into_iter().map(|receipt| receipt.expect("delivered").message).collect::<HashSet<String>>()
    };
    let seen = async {
        let mut seen = HashSet::new();
        while seen.len() < 60 {
            seen.insert(change(&mut changes).await.0.message);
        }
        seen
    };
    let (delivered, seen) = tokio::join!(delivered, seen);
    assert_eq!(delivered, seen);
}

async fn m1_a_sender_watches_its_own_receipts_only(world: World) {
    world.karen_and_niels().await;
    let mut own = watch(&world, "municipality", "").await;
    let token = next(&mut own).await.resume_token;
    world.deliver_as("bank", letter(KAREN, 1, "Konto")).await.expect("delivered");
    let message = world.deliver(KAREN, 2, "Skat").await;
    assert_eq!(change(&mut own).await.0.message, message);
    for (who, token) in [("bank", token.as_str()), ("municipality", "nonsense")] {
        let request = proto::WatchReceiptsRequest { resume_token: token.to_owned() };
        let refused = world.delivery().watch_receipts(by(who, request)).await.refused("not theirs");
        assert_eq!(reason(&refused), "RESUME_TOKEN_INVALID");
    }
}

async fn a_stream_ends_with_the_process(world: World) {
    world.karen_and_niels().await;
    let mut changes = watch(&world, "municipality", "").await;
    next(&mut changes).await;
    let (waiting, items) = tokio::sync::mpsc::channel::<proto::DeliverMessagesRequest>(1);
    let items = by("municipality", tokio_stream::wrappers::ReceiverStream::new(items));
    let mut answers = world.delivery().deliver_messages(items).await.expect("a stream").into_inner();
    world.parts.streams.end();
    assert_eq!(reason(&changes.message().await.refused("it ends")), "SHUTTING_DOWN");
    assert_eq!(reason(&answers.message().await.refused("it ends")), "SHUTTING_DOWN");
    drop(waiting);
}

async fn a_quiet_watch_says_that_it_lives(world: World) {
    world.karen_and_niels().await;
    let mut changes = watch(&world, "municipality", "").await;
    assert!(next(&mut changes).await.receipt.is_none());
    let sign = next(&mut changes).await;
    assert!(sign.receipt.is_none() && !sign.resume_token.is_empty());
}
