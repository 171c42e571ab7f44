//! Letters from citizens to authorities: what lies in the database, and that none is skipped.

use super::world::{KAREN, NIELS, World, by};
use api::mailbox::v1 as proto;
use engines::on_both;
use std::collections::HashSet;
use std::time::Duration;

on_both! { World: p7_what_is_acknowledged_is_erased, p7_no_letter_is_skipped_while_many_commit_at_once }

const BYG: &str = "authorities/12345678/contactPoints/byg";

async fn takes_post(world: &World) {
    let point = proto::ContactPointSetting {
        id: "byg".to_owned(),
        display_name: "Byggesager".to_owned(),
        accepts_new_post: true,
        ..Default::default()
    };
    let request = proto::SetContactPointsRequest { contact_points: vec![point], ..Default::default() };
    world.delivery().set_contact_points(by("municipality", request)).await.expect("set");
}

async fn write(world: &World, cpr: &str, subject: &str) {
    let request = proto::SendMessageRequest {
        parent: "mailboxes/me".to_owned(),
        contact_point: BYG.to_owned(),
        subject: subject.to_owned(),
        body_text: "Kære kommune".to_owned(),
        ..Default::default()
    };
    world.mailbox().send_message(by(&format!("{cpr}@borger_dk"), request)).await.expect("sent");
}

/// The next `count` letters after the token: their names, in order.
async fn fetch(world: &World, count: usize) -> Vec<proto::Reply> {
    let request = proto::FetchRepliesRequest::default();
    let mut post = world.delivery().fetch_replies(by("municipality", request)).await.expect("post").into_inner();
    let mut letters = Vec::new();
    while letters.len() < count {
        let answer = tokio::time::timeout(Duration::from_secs(30), post.message()).await.expect("in time");
        letters.extend(answer.expect("an answer").expect("no end").reply);
    }
    letters
}

async fn p7_what_is_acknowledged_is_erased(world: World) {
    world.karen_and_niels().await;
    takes_post(&world).await;
    write(&world, KAREN, "Carport").await;
    write(&world, NIELS, "Garage").await;
    let names: Vec<String> = fetch(&world, 2).await.into_iter().map(|letter| letter.name).collect();
    let kept = "SELECT COUNT(*) AS n FROM reply WHERE wrapped_key IS NOT NULL AND subject IS NOT NULL AND body IS NOT NULL \
                AND writer_cpr IS NOT NULL AND writer_name IS NOT NULL";
    assert_eq!(world.count(kept).await, 2);
    let request = proto::AcknowledgeRepliesRequest { names: names[..1].to_vec(), ..Default::default() };
    world.delivery().acknowledge_replies(by("municipality", request)).await.expect("acknowledged");
    assert_eq!(world.count(kept).await, 1);
    let erased = "SELECT COUNT(*) AS n FROM reply WHERE key_id IS NULL AND wrapped_key IS NULL AND subject IS NULL \
                  AND body IS NULL AND writer_cpr IS NULL AND writer_name IS NULL AND acknowledge_time IS NOT NULL";
    assert_eq!(world.count(erased).await, 1);
    assert_eq!(fetch(&world, 1).await[0].name, names[1]);
}

async fn p7_no_letter_is_skipped_while_many_commit_at_once(world: World) {
    world.karen_and_niels().await;
    takes_post(&world).await;
    let subjects: Vec<String> = (0..60).map(|number| format!("Brev {number}")).collect();
    let written = async {
        let write = |(at, subject): (usize, &String)| {
            let (world, subject) = (&world, subject.clone());
            async move { write(world, [KAREN, NIELS][at % 2], &subject).await }
        };
        futures::future::join_all(subjects.iter().enumerate().map(write)).await
    };
    let ((), fetched) = tokio::join!(async { drop(written.await) }, fetch(&world, 60));
    let fetched: Vec<&str> = fetched.iter().map(|letter| letter.subject.as_str()).collect();
    let once: HashSet<&str> = fetched.iter().copied().collect();
    assert_eq!((fetched.len(), once.len()), (60, 60), "each comes, and comes once");
}
