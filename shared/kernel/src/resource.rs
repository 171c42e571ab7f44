//! Resource names such as `mailboxes/{mailbox}/accesses/{access}`: the first id is the partition key, so every
//! look-up by name knows where to look.

use crate::id::{
    AccessId, ActivityId, ExemptionId, ForwardId, LedgerEntryId, MailboxId, MessageId, PersonId, RecipientId,
    SubscriptionId, UploadId,
};
use std::str::FromStr;

/// The text does not have the form of the resource's names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("must be a name of the form {0}")]
pub struct InvalidResourceName(pub &'static str);

/// The name of a person: `persons/{person}`.
pub fn person(id: PersonId) -> String {
    format!("persons/{id}")
}

/// The name of a mailbox: `mailboxes/{mailbox}`.
pub fn mailbox(id: MailboxId) -> String {
    format!("mailboxes/{id}")
}

/// The name of a read access: `mailboxes/{mailbox}/accesses/{access}`.
pub fn access(owner: MailboxId, id: AccessId) -> String {
    format!("mailboxes/{owner}/accesses/{id}")
}

/// The name of a folder: `mailboxes/{mailbox}/folders/{folder}`; system folders go by their word.
pub fn folder(mailbox: MailboxId, folder: &str) -> String {
    format!("mailboxes/{mailbox}/folders/{folder}")
}

/// The name of a message: `mailboxes/{mailbox}/messages/{message}`.
pub fn message(mailbox: MailboxId, id: MessageId) -> String {
    format!("mailboxes/{mailbox}/messages/{id}")
}

/// The name of a file of a message: `mailboxes/{mailbox}/messages/{message}/files/{file}`.
pub fn file(mailbox: MailboxId, id: MessageId, file: &str) -> String {
    format!("mailboxes/{mailbox}/messages/{id}/files/{file}")
}

/// The name of the record that a message was served: `mailboxes/{mailbox}/messages/{message}/serviceRecord`.
pub fn service_record(mailbox: MailboxId, id: MessageId) -> String {
    format!("mailboxes/{mailbox}/messages/{id}/serviceRecord")
}

/// The name of a Digital Post recipient: `mailboxes/{mailbox}/recipients/{recipient}`.
pub fn recipient(mailbox: MailboxId, id: RecipientId) -> String {
    format!("mailboxes/{mailbox}/recipients/{id}")
}

/// The name of a forwarding: `mailboxes/{mailbox}/forwards/{forward}`.
pub fn forward(mailbox: MailboxId, id: ForwardId) -> String {
    format!("mailboxes/{mailbox}/forwards/{id}")
}

/// The name of an entry of the activity log: `mailboxes/{mailbox}/activities/{activity}`.
pub fn activity(mailbox: MailboxId, id: ActivityId) -> String {
    format!("mailboxes/{mailbox}/activities/{id}")
}

/// The name of a subscription: `mailboxes/{mailbox}/subscriptions/{subscription}`.
pub fn subscription(mailbox: MailboxId, id: SubscriptionId) -> String {
    format!("mailboxes/{mailbox}/subscriptions/{id}")
}

/// The name of a decision on an application for exemption: `persons/{person}/exemptions/{exemption}`.
pub fn exemption(person: PersonId, id: ExemptionId) -> String {
    format!("persons/{person}/exemptions/{id}")
}

/// The name of an upload: `uploads/{upload}`.
pub fn upload(id: UploadId) -> String {
    format!("uploads/{id}")
}

/// The name of an owed or past e-mail: `ledgerEntries/{ledger_entry}`.
pub fn ledger_entry(id: LedgerEntryId) -> String {
    format!("ledgerEntries/{id}")
}

/// Reads `ledgerEntries/{ledger_entry}`.
pub fn parse_ledger_entry(name: &str) -> Result<LedgerEntryId, InvalidResourceName> {
    one(name, "ledgerEntries", "ledgerEntries/{ledger_entry}")
}

/// Reads `persons/{person}`.
pub fn parse_person(name: &str) -> Result<PersonId, InvalidResourceName> {
    one(name, "persons", "persons/{person}")
}

/// Reads `persons/{person}/exemptions/{exemption}`.
pub fn parse_exemption(name: &str) -> Result<(PersonId, ExemptionId), InvalidResourceName> {
    const FORM: &str = "persons/{person}/exemptions/{exemption}";
    let invalid = InvalidResourceName(FORM);
    let (owner, exemption) = name.split_once("/exemptions/").ok_or(invalid)?;
    let owner = parse_person(owner).map_err(|_| invalid)?;
    Ok((owner, exemption.parse().map_err(|_| invalid)?))
}

/// Reads `uploads/{upload}`.
pub fn parse_upload(name: &str) -> Result<UploadId, InvalidResourceName> {
    one(name, "uploads", "uploads/{upload}")
}

/// Reads `mailboxes/{mailbox}/accesses/{access}`.
pub fn parse_access(name: &str) -> Result<(MailboxId, AccessId), InvalidResourceName> {
    two(name, "accesses", "mailboxes/{mailbox}/accesses/{access}")
}

/// Reads `mailboxes/{mailbox}/subscriptions/{subscription}`.
pub fn parse_subscription(name: &str) -> Result<(MailboxId, SubscriptionId), InvalidResourceName> {
    two(name, "subscriptions", "mailboxes/{mailbox}/subscriptions/{subscription}")
}

/// Reads `mailboxes/{mailbox}/forwards/{forward}`.
pub fn parse_forward(name: &str) -> Result<(MailboxId, ForwardId), InvalidResourceName> {
    two(name, "forwards", "mailboxes/{mailbox}/forwards/{forward}")
}

/// A mailbox as a citizen may name it: by id, or `mailboxes/me` for their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MailboxRef {
    /// The caller's own.
    Own,
    /// The one of this id.
    Id(MailboxId),
}

