//! E-mails as they were sent: read from a folder of `.eml` files.

use anyhow::Context as _;
use mailparse::{MailHeaderMap as _, ParsedMail};
use std::path::Path;

/// An e-mail.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The header `To`.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
    /// The text part, decoded.
    pub text: String,
    /// All there is, as it was sent.
    pub raw: String,
}

impl Mail {
    /// The six digits of a code.
    pub fn code(&self) -> Option<String> {
        let mut runs = self.text.split(|c: char| !c.is_ascii_digit());
        runs.find(|run| run.len() == 6).map(str::to_owned)
    }

    /// The files that come with it: name and content.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let parsed = mailparse::parse_mail(self.raw.as_bytes()).ok();
        let file = |part: &ParsedMail<'_>| {
            let name = part.get_content_disposition().params.get("filename")?.clone();
            Some((name, part.get_body_raw().ok()?))
        };
        parsed.map(|mail| mail.subparts.iter().filter_map(file).collect()).unwrap_or_default()
    }

    /// Headers and all parts as people and programs read them, decoded.
    pub fn decoded(&self) -> anyhow::Result<Vec<u8>> {
        let mut decoded = Vec::new();
        unfold(&mailparse::parse_mail(self.raw.as_bytes())?, &mut decoded)?;
        Ok(decoded)
    }

    /// How many new letters it tells of; none where it tells of something else.
    pub fn letters(&self) -> Option<usize> {
        let (before, _) = self.text.split_once(" nyt brev").or_else(|| self.text.split_once(" nye breve"))?;
        before.rsplit(' ').next()?.parse().ok()
    }

    /// The value of a header, decoded; empty where it is not there.
    pub fn header(&self, name: &str) -> String {
        let parsed = mailparse::parse_mail(self.raw.as_bytes()).ok();
        parsed.and_then(|mail| mail.headers.get_first_value(name)).unwrap_or_default()
    }
}

/// The e-mails in `folder`, in the order of their names' modification.
pub fn read(folder: &Path) -> anyhow::Result<Vec<Mail>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("no folder {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            files.push((path.metadata()?.modified()?, path));
        }
    }
    files.sort();
    files.into_iter().map(|(_, path)| parse(&std::fs::read(path)?)).collect()
}

/// An e-mail of these bytes.
pub fn parse(bytes: &[u8]) -> anyhow::Result<Mail> {
    let mail = mailparse::parse_mail(bytes)?;
    let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
    Ok(Mail {
        to: header("To"),
        subject: header("Subject"),
        text: text(&mail)?.unwrap_or_default(),
        raw: String::from_utf8_lossy(bytes).into_owned(),
    })
}

/// The headers and the body of a part, then those of the parts in it.
fn unfold(mail: &ParsedMail<'_>, into: &mut Vec<u8>) -> anyhow::Result<()> {
    for header in &mail.headers {
        into.extend(format!("{}: {}\n", header.get_key(), header.get_value()).into_bytes());
    }
    into.extend(mail.get_body_raw()?);
    mail.subparts.iter().try_for_each(|part| unfold(part, into))
}

/// The first part of plain text.
fn text(mail: &ParsedMail<'_>) -> anyhow::Result<Option<String>> {
    if mail.subparts.is_empty() && mail.ctype.mimetype == "text/plain" {
        return Ok(Some(mail.get_body()?));
    }
    for part in &mail.subparts {
        if let Some(found) = text(part)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}
