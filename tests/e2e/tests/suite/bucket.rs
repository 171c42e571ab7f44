//! Files in a bucket of an S3-compatible store, which is a real server.

use crypto::DataKey;
use harness::actor::authority::{frames, header, pdf};
use harness::{Engine, Letter, Person, Refusable as _, S3Server, Suite};
use kernel::hex;
use kernel::{FileId, SystemRandom, Timestamp};
use mailbox_service::objects::Objects;
use std::time::Duration;

/// More than two parts.
const LARGE: usize = 12_000_000;

mod m3_files_lie_in_a_bucket {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        files_lie_in_a_bucket(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        files_lie_in_a_bucket(Engine::Postgres).await;
    }
}

async fn files_lie_in_a_bucket(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let mut server = S3Server::start(folder.path()).unwrap();
    let suite = Suite::start_with_bucket(engine, &server).await;
    let (authority, karen) = (suite.authority(), suite.citizen(Person::karen()).await);
    let (large, small) = (large(), pdf("lille"));
    let files = vec![("stor.pdf".to_owned(), large.clone()), ("lille.pdf".to_owned(), small.clone())];
    let receipt = authority.delivers(&karen.person, Letter { files, ..Letter::about("Bilag") }).await.unwrap();
    let opened = karen.opens(&receipt.message).await.unwrap();
    assert!(karen.downloads(&opened.files[0].name, 0).await.unwrap().1 == large);
    assert!(karen.downloads(&opened.files[0].name, 7_000_001).await.unwrap().1 == large[7_000_001..]);
    assert!(karen.downloads(&opened.files[1].name, 0).await.unwrap().1 == small);
    assert_eq!((server.objects(), server.uploads()), (2, 0));
    assert!(!server.content().contains(&hex(b"endobj")), "what lies there is encrypted");

    // What breaks off after a part was stored leaves nothing, and what comes again is stored once.
    let cut = frames(header("stor.pdf", &large), &large[..6_000_000]);
    authority.uploads_frames(cut).await.refused("FILE_HASH_MISMATCH");
    authority.uploads("igen.pdf", &large).await.unwrap();
    suite.settle().await;
    assert_eq!((server.objects(), server.uploads()), (2, 0));

    // Nobody has them any more.
    karen.deletes(&receipt.message).await.unwrap();
    karen.purges(&receipt.message).await.unwrap();
    suite.advance(Duration::from_hours(24)).await;
    assert_eq!(server.objects(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m3_parts_that_a_kill_left_in_a_bucket_are_freed() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = S3Server::start(folder.path()).unwrap();
    let objects = Objects::in_bucket(&server.bucket()).unwrap();
    let file = FileId::new(Timestamp::from_micros(1), &SystemRandom);
    let mut writer = objects.write(file, DataKey::generate(&SystemRandom), LARGE as u64).await.unwrap();
    writer.push(&large()[..6_000_000]).await.unwrap();
    let multipart = writer.multipart().unwrap().to_owned();
    // As a process that is killed: nothing runs that would clean up.
    std::mem::forget(writer);
    assert_eq!(server.uploads(), 1);
    objects.remove(file, std::slice::from_ref(&multipart)).await.unwrap();
    assert_eq!(server.uploads(), 0);
    // The sweep may be cut by a kill too, and comes again.
    objects.remove(file, &[multipart]).await.unwrap();
}

fn large() -> Vec<u8> {
    let mut content = pdf("stor");
    let end = content.len();
    content.extend((end..LARGE).map(|at| b'a' + u8::try_from(at / 1_000 % 26).unwrap()));
    content
}
