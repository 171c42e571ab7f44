//! What somebody who steals the disk sees.

use super::world::{KAREN, World, by, letter};
use api::mailbox::v1 as proto;
use engines::Engine;
use std::path::Path;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_shows_no_person_and_no_letter() {
    let world = World::start(Engine::Sqlite).await;
    world.karen_and_niels().await;
    let delivery = proto::Delivery { body_text: "Hemmelighed".to_owned(), ..letter(KAREN, 1, "Skattesag") };
    world.deliver_as("municipality", delivery).await.expect("delivered");
    let create = proto::CreateFolderRequest {
        parent: "mailboxes/me".to_owned(),
        display_name: "Skilsmisse".to_owned(),
        request_id: "f1".to_owned(),
        ..Default::default()
    };
    world.mailbox().create_folder(by(&format!("{KAREN}@borger_dk"), create)).await.expect("a folder");
    let found = search(
        world.folder.path(),
        &[KAREN, "610180-4000", "Karen", "Nørgaard", "Holm", "Skattesag", "Hemmelighed", "Skilsmisse", "Aarhus"],
    );
    assert!(found.is_empty(), "{found:?}");
    assert!(
        !search(world.folder.path(), &["12345678"]).is_empty(),
        "CVR numbers are public, and the search does search"
    );
}

fn search(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(search(&path, words));
            continue;
        }
        let content = std::fs::read(&path).expect("a file");
        let here = words.iter().filter(|word| content.windows(word.len()).any(|part| part == word.as_bytes()));
        found.extend(here.map(|word| format!("{word} in {}", path.display())));
    }
    found
}
