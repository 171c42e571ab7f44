//! Makes e-mails.

mod forward;

use super::rendered::Rendered;
use super::template::{
    AddressChangedHtml, AddressChangedText, CodeHtml, CodeText, NewPostHtml, NewPostText, SubscriptionEndedHtml,
    SubscriptionEndedText,
};
use crate::config::ServiceConfig;
use crate::domain::code::{self, Code};
use anyhow::Context as _;
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
    /// The message can't be put together.
    #[error("the message can't be put together")]
    Message(#[from] lettre::error::Error),
}

/// Makes e-mails, all from the same sender. Names stand in bodies only; what goes into a header is typed by lettre.
#[derive(Clone, Debug)]
pub struct Composer {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    domain: String,
    portal_url: String,
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
        let from = mail.from.parse().context("service.mail.from: must be an address, or `Name <address>`")?;
        let reply_to = match mail.reply_to.as_str() {
            "" => None,
            text => Some(text.parse().context("service.mail.reply_to: must be an address, or `Name <address>`")?),
        };
        // Also proves the domain fit for a Message-ID.
        Address::new("id", &mail.domain).context("service.mail.domain: must be a domain")?;
        Ok(Self { from, reply_to, domain: mail.domain.clone(), portal_url: config.portal_url.clone() })
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

    /// The e-mail `id` that tells `to` that it gets no more news of `owner`'s mailbox. It says not why: that stands in Digital
    /// Post (A21). There is nothing to unsubscribe from.
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
            .multipart(parts)?;
        Ok(Rendered { recipient: to.clone(), message: message.formatted() })
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
mod tests {
    use super::*;
    use crate::domain::forward::{File, Letter};
    use std::path::Path;

    const ID: Uuid = Uuid::from_u128(0x0192_f0c1_2f4a_7cc3_98c4_dc0c_0c07_398f);
    /// 2026-11-22T12:00:00Z.
    const NOW: Timestamp = Timestamp::from_micros(1_795_348_800_000_000);

    fn composer() -> Composer {
        Composer::new(&ServiceConfig::default()).expect("the defaults work")
    }

    fn to(text: &str) -> EmailAddress {
        EmailAddress::parse(text).expect("an address")
    }

    fn text(rendered: &Rendered) -> String {
        String::from_utf8(rendered.message.clone()).expect("ASCII")
    }

    /// Compares with the reviewed file; `UPDATE_GOLDEN=1` writes it anew, to be reviewed again.
    fn golden(name: &str, actual: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&file, actual).expect("written");
        }
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(actual, expected, "{}: run with UPDATE_GOLDEN=1 and review the change", file.display());
    }

    #[test]
    fn texts_are_the_reviewed_ones() {
        let portal_url = "https://www.borger.dk";
        let (owner, code, minutes) = ("Karen <b>Nørgaard & Søn", "012345", 10);
        golden("code.txt", &CodeText { code, minutes }.render().expect("text"));
        golden("code.html", &CodeHtml { code, minutes }.render().expect("html"));
        for letters in [1, 3] {
            let text = NewPostText { owner, letters, portal_url }.render().expect("text");
            golden(&format!("new_post_{letters}.txt"), &text);
            let html = NewPostHtml { owner, letters, portal_url }.render().expect("html");
            golden(&format!("new_post_{letters}.html"), &html);
        }
        golden("address_changed.txt", &AddressChangedText { portal_url }.render().expect("text"));
        golden("address_changed.html", &AddressChangedHtml { portal_url }.render().expect("html"));
        golden("subscription_ended.txt", &SubscriptionEndedText { owner, portal_url }.render().expect("text"));
        golden("subscription_ended.html", &SubscriptionEndedHtml { owner, portal_url }.render().expect("html"));
    }

    #[test]
    fn whole_e_mails_are_the_reviewed_ones() {
        let code = Code::parse("012345").expect("a code");
        let niels = to("niels@example.dk");
        let eml = |rendered: Result<Rendered, RenderError>| text(&rendered.expect("rendered")).replace("\r\n", "\n");
        golden("code.eml", &eml(composer().code(ID, &niels, &code, NOW)));
        golden("new_post.eml", &eml(composer().new_post(ID, &niels, "Karen Nørgaard", 3, NOW)));
        golden("address_changed.eml", &eml(composer().address_changed(ID, &niels, NOW)));
        golden("subscription_ended.eml", &eml(composer().subscription_ended(ID, &niels, "Karen Nørgaard", NOW)));
    }

    #[test]
    fn a_forwarded_letter_is_the_reviewed_one() {
        let letter = |forwarded_by: &str| Letter {
            address: to("mette@example.dk"),
            forwarded_by: forwarded_by.to_owned(),
            comment: "Kan du se på det?\nTak".to_owned(),
            sender: "Odense Kommune".to_owned(),
            subject: "Afgørelse <om> støtte & tilskud".to_owned(),
            body_text: "Kære borger\n\nDu får støtte.".to_owned(),
            available_time: NOW,
            files: ["afgørelse.pdf", "bilag \"1\".pdf"].map(file).into(),
        };
        let render = |name: &str| composer().forward(ID, letter(name), NOW).expect("rendered");
        golden("forward.eml", &text(&render("Karen Nørgaard")).replace("\r\n", "\n"));
        assert_eq!(render("Karen"), render("Karen"), "each try has the same bytes");
        let injected = text(&render("Karen\r\nBcc: all@example.dk"));
        assert!(!injected.split_once("\r\n\r\n").expect("a body").0.to_lowercase().contains("bcc:"));
    }

    fn file(name: &str) -> File {
        File { name: name.to_owned(), media_type: "application/pdf".to_owned(), content: b"%PDF-1.7\n".to_vec() }
    }

    #[test]
    fn the_same_e_mail_has_the_same_bytes() {
        let render = || composer().new_post(ID, &to("niels@example.dk"), "Karen", 1, NOW).expect("rendered");
        assert_eq!(render(), render());
    }

    #[test]
    fn an_international_domain_is_written_in_ascii() {
        let rendered = composer().new_post(ID, &to("niels@blåbær.dk"), "Karen", 1, NOW).expect("rendered");
        assert!(text(&rendered).contains("To: niels@xn--blbr-roah.dk\r\n"), "{}", text(&rendered));
        assert!(rendered.message.is_ascii());
    }

    #[test]
    fn a_name_stays_in_the_body() {
        let name = "Karen\r\nBcc: all@example.dk\r\n\r\n.\r\nMAIL FROM:<x@example.dk>";
        let rendered = text(&composer().new_post(ID, &to("niels@example.dk"), name, 1, NOW).expect("rendered"));
        let (headers, _) = rendered.split_once("\r\n\r\n").expect("a body");
        assert!(!headers.to_lowercase().contains("bcc:"), "{headers}");
    }
}
