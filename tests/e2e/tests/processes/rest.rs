//! What somebody finds who takes the disk, or a copy of the databases.

use crate::telling::{SECRETS, file, tell_all};
use harness::{Engine, Processes, finding};

mod what_lies_at_rest_shows_no_person_and_no_letter {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_sqlite() {
        what_lies_at_rest_shows_nothing(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn on_postgres() {
        what_lies_at_rest_shows_nothing(Engine::Postgres).await;
    }
}

async fn what_lies_at_rest_shows_nothing(engine: Engine) {
    let processes = Processes::start(engine).await.unwrap();
    tell_all(&processes).await;
    let stored = processes.stored().await.unwrap();
    let found = finding::find(&stored, &SECRETS);
    assert!(found.is_empty(), "{found:#?}");
    // The very bytes of the file, and its hash, by which a known document could be recognised.
    for bytes in [file(), crypto::sha256(&file()).to_vec()] {
        assert_eq!(finding::find_bytes(&stored, &bytes), Vec::<&str>::new());
    }
    for database in ["access", "mailbox", "notification"] {
        assert!(stored.iter().any(|stored| stored.name.contains(database)), "{database} was looked into");
    }
    assert!(!finding::find(&stored, &["application/pdf"]).is_empty(), "the search does search");
}