impl MailboxRef {
    /// Whether it is this mailbox, the caller's own.
    pub fn is(self, own: MailboxId) -> bool {
        match self {
            Self::Own => true,
            Self::Id(id) => id == own,
        }
    }
}

/// Reads `mailboxes/{mailbox}` or `mailboxes/me`.
pub fn parse_mailbox(name: &str) -> Result<MailboxRef, InvalidResourceName> {
    match name.split_once('/') {
        Some(("mailboxes", id)) => mailbox_ref(id),
        _ => None,
    }
    .ok_or(InvalidResourceName("mailboxes/{mailbox} or mailboxes/me"))
}

/// Reads `mailboxes/{mailbox}/folders/{folder}`, `me` allowed; the folder's id is left as text.
pub fn parse_folder(name: &str) -> Result<(MailboxRef, String), InvalidResourceName> {
    within(name, "folders", "mailboxes/{mailbox}/folders/{folder}")
        .map(|(mailbox, folder)| (mailbox, folder.to_owned()))
}

/// Reads `mailboxes/{mailbox}/messages/{message}`, `me` allowed.
pub fn parse_message(name: &str) -> Result<(MailboxRef, MessageId), InvalidResourceName> {
    const FORM: &str = "mailboxes/{mailbox}/messages/{message}";
    let (mailbox, message) = within(name, "messages", FORM)?;
    Ok((mailbox, message.parse().map_err(|_| InvalidResourceName(FORM))?))
}

/// Reads `mailboxes/{mailbox}/messages/{message}/files/{file}`, `me` allowed; the file's id is left as text.
pub fn parse_file(name: &str) -> Result<(MailboxRef, MessageId, String), InvalidResourceName> {
    const FORM: &str = "mailboxes/{mailbox}/messages/{message}/files/{file}";
    let invalid = InvalidResourceName(FORM);
    let (message, file) = name.split_once("/files/").ok_or(invalid)?;
    let (mailbox, message) = parse_message(message).map_err(|_| invalid)?;
    if file.is_empty() || file.contains('/') { Err(invalid) } else { Ok((mailbox, message, file.to_owned())) }
}

