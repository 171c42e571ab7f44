//! The largest files, through a process as it ships.

use harness::actor::authority::pdf;
use harness::{Engine, Letter, Person, Processes, Refusable as _};
use kernel::ServiceName;

/// All that a letter from an authority may have (M3).
const LARGEST: usize = 99_500_000;
/// How much more memory the process may come to hold, whatever the size of a file.
const FLAT: u64 = 24 * 1024 * 1024;

mod m3_the_largest_file_takes_no_memory {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        the_largest_file_takes_no_memory(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        the_largest_file_takes_no_memory(Engine::Postgres).await;
    }
}

async fn the_largest_file_takes_no_memory(engine: Engine) {
    let processes = Processes::start(engine).await.unwrap();
    let suite = processes.suite().clone();
    let (authority, karen) = (suite.authority(), suite.citizen(Person::karen()).await);
    let small = authority.uploads("lille.pdf", &pdf("lille")).await.unwrap();
    let before = processes.peak_memory(ServiceName::Mailbox).unwrap();
    let mut content = pdf("stor");
    let end = content.len();
    content.extend((end..LARGEST).map(|at| u8::try_from(at * 7 % 251).unwrap()));
    let large = authority.uploads("stor.pdf", &content).await.unwrap();

    let mut delivery = authority.prepares(&karen.person, Letter::about("Stort bilag")).await.unwrap();
    (delivery.main_document, delivery.files) = (large.name, vec![small.name]);
    let refused = authority.sends(delivery.clone()).await.refused("FILE_TOO_LARGE");
    assert_eq!(refused.metadata["limit_bytes"], LARGEST.to_string(), "all files together");
    delivery.files.clear();
    let receipt = authority.sends(delivery).await.unwrap();
    let opened = karen.opens(&receipt.message).await.unwrap();
    assert!(karen.downloads(&opened.files[0].name, 0).await.unwrap().1 == content);

    let more = processes.peak_memory(ServiceName::Mailbox).unwrap().saturating_sub(before);
    println!("99.5 MB up and down: {} KiB more at the peak", more / 1024);
    assert!(more < FLAT, "{more} bytes more");
}
