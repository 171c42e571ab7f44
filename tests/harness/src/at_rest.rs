//! What lies at rest, as somebody finds it who takes the disk or a copy of the database.

use crate::finding::Text;
use crate::processes::Processes;
use anyhow::Context as _;
use kernel::ServiceName;
use sqlx::{Connection as _, PgConnection, Row as _};
use std::path::Path;

impl Processes {
    /// All that the services have stored: their databases, their files, the ends of activity logs. Not the keys, which lie
    /// elsewhere in production, nor the e-mails that were sent.
    pub async fn stored(&self) -> anyhow::Result<Vec<Text>> {
        let mut stored = Vec::new();
        for &service in ServiceName::ALL {
            match self.database_url(service).strip_prefix("sqlite:") {
                Some(file) => with_siblings(Path::new(file), &mut stored)?,
                None => tables(service, self.database_url(service), &mut stored).await?,
            }
        }
        let layout = self.suite().secrets().layout();
        for folder in [layout.files(), layout.activity_heads()] {
            files(&folder, &mut stored)?;
        }
        Ok(stored)
    }
}

/// The database file, its write-ahead log, and whatever else SQLite keeps beside it.
fn with_siblings(database: &Path, stored: &mut Vec<Text>) -> anyhow::Result<()> {
    let name = database.file_name().and_then(|name| name.to_str()).context("a database has a name")?;
    for entry in std::fs::read_dir(database.parent().context("a database lies in a folder")?)? {
        let path = entry?.path();
        if path.is_file()
            && path.file_name().and_then(|other| other.to_str()).is_some_and(|other| other.starts_with(name))
        {
            file(&path, stored)?;
        }
    }
    Ok(())
}

fn files(folder: &Path, stored: &mut Vec<Text>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, stored)? } else { file(&path, stored)? }
    }
    Ok(())
}

fn file(path: &Path, stored: &mut Vec<Text>) -> anyhow::Result<()> {
    let bytes = std::fs::read(path)?;
    stored.push(Text { name: path.display().to_string(), bytes });
    Ok(())
}

async fn tables(service: ServiceName, url: &str, stored: &mut Vec<Text>) -> anyhow::Result<()> {
    let mut database = PgConnection::connect(url).await?;
    let names = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'";
    for row in sqlx::query(names).fetch_all(&mut database).await? {
        let name: String = row.get(0);
        let rows = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {name} t"));
        let rows = sqlx::query(rows).fetch_all(&mut database).await?;
        let text = rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        stored.push(Text { name: format!("{service}, table {name}"), bytes: text.into_bytes() });
    }
    Ok(())
}