/// Reads `mailboxes/{mailbox}/messages/{message}/serviceRecord`, `me` allowed: the message it is about.
pub fn parse_service_record(name: &str) -> Result<(MailboxRef, MessageId), InvalidResourceName> {
    let invalid = InvalidResourceName("mailboxes/{mailbox}/messages/{message}/serviceRecord");
    let message = name.strip_suffix("/serviceRecord").ok_or(invalid)?;
    parse_message(message).map_err(|_| invalid)
}

/// Reads `mailboxes/{mailbox}/recipients/{recipient}`, `me` allowed.
pub fn parse_recipient(name: &str) -> Result<(MailboxRef, RecipientId), InvalidResourceName> {
    const FORM: &str = "mailboxes/{mailbox}/recipients/{recipient}";
    let (mailbox, recipient) = within(name, "recipients", FORM)?;
    Ok((mailbox, recipient.parse().map_err(|_| InvalidResourceName(FORM))?))
}

fn mailbox_ref(id: &str) -> Option<MailboxRef> {
    if id == "me" { Some(MailboxRef::Own) } else { id.parse().ok().map(MailboxRef::Id) }
}

fn one<T: FromStr>(name: &str, collection: &str, form: &'static str) -> Result<T, InvalidResourceName> {
    match name.split_once('/') {
        Some((first, id)) if first == collection => id.parse().ok(),
        _ => None,
    }
    .ok_or(InvalidResourceName(form))
}

fn within<'n>(
    name: &'n str,
    collection: &str,
    form: &'static str,
) -> Result<(MailboxRef, &'n str), InvalidResourceName> {
    let mut parts = name.split('/');
    match (parts.next(), parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("mailboxes"), Some(mailbox), Some(second), Some(id), None) if second == collection && !id.is_empty() => {
            mailbox_ref(mailbox).map(|mailbox| (mailbox, id))
        }
        _ => None,
    }
    .ok_or(InvalidResourceName(form))
}

fn two<T: FromStr>(name: &str, collection: &str, form: &'static str) -> Result<(MailboxId, T), InvalidResourceName> {
    match within(name, collection, form)? {
        (MailboxRef::Id(mailbox), id) => Ok((mailbox, id.parse().map_err(|_| InvalidResourceName(form))?)),
        (MailboxRef::Own, _) => Err(InvalidResourceName(form)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2f4a-7cc3-98c4-dc0c0c07398f";

    #[test]
    fn names_are_read_as_they_are_written() {
        let (mailbox, access) = (ID.parse().expect("an id"), ID.parse().expect("an id"));
        assert_eq!(parse_access(&super::access(mailbox, access)), Ok((mailbox, access)));
        let (owner, exemption) = (ID.parse().expect("an id"), ID.parse().expect("an id"));
        assert_eq!(parse_exemption(&super::exemption(owner, exemption)), Ok((owner, exemption)));
        assert_eq!(parse_mailbox("mailboxes/me"), Ok(MailboxRef::Own));
        assert_eq!(parse_folder("mailboxes/me/folders/inbox"), Ok((MailboxRef::Own, "inbox".to_owned())));
        let file = format!("mailboxes/{ID}/messages/{ID}/files/0");
        assert_eq!(parse_file(&file), Ok((MailboxRef::Id(mailbox), ID.parse().expect("an id"), "0".to_owned())));
    }

    #[test]
    fn other_forms_are_refused() {
        for name in [
            "",
            "mailboxes",
            "mailboxes/",
            "mailboxes/x",
            "mailboxes/me/accesses",
            &format!("mailboxes/{ID}/accesses/{ID}/x"),
            &format!("mailboxes/me/accesses/{ID}"),
            &format!("mailboxes/{ID}/messages/{ID}"),
        ] {
            assert!(parse_access(name).is_err(), "{name}");
        }
        assert!(parse_file(&format!("mailboxes/{ID}/messages/{ID}/files/")).is_err());
    }
}
