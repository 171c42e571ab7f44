//! The folder in which e-mails land, looked at as Niels looks into his inbox.

use super::stage::Stage;
use anyhow::Context as _;
use mailparse::{MailHeaderMap as _, ParsedMail};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What a person sees of an e-mail.
pub(super) struct Email {
    to: String,
    subject: String,
    /// The part that is plain text.
    pub(super) text: String,
}

impl Email {
    /// `None`: not an e-mail, or not wholly written yet.
    fn read(eml: &[u8]) -> Option<Self> {
        let mail = mailparse::parse_mail(eml).ok()?;
        let header = |name| mail.headers.get_first_value(name);
        Some(Self { to: header("To")?, subject: header("Subject")?, text: plain_text(&mail)? })
    }
}

fn plain_text(part: &ParsedMail<'_>) -> Option<String> {
    if part.ctype.mimetype == "text/plain" {
        return part.get_body().ok();
    }
    part.subparts.iter().find_map(plain_text)
}

/// Niels's inbox: knows what he has read.
pub(super) struct Inbox {
    folder: PathBuf,
    address: &'static str,
    read: BTreeSet<PathBuf>,
}

impl Inbox {
    pub(super) fn new(folder: &Path, address: &'static str) -> Self {
        Self { folder: folder.to_owned(), address, read: BTreeSet::new() }
    }

    /// Waits for the next e-mail.
    pub(super) async fn next(&mut self, stage: &Stage<'_>, what: &str) -> anyhow::Result<Email> {
        let (path, email) = stage.until(what, || async { Ok(self.unread()?.pop()) }).await?;
        stage.show.line("lands in", &path.display().to_string());
        stage.show.line("to", &email.to);
        stage.show.line("subject", &email.subject);
        for line in email.text.lines().filter(|line| !line.trim().is_empty()).take(4) {
            stage.show.line("", line);
        }
        self.read.insert(path);
        Ok(email)
    }

    /// Those to his address that he has not read.
    pub(super) fn unread(&self) -> anyhow::Result<Vec<(PathBuf, Email)>> {
        let entries =
            fs::read_dir(&self.folder).with_context(|| format!("can't look into {}", self.folder.display()))?;
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            if self.read.contains(&path) || path.extension().is_none_or(|extension| extension != "eml") {
                continue;
            }
            let eml = fs::read(&path).with_context(|| format!("can't read {}", path.display()))?;
            found.extend(Email::read(&eml).filter(|email| email.to.contains(self.address)).map(|email| (path, email)));
        }
        Ok(found)
    }
}
