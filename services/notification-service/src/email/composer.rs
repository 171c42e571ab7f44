//! Makes e-mails.

mod forward;

use super::dkim::{Dkim, Unsigned};
use super::rendered::Rendered;
use super::template::{
    AddressChangedHtml, AddressChangedText, CodeHtml, CodeText, NewPostHtml, NewPostText, SubscriptionEndedHtml,
    SubscriptionEndedText,
};
use crate::config::ServiceConfig;
use crate::domain::code::{self, Code};
use anyhow::{Context as _, bail};
use askama::Template;
use kernel::{EmailAddress, Timestamp};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder, MultiPart, MultiPartKind, SinglePart};
use lettre::{Address, Message};
use std::time::{Duration, SystemTime};
use uuid::Uuid;

/// An e-mail can't be made: a fault of ours.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A template failed.
    #[error("a template failed")]
    Template(#[from] askama::Error),
    /// The address can't be written as a mail server takes it.
    #[error("the address can't be written as a mail server takes it")]
    Address,
    /// A file can't be put into it.
    #[error("a file can't be put into the message")]
    File,
    /// It can't be signed.
    #[error("the message can't be signed")]
    Unsigned(#[from] Unsigned),
    /// The message can't be put together.
    #[error("the message can't be put together")]
    Message(#[from] lettre::error::Error),
}

/// Makes e-mails, all from the same sender. Names stand in bodies only; what goes into a header is typed by lettre.
/// They are signed as they are rendered: a signature is part of what the ledger keeps and every try sends, whichever key is in
/// use by then.
#[derive(Debug)]
pub struct Composer {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    domain: String,
    portal_url: String,
    dkim: Option<Dkim>,
}

/// The two forms of a text.
struct Texts {
    text: String,
    html: String,
}

const SUBJECT_CODE: &str = "Din kode til e-mail om ny post / Your code for e-mail about new post";
const SUBJECT_NEW_POST: &str = "Ny post i Digital Post / New post in Digital Post";
const SUBJECT_ADDRESS_CHANGED: &str = "E-mail om ny post sendes til en anden adresse / \
                                       E-mail about new post goes to another address";
const SUBJECT_SUBSCRIPTION_ENDED: &str = "E-mail om ny post er stoppet / E-mail about new post has stopped";

impl Composer {
    /// Makes e-mails as the configuration says.
    pub fn new(config: &ServiceConfig) -> anyhow::Result<Self> {
        let mail = &config.mail;
        let from: Mailbox = mail.from.parse().context("service.mail.from: must be an address, or `Name <address>`")?;
        let reply_to = match mail.reply_to.as_str() {
            "" => None,
            text => Some(text.parse().context("service.mail.reply_to: must be an address, or `Name <address>`")?),
        };
        // Also proves the domain fit for a Message-ID.
        Address::new("id", &mail.domain).context("service.mail.domain: must be a domain")?;
        let dkim = Dkim::open(&mail.dkim)?;
        if dkim.as_ref().is_some_and(|dkim| !dkim.speaks_for(from.email.domain())) {
            bail!("service.mail.dkim.domain: must be the domain of service.mail.from, or one above it");
        }
        Ok(Self { from, reply_to, domain: mail.domain.clone(), portal_url: config.portal_url.clone(), dkim })
    }

    /// The e-mail `id` that brings `code` to `to` (N2). It says nothing of whose post it is about: nobody has shown yet
    /// that the address is the subscriber's.
    pub fn code(&self, id: Uuid, to: &EmailAddress, code: &Code, now: Timestamp) -> Result<Rendered, RenderError> {
        let (code, minutes) = (code.digits(), code::VALID_FOR.as_secs() / 60);
        let body = Texts { text: CodeText { code, minutes }.render()?, html: CodeHtml { code, minutes }.render()? };
        self.put_together(id, to, SUBJECT_CODE, now, self.begin(), alternative(id, body))
    }

    /// The e-mail `id` that tells `to` of `letters` new letters in `owner`'s mailbox (N6).
    pub fn new_post(
        &self,
        id: Uuid,
        to: &EmailAddress,
        owner: &str,
        letters: i64,
        now: Timestamp,
    ) -> Result<Rendered, RenderError> {
        let portal_url = &self.portal_url;
        let body = Texts {
            text: NewPostText { owner, letters, portal_url }.render()?,
            html: NewPostHtml { owner, letters, portal_url }.render()?,
        };
        let builder = self.begin().raw_header(raw("List-Unsubscribe", format!("<{portal_url}>")));
        self.put_together(id, to, SUBJECT_NEW_POST, now, builder, alternative(id, body))
    }

    /// The e-mail `id` that tells `to` that another address is in force in its place (N2).
    pub fn address_changed(&self, id: Uuid, to: &EmailAddress, now: Timestamp) -> Result<Rendered, RenderError> {
        let portal_url = &self.portal_url;
        let body = Texts {
            text: AddressChangedText { portal_url }.render()?,
            html: AddressChangedHtml { portal_url }.render()?,
        };
        self.put_together(id, to, SUBJECT_ADDRESS_CHANGED, now, self.begin(), alternative(id, body))
    }

    /// The e-mail `id` that tells `to` that it gets no more news of `owner`'s mailbox. Why stands in Digital Post alone (A21).
    pub fn subscription_ended(
        &self,
        id: Uuid,
        to: &EmailAddress,
        owner: &str,
        now: Timestamp,
    ) -> Result<Rendered, RenderError> {
        let portal_url = &self.portal_url;
        let body = Texts {
            text: SubscriptionEndedText { owner, portal_url }.render()?,
            html: SubscriptionEndedHtml { owner, portal_url }.render()?,
        };
        self.put_together(id, to, SUBJECT_SUBSCRIPTION_ENDED, now, self.begin(), alternative(id, body))
    }

    /// What all e-mails have: the sender, and that no person wrote them, so that nothing answers by itself (RFC 3834).
    fn begin(&self) -> MessageBuilder {
        let builder =
            Message::builder().from(self.from.clone()).raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        match &self.reply_to {
            Some(reply_to) => builder.reply_to(reply_to.clone()),
            None => builder,
        }
    }

    fn put_together(
        &self,
        id: Uuid,
        to: &EmailAddress,
        subject: &str,
        now: Timestamp,
        builder: MessageBuilder,
        parts: MultiPart,
    ) -> Result<Rendered, RenderError> {
        let micros = u64::try_from(now.as_micros()).unwrap_or(0);
        let message = builder
            .to(Mailbox::new(None, wire_address(to)?))
            .subject(subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_micros(micros))
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .multipart(parts)?
            .formatted();
        Ok(Rendered { recipient: to.clone(), message: self.signed(message, now)? })
    }

    fn signed(&self, message: Vec<u8>, now: Timestamp) -> Result<Vec<u8>, RenderError> {
        match &self.dkim {
            None => Ok(message),
            Some(dkim) => Ok([dkim.header(&message, now)?.as_bytes(), &message].concat()),
        }
    }
}

/// Text and HTML of the same. Boundaries are made from the id and not at random: the same e-mail has the same bytes.
fn alternative(id: Uuid, body: Texts) -> MultiPart {
    MultiPart::builder()
        .kind(MultiPartKind::Alternative)
        .boundary(format!("=_{}", id.simple()))
        .singlepart(SinglePart::plain(body.text))
        .singlepart(SinglePart::html(body.html))
}

/// The address as every mail server takes it: an international domain in its ASCII form.
pub(crate) fn wire_address(address: &EmailAddress) -> Result<Address, RenderError> {
    let (local, domain) = address.as_str().rsplit_once('@').ok_or(RenderError::Address)?;
    let domain = idna::domain_to_ascii(domain).map_err(|_| RenderError::Address)?;
    Address::new(local, domain).map_err(|_| RenderError::Address)
}

/// A header of fixed name. The values are our own configuration's, never what somebody typed.
fn raw(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

#[cfg(test)]
mod tests;
