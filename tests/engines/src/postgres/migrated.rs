//! Databases that were migrated once in this program, for others to be copied from: to copy one takes PostgreSQL as long as
//! to make an empty one, and the migrations of all three services take longer than most tests.

use anyhow::Context as _;
use sql::{DatabaseConfig, Migrations};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;

/// Their names, by the steps that were taken in them.
static TEMPLATES: Mutex<BTreeMap<String, Arc<OnceCell<String>>>> = Mutex::new(BTreeMap::new());

/// The name of the one with these steps taken. Nobody is connected to it: PostgreSQL copies no other.
pub(super) async fn template(migrations: Migrations) -> anyhow::Result<String> {
    let template = {
        let mut templates = TEMPLATES.lock().unwrap_or_else(PoisonError::into_inner);
        templates.entry(format!("{migrations:?}")).or_default().clone()
    };
    template.get_or_try_init(|| migrated(migrations)).await.cloned()
}

async fn migrated(migrations: Migrations) -> anyhow::Result<String> {
    let (name, url) = super::create(None).await?;
    migrations.run(&DatabaseConfig::at(url)).await.context("a template can't be migrated")?;
    Ok(name)
}

#[cfg(test)]
mod tests {
    use crate::folder;
    use crate::postgres::{databases, execute, migrated_database_of, texts};
    use sql::{Migrations, Step};
    use std::collections::BTreeSet;

    const MIGRATIONS: Migrations = Migrations::new(&[Step {
        version: 1000,
        description: "one table",
        sqlite: "",
        postgres: "CREATE TABLE letter (subject TEXT NOT NULL)",
    }]);

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn many_copies_at_once_are_each_by_themselves_and_go_with_their_tests() {
        let tests = || (0..8).map(|_| folder::quick().expect("a folder"));
        let copied = |folder: tempfile::TempDir| async move {
            let url = migrated_database_of(folder.path(), MIGRATIONS).await.expect("a copy");
            execute(&url, "INSERT INTO letter VALUES ('Hej')".to_owned()).await.expect("the schema");
            (folder, url)
        };
        let tasks: Vec<_> = tests().map(|folder| tokio::spawn(copied(folder))).collect();
        let mut running = Vec::new();
        for task in tasks {
            running.push(task.await.expect("a copy"));
        }
        for (_, url) in &running {
            assert_eq!(texts(url, "SELECT subject FROM letter").await.expect("its own"), ["Hej"]);
        }
        let (folders, urls): (Vec<_>, BTreeSet<_>) = running.into_iter().unzip();
        assert_eq!(urls.len(), 8);
        drop(folders);

        // Whoever comes next clears them away.
        let (_folder, next) = copied(folder::quick().expect("a folder")).await;
        assert_eq!(texts(&next, "SELECT subject FROM letter").await.expect("its own"), ["Hej"]);
        assert!(databases().iter().all(|url| !urls.contains(url)));
        for url in &urls {
            texts(url, "SELECT 'still there'").await.expect_err("a database of a test that is over");
        }
    }
}
