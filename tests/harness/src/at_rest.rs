//! What lies at rest, as somebody finds it who takes the disk or a copy of the database; and a search that knows how words
//! hide in it.

use crate::processes::Processes;
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::ServiceName;
use mailbox_service::domain::file::hex;
use sqlx::{Connection as _, PgConnection, Row as _};
use std::collections::HashMap;
use std::path::Path;

/// Something that lies at rest: what it is, and its bytes.
#[derive(Debug)]
pub struct Stored {
    /// A file's path, or a table's name.
    pub name: String,
    /// Its bytes; of a table on PostgreSQL, each row as text, where binary columns stand in hexadecimal.
    pub bytes: Vec<u8>,
}

impl Processes {
    /// All that the services have stored: their databases, their files, the ends of activity logs. Not the keys, which lie
    /// elsewhere in production, nor the e-mails that were sent.
    pub async fn stored(&self) -> anyhow::Result<Vec<Stored>> {
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
fn with_siblings(database: &Path, stored: &mut Vec<Stored>) -> anyhow::Result<()> {
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

fn files(folder: &Path, stored: &mut Vec<Stored>) -> anyhow::Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { files(&path, stored)? } else { file(&path, stored)? }
    }
    Ok(())
}

fn file(path: &Path, stored: &mut Vec<Stored>) -> anyhow::Result<()> {
    let bytes = std::fs::read(path)?;
    stored.push(Stored { name: path.display().to_string(), bytes });
    Ok(())
}

async fn tables(service: ServiceName, url: &str, stored: &mut Vec<Stored>) -> anyhow::Result<()> {
    let mut database = PgConnection::connect(url).await?;
    let names = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'";
    for row in sqlx::query(names).fetch_all(&mut database).await? {
        let name: String = row.get(0);
        let rows = sqlx::AssertSqlSafe(format!("SELECT t::text FROM {name} t"));
        let rows = sqlx::query(rows).fetch_all(&mut database).await?;
        let text = rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>().join("\n");
        stored.push(Stored { name: format!("{service}, table {name}"), bytes: text.into_bytes() });
    }
    Ok(())
}

/// Bytes by which a needle is looked for first.
const HEAD: usize = 6;

/// Where any of the words stands, in UTF-8, UTF-16, hexadecimal or base64, or one of these in hexadecimal; as it is or in lower
/// or upper case.
///
/// # Panics
/// When a word is too short to be told from chance.
pub fn find(stored: &[Stored], words: &[&str]) -> Vec<String> {
    let mut needles: HashMap<[u8; HEAD], Vec<(Vec<u8>, &str)>> = HashMap::new();
    for word in words {
        for needle in forms(word) {
            let head = *needle.first_chunk().expect("a word is long enough to be told from chance");
            needles.entry(head).or_default().push((needle, word));
        }
    }
    let mut found = Vec::new();
    for Stored { name, bytes } in stored {
        for (at, head) in bytes.windows(HEAD).enumerate() {
            let candidates = <&[u8; HEAD]>::try_from(head).ok().and_then(|head| needles.get(head));
            let here = candidates.into_iter().flatten().filter(|(needle, _)| bytes[at..].starts_with(needle));
            found.extend(here.map(|(_, word)| format!("{word:?} in {name}")));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Where just these bytes stand, as they are or in hexadecimal.
pub fn find_bytes<'s>(stored: &'s [Stored], bytes: &[u8]) -> Vec<&'s str> {
    let hex = hex(bytes).into_bytes();
    let holds = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|window| window == part);
    let found = stored.iter().filter(|stored| holds(&stored.bytes, bytes) || holds(&stored.bytes, &hex));
    found.map(|stored| stored.name.as_str()).collect()
}

/// How a word can be written down.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    for word in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
        let little = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big = word.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [word.into_bytes(), little, big] {
            // Three texts in base64, by where in a group of three bytes the word begins; the characters at the ends hold bits
            // of what stands beside it.
            for shift in 0..3 {
                let shifted = [&[0; 2][..shift], &bytes].concat();
                let text = STANDARD.encode(&shifted);
                let (from, to) = ([0, 2, 3][shift], shifted.len() * 8 / 6);
                forms.push(text.as_bytes()[from..to].to_vec());
            }
            forms.push(bytes);
        }
    }
    let hexed: Vec<Vec<u8>> = forms.iter().map(|form| hex(form).into_bytes()).collect();
    let upper: Vec<Vec<u8>> = hexed.iter().map(|form| form.to_ascii_uppercase()).collect();
    forms.extend(hexed);
    forms.extend(upper);
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_all_its_forms() {
        let word = "Kanariefugl";
        let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut hidden = vec![word.as_bytes().to_vec(), b"KANARIEFUGL".to_vec(), utf16.clone()];
        hidden.extend([hex(word.as_bytes()).into_bytes(), hex(&utf16).into_bytes()]);
        for before in ["", "x", "xy", "xyz"] {
            hidden.push(STANDARD.encode(format!("{before}{word}-")).into_bytes());
        }
        for bytes in hidden {
            let stored =
                [Stored { name: "here".to_owned(), bytes: [b"before ", bytes.as_slice(), b" after"].concat() }];
            assert_eq!(find(&stored, &[word, "Guldfugl"]), ["\"Kanariefugl\" in here"], "{stored:?}");
            assert_eq!(find_bytes(&stored, &bytes), ["here"]);
            assert!(find_bytes(&stored, b"Guldfugl").is_empty());
        }
    }
}
