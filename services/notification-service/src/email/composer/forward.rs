//! The e-mail that takes a forwarded letter along (M7).

use super::{Composer, RenderError, Texts, alternative};
use crate::domain::forward::{File, Letter};
use crate::email::Rendered;
use crate::email::template::{ForwardHtml, ForwardText};
use askama::Template as _;
use kernel::{Date, Timestamp};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Attachment, Body, MultiPart, MultiPartKind, SinglePart};
use uuid::Uuid;

/// The letter's own subject stands in the text: the subject of an e-mail is shown on locked screens.
const SUBJECT: &str = "Et brev til dig fra Digital Post / A letter for you from Digital Post";

impl Composer {
    /// The e-mail `id` that brings `letter` with its files, and says who forwarded it. `owed_since` is its date at every try.
    pub fn forward(&self, id: Uuid, letter: Letter, owed_since: Timestamp) -> Result<Rendered, RenderError> {
        let body = texts(&letter)?;
        // Neither boundary is the beginning of the other.
        let mixed = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(format!("=_files_{}", id.simple()));
        let mut parts = mixed.multipart(alternative(id, body));
        // One file after the other is encoded and let go of: they are not all there twice.
        for file in letter.files {
            parts = parts.singlepart(attachment(file)?);
        }
        self.put_together(id, &letter.address, SUBJECT, owed_since, self.begin(), parts)
    }
}

fn texts(letter: &Letter) -> Result<Texts, RenderError> {
    let names: Vec<&str> = letter.files.iter().map(|file| file.name.as_str()).collect();
    let (file_names, date) = (names.join(", "), Date::in_denmark(letter.available_time).to_string());
    let Letter { forwarded_by, comment, sender, subject, body_text, .. } = letter;
    let (file_names, date) = (&file_names, &date);
    let text = ForwardText { forwarded_by, sender, date, file_names, comment, subject, body_text }.render()?;
    let html = ForwardHtml { forwarded_by, sender, date, file_names, comment, subject, body_text }.render()?;
    Ok(Texts { text, html })
}

/// The name is encoded by lettre, whatever is in it. The content always goes as base64: as text its line ends would change on
/// the way. What is no media type is bytes.
fn attachment(file: File) -> Result<SinglePart, RenderError> {
    let content_type = ContentType::parse(&file.media_type).or_else(|_| ContentType::parse("application/octet-stream"));
    let content_type = content_type.map_err(|_| RenderError::File)?;
    let content = Body::new_with_encoding(file.content, ContentTransferEncoding::Base64);
    Ok(Attachment::new(file.name).body(content.map_err(|_| RenderError::File)?, content_type))
}
